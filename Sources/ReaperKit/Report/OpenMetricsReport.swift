/// The report as metrics, for Prometheus or the textfile collector of its node_exporter.
///
/// It is OpenMetrics 1.0 and at the same time the older text format 0.0.4, which that collector
/// reads: every metric is a gauge, since the two formats disagree about the names of counters, and
/// what only OpenMetrics knows (`UNIT`, `EOF`) is a comment to the other. Each sample says which
/// command it comes from, so that files of several commands can lie in one directory. Names of
/// processes and files are no labels: every new value would be a new time series.
public enum OpenMetricsReport {
    /// The whole text.
    public static func render(_ report: Report) -> [UInt8] {
        var writer = MetricsWriter(command: report.command)
        writer.family("build_info", "Version of reaper; always 1.")
        writer.sample(1, [("version", ReaperVersion.current)])
        writer.family("report_timestamp_seconds", "When the command began.", unit: "seconds")
        writer.sample(text: report.startedAt.secondsText)
        writer.family(
            "scan_duration_seconds",
            "How long it took until everything was found.",
            unit: "seconds"
        )
        writer.sample(text: report.duration.secondsText)
        writer.family("complete", "Whether everything that could hide something was read.")
        writer.sample(report.isComplete ? 1 : 0)
        writer.family("unreadable_processes", "Processes of which a wanted fact was refused.")
        writer.sample(report.snapshot.unreadable.processes.count)
        writer.family("scanned_processes", "Processes that were looked at.")
        writer.sample(report.snapshot.processes.count)
        writer.family("scanned_instance_files", "Instance files that were looked at.")
        writer.sample(report.snapshot.instanceFiles.count)
        writeFindings(of: report, to: &writer)
        if !report.ignored.isEmpty {
            writer.family("ignored_findings", "What would be a finding, and is expected.")
            writer.sample(report.ignored.count)
        }
        if let plan = report.plan {
            writer.family("planned_processes", "Processes that were to be stopped.")
            writer.sample(plan.targets.count { !$0.isGone })
            writer.family("refused", "What was asked for and was not done.")
            writer.sample(plan.refused.count)
        }
        if let outcome = report.outcome { write(outcome, to: &writer) }
        return writer.finish()
    }

    private static func writeFindings(of report: Report, to writer: inout MetricsWriter) {
        // Always all of them: an alert must see 0, not that there is no such series any more.
        writer.family("remaining_findings", "Findings that nobody has put an end to yet.")
        let left = report.remainingFindings
        for severity in Severity.allCases {
            let count = left.count { $0.severity == severity }
            writer.sample(count, [("severity", severity.rawValue)])
        }
        var counts: [FindingGroup: Int] = [:]
        for finding in report.findings { counts[FindingGroup(finding), default: 0] += 1 }
        guard !counts.isEmpty else { return }
        writer.family("findings", "Findings by kind, rule and severity; no rule: a detector's own.")
        for (group, count) in counts.sorted(by: { $0.key < $1.key }) {
            writer.sample(
                count,
                [("kind", group.kind), ("rule", group.rule), ("severity", group.severity)]
            )
        }
    }

    private static func write(_ outcome: ShutdownOutcome, to writer: inout MetricsWriter) {
        writer.family("stopped_processes", "Processes that were to be stopped, by how they ended.")
        for result in TargetResult.allCases {
            let count = outcome.targets.count { $0.result == result }
            writer.sample(count, [("result", result.rawValue)])
        }
        writer.family("removed_files", "Files that were removed.")
        writer.sample(outcome.removed.count)
        writer.family("kept_files", "Files that were to be removed and were kept.")
        writer.sample(outcome.kept.count)
        writer.family("held_ports", "Ports that were to be free and are held.")
        writer.sample(outcome.ports.count { !$0.isFree })
        writer.family("proven", "Whether it is proven that nothing is left.")
        writer.sample(outcome.proof == .none ? 0 : 1)
        writer.family("deadline_passed", "Whether the deadline passed with targets left.")
        writer.sample(outcome.deadlinePassed ? 1 : 0)
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
    private let command: String
    private var text = ""
    private var name = ""

    init(command: String) { self.command = command }

    /// Begins a family; the unit, where there is one, is the end of its name.
    mutating func family(_ name: String, _ help: String, unit: String? = nil) {
        self.name = "reaper_\(name)"
        text += "# TYPE \(self.name) gauge\n"
        if let unit { text += "# UNIT \(self.name) \(unit)\n" }
        text += "# HELP \(self.name) \(help)\n"
    }

    mutating func sample(_ value: Int, _ labels: [(String, String)] = []) {
        sample(text: "\(value)", labels)
    }

    mutating func sample(text value: String, _ labels: [(String, String)] = []) {
        let pairs = ([("command", command)] + labels).map { "\($0)=\"\(escaped($1))\"" }
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
