/// The report for people who want to see who started whom: findings in the tree of processes, and
/// with a plan in which order they are stopped.
public enum TreeReport {
    /// The whole text, one line after another.
    public static func render(_ report: Report, style: ReportStyle) -> [UInt8] {
        var lines: [String] = []
        if !style.isQuiet {
            lines.append(Paint.bold(TableReport.headline(of: report), when: style.color))
        }
        let forest = ProcessForest(report)
        if !forest.nodes.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines += treeLines(of: forest, in: report, style)
        }
        let others = report.findings.filter { $0.process == nil || $0.file != nil }
            .sorted { TableReport.precedes($0, $1) }
        if !others.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines += FindingTable.lines(of: others, in: report, style: style)
        }
        // Who is stopped, and when, stands in the tree.
        if let outcome = report.outcome {
            lines += OutcomeTable.lines(of: outcome, in: report, style: style, namesTargets: false)
        } else if let plan = report.plan {
            lines += PlanTable.lines(of: plan, in: report, style: style, namesTargets: false)
        } else if !style.isQuiet {
            lines += TableReport.remedies(
                for: report.findings.sorted { TableReport.precedes($0, $1) },
                in: report,
                style
            )
        }
        if !style.isQuiet { lines += IgnoredText.lines(for: report, style: style) }
        if !style.isQuiet { lines += ViewNotes.lines(for: report, style: style) }
        return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    /// A row per process, and below it a line for everything that is said about it.
    private static func treeLines(
        of forest: ProcessForest,
        in report: Report,
        _ style: ReportStyle
    ) -> [String] {
        var table = TableLayout(columns: [
            .init(title: "PROCESS", minimum: 24),
            .init(title: "PID@START"),
            .init(title: "AGE", isRightAligned: true),
            .init(title: "PORTS", minimum: 8),
            .init(title: report.outcome == nil ? "ORDER" : "RESULT", minimum: 12),
        ])
        var below: [[String]] = []
        let ports = PortNames(report)
        forest.walk { process, path in
            let node = forest.nodes[process] ?? ProcessForest.Node()
            let branch = Branch(path, hasChildren: forest.children[process] != nil)
            let name = node.name?.text.escapedForTerminal ?? "(not seen)"
            table.rows.append([
                .init(branch.head + name, paint(of: node)),
                .init(process.description),
                .init(age(of: process, in: report)),
                .init(ports.names(of: process).joined(separator: ",")),
                .init(
                    place(of: node, waves: forest.waveCount),
                    node.result.map { $0.result.isGone } ?? true ? .plain : .red
                ),
            ])
            below.append(
                remarks(on: node, in: report, style, ports).map { remark in
                    let text = remark.text.truncated(
                        to: max(20, (style.width ?? .max) - branch.stem.displayWidth)
                    )
                    return branch.stem + remark.paint(text, when: style.color)
                }
            )
        }
        let lines = table.lines(style)
        return Array(lines.prefix(1)) + zip(lines.dropFirst(), below).flatMap { [$0] + $1 }
    }

    private static func paint(of node: ProcessForest.Node) -> Paint {
        if let worst = node.findings.map(\.severity).max() { return worst.paint }
        return node.isBystander ? .dim : .plain
    }

    private static func age(of process: ProcessIdentity, in report: Report) -> String {
        let host = report.snapshot.host
        guard host.sinceBoot > .zero else { return "" }
        return host.age(of: process).roughText
    }

    /// When it is stopped and how, or what became of that.
    private static func place(of node: ProcessForest.Node, waves: Int) -> String {
        if let result = node.result {
            let signal = result.signal.map { ", \($0)" } ?? ""
            let after = result.after.map { ", \($0.roughText)" } ?? ""
            return result.result.words + signal + after
        }
        guard let step = node.step else { return "" }
        let number = waves > 1 ? "\(step.wave).\(step.number)" : "\(step.number)"
        guard !step.target.isGone else { return "\(number). already gone" }
        let grace =
            step.target.signal == .kill ? "" : ", grace \(step.target.timeout.roughText)"
        return "\(number). \(step.target.signal)\(grace)"
    }

    private static func remarks(
        on node: ProcessForest.Node,
        in report: Report,
        _ style: ReportStyle,
        _ ports: PortNames
    ) -> [(text: String, paint: Paint)] {
        var lines: [(text: String, paint: Paint)] = []
        for finding in node.findings.sorted(by: { TableReport.precedes($0, $1) }) {
            let details = TableReport.details(of: finding, in: report, style, ports)
            let rule = finding.rule.map { " (\($0.escapedForTerminal))" } ?? ""
            let sure = finding.verdict == .confirmed ? "" : "\(finding.verdict.rawValue), "
            let why = style.shown(finding.shortSummary).escapedForTerminal
            let head = "\(sure)\(finding.severity.rawValue): \(finding.kind.noun)\(rule): \(why)"
            lines.append((head, finding.severity.paint))
            if style.isVerbose { lines += details.dropFirst().map { ($0, .plain) } }
        }
        if let note = node.step?.target.note {
            lines.append((style.shown(note).escapedForTerminal, .dim))
        }
        if let reason = node.result?.reason {
            lines.append((style.shown(reason).escapedForTerminal, .dim))
        }
        lines += node.remarks.map { (style.shown($0).escapedForTerminal, .dim) }
        return lines
    }
}

/// The lines that lead to a process in a tree.
private struct Branch {
    /// What stands before its name.
    let head: String
    /// What stands before what is said about it.
    let stem: String

    /// Very deep trees are drawn with their upper levels left out.
    private static let deepest = 24

    init(_ isLast: [Bool], hasChildren: Bool) {
        let shown = isLast.suffix(Branch.deepest)
        let more = isLast.count > shown.count ? "\(isLast.count - shown.count)… " : ""
        let lead = shown.dropLast().map { $0 ? "   " : "│  " }.joined()
        head = more + lead + (shown.last.map { $0 ? "└─ " : "├─ " } ?? "")
        let width = String(repeating: " ", count: more.displayWidth)
        stem =
            width + lead + (shown.last.map { $0 ? "   " : "│  " } ?? "")
            + (hasChildren ? "│    " : "     ")
    }
}
