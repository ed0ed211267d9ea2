/// Every finding with its evidence: a row each, in tables of some hundred rows that a browser lays out
/// only when they come into view.
struct HTMLFindings {
    /// Rows of one table.
    private static let partLength = 200
    /// As long as there are no more, everything is unfolded.
    private static let unfolded = 20
    /// Fewer findings need no filter.
    private static let filtered = 2

    private struct Row {
        var source: Int
        var position: Int
        var finding: Finding
    }

    private let sources: [HTMLSource]
    /// The machines, of each report its own; empty where all is of one.
    private let hosts: [String]
    private let hostNumbers: [String: Int]
    private let rows: [Row]

    /// Of these reports, each of the machine of that name.
    init(_ sources: [HTMLSource], hosts: [String] = []) {
        self.sources = sources
        self.hosts = hosts
        let names = Set(hosts).sorted()
        hostNumbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        rows = sources.enumerated().flatMap { number, source in
            source.report.findings.enumerated().map {
                Row(source: number, position: $0, finding: $1)
            }
        }.sorted { left, right in
            let (one, other) = (left.finding, right.finding)
            if one.severity != other.severity { return one.severity > other.severity }
            if !hosts.isEmpty, hosts[left.source] != hosts[right.source] {
                return hosts[left.source] < hosts[right.source]
            }
            if left.source != right.source { return left.source < right.source }
            return TableReport.precedes(one, other)
        }
    }

    /// Whether there is one.
    var isEmpty: Bool { rows.isEmpty }

    /// Writes the filter and all rows.
    func write(to html: inout HTMLWriter) {
        if rows.count >= Self.filtered { writeFilter(to: &html) }
        var first = 0
        while first < rows.count {
            let last = min(first + Self.partLength, rows.count)
            let title =
                rows.count <= Self.partLength
                ? counted(rows.count, "finding") + ", worst first"
                : "findings \(first + 1) to \(last) of \(rows.count), worst first"
            html.block("div", [.style("part")]) { html in
                html.block(
                    "div",
                    [
                        .style("scroll"), .own("role", "region"), .number("tabindex", 0),
                        .label(title),
                    ]
                ) { html in
                    writeTable(rows[first..<last], title, to: &html)
                }
            }
            first = last
        }
    }

    // MARK: - The table

    private func writeTable(_ rows: ArraySlice<Row>, _ title: String, to html: inout HTMLWriter) {
        html.block("table", [.style("wide")]) { html in
            html.element("caption", text: title)
            html.block("thead") { html in
                html.element("tr") { html in
                    if !hosts.isEmpty { html.column("Host", .style("host")) }
                    html.column("Severity", .style("narrow"))
                    html.column("Kind", .style("kind"))
                    html.column("What", .style("what"))
                    html.column("Age", .style("narrow"))
                    html.column("User", .style("narrow"))
                    html.column("Ports", .style("narrow"))
                    html.column("Why and what to do", nil)
                }
            }
            html.block("tbody") { html in
                for row in rows { write(row, to: &html) }
            }
        }
    }

    private func write(_ row: Row, to html: inout HTMLWriter) {
        let source = sources[row.source]
        let finding = row.finding
        var attributes: [HTMLWriter.Attribute] = [
            .id(source.anchor(ofFinding: row.position)),
            .own("data-severity", finding.severity.html),
        ]
        if !hosts.isEmpty, let number = hostNumbers[hosts[row.source]] {
            attributes.append(.number("data-host", number))
        }
        html.block("tr", attributes) { html in
            if !hosts.isEmpty { html.element("td") { $0.foreign(hosts[row.source]) } }
            html.element("td", [.style(finding.severity.html)], text: finding.severity.rawValue)
            html.element("td", text: finding.kind.noun)
            html.element("th", [.rowHeading]) { html in
                writeSubject(of: finding, source, to: &html)
                guard let end = source.end(of: finding) else { return }
                html.text(" ")
                let style: HTMLWriter.Word = end.isGone ? "good" : "error"
                html.element("span", [.style("tag", style)], text: end.words)
            }
            html.element("td", text: source.age(of: finding))
            html.element("td") { html in
                if let process = finding.process { html.foreign(source.user(of: process)) }
            }
            let ports = finding.process.map(source.ports) ?? finding.port ?? ""
            html.element("td", text: ports)
            html.element("td") { writeReason(of: finding, source, to: &$0) }
        }
    }

