/// The report as test results: what Jenkins, GitLab and others read as JUnit XML.
///
/// One test case per rule and detector that looked, one for whether everything could be read, and
/// after an action one per sort of thing that was acted on. Their names depend on nothing that was
/// found, so that results of several runs can be compared. It keeps to what the schemas of Jenkins
/// (`junit-10.xsd`) and Ant have in common: one suite, one failure or error per case.
public enum JUnitReport {
    /// How many findings of one case are told with all their evidence.
    private static let detailed = 100

    private struct Case {
        var group: String
        var name: String
        var problem: Problem?
    }

    private struct Problem {
        /// Something is left, `failure`, or that could not be learned, `error`.
        var element: String
        var type: String
        var message: String
        var text: String
    }

    /// The whole text.
    public static func render(_ report: Report, style: ReportStyle) -> [UInt8] {
        var xml = XMLWriter()
        write(report, to: &xml, style)
        return xml.bytes
    }

    /// One suite per report; which machine it is about, its name says too.
    static func render(_ merged: MergedReport, style: ReportStyle) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("testsuites") { xml in
            for report in merged.reports { write(report.report, to: &xml, style, on: report.host) }
            write(merged.unread, to: &xml)
        }
        return xml.bytes
    }

    /// Whether every file told something is a case of its own: who has no suite did not pass.
    private static func write(_ unread: [UnreadReport], to xml: inout XMLWriter) {
        var item = Case(group: "reaper.report", name: "readable")
        if !unread.isEmpty {
            let lines = unread.map { "\($0.file): \($0.reason)".escapedForTerminal }
            item.problem = Problem(
                element: "error",
                type: "unread",
                message: counted(unread.count, "file") + " could not be read",
                text: lines.map { $0.truncated(to: 1000) }.joined(separator: "\n")
            )
        }
        let attributes = [
            ("name", "reaper report"), ("tests", "1"), ("failures", "0"),
            ("errors", unread.isEmpty ? "0" : "1"), ("time", "0.000"),
            ("timestamp", "1970-01-01T00:00:00"), ("hostname", "localhost"),
        ]
        xml.element("testsuite", attributes) { xml in
            xml.element("properties")
            write(item, to: &xml)
            xml.element("system-out")
            xml.element("system-err")
        }
    }

    private static func write(
        _ report: Report,
        to xml: inout XMLWriter,
        _ style: ReportStyle,
        on host: String? = nil
    ) {
        var style = style
        style.color = false
        let (checks, remarks) = checkCases(of: report, style)
        let cases = checks + [view(of: report)] + actionCases(of: report, style)
        xml.element("testsuite", head(of: report, cases, on: host)) { xml in
            xml.element("properties") { xml in
                for (name, value) in properties(of: report, style) where !value.isEmpty {
                    xml.element(
                        "property",
                        [("name", name), ("value", value.escapedForTerminal)]
                    )
                }
            }
            for item in cases { write(item, to: &xml) }
            xml.element("system-out", text: remarks.joined(separator: "\n"))
            xml.element("system-err", text: report.viewProblems.joined(separator: "\n"))
        }
    }

    private static func head(
        of report: Report,
        _ cases: [Case],
        on name: String?
    ) -> [(String, String)] {
        let host = report.snapshot.host.name
        // Ant's schema wants the time without a zone; the property `started_at` has it.
        let time = report.startedAt.rfc3339().map { String($0.dropLast()) }
        return [
            ("name", "reaper \(report.command)" + (name.map { " on \($0)" } ?? "")),
            ("tests", "\(cases.count)"),
            ("failures", "\(cases.count { $0.problem?.element == "failure" })"),
            ("errors", "\(cases.count { $0.problem?.element == "error" })"),
            ("time", report.duration.secondsText),
            ("timestamp", time ?? "1970-01-01T00:00:00"),
            // That schema wants one even where it is not known.
            ("hostname", host.isEmpty ? "localhost" : host.escapedForTerminal),
        ]
    }

    private static func properties(
        of report: Report,
        _ style: ReportStyle
    ) -> [(String, String)] {
        let run = report.run?.shownCommand(style).map(\.text).joined(separator: " ")
        return [
            ("version", ReaperVersion.current),
            ("started_at", report.startedAt.rfc3339(withMilliseconds: true) ?? ""),
            ("complete", report.isComplete ? "true" : "false"),
            ("boot_id", report.snapshot.host.bootID),
            ("kernel", report.snapshot.host.kernel),
            ("command", run?.escapedForTerminal ?? ""),
            ("findings", "\(report.findings.count)"),
            ("ignored", report.ignored.isEmpty ? "" : "\(report.ignored.count)"),
        ]
    }

    // MARK: - Cases

    /// One case per check, and what was found that makes none of them fail.
    private static func checkCases(
        of report: Report,
        _ style: ReportStyle
    ) -> (cases: [Case], remarks: [String]) {
        var remarks: [String] = []
        let failing = Set(report.failingFindings.map(\.id))
        let ports = PortNames(report)
        let cases = report.checkedFindings.map { check, findings in
            var item = Case(group: "reaper.checks", name: check.name)
            var title = ""
            if case .rule(_, let text) = check {
                item.group = "reaper.rules"
                title = text
            }
            var bad: [Finding] = []
            var rest: [Finding] = []
            for finding in findings {
                if style.failureThreshold.counts(finding.severity), failing.contains(finding.id) {
                    bad.append(finding)
                } else {
                    rest.append(finding)
                }
            }
            remarks += text(of: rest, in: report, style, ports)
            item.problem = problem(of: bad, title, in: report, style, ports)
            return item
        }
        return (cases, remarks)
    }

    private static func problem(
        of findings: [Finding],
        _ title: String,
        in report: Report,
        _ style: ReportStyle,
        _ ports: PortNames
    ) -> Problem? {
        guard let first = findings.first else { return nil }
        let summary = style.shown(first.summary).escapedForTerminal
        let more = findings.count > 1 ? "\(findings.count) findings, the first: " : ""
        let heading = title.isEmpty ? [] : [title.escapedForTerminal, ""]
        let lines = heading + text(of: findings, in: report, style, ports)
        return Problem(
            element: "failure",
            type: first.kind.rawValue,
            message: more + summary,
            text: lines.joined(separator: "\n")
        )
    }

    /// All the evidence, as long as somebody may read that much.
    private static func text(
        of findings: [Finding],
        in report: Report,
        _ style: ReportStyle,
        _ ports: PortNames
    ) -> [String] {
        findings.enumerated().flatMap { index, finding in
            let lines = TableReport.details(of: finding, in: report, style, ports)
            return index < detailed ? lines : Array(lines.prefix(1))
        }
    }

    private static func view(of report: Report) -> Case {
        var item = Case(group: "reaper.checks", name: "complete_view")
        let problems = report.viewProblems
        if let last = problems.last {
            item.problem = Problem(
                element: "error",
                type: "incomplete",
                message: last,
                text: problems.joined(separator: "\n")
            )
        }
        return item
    }

    private static func actionCases(of report: Report, _ style: ReportStyle) -> [Case] {
        report.actionVerdicts(style).map { verdict in
            var item = Case(group: "reaper.\(report.command)", name: verdict.name)
            if !verdict.problems.isEmpty {
                item.problem = Problem(
                    element: verdict.isUnproven ? "error" : "failure",
                    type: verdict.name,
                    message: verdict.summary,
                    text: verdict.problems.joined(separator: "\n")
                )
            }
            return item
        }
    }

    private static func write(_ item: Case, to xml: inout XMLWriter) {
        let attributes = [
            ("classname", item.group), ("name", item.name.escapedForTerminal), ("time", "0"),
        ]
        guard let problem = item.problem else {
            xml.element("testcase", attributes)
            return
        }
        xml.element("testcase", attributes) { xml in
            xml.element(
                problem.element,
                [("type", problem.type), ("message", problem.message)],
                text: problem.text
            )
        }
    }
}
