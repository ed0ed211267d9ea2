/// What was asked, of which machine and when; how much of what was found; and what nobody could see.
enum HTMLSummary {
    /// Whether there is anything to write beside the facts.
    static func write(_ source: HTMLSource, to html: inout HTMLWriter) {
        writeFacts(of: source, to: &html)
        writeCounts(of: source.report.findings, to: &html)
        writeView(of: source, to: &html)
        writeChecks(of: source, to: &html)
        writeIgnored(of: source, to: &html)
    }

    /// Names and values.
    static func writeFacts(of source: HTMLSource, to html: inout HTMLWriter) {
        let report = source.report
        let host = report.snapshot.host
        html.block("dl") { html in
            let typed = source.style.shownRequest
            if !typed.isEmpty {
                html.element("dt", text: "Asked")
                html.element("dd") { $0.code(source.line(of: typed.map(\.quoted))) }
            }
            if let run = report.run {
                html.element("dt", text: "Command")
                html.element("dd") { html in
                    html.code(source.line(of: run.shownCommand(source.style).map(\.quoted)))
                    html.text(" \(run.ending.inWords), after \(run.duration.roughText)")
                }
            }
            html.fact("Host", host.name)
            html.fact("Kernel", host.kernel)
            html.fact("Boot", host.bootID)
            if report.startedAt > .zero, let time = report.startedAt.rfc3339() {
                html.element("dt", text: "Started")
                html.element("dd") { html in html.element("time", text: time) }
            }
            if let duration = report.totals.duration { html.fact(took(report), duration.roughText) }
            html.fact("Looked at", looked(report))
            if let error = report.error { html.fact("Nothing was done", source.shown(error)) }
        }
    }

    /// Whoever acts looks first, and only that is timed; `run` counts its command.
    private static func took(_ report: Report) -> HTMLWriter.Word {
        report.outcome == nil || report.isOfRun ? "Took" : "Looking took"
    }

    private static func looked(_ report: Report) -> String {
        let totals = report.totals
        let parts = [
            totals.processes.map { counted($0, "process", "processes") },
            totals.instanceFiles.map { counted($0, "instance file") },
            totals.unreadable.flatMap { $0 == 0 ? nil : "\($0) processes not read in full" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// How many of which kind and severity.
    static func writeCounts(of findings: [Finding], to html: inout HTMLWriter) {
        guard !findings.isEmpty else { return }
        let severities: [Severity] = [.error, .warning, .info]
        var counts: [FindingKind: [Severity: Int]] = [:]
        for finding in findings {
            counts[finding.kind, default: [:]][finding.severity, default: 0] += 1
        }
        html.block("table") { html in
            html.element("caption", text: "Findings by kind and severity")
            html.element("thead") { html in
                html.element("tr") { html in
                    html.element("th", [.columnHeading], text: "Kind")
                    for severity in severities {
                        html.element(
                            "th",
                            [.columnHeading, .style("count", severity.html)],
                            text: severity.rawValue
                        )
                    }
                    html.element("th", [.columnHeading, .style("count")], text: "all")
                }
            }
            html.element("tbody") { html in
                for kind in FindingKind.allCases {
                    guard let row = counts[kind] else { continue }
                    html.element("tr") { html in
                        html.element("th", [.rowHeading], text: kind.plural)
                        let numbers = severities.map { row[$0] ?? 0 }
                        for number in numbers + [numbers.reduce(0, +)] {
                            html.element("td", [.style("count")], text: "\(number)")
                        }
                    }
                }
            }
        }
    }

    /// What nobody could see: without it nothing can be claimed.
    static func writeView(of source: HTMLSource, to html: inout HTMLWriter) {
        var style = ReportStyle()
        style.isVerbose = true
        let lines = ViewNotes.lines(for: source.report, style: style).filter { !$0.isEmpty }
        guard !lines.isEmpty else { return }
        html.block("div", source.report.isComplete ? [] : [.style("verdict", "unknown")]) { html in
            let title =
                source.report.isComplete
                ? "Not read, without hiding anything that was asked for"
                : "What could not be seen"
            html.element("p", [.style("word")], text: title)
            html.list(lines)
        }
    }

    private static func writeChecks(of source: HTMLSource, to html: inout HTMLWriter) {
        let checks = source.report.checks
        guard !checks.isEmpty else { return }
        html.block("details") { html in
            html.element("summary", text: looking(checks.count))
            html.element("ul") { html in
                for check in checks {
                    html.element("li") { html in
                        html.code(check.name)
                        if case .rule(_, let title) = check {
                            html.text(" ")
                            html.foreign(title)
                        }
                    }
                }
            }
        }
    }

    private static func looking(_ count: Int) -> String {
        counted(count, "rule or detector", "rules and detectors") + " looked"
    }

    private static func writeIgnored(of source: HTMLSource, to html: inout HTMLWriter) {
        let ignored = source.report.ignored
        guard !ignored.isEmpty else { return }
        html.block("details") { html in
            html.element("summary", text: "\(ignored.count) ignored, as was asked")
            html.list(IgnoredText.items(of: source.report))
        }
    }
}

extension HTMLWriter {
    /// A name and its value, where there is one.
    fileprivate mutating func fact(_ name: Word, _ value: String) {
        guard !value.isEmpty else { return }
        element("dt", text: name.text)
        element("dd") { $0.foreign(value) }
    }

    /// A list of lines.
    mutating func list(_ lines: [String]) {
        block("ul") { html in
            for line in lines { html.element("li", text: line) }
        }
    }
}

extension HTMLSource {
    /// Arguments as they would be typed, more or less; a program may have megabytes of them.
    func line(of arguments: [ByteString]) -> String {
        arguments.map(\.text.escapedForTerminal).joined(separator: " ").truncated(to: 4096)
    }
}

extension ReportStyle {
    /// What was typed, as this style allows it to be shown.
    fileprivate var shownRequest: [ByteString] {
        showsSecrets ? request : SecretMask.masked(arguments: request)
    }
}

extension ByteString {
    /// As a shell would want it typed.
    fileprivate var quoted: ByteString { ByteString(text.quotedForShell) }
}

extension CommandEnding {
    fileprivate var inWords: String {
        switch self {
        case .exited(let code): "exited with status \(code)"
        case .signaled(let number): "ended by \(Signal(number: number))"
        }
    }
}
