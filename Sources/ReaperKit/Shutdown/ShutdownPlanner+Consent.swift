extension ShutdownPlanner {
    /// What is too little proven, or only reported, and for that left, unless a tree that is stopped
    /// takes it along; each with what would act on it.
    func leftAlone(of findings: [Finding], _ plan: ShutdownPlan) -> [Refusal] {
        let known = Set(plan.targets.map(\.identity) + plan.refused.compactMap(\.identity))
        return findings.compactMap { finding in
            guard !mayAct(on: finding) else { return nil }
            if let path = finding.file {
                return reason(toLeaveFile: finding).map { Refusal(path: path, reason: $0) }
            }
            guard let reason = reason(toLeaveProcess: finding), let identity = finding.process,
                !known.contains(identity), let process = view.snapshot.process(identity.pid),
                !process.isZombie, refusal(of: process) == nil
            else { return nil }
            return Refusal(identity, reason: reason)
        }
    }

    private func reason(toLeaveFile finding: Finding) -> String? {
        switch finding.verdict {
        case .suspect:
            if let command = finding.remedy.command {
                return "it is only suspect: '\(command)' stops who still runs"
            }
            let path = finding.file?.text.quotedForShell ?? ""
            return "it is only suspect: 'reaper explain \(path)' tells why"
        case .probable where mayAct(on: finding, includingProbable: true):
            return "--include-probable removes it"
        case .probable, .confirmed:
            // A file that only came, and is told for that.
            guard finding.remedy.action == .none, let path = finding.file else { return nil }
            if rules[finding.rule ?? ""]?.keep == true { return "its rule keeps it" }
            let command = "reaper explain \(path.text.quotedForShell)"
            return "only stale files are removed: '\(command)' tells why it is not"
        }
    }

    /// What a rule only reports takes more than a kind, which is no consent to stop it.
    private func reason(toLeaveProcess finding: Finding) -> String? {
        switch finding.verdict {
        case .suspect:
            return finding.remedy.command.map { "it is only suspect: '\($0)' stops it" }
        case .probable where mayAct(on: finding, includingProbable: true):
            return "--include-probable stops it"
        case .probable, .confirmed:
            guard finding.kind == .orphan, finding.remedy.action == .none else { return nil }
            return "its rule only reports it: --pid stops it"
        }
    }

    func mayAct(on finding: Finding) -> Bool {
        mayAct(on: finding, includingProbable: options.includesProbable)
    }

    private func mayAct(on finding: Finding, includingProbable: Bool) -> Bool {
        switch finding.verdict {
        case .suspect: return false
        case .probable where !includingProbable && finding.rule != nil: return false
        case .probable, .confirmed: break
        }
        switch finding.remedy.action {
        case .remove: return true
        case .signalParent: return options.remindsParents || options.isSelected
        case .stop: return options.isSelected || finding.rule != nil
        case .none:
            return options.isSelected && !options.isSelectedByKind && finding.kind == .orphan
        }
    }
}
