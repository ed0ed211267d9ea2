/// The report as workflow commands of GitHub Actions, which it shows as annotations.
///
/// One per finding that is still there, the worst first: GitHub keeps ten of each level per step,
/// and ``GitHubSummary`` has more. What comes between is plain text without a foreign word in it,
/// and every foreign word is escaped, so that no name can give a command of its own.
public enum GitHubReport {
    /// The whole text, one line after another.
    public static func render(_ report: Report, style: ReportStyle) -> [UInt8] {
        text(annotations(of: report, style) + [lastLine(of: report, style)])
    }

    /// The annotations of every machine, then a line for each, which has no name of its own.
    static func render(_ merged: MergedReport, style: ReportStyle) -> [UInt8] {
        var lines = merged.reports.flatMap { report in
            annotations(of: report.report, style, on: report.host)
        }
        lines += merged.unread.map { file in
            command(
                "error",
                "report: \(file.file.escapedForTerminal) could not be read",
                [file.reason.escapedForTerminal.truncated(to: 1000)]
            )
        }
        return text(lines + ["reaper report: \(MergedTable.headline(of: merged))"])
    }

    private static func text(_ lines: [String]) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    private static func annotations(
        of report: Report,
        _ style: ReportStyle,
        on host: String? = nil
    ) -> [String] {
        var style = style
        style.color = false
        let place = host.map { "\($0): " } ?? ""
        let ports = PortNames(report)
        var lines = GitHubReport.findings(of: report).map { finding in
            line(of: finding, in: report, style, ports, place)
        }
        let command = place + report.command
        lines += report.actionVerdicts(style).filter { !$0.problems.isEmpty }.map { verdict in
            self.command("error", "\(command): \(verdict.summary)", verdict.problems)
        }
        let view = report.viewProblems
        if !view.isEmpty {
            lines.append(self.command("error", "\(command): the view is incomplete", view))
        }
        return lines
    }

    private static func lastLine(of report: Report, _ style: ReportStyle) -> String {
        "reaper \(report.command): \(headline(of: report, style))"
    }

    /// What there is, or after an action what came of it; nothing of it is foreign text.
    static func headline(of report: Report, _ style: ReportStyle) -> String {
        guard report.outcome != nil else { return TableReport.headline(of: report) }
        var rest = report
        rest.findings = findings(of: report)
        let verdicts = report.actionVerdicts(style).filter { !$0.isUnproven }
        let left =
            rest.findings.isEmpty
            ? [] : [TableReport.headline(of: rest) + (report.isOfRun ? "" : " left")]
        let parts = verdicts.map(\.summary) + left
        let nothing = report.isOfRun ? "nothing left over" : "nothing was done"
        return parts.isEmpty ? nothing : parts.joined(separator: "; ")
    }

    /// What is still there, the worst first.
    static func findings(of report: Report) -> [Finding] {
        report.failingFindings.sorted { TableReport.precedes($0, $1) }
    }

    private static func line(
        of finding: Finding,
        in report: Report,
        _ style: ReportStyle,
        _ ports: PortNames,
        _ place: String
    ) -> String {
        let level =
            switch finding.severity {
            case .error: "error"
            case .warning: "warning"
            case .info: "notice"
            }
        let rule = finding.rule.map { " (\($0.escapedForTerminal))" } ?? ""
        return command(
            level,
            "\(place)\(finding.kind.noun): \(report.subjectText(of: finding))\(rule)",
            // A command line of many pages would hide the log around it.
            TableReport.details(of: finding, in: report, style, ports)
                .map { $0.truncated(to: 1000) },
            file: finding.file?.text.escapedForTerminal
        )
    }

    private static func command(
        _ level: String,
        _ title: String,
        _ lines: [String],
        file: String? = nil
    ) -> String {
        let place = file.map { "file=\(escaped($0, isProperty: true))," } ?? ""
        var shown = Array(lines.prefix(100))
        if lines.count > shown.count { shown.append("and \(lines.count - shown.count) more") }
        return "::\(level) \(place)title=\(escaped(title, isProperty: true))::"
            + escaped(shown.joined(separator: "\n"))
    }

    /// As `@actions/core` escapes the data of a command, and its properties.
    private static func escaped(_ text: String, isProperty: Bool = false) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": out += "%25"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            case ":" where isProperty: out += "%3A"
            case "," where isProperty: out += "%2C"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension Report {
    /// What a finding is about, escaped: a process by name, a path or a port.
    func subjectText(of finding: Finding) -> String {
        finding.file?.text.escapedForTerminal ?? finding.process.map { processText($0) }
            ?? finding.port?.escapedForTerminal ?? ""
    }
}
