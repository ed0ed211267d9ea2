/// The report in Markdown, for the job summary of GitHub Actions, `GITHUB_STEP_SUMMARY`.
public enum GitHubSummary {
    /// What GitHub takes per step; it drops a longer summary altogether.
    public static let limit = 1 << 20
    /// How many findings get a row, and how many of them their evidence.
    private static let rows = 200
    private static let detailed = 50

    /// The text.
    ///
    /// - Parameters:
    ///   - report: what is told.
    ///   - style: whether secrets are shown.
    ///   - limit: how many bytes it may take at most.
    /// - Returns: complete tables and fences, however little room there was; empty without any.
    public static func render(
        _ report: Report,
        style: ReportStyle,
        limit: Int = GitHubSummary.limit
    ) -> [UInt8] {
        var style = style
        style.color = false
        var page = Page(room: limit)
        page.add("### reaper \(report.command): \(GitHubReport.headline(of: report, style))\n")
        let host = report.snapshot.host.name
        let place = host.isEmpty ? "" : "host \(cell(host)), "
        let took = "\(report.duration.roughText), reaper \(ReaperVersion.current)"
        page.add("\(place)\(took)\n")
        let view = report.viewProblems.prefix(rows)
        for line in view { page.add("- :warning: \(cell(line))") }
        if !view.isEmpty { page.add("") }
        write(report.actionVerdicts(style), to: &page)
        let findings = GitHubReport.findings(of: report)
        let ports = PortNames(report)
        write(findings, in: report, style, ports, to: &page)
        writeDetails(of: findings.prefix(detailed), in: report, style, ports, to: &page)
        writeIgnored(of: report, to: &page)
        return page.bytes
    }

    private static func writeIgnored(of report: Report, to page: inout Page) {
        guard !report.ignored.isEmpty else { return }
        page.add("\(report.ignored.count) ignored:\n")
        for item in IgnoredText.items(of: report).prefix(rows) { page.add("- \(cell(item))") }
    }

    /// What ``render(_:style:limit:)`` writes of each report, in order, as long as there is room.
    static func render(_ merged: MergedReport, style: ReportStyle, limit: Int) -> [UInt8] {
        var page = Page(room: limit)
        page.add("## reaper report: \(MergedTable.headline(of: merged))\n")
        for file in merged.unread.prefix(rows) {
            let text = "\(file.file): \(file.reason)".escapedForTerminal
            page.add("- :x: not read: \(cell(text))")
        }
        if !merged.unread.isEmpty { page.add("") }
        var bytes = page.bytes
        for report in merged.reports {
            bytes += render(report.report, style: style, limit: limit - bytes.count)
        }
        return bytes
    }

    private static func write(
        _ findings: [Finding],
        in report: Report,
        _ style: ReportStyle,
        _ ports: PortNames,
        to page: inout Page
    ) {
        guard !findings.isEmpty else { return }
        let head = "| Severity | Kind | What | Ports | Rule | Why |\n|---|---|---|---|---|---|"
        guard page.add(head) else { return }
        var count = 0
        for finding in findings.prefix(rows) {
            let columns = [
                finding.severity.rawValue,
                finding.kind.noun,
                cell(report.subjectText(of: finding), keeping: finding.file == nil ? .head : .tail),
                finding.process == nil ? "" : cell(ports.text(of: finding)),
                cell(finding.rule?.escapedForTerminal ?? ""),
                cell(style.shown(finding.shortSummary).escapedForTerminal),
            ]
            guard page.add("| \(columns.joined(separator: " | ")) |") else { break }
            count += 1
        }
        if count < findings.count {
            page.add("\nand \(findings.count - count) more", reserve: 0)
        }
        page.add("")
    }

    private static func write(_ verdicts: [ActionVerdict], to page: inout Page) {
        for verdict in verdicts {
            page.add("- \(verdict.problems.isEmpty ? "" : ":x: ")\(cell(verdict.summary))")
            for problem in verdict.problems.prefix(rows) {
                guard page.add("  - \(cell(problem))") else { break }
            }
        }
        if !verdicts.isEmpty { page.add("") }
    }

    /// In a fence nothing needs escaping but the fence, and no foreign text begins a line.
    private static func writeDetails(
        of findings: ArraySlice<Finding>,
        in report: Report,
        _ style: ReportStyle,
        _ ports: PortNames,
        to page: inout Page
    ) {
        for (index, finding) in findings.enumerated() {
            let title = "\(finding.kind.noun): \(report.subjectText(of: finding))"
            let lines = TableReport.details(of: finding, in: report, style, ports)
            let text =
                "<details><summary>\(index + 1). \(cell(title))</summary>\n\n```text\n"
                + lines.map { $0.truncated(to: 1000) }.joined(separator: "\n")
                + "\n```\n\n</details>"
            guard page.add(text) else { return }
        }
    }

    /// Text as it is, wherever Markdown or HTML would see a mark in it; a cell of a table.
    private static func cell(_ text: String, keeping end: KeptEnd = .head) -> String {
        var out = ""
        for scalar in text.truncated(to: 300, keeping: end).unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            // By number: where this stands inside of HTML, a backslash would not do.
            // The dot because `www.` begins a link by itself.
            case "!", "#"..."%", "'"..."+", ".", ":", "@", "["..."`", "{"..."~":
                out += "&#\(scalar.value);"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// Text, as much as there is room for.
private struct Page {
    private(set) var bytes: [UInt8] = []
    private let room: Int

    init(room: Int) { self.room = room }

    /// Adds these lines, or none of them where they do not fit.
    ///
    /// - Parameters:
    ///   - lines: what to add.
    ///   - reserve: what must still fit after them, such as how much was left out.
    /// - Returns: whether they were added.
    @discardableResult
    mutating func add(_ lines: String, reserve: Int = 64) -> Bool {
        let text = Array((lines + "\n").utf8)
        guard bytes.count + text.count + reserve <= room else { return false }
        bytes += text
        return true
    }
}
