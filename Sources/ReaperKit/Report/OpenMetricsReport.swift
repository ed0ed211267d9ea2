/// The report as metrics, for Prometheus or the textfile collector of its node_exporter.
///
/// It is OpenMetrics 1.0 and at the same time the older text format 0.0.4, which that collector
/// reads: every metric is a gauge, since the two formats disagree about the names of counters, and
/// what only OpenMetrics knows (`UNIT`, `EOF`) is a comment to the other. Each sample says which
/// command it comes from, so that files of several commands can lie in one directory. Names of
/// processes and files are no labels: every new value would be a new time series.
public enum OpenMetricsReport {
    /// The whole text.
    public static func render(_ report: Report) -> [UInt8] { render([Source(report: report)]) }

    /// Samples with the name of their machine; of two reports about one machine and command only
    /// the later one counts, since metrics tell how it is now.
    static func render(_ merged: MergedReport) -> [UInt8] {
        var latest: [String: Int] = [:]
        for (index, report) in merged.reports.enumerated() {
            let series = "\(report.host) \(report.report.command)"
            guard let other = latest[series],
                merged.reports[other].report.startedAt > report.report.startedAt
            else {
                latest[series] = index
                continue
            }
        }
        let sources = latest.values.sorted().map { index in
            Source(report: merged.reports[index].report, host: merged.reports[index].host)
        }
        return render(sources, unread: merged.unread.count)
    }

    /// A report, and the machine that it is about where that has to be said.
    private struct Source {
        var report: Report
        var host: String?

        /// What every sample of it says.
        var labels: [(String, String)] {
            (host.map { [("host", $0)] } ?? []) + [("command", report.command)]
        }
    }

    private static func render(_ sources: [Source], unread: Int? = nil) -> [UInt8] {
        var writer = MetricsWriter()
        writer.family("build_info", "Version of reaper; always 1.")
        let version = [("version", ReaperVersion.current)]
        if let unread {
            writer.sample(1, [("command", "report")] + version)
            writer.family("unread_reports", "Files that should hold a report and do not.")
            writer.sample(unread, [("command", "report")])
        } else {
            for source in sources { writer.sample(1, source.labels + version) }
        }
        // Without any report nothing else is known, and a family without samples is none.
        guard !sources.isEmpty else { return writer.finish() }
        writer.family("report_timestamp_seconds", "When the command began.", unit: "seconds")
        for source in sources {
            writer.sample(text: source.report.startedAt.secondsText, source.labels)
        }
        let timed = sources.filter { $0.report.totals.duration != nil }
        if !timed.isEmpty {
            writer.family(
                "scan_duration_seconds",
                "How long it took until everything was found.",
                unit: "seconds"
            )
            for source in timed {
                let duration = source.report.totals.duration ?? .zero
                writer.sample(text: duration.secondsText, source.labels)
            }
        }
        writer.family("complete", "Whether everything that could hide something was read.")
        for source in sources { writer.sample(source.report.isComplete ? 1 : 0, source.labels) }
        writeTotals(of: sources, to: &writer)
        writeFindings(of: sources, to: &writer)
        writeEach(
            sources.filter { !$0.report.ignored.isEmpty },
            "ignored_findings",
            "What would be a finding, and is expected.",
            &writer
        ) { $0.ignored.count }
        let planned = sources.filter { $0.report.plan != nil }
        writeEach(planned, "planned_processes", "Processes that were to be stopped.", &writer) {
            $0.plan?.targets.count { !$0.isGone }
        }
        writeEach(planned, "refused", "What was asked for and was not done.", &writer) {
            $0.plan?.refused.count
        }
        writeOutcomes(of: sources, to: &writer)
        return writer.finish()
    }

    /// One family with a sample of every report that has a value; none without any.
    private static func writeEach(
        _ sources: [Source],
        _ name: String,
        _ help: String,
        _ writer: inout MetricsWriter,
        _ value: (Report) -> Int?
    ) {
        let samples = sources.compactMap { source in
            value(source.report).map { (value: $0, labels: source.labels) }
        }
        guard !samples.isEmpty else { return }
        writer.family(name, help)
        for sample in samples { writer.sample(sample.value, sample.labels) }
    }

    private static func writeTotals(of sources: [Source], to writer: inout MetricsWriter) {
        let unreadable = "Processes of which a wanted fact was refused."
        writeEach(sources, "unreadable_processes", unreadable, &writer) { $0.totals.unreadable }
        writeEach(sources, "scanned_processes", "Processes that were looked at.", &writer) {
            $0.totals.processes
        }
        let files = "Instance files that were looked at."
        writeEach(sources, "scanned_instance_files", files, &writer) { $0.totals.instanceFiles }
    }

