/// What `--dry-run` shows: the trees in the order they would be stopped.
enum PlanTable {
    static func lines(
        of plan: ShutdownPlan,
        in report: Report,
        style: ReportStyle,
        namesTargets: Bool = true
    ) -> [String] {
        guard !plan.isEmpty else {
            return ["", "plan: nothing to do"] + leftAlone(by: plan, in: report, style)
        }
        var lines = ["", Paint.bold(headline(of: plan), when: style.color)]
        for (number, wave) in plan.waves.enumerated() where namesTargets && !wave.isEmpty {
            if plan.waves.count > 1 { lines += ["", "wave \(number + 1) of \(plan.waves.count)"] }
            lines += table(of: killOrder(wave), in: report, style: style)
        }
        lines += section(
            "zombies whose parent is asked to wait for them",
            plan.zombies.map { zombie in
                let child = report.processText(zombie.identity)
                if zombie.isGone { return (child, "is gone: somebody has waited for it") }
                let parent = "parent " + report.processText(zombie.parent)
                guard zombie.isParentStopped else { return (child, parent) }
                return (child, parent + ", which is stopped: it will be continued (SIGCONT)")
            },
            style
        )
        lines += section(
            "remove, once every target is gone",
            plan.removals.map { ($0.path.text.escapedForTerminal, style.shown($0.reason)) },
            style
        )
        lines += plan.sweeps.flatMap { SweepText.lines(of: $0, in: report, style) }
        lines += section(
            "refused",
            plan.refused.map { (report.refusalText($0), style.shown($0.reason)) },
            style
        )
        let left = leftAlone(by: plan, in: report, style)
        return left.isEmpty ? lines : lines + [""] + left
    }

    /// How many are named of what is left alone.
    private static let nameLimit = 5

    /// What is left because too little is proven or its rule only reports it, escaped.
    ///
    /// Each line says what would act on it; for a suspect that is a command of its own.
    static func leftAlone(
        by plan: ShutdownPlan,
        in report: Report,
        _ style: ReportStyle
    ) -> [String] {
        let verdicts = report.verdicts(of: plan.leftAlone)
        let all = zip(plan.leftAlone, verdicts)
        let suspects = all.filter { $1 == .suspect }.map(\.0)
        let shown = style.isVerbose || suspects.count <= nameLimit ? suspects : []
        var lines = Verdict.allCases.filter { $0 != .suspect }.flatMap { verdict in
            groups(of: all.filter { $1 == verdict }.map(\.0), verdict, in: report)
        }
        lines += shown.map { item in
            let reason = style.shown(item.reason).escapedForTerminal
            return "left alone: \(report.refusalText(item)): \(reason)"
        }
        if shown.count < suspects.count {
            lines.append(
                "left alone: \(suspects.count) that are only suspect; -v lists them, and what acts "
                    + "on each"
            )
        }
        return lines
    }

    private static func groups(
        of items: [Refusal],
        _ verdict: Verdict,
        in report: Report
    ) -> [String] {
        var reasons: [String] = []
        for item in items where !reasons.contains(item.reason) { reasons.append(item.reason) }
        return reasons.map { reason in
            let left = items.filter { $0.reason == reason }
            let more = left.count - nameLimit
            let names =
                left.prefix(nameLimit).map(report.refusalText).joined(separator: ", ")
                + (more > 0 ? " and \(more) more" : "")
            let many = left.count > 1 && reason.hasSuffix(" it")
            let what = many ? "\(reason.dropLast(2))them" : reason
            let count = "\(left.count) \(verdict.rawValue)"
            return "left alone: \(count) (\(names); \(what.escapedForTerminal))"
        }
    }

