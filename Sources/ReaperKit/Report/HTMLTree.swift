/// The processes that a report tells of, as nested lists, with findings and plan in their places.
enum HTMLTree {
    /// Lists are nested no deeper than this: browsers give up at some hundred.
    private static let deepest = 40
    /// More processes than this are folded.
    private static let folded = 500

    /// Writes the tree; nothing where the report tells of no process.
    static func write(
        _ layout: HTMLTreeLayout,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        guard !layout.nodes.isEmpty else { return }
        let count = counted(layout.nodes.count, "process", "processes")
        let isOpen = layout.nodes.count <= folded
        html.block("details", isOpen ? [.flag("open")] : []) { html in
            html.element("summary", text: "\(count), each below its parent")
            html.open("ul", [.style("tree", "part")])
            var depth = 0
            var isFirst = true
            for node in layout.nodes {
                let level = min(node.depth, deepest)
                if isFirst {
                    isFirst = false
                } else if level > depth {
                    html.open("ul")
                } else {
                    html.close("li")
                    for _ in level..<depth {
                        html.close("ul")
                        html.close("li")
                    }
                }
                depth = level
                html.open("li")
                write(node, source, to: &html)
            }
            html.close("li")
            for _ in 0..<depth {
                html.close("ul")
                html.close("li")
            }
            html.close("ul")
        }
    }

    private static func write(
        _ node: HTMLTreeLayout.Node,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        html.element("span") { html in
            html.process(node.identity, name: node.name, in: source)
            if node.depth > deepest { html.text(" (level \(node.depth))") }
            let user = source.user(of: node.identity)
            let ports = source.ports(of: node.identity)
            let age = source.age(of: node.identity)
            let facts = [user, ports, source.report.record(of: node.identity) == nil ? "" : age]
                .filter { !$0.isEmpty }
            if !facts.isEmpty {
                html.text(" ")
                html.element("span", [.style("dim")]) { $0.foreign(facts.joined(separator: ", ")) }
            }
            for remark in node.remarks {
                html.text(" ")
                write(remark, source, to: &html)
            }
        }
    }

    private static func write(
        _ remark: HTMLTreeLayout.Remark,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        switch remark {
        case .finding(let position):
            let finding = source.report.findings[position]
            html.element(
                "a",
                [
                    .link(to: source.anchor(ofFinding: position)),
                    .style("tag", finding.severity.html),
                ],
                text: "\(finding.severity.rawValue): \(finding.kind.noun)"
            )
        case .step(let wave, let step, let target):
            let place = wave.map { "wave \($0), " } ?? ""
            html.element("span", [.style("tag")], text: "\(place)step \(step): \(what(target))")
            guard !target.isGone else { return }
            html.text(" ")
            html.element("span", [.style("dim")]) {
                $0.foreign(source.shown(target.reasonAndNote, limit: 200))
            }
        case .result(let target):
            let after = target.after.map { " after \($0.roughText)" } ?? ""
            html.element(
                "span",
                [.style("tag", target.result.isGone ? "good" : "error")],
                text: target.result.words + after
            )
        case .note(let text, let isBad):
            html.element("span", [.style(isBad ? "warning" : "dim")]) { $0.foreign(text) }
        }
    }

    private static func what(_ target: ShutdownTarget) -> String {
        if target.isGone { return "already gone" }
        let grace = target.signal == .kill ? "" : ", grace \(target.timeout.roughText)"
        return "\(target.signal)\(grace)"
    }
}