    private static func writeFindings(of sources: [Source], to writer: inout MetricsWriter) {
        // Always all of them: an alert must see 0, not that there is no such series any more.
        writer.family("remaining_findings", "Findings that nobody has put an end to yet.")
        for source in sources {
            let left = source.report.remainingFindings
            for severity in Severity.allCases {
                let count = left.count { $0.severity == severity }
                writer.sample(count, source.labels + [("severity", severity.rawValue)])
            }
        }
        // Their numbers are no labels: most are given out by the kernel, another each time.
        writer.family("remaining_ports", "Ports that what is left holds, as far as it is known.")
        for source in sources {
            let ports = PortNames(source.report)
            let names = Set(source.report.remainingFindings.flatMap(ports.names))
            writer.sample(names.count, source.labels)
        }
        guard sources.contains(where: { !$0.report.findings.isEmpty }) else { return }
        writer.family("findings", "Findings by kind, rule and severity; no rule: a detector's own.")
        for source in sources {
            var counts: [FindingGroup: Int] = [:]
            for finding in source.report.findings { counts[FindingGroup(finding), default: 0] += 1 }
            for (group, count) in counts.sorted(by: { $0.key < $1.key }) {
                let labels = [
                    ("kind", group.kind), ("rule", group.rule), ("severity", group.severity),
                ]
                writer.sample(count, source.labels + labels)
            }
        }
    }

    private static func writeOutcomes(of all: [Source], to writer: inout MetricsWriter) {
        let sources = all.filter { $0.report.outcome != nil }
        guard !sources.isEmpty else { return }
        writer.family("stopped_processes", "Processes that were to be stopped, by how they ended.")
        for source in sources {
            for result in TargetResult.allCases {
                let count = source.report.outcome?.targets.count { $0.result == result } ?? 0
                writer.sample(count, source.labels + [("result", result.rawValue)])
            }
        }
        writeEach(sources, "removed_files", "Files that were removed.", &writer) {
            $0.outcome?.removed.count
        }
        writeEach(sources, "kept_files", "Files that were to be removed and were kept.", &writer) {
            $0.outcome?.kept.count
        }
        writeEach(sources, "held_ports", "Ports that were to be free and are held.", &writer) {
            $0.outcome?.ports.count { !$0.isFree }
        }
        writeEach(sources, "proven", "Whether it is proven that nothing is left.", &writer) {
            $0.outcome.map { $0.proof == .none ? 0 : 1 }
        }
        let deadline = "Whether the deadline passed with targets left."
        writeEach(sources, "deadline_passed", deadline, &writer) {
            $0.outcome.map { $0.deadlinePassed ? 1 : 0 }
        }
    }
}

/// What findings are counted by.
private struct FindingGroup: Hashable, Comparable {
    var kind: String
    var rule: String
    var severity: String

    init(_ finding: Finding) {
        kind = finding.kind.rawValue
        rule = finding.rule ?? ""
        severity = finding.severity.rawValue
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.kind, left.rule, left.severity) < (right.kind, right.rule, right.severity)
    }
}

/// Writes families of gauges, each with its samples right after it, as both formats want.
private struct MetricsWriter {
    private var text = ""
    private var name = ""

    /// Begins a family; the unit, where there is one, is the end of its name.
    mutating func family(_ name: String, _ help: String, unit: String? = nil) {
        self.name = "reaper_\(name)"
        text += "# TYPE \(self.name) gauge\n"
        if let unit { text += "# UNIT \(self.name) \(unit)\n" }
        text += "# HELP \(self.name) \(help)\n"
    }

    mutating func sample(_ value: Int, _ labels: [(String, String)]) {
        sample(text: "\(value)", labels)
    }

    mutating func sample(text value: String, _ labels: [(String, String)]) {
        let pairs = labels.map { "\($0)=\"\(escaped($1))\"" }
        text += "\(name){\(pairs.joined(separator: ","))} \(value)\n"
    }

    mutating func finish() -> [UInt8] { Array((text + "# EOF\n").utf8) }

    /// Line ends and other controls are visible already; these two would end the value.
    private func escaped(_ value: String) -> String {
        var out = ""
        // Not by characters: a quote with an accent on it is one that equals no quote.
        for scalar in value.escapedForTerminal.unicodeScalars {
            if scalar == "\\" || scalar == "\"" { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out
    }
}
