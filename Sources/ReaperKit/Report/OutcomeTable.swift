/// What a shutdown did: one line per target, file and port, and what proves it.
enum OutcomeTable {
    static func lines(
        of outcome: ShutdownOutcome,
        in report: Report,
        style: ReportStyle,
        namesTargets: Bool = true
    ) -> [String] {
        var lines: [String] = []
        if !style.isQuiet, !outcome.isIdle || !report.findings.isEmpty {
            if !report.findings.isEmpty { lines.append("") }
            lines.append(headline(of: outcome, style))
        }
        if namesTargets { lines += targets(of: outcome, style: style) }
        lines += outcome.ports.map { port in
            let name = "port \(port.port)/\(port.transport.rawValue)"
            guard !port.isFree else { return "\(name): free" }
            let holder = style.shown(port.holder ?? "an unknown process").escapedForTerminal
            let how = port.isHeldAgain ? "held again" : "still held"
            return Paint.red("\(name): \(how) by \(holder)", when: style.color)
        }
        lines += outcome.portNotes.map { note in
            Paint.yellow("ports: \(note.escapedForTerminal)", when: style.color)
        }
        lines += outcome.removed.map { "removed \($0.text.escapedForTerminal)" }
        lines += outcome.kept.map { kept in
            let reason = style.shown(kept.reason).escapedForTerminal
            return Paint.yellow("kept \(report.refusalText(kept)): \(reason)", when: style.color)
        }
        if let plan = report.plan {
            lines += plan.refused.map { refusal in
                let reason = style.shown(refusal.reason).escapedForTerminal
                return "refused \(report.refusalText(refusal)): \(reason)"
            }
            lines += PlanTable.leftAlone(by: plan, in: report, style)
        }
        if !style.isQuiet { lines += conclusion(of: outcome, in: report, style) }
        return lines
    }

    private static func headline(of outcome: ShutdownOutcome, _ style: ReportStyle) -> String {
        let gone = outcome.targets.count { $0.result.isGone }
        var parts: [String] = []
        if !outcome.targets.isEmpty {
            let all = counted(outcome.targets.count, "process", "processes")
            let left = outcome.targets.count - gone
            parts.append(left == 0 ? "\(all) gone" : "\(gone) of \(all) gone, \(left) left")
        }
        if !outcome.removed.isEmpty {
            parts.append(counted(outcome.removed.count, "file") + " removed")
        }
        if parts.isEmpty { parts.append("nothing was done") }
        let paint = gone == outcome.targets.count ? Paint.green : .red
        return paint(parts.joined(separator: ", "), when: style.color)
    }

    private static func targets(
        of outcome: ShutdownOutcome,
        style: ReportStyle
    ) -> [String] {
        var table = TableLayout(columns: [
            .init(title: "RESULT"),
            .init(title: "PROCESS", minimum: 12),
            .init(title: "PID@START"),
            .init(title: "SIGNAL"),
            .init(title: "AFTER", isRightAligned: true),
            .init(title: "REASON", minimum: 12),
        ])
        let omitted = style.isVerbose ? [] : omittedTargets(of: outcome)
        let identities = Set(omitted.map(\.identity))
        table.rows = outcome.targets.filter { !identities.contains($0.identity) }.map { target in
            [
                .init(target.result.words, target.result.isGone ? .plain : .red),
                .init(target.name.text.escapedForTerminal),
                .init(target.identity.description),
                .init(target.signal?.description ?? ""),
                .init(target.after?.roughText ?? ""),
                .init(target.reason.map { style.shown($0).escapedForTerminal } ?? ""),
            ]
        }
        guard !omitted.isEmpty else { return table.lines(style) }
        let last = omitted.compactMap(\.after).max()
        let after = last.map { ", the last after \($0.roughText)" } ?? ""
        return table.lines(style) + [
            "and \(omitted.count) more that are gone\(after): -v lists them"
        ]
    }

    /// Whom a person need not read about one by one, where very many went as they should.
    private static func omittedTargets(of outcome: ShutdownOutcome) -> ArraySlice<TargetOutcome> {
        let many = 50
        let plain = outcome.targets.filter { $0.result.isGone && $0.reason == nil }
        guard plain.count > many else { return [] }
        return plain.dropFirst(many / 5)
    }

    private static func conclusion(
        of outcome: ShutdownOutcome,
        in report: Report,
        _ style: ReportStyle
    ) -> [String] {
        var lines: [String] = []
        if outcome.wasInterrupted { lines.append("interrupted: what had begun was finished") }
        if outcome.deadlinePassed { lines.append("the deadline passed with targets left") }
        lines += proof(of: outcome, in: report).map { [$0] } ?? []
        if let reason = outcome.unproven {
            lines.append("not proven: \(style.shown(reason).escapedForTerminal)")
        }
        let isBad = outcome.deadlinePassed || outcome.proof == .none
        return lines.map { (isBad ? Paint.yellow : .dim)($0, when: style.color) }
    }
}

extension OutcomeTable {
    /// What is proven, if anything was done that can be.
    private static func proof(of outcome: ShutdownOutcome, in report: Report) -> String? {
        let wasAttempted = !outcome.targets.isEmpty || !outcome.ports.isEmpty
        // Who was found and let be is there, and may well match.
        let isSpared =
            !(report.plan?.refused.isEmpty ?? true)
            || report.findings.contains { $0.process != nil && !outcome.mentions($0) }
        if !wasAttempted, isSpared || !report.findings.isEmpty { return nil }
        switch outcome.proof {
        case .none:
            // Who has exited has no children: that zombies are left leaves nothing to be proven.
            guard wasAttempted, outcome.unproven == nil, !report.isOnlyOfZombies else { return nil }
            // That is said already, with the holder.
            guard outcome.ports.allSatisfy(\.isFree) else { return "not proven: a port is held" }
            return outcome.proof.sentence
        case .proofScan where isSpared:
            return "proof: a full look found nobody else who matches, and none was born unseen"
        default: return outcome.proof.sentence
        }
    }
}

extension ShutdownOutcome {
    /// Whether a line of the outcome says what became of this finding.
    func mentions(_ finding: Finding) -> Bool {
        if let path = finding.file { return removed.contains(path) }
        guard let process = finding.process else { return false }
        return targets.contains { $0.identity == process }
    }
}

extension Report {
    /// Whether nobody was acted on but the parents of zombies, and no port was asked about.
    var isOnlyOfZombies: Bool {
        guard let outcome, !outcome.targets.isEmpty, outcome.ports.isEmpty else { return false }
        let zombies = Set(plan?.zombies.map(\.identity) ?? [])
        return outcome.targets.allSatisfy { zombies.contains($0.identity) }
    }
}

extension TargetResult {
    /// The result without the underscore of reports for programs.
    var words: String { self == .alreadyGone ? "already gone" : rawValue }
}

extension Proof {
    /// What was established, and how.
    fileprivate var sentence: String {
        switch self {
        case .port: "proof: the kernel lists no socket on the ports (sock_diag)"
        case .tree: "proof: every process that was stopped exited, and none was born unseen"
        case .subreaper: "proof: no child is left to wait for (wait4: ECHILD)"
        case .cgroup: "proof: the control group is empty (cgroup.events: populated 0)"
        case .proofScan: "proof: a full look found nobody who matches, and none was born unseen"
        case .none: "not proven: something may have been born unseen; look again with 'reaper scan'"
        }
    }
}
