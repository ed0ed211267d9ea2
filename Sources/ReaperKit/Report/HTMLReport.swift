/// The report as one page that needs nothing else: to be mailed, or kept with a CI job.
///
/// What was found and why, the tree of processes with the plan in it, and what came of a shutdown as a
/// picture. It loads nothing, has no address in it, and allows itself, by a policy of its own, one
/// style and one script, both written here.
public enum HTMLReport {
    /// More reports than this only the table of hosts leads to.
    private static let listed = 10

    /// The whole text.
    public static func render(_ report: Report, style: ReportStyle) -> [UInt8] {
        let style = style.uncolored
        let host = report.snapshot.host.name.escapedForTerminal
        var page = HTMLPage(
            title: "reaper \(report.command)" + (host.isEmpty ? "" : " on \(host)"),
            verdict: HTMLVerdict(report, style)
        )
        let source = HTMLSource(report, style)
        page.add(.init("summary"), "Summary") { HTMLSummary.write(source, to: &$0) }
        let findings = HTMLFindings([source])
        if !findings.isEmpty { page.add(.init("findings"), "Findings") { findings.write(to: &$0) } }
        for part in parts(of: source) { page.add(part.anchor, part.title, part.body) }
        return page.render()
    }

    /// Several reports: all findings together, then what each has to say beside them.
    static func render(_ merged: MergedReport, style: ReportStyle) -> [UInt8] {
        let style = style.uncolored
        let hosts = counted(merged.hostCount, "host")
        var page = HTMLPage(
            title: "reaper report of \(hosts)",
            verdict: HTMLVerdict(merged, style)
        )
        let sources = merged.reports.enumerated().map { number, item in
            HTMLSource(item.report, style.withoutRequest, number: number, index: item.index)
        }
        page.add(.init("hosts"), "Hosts") { HTMLHosts.write(merged, sources, style, to: &$0) }
        let findings = HTMLFindings(sources, hosts: merged.reports.map(\.host))
        if !findings.isEmpty { page.add(.init("findings"), "Findings") { findings.write(to: &$0) } }
        let isCrowd = merged.reports.count > listed
        for (item, source) in zip(merged.reports, sources) where item.isNotable {
            page.add(
                HTMLHosts.anchor(of: source),
                HTMLHosts.title(of: item),
                isListed: !isCrowd
            ) { html in
                HTMLSummary.writeFacts(of: source, to: &html)
                HTMLSummary.writeView(of: source, to: &html)
                for part in parts(of: source) {
                    html.block("h3", [.id(part.anchor)], text: part.title)
                    part.body(&html)
                }
            }
        }
        return page.render()
    }

    /// What a report tells beside its findings.
    private static func parts(of source: HTMLSource) -> [HTMLPage.Section] {
        let report = source.report
        var parts: [HTMLPage.Section] = []
        func add(
            _ name: HTMLWriter.Word,
            _ title: String,
            _ body: @escaping (inout HTMLWriter) -> Void
        ) {
            let anchor = HTMLWriter.Anchor(name, source.number, 0)
            parts.append(HTMLPage.Section(anchor: anchor, title: title, body: body))
        }
        if let instances = report.instances, !instances.isEmpty {
            add("instances", "Instances") { HTMLInstances.write(instances, source, to: &$0) }
        }
        if let outcome = report.outcome {
            add("shutdown", "Shutdown") { HTMLTimeline.write(outcome, source, to: &$0) }
        }
        if let plan = report.plan {
            add("plan", report.outcome == nil ? "Plan" : "What was planned") {
                HTMLPlan.write(plan, source, to: &$0)
            }
        }
        let layout = HTMLTreeLayout(source)
        if !layout.nodes.isEmpty {
            add("processes", "Processes") { HTMLTree.write(layout, source, to: &$0) }
        }
        return parts
    }
}

extension ReportStyle {
    fileprivate var uncolored: ReportStyle {
        var style = self
        style.color = false
        return style
    }

    /// What was typed was typed for all reports together.
    fileprivate var withoutRequest: ReportStyle {
        var style = self
        style.request = []
        return style
    }
}