    private func writeSubject(
        of finding: Finding,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        if let file = finding.file {
            html.code(file.text.escapedForTerminal.truncated(to: 1000, keeping: .tail))
        } else if let process = finding.process {
            html.process(process, in: source)
        } else {
            html.text("port ")
            html.code(finding.port ?? "")
        }
    }

    // MARK: - Evidence

    private func writeReason(
        of finding: Finding,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        let isOpen = rows.count <= Self.unfolded
        html.element("details", isOpen ? [.flag("open")] : []) { html in
            html.element("summary") { html in
                if finding.verdict != .confirmed { html.text("\(finding.verdict.rawValue): ") }
                html.foreign(source.shown(finding.shortSummary))
            }
            if let rule = finding.rule {
                html.element("p") { html in
                    html.text("rule ")
                    html.code(rule)
                }
            }
            writeEvidence(of: finding, source, to: &html)
            // Whoever is gone needs no command.
            if let command = finding.remedy.command, source.end(of: finding)?.isGone != true {
                html.element("p") { html in
                    html.text("What to do: ")
                    html.element("code", [.style("command")], text: command)
                }
            }
        }
    }

    private func writeEvidence(
        of finding: Finding,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        let record = finding.process.flatMap(source.report.record)
        let arguments = record?.shownArguments(source.style) ?? []
        guard !finding.evidence.isEmpty || !arguments.isEmpty else { return }
        html.element("ul") { html in
            if !arguments.isEmpty {
                html.element("li") { html in
                    html.text("command line: ")
                    html.code(source.line(of: arguments))
                }
            }
            for item in finding.evidence {
                html.element("li") { html in
                    html.foreign(source.shown(item.fact))
                    html.text(" (")
                    html.code(item.source.escapedForTerminal.truncated(to: 1000))
                    if let value = item.value {
                        html.text(": ")
                        html.code(source.shown(value.text))
                    }
                    html.text(")")
                }
            }
        }
    }

    // MARK: - The filter

    /// Hidden until the script shows it: without the script it would do nothing.
    private func writeFilter(to html: inout HTMLWriter) {
        html.block("form", [.own("id", "filter"), .own("role", "search"), .flag("hidden")]) {
            html in
            html.element("label", [.own("for", "filter-text")], text: "Text")
            html.open(
                "input",
                [
                    .own("id", "filter-text"), .own("type", "search"),
                    .own("autocomplete", "off"),
                ]
            )
            if hostNumbers.count > 1 {
                html.element("label", [.own("for", "filter-host")], text: "Host")
                html.element("select", [.own("id", "filter-host")]) { html in
                    html.element("option", [.own("value", "")], text: "all hosts")
                    for (name, number) in hostNumbers.sorted(by: { $0.value < $1.value }) {
                        html.element("option", [.number("value", number)], text: name)
                    }
                }
            }
            html.element("fieldset") { html in
                html.element("legend", text: "Severity")
                for severity: Severity in [.error, .warning, .info] {
                    html.element("label") { html in
                        html.open(
                            "input",
                            [
                                .own("type", "checkbox"), .own("value", severity.html),
                                .flag("checked"),
                            ]
                        )
                        html.text(" \(severity.rawValue)")
                    }
                }
            }
            html.element(
                "button",
                [.own("type", "button"), .own("id", "filter-open")],
                text: "Unfold all"
            )
            html.element(
                "button",
                [.own("type", "button"), .own("id", "filter-close")],
                text: "Fold all"
            )
            html.element("button", [.own("type", "reset")], text: "Reset")
            html.element("output", [.own("id", "filter-told")], text: "")
        }
    }
}

extension HTMLWriter {
    /// The heading of a column.
    mutating func column(_ title: Word, _ attribute: Attribute?) {
        element("th", [.columnHeading] + (attribute.map { [$0] } ?? []), text: title.text)
    }
}
