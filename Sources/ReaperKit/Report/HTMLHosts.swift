/// The reports that were merged: a row each, and what could not be read.
enum HTMLHosts {
    /// Where the page tells more of a report.
    static func anchor(of source: HTMLSource) -> HTMLWriter.Anchor {
        .init("host", source.number, 0)
    }

    /// What a report's own section is called.
    static func title(of item: HostReport) -> String { "\(item.host): \(item.report.command)" }

    static func write(
        _ merged: MergedReport,
        _ sources: [HTMLSource],
        _ style: ReportStyle,
        to html: inout HTMLWriter
    ) {
        HTMLSummary.writeCounts(of: merged.reports.flatMap(\.report.findings), to: &html)
        if !merged.unread.isEmpty {
            html.block("div", [.style("verdict", "unknown")]) { html in
                html.element(
                    "p",
                    [.style("word")],
                    text: "What these files would have told is not known"
                )
                html.list(
                    merged.unread.map { file in
                        "\(file.file): \(file.reason)".escapedForTerminal.truncated(to: 1000)
                    }
                )
            }
        }
        guard !merged.reports.isEmpty else { return }
        let title = counted(merged.reports.count, "report")
        html.block(
            "div",
            [.style("scroll"), .own("role", "region"), .number("tabindex", 0), .label(title)]
        ) { html in
            html.block("table") { html in
                html.element("caption", text: title)
                html.block("thead") { html in
                    html.element("tr") { html in
                        html.column("Host", nil)
                        html.column("Command", nil)
                        html.column("Started", nil)
                        html.column("Findings", .style("count"))
                        html.column("Errors", .style("count"))
                        html.column("Warnings", .style("count"))
                        html.column("Infos", .style("count"))
                        html.column("State", nil)
                        html.column("File", nil)
                    }
                }
                html.block("tbody") { html in
                    for (item, source) in zip(merged.reports, sources) {
                        write(item, source, style, to: &html)
                    }
                }
            }
        }
    }

    private static func write(
        _ item: HostReport,
        _ source: HTMLSource,
        _ style: ReportStyle,
        to html: inout HTMLWriter
    ) {
        html.block("tr") { html in
            html.element("th", [.rowHeading]) { html in
                guard item.isNotable else { return html.foreign(item.host) }
                html.element("a", [.link(to: anchor(of: source))]) { $0.foreign(item.host) }
            }
            let report = item.report
            html.element("td", text: report.command)
            let time = report.startedAt > .zero ? report.startedAt.rfc3339() : nil
            html.element("td") { html in
                if let time { html.element("time", text: time) }
            }
            html.element("td", [.style("count")], text: "\(report.findings.count)")
            for severity: Severity in [.error, .warning, .info] {
                let count = report.findings.count { $0.severity == severity }
                html.element(
                    "td",
                    count == 0 ? [.style("count")] : [.style("count", severity.html)],
                    text: "\(count)"
                )
            }
            html.element("td", item.isTroubled ? [.style("warning")] : [], text: item.state(style))
            html.element("td") { html in
                html.code(item.file.escapedForTerminal.truncated(to: 256, keeping: .tail))
            }
        }
    }
}
