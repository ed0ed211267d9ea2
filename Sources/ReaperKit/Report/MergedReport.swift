/// Reports of several machines, or of several runs on one, side by side.
///
/// Nothing is judged anew, and no report replaces another: of two about one machine both are shown.
/// Only the very same report, read twice, counts once.
public struct MergedReport: Sendable {
    /// The name of the format; the number changes when a program that reads it would break.
    public static let schema = "reaper.merged/1"

    /// In the order in which they were read.
    public private(set) var reports: [HostReport] = []
    /// Files that say nothing, and why.
    public var unread: [UnreadReport] = []
    private var known: [HostReport.Key: Alike] = [:]

    /// Reports of the same head.
    private struct Alike {
        /// The first of them.
        var first: Int
        /// All that each says, once there are two.
        var texts: Set<[UInt8]> = []
    }

    /// Creates one without any report.
    public init() {}

    /// Takes in what another file says.
    public mutating func add(_ other: MergedReport) {
        unread += other.unread
        for report in other.reports { add(report) }
    }

    /// Reads a report and takes it in.
    ///
    /// - Parameters:
    ///   - value: the report.
    ///   - file: the file that it stands in.
    ///   - isWhole: whether it is all of a report, and not the lines of a stream.
    /// - Throws: The place of the first value that is not what a report has there.
    mutating func add(_ value: JSONValue, from file: String, isWhole: Bool) throws(JSONError) {
        var index = FindingIndex()
        let report = try Report(reading: value, isWhole: isWhole, &index)
        add(HostReport(file: file, report: report, index: index, value: value))
    }

    private mutating func add(_ report: HostReport) {
        let key = report.key
        // In place: a copy of the set per report would take hours where somebody wants that.
        if let first = known[key]?.first {
            if known[key]?.texts.isEmpty == true { known[key]?.texts.insert(reports[first].text) }
            // A report that only claims to be another's must not hide it.
            guard known[key]?.texts.insert(report.text).inserted == true else { return }
        } else {
            known[key] = Alike(first: reports.count)
        }
        reports.append(report)
    }

    /// How many machines there are, by name.
    var hostCount: Int { Set(reports.map(\.host)).count }

    /// Whether every file was read, and everything was on every machine.
    public var isComplete: Bool { unread.isEmpty && reports.allSatisfy(\.report.isComplete) }

    /// The worst status of any report; 2 where a file says nothing.
    public func status(failingOn threshold: FailureThreshold = .warning) -> ExitStatus {
        var statuses = reports.map { $0.status(failingOn: threshold) }
        if !unread.isEmpty { statuses.append(.usage) }
        return .worst(statuses)
    }
}

/// A file that should hold a report and does not.
public struct UnreadReport: Sendable, Equatable {
    /// Its name, as it was typed.
    public var file: String
    /// Why, after the place where there is one, such as `3:14: expected ...`.
    public var reason: String

    /// Creates one.
    public init(file: String, reason: String) {
        self.file = file
        self.reason = reason
    }
}

/// One report, and where it was read.
public struct HostReport: Sendable {
    /// The file's name, as it was typed.
    public var file: String
    /// What it says, as far as people are shown it.
    public var report: Report
    /// Its sockets and files.
    let index: FindingIndex
    /// All that it says.
    let value: JSONValue

    /// What tells runs of reaper apart, as far as nobody lies.
    struct Key: Hashable {
        var name: String
        var bootID: String
        var pidNamespace: UInt64?
        var command: String
        var startedAt: Duration
    }

    var key: Key {
        let host = report.snapshot.host
        return Key(
            name: host.name,
            bootID: host.bootID,
            pidNamespace: host.namespaces?.pid,
            command: report.command,
            startedAt: report.startedAt
        )
    }

    /// The report's bytes, however they were laid out in the file.
    fileprivate var text: [UInt8] {
        var json = JSONWriter(.compact)
        json.element(value)
        return json.bytes
    }

    /// The machine's name, escaped; what a report does not tell nobody knows.
    var host: String {
        let name = report.snapshot.host.name
        return name.isEmpty ? "unknown" : name.escapedForTerminal
    }

    /// What the command returned that wrote the report, as far as the report tells.
    ///
    /// With two differences: the severities that count are those asked for now; and what `run`
    /// found is 1, whatever became of it. That a name which `stop` was given fits nothing, and
    /// `--require-match`, leave no trace in a report.
    public func status(failingOn threshold: FailureThreshold = .warning) -> ExitStatus {
        report.endStatus(failingOn: threshold)
    }

    /// What is worth a row: not what an outcome tells of.
    func shownFindings(_ style: ReportStyle) -> [Finding] {
        guard let outcome = report.outcome, !report.isOfRun, !style.isVerbose else {
            return report.findings
        }
        return report.findings.filter { !outcome.mentions($0) }
    }
}
