/// What was found and is expected: never silently.
enum IgnoredText {
    /// How many there are; with `-v` each, and which `--ignore` describes it.
    static func lines(for report: Report, style: ReportStyle) -> [String] {
        guard !report.ignored.isEmpty else { return [] }
        let count = "\(report.ignored.count) ignored"
        guard style.isVerbose else { return ["", "\(count); -v lists them"] }
        return ["", "\(count):"] + items(of: report).map { "  \($0)" }
    }

    /// Each, and which `--ignore` describes it; escaped.
    static func items(of report: Report) -> [String] {
        report.ignored.map { item in
            let who = subject(of: item.finding, in: report)
            return "\(who) by --ignore \(item.exemption)".escapedForTerminal
        }
    }

    private static func subject(of finding: Finding, in report: Report) -> String {
        if let file = finding.file { return "\(finding.kind.noun) \(file.text)" }
        if let process = finding.process {
            return report.record(of: process)?.label ?? process.description
        }
        return "port \(finding.port ?? "")"
    }
}
