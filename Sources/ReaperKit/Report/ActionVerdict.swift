/// What became of one sort of thing that was acted on, in words for people.
struct ActionVerdict {
    /// A stable name, such as `processes`.
    var name: String
    /// One sentence, such as `3 processes: 2 exited, 1 survived`.
    var summary: String
    /// What is not as it was asked for, one line each, escaped and masked; empty where all is well.
    var problems: [String]
    /// Whether the problem is that nothing is proven, and not that something is left.
    var isUnproven = false
}

extension Report {
    /// What came of a plan, one verdict per sort of thing; none where nothing was planned.
    func actionVerdicts(_ style: ReportStyle) -> [ActionVerdict] {
        var verdicts: [ActionVerdict] = []
        if let error {
            verdicts.append(
                ActionVerdict(
                    name: "request",
                    summary: "nothing was done",
                    problems: [style.shown(error).escapedForTerminal],
                    isUnproven: true
                )
            )
        }
        if let outcome {
            if !outcome.targets.isEmpty { verdicts.append(processes(of: outcome, style)) }
            if !outcome.removed.isEmpty || !outcome.kept.isEmpty {
                verdicts.append(files(of: outcome, style))
            }
            if !outcome.ports.isEmpty { verdicts.append(ports(of: outcome, style)) }
        }
        if let refused = plan?.refused, !refused.isEmpty {
            let problems = refused.map { lines(of: $0, style) }
            let summary = "\(refused.count) refused"
            verdicts.append(ActionVerdict(name: "refusals", summary: summary, problems: problems))
        }
        if let outcome { verdicts += proof(of: outcome, style) }
        return verdicts
    }

    private func processes(of outcome: ShutdownOutcome, _ style: ReportStyle) -> ActionVerdict {
        let left = outcome.targets.filter { !$0.result.isGone }
        var problems = left.map { target in
            let reason = target.reason.map { ": \(style.shown($0).escapedForTerminal)" } ?? ""
            return processText(target.identity, name: target.name)
                + " \(target.result.rawValue)\(reason)"
        }
        if outcome.deadlinePassed { problems.append("the deadline passed with targets left") }
        let parts = TargetResult.allCases.compactMap { result -> String? in
            let count = outcome.targets.count { $0.result == result }
            return count == 0 ? nil : "\(count) \(result.rawValue)"
        }
        let all = counted(outcome.targets.count, "process", "processes")
        return ActionVerdict(
            name: "processes",
            summary: "\(all): \(parts.joined(separator: ", "))",
            problems: problems
        )
    }

    private func files(of outcome: ShutdownOutcome, _ style: ReportStyle) -> ActionVerdict {
        let kept = outcome.kept.isEmpty ? "" : ", \(outcome.kept.count) kept"
        return ActionVerdict(
            name: "files",
            summary: counted(outcome.removed.count, "file") + " removed\(kept)",
            problems: outcome.kept.map { lines(of: $0, style) }
        )
    }

    private func ports(of outcome: ShutdownOutcome, _ style: ReportStyle) -> ActionVerdict {
        let held = outcome.ports.filter { !$0.isFree }
        let all = counted(outcome.ports.count, "port")
        return ActionVerdict(
            name: "ports",
            summary: held.isEmpty ? "\(all) free" : "\(held.count) of \(all) held",
            problems: held.map { port in
                let holder = style.shown(port.holder ?? "an unknown process").escapedForTerminal
                let how = port.isHeldAgain ? "held again" : "still held"
                return "port \(port.port)/\(port.transport.rawValue): \(how) by \(holder)"
            }
        )
    }

    private func proof(of outcome: ShutdownOutcome, _ style: ReportStyle) -> [ActionVerdict] {
        let isWanted =
            !outcome.targets.isEmpty || !outcome.ports.isEmpty || outcome.unproven != nil
        guard isWanted || !outcome.portNotes.isEmpty else { return [] }
        var problems = outcome.portNotes.map { "ports: \($0.escapedForTerminal)" }
        if outcome.proof == .none, isWanted, outcome.unproven != nil || !isOnlyOfZombies {
            let reason = outcome.unproven.map { style.shown($0).escapedForTerminal }
            problems.append("not proven: " + (reason ?? "something may have been born unseen"))
        }
        return [
            ActionVerdict(
                name: "proof",
                summary: "proof: \(outcome.proof.rawValue)",
                problems: problems,
                isUnproven: true
            )
        ]
    }

    private func lines(of refusal: Refusal, _ style: ReportStyle) -> String {
        "\(refusalText(refusal)): \(style.shown(refusal.reason).escapedForTerminal)"
    }

    /// What could not be read, one line each; empty where the view was complete.
    var viewProblems: [String] {
        guard !isComplete else { return [] }
        return ViewNotes.lines(for: self, style: ReportStyle()).filter { !$0.isEmpty }
    }
}

extension Duration {
    /// Seconds with three decimals and without an exponent, such as `0.012`; never negative.
    var secondsText: String {
        let milliseconds = max(0, milliseconds)
        let rest = String(milliseconds % 1000)
        let zeros = String(repeating: "0", count: 3 - rest.count)
        return "\(milliseconds / 1000).\(zeros)\(rest)"
    }
}
