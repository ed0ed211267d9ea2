/// The report as a graph for Graphviz: who was found, in the tree of processes, and with a plan in
/// which order they are stopped.
public enum DotReport {
    /// The whole text.
    public static func render(_ report: Report, style: ReportStyle) -> [UInt8] {
        var graph = DotGraph(report, style)
        graph.addFindings()
        graph.addPlan()
        graph.addAncestors()
        return graph.finish()
    }
}

/// Nodes and edges of one report; a process is one node, whatever is said about it.
private struct DotGraph {
    private let report: Report
    private let style: ReportStyle
    private var order: [ProcessIdentity] = []
    private var nodes: [ProcessIdentity: Node] = [:]
    /// Parents that a plan knows and the snapshot may not.
    private var parents: [ProcessIdentity: ProcessIdentity] = [:]
    private var others: [(lines: [String], shape: String, color: String)] = []

    private struct Node {
        var name: ByteString?
        var lines: [String] = []
        var color = "gray50"
        var isFound = false
    }

    init(_ report: Report, _ style: ReportStyle) {
        self.report = report
        self.style = style
    }

    // MARK: - What there is

    mutating func addFindings() {
        let ports = PortNames(report)
        for finding in report.findings {
            let rule = finding.rule.map { " (\($0.escapedForTerminal))" } ?? ""
            let lines = [
                "\(finding.severity.rawValue): \(finding.kind.noun)\(rule)",
                style.shown(finding.shortSummary).escapedForTerminal,
            ]
            guard let process = finding.process, finding.file == nil else {
                let subject = report.subjectText(of: finding)
                let isFile = finding.file != nil
                others.append(
                    ([subject] + lines, isFile ? "note" : "ellipse", finding.severity.dotColor)
                )
                continue
            }
            let held = ports.text(of: finding)
            note(process, lines + (held.isEmpty ? [] : [held]), finding.severity.dotColor)
            nodes[process]?.isFound = true
        }
    }

    mutating func addPlan() {
        guard let plan = report.plan else { return }
        let byNumber = Dictionary(plan.targets.map { ($0.identity.pid, $0.identity) }) { one, _ in
            one
        }
        for (number, wave) in plan.waves.enumerated() {
            let name = plan.waves.count > 1 ? "wave \(number + 1), " : ""
            for (target, step) in ShutdownPlan.steps(of: wave) {
                note(target.identity, ["\(name)step \(step): \(what(target))"], nil)
                nodes[target.identity]?.name = target.name
                if let parent = target.parent.flatMap({ byNumber[$0] }), parent != target.identity {
                    parents[target.identity] = parent
                }
            }
        }
        for target in report.outcome?.targets ?? [] {
            let after = target.after.map { " after \($0.roughText)" } ?? ""
            let color = target.result.isGone ? "forestgreen" : "red3"
            note(target.identity, [target.result.rawValue + after], color)
            nodes[target.identity]?.name = target.name
        }
        for zombie in plan.zombies {
            note(zombie.identity, ["its parent is asked to wait for it"], nil)
            note(zombie.parent, ["asked to wait for \(zombie.identity)"], nil)
            parents[zombie.identity] = zombie.parent
        }
        for refusal in plan.refused {
            let lines = ["refused: \(style.shown(refusal.reason).escapedForTerminal)"]
            if let process = refusal.identity {
                note(process, lines, nil)
            } else {
                others.append(([report.refusalText(refusal)] + lines, "note", "gray50"))
            }
        }
        for removal in plan.removals {
            let path = removal.path.text.escapedForTerminal
            let reason = style.shown(removal.reason).escapedForTerminal
            others.append(([path, "removed in the end: \(reason)"], "note", "gray50"))
        }
    }

    private func what(_ target: ShutdownTarget) -> String {
        if target.isGone { return "already gone" }
        let grace = target.signal == .kill ? "" : ", grace \(target.timeout.roughText)"
        return "\(target.signal)\(grace)"
    }

    /// Who stands between them and the first process: without those there would be no tree.
    mutating func addAncestors() {
        var next = 0
        while next < order.count {
            let child = order[next]
            next += 1
            guard parents[child] == nil, let parent = report.parent(of: child) else { continue }
            parents[child] = parent
            note(parent, [], nil)
        }
    }

    private mutating func note(_ process: ProcessIdentity, _ lines: [String], _ color: String?) {
        var node = nodes[process] ?? Node()
        if nodes[process] == nil { order.append(process) }
        node.lines += lines
        if let color { node.color = color }
        nodes[process] = node
    }

    // MARK: - How it is written

    func finish() -> [UInt8] {
        var text = "digraph reaper {\n"
        text +=
            "  graph [rankdir=LR, label=\(quoted([title])), labelloc=t, fontname=\"sans-serif\"];\n"
        text += "  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n"
        for process in order {
            guard let node = nodes[process] else { continue }
            let label = quoted([report.processText(process, name: node.name)] + node.lines)
            let width = node.isFound ? ", penwidth=2" : ""
            text += "  \"\(process)\" [label=\(label), color=\(node.color)\(width)];\n"
        }
        for (index, other) in others.enumerated() {
            let label = quoted(other.lines)
            text +=
                "  other\(index) [label=\(label), shape=\(other.shape), color=\(other.color)];\n"
        }
        for child in order {
            if let parent = parents[child] { text += "  \"\(parent)\" -> \"\(child)\";\n" }
        }
        return Array((text + "}\n").utf8)
    }

    private var title: String {
        let host = report.snapshot.host.name.escapedForTerminal
        let whole = report.isComplete ? "" : " (the view was incomplete)"
        return "reaper \(report.command)" + (host.isEmpty ? "" : " on \(host)") + whole
    }

    /// Lines as one label, Graphviz's escString: backslashes there are sequences such as `\N`, and
    /// `&lt;` is read as HTML would.
    private func quoted(_ lines: [String]) -> String {
        let texts = lines.map { line in
            var out = ""
            for scalar in line.truncated(to: 200).unicodeScalars {
                switch scalar {
                case "\\": out += "\\\\"
                case "\"": out += "\\\""
                case "&": out += "&amp;"
                default: out.unicodeScalars.append(scalar)
                }
            }
            return out
        }
        return "\"" + texts.joined(separator: "\\n") + "\""
    }
}

extension Severity {
    /// A color of its own among X11's names.
    fileprivate var dotColor: String {
        switch self {
        case .error: "red3"
        case .warning: "darkorange"
        case .info: "steelblue"
        }
    }
}