    /// How much there is to do, such as `plan: stop 2 processes, 1 refused`.
    static func headline(of plan: ShutdownPlan) -> String {
        var parts: [String] = []
        let waitedFor = plan.zombies.count(where: \.isGone)
        let zombies = plan.zombies.count - waitedFor
        let count = plan.targets.count(where: { !$0.isGone })
        let gone = plan.targets.count - count + waitedFor
        if count > 0 { parts.append("stop " + counted(count, "process", "processes")) }
        if zombies > 0 { parts.append("reap " + counted(zombies, "zombie")) }
        if !plan.removals.isEmpty { parts.append("remove " + counted(plan.removals.count, "file")) }
        if parts.isEmpty { parts.append("nothing to do") }
        if gone > 0 { parts.append("\(gone) already gone") }
        if !plan.refused.isEmpty { parts.append("\(plan.refused.count) refused") }
        return "plan: " + parts.joined(separator: ", ")
    }

    /// Tree by tree, and within a tree as the engine goes: the deepest first unless told otherwise.
    static func killOrder(_ wave: [ShutdownTarget]) -> [ShutdownTarget] {
        var roots: [ProcessIdentity] = []
        for target in wave where !roots.contains(target.root) { roots.append(target.root) }
        return roots.flatMap { root -> [ShutdownTarget] in
            let tree = Array(wave.filter { $0.root == root }.enumerated())
            let goesDown = tree.first?.element.order != .deepestFirst
            // Pairs keep the plan's order among equals: `sort` alone does not promise to.
            return tree.sorted { left, right in
                let (one, other) = (left.element.depth, right.element.depth)
                guard one != other else { return left.offset < right.offset }
                return goesDown ? one < other : one > other
            }.map(\.element)
        }
    }

    private static func table(
        of targets: [ShutdownTarget],
        in report: Report,
        style: ReportStyle
    ) -> [String] {
        var table = TableLayout(columns: [
            .init(title: "PROCESS", minimum: 12),
            .init(title: "PID@START"),
            .init(title: "SIGNAL"),
            .init(title: "GRACE", isRightAligned: true),
            .init(title: "USER", minimum: 6),
            .init(title: "WHY", minimum: 12),
        ])
        table.rows = targets.map { target in
            let indent = String(repeating: "  ", count: min(max(target.depth, 0), 12))
            let user = target.user.map { report.snapshot.host.userNames[$0] ?? "\($0)" } ?? ""
            return [
                .init(indent + target.name.text.escapedForTerminal),
                .init(target.identity.description),
                .init(target.isGone ? "" : target.signal.description),
                .init(target.isGone || target.signal == .kill ? "" : target.timeout.roughText),
                .init(user.escapedForTerminal),
                .init(style.shown(target.reasonAndNote).escapedForTerminal),
            ]
        }
        return table.lines(style, indent: 2)
    }

    private static func section(
        _ title: String,
        _ items: [(what: String, why: String)],
        _ style: ReportStyle
    ) -> [String] {
        guard !items.isEmpty else { return [] }
        return ["", "\(title):"]
            + items.map { "  \($0.what): \($0.why.escapedForTerminal)" }
    }
}

extension ShutdownTarget {
    /// Why it is in the plan, and why it may not end by its stop signal.
    var reasonAndNote: String {
        if isGone { return "already gone" }
        return note.map { "\(reason); \($0)" } ?? reason
    }
}

extension Report {
    /// How sure it is of each; what no finding is about any more was probable.
    fileprivate func verdicts(of items: [Refusal]) -> [Verdict] {
        guard !items.isEmpty else { return [] }
        var processes: [ProcessIdentity: Verdict] = [:]
        var files: [ByteString: Verdict] = [:]
        for finding in findings {
            if let path = finding.file { files[path] = finding.verdict }
            if let process = finding.process { processes[process] = finding.verdict }
        }
        return items.map { item in
            item.identity.flatMap { processes[$0] } ?? item.path.flatMap { files[$0] } ?? .probable
        }
    }

    /// What was refused, escaped: a process by name, or a path.
    func refusalText(_ refusal: Refusal) -> String {
        refusal.identity.map { processText($0) } ?? refusal.path?.text.escapedForTerminal ?? ""
    }
}
