import ReaperKit

/// The processes of instances that `wait` was given by name, which is understood as `stop` does.
struct NamedInstances {
    /// Who must be gone, each once.
    private(set) var processes: [PidCondition] = []
    /// Whether a name fits several; that is said.
    private(set) var isAmbiguous = false
    /// What is to be said of names that lead to nobody.
    private(set) var status = ExitStatus.clean

    /// Looks for them, once; what of it cannot be waited for is told.
    ///
    /// - Parameters:
    ///   - names: As they were typed.
    ///   - options: What else was asked for.
    ///   - isAgain: Whether that is told only of whom is found.
    /// - Throws: Why nothing could be looked at.
    init(
        _ names: [String],
        _ options: Options,
        again isAgain: Bool = false
    ) throws(ScanSession.Failure) {
        guard !names.isEmpty else { return }
        // Selectors describe a target of their own.
        var whole = options
        whole.selection = Selection()
        whole.baselineFile = nil
        var session = try ScanSession(whole, instances: InstanceQuery()) { $0.instance != nil }
        let listing = try session.lookForInstances()
        let choice = StopChoice(names, in: listing, rules: session.request.rules, for: .wait)
        if !isAgain { choice.explain(among: listing) }
        isAmbiguous = !choice.ambiguous.isEmpty
        var statuses: [ExitStatus] = choice.unknown.isEmpty ? [] : [.leftOver]
        var seen: Set<ProcessIdentity> = []
        for instance in choice.instances {
            let own = instance.processes.isEmpty ? instance.holders : instance.processes
            if !isAgain, !instance.isOver, own.isEmpty, instance.remnants.isEmpty {
                let reason = instance.reason.escapedForTerminal
                Diagnostics.report("who \(instance.label) is is not known: \(reason)")
                statuses.append(.incomplete)
            }
            for identity in own + instance.remnants where seen.insert(identity).inserted {
                processes.append(PidCondition(pid: identity.pid, startTime: identity.startTime))
            }
        }
        status = .worst(statuses)
    }
}
