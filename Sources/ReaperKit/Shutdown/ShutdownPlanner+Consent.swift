extension ShutdownPlanner {
    /// What is only probable and for that left, unless a tree that is stopped takes it along; each
    /// with what would act on it.
    func leftAlone(of findings: [Finding], _ plan: ShutdownPlan) -> [Refusal] {
        let known = Set(plan.targets.map(\.identity) + plan.refused.compactMap(\.identity))
        return findings.compactMap { finding in
            guard finding.verdict == .probable, !mayAct(on: finding) else { return nil }
            let includes = mayAct(on: finding, includingProbable: true)
            if let path = finding.file {
                return includes ? Refusal(path: path, reason: "--include-probable removes it") : nil
            }
            // What a rule only reports takes more than that: a kind is no consent to stop it.
            guard includes || finding.kind == .orphan, let identity = finding.process,
                !known.contains(identity), let process = view.snapshot.process(identity.pid),
                refusal(of: process) == nil
            else { return nil }
            let reason =
                includes
                ? "--include-probable stops it" : "its rule only reports it: --pid stops it"
            return Refusal(identity, reason: reason)
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
