/// Who looks after an instance.
extension InstanceStop {
    /// Who, alive above it, its rule calls its owner, as far as the facts at hand show.
    func owner(of instance: Instance) -> ProcessRecord? {
        for identity in instance.processes {
            for id in instance.rules {
                guard let pattern = rules[id]?.owner else { continue }
                let owner = ancestors(of: identity).first {
                    pattern.evaluate($0, in: view.context) == .holds
                }
                if let owner { return owner }
            }
        }
        return nil
    }

    /// The `reaper up` that lives above a service of its own.
    func serviceSupervisor(of instance: Instance) -> ProcessRecord? {
        guard instance.rules.contains(where: ServiceMarks.isRule) else { return nil }
        if let owner = owner(of: instance) { return owner }
        // It may have adopted it.
        if case .runs(let keeper) = neighbor(of: instance) { return keeper }
        return nil
    }

    /// Who is what its rule calls an owner, and runs, recorded beside its file or above it.
    func neighbor(of instance: Instance) -> RecordedOwner {
        let files = listing.snapshot.instanceFiles
        guard let file = files.first(where: { $0.path == instance.file }),
            let rule = rules[file.rule]
        else { return .none }
        let records = files.compactMap { file in rules[file.rule].map { (file, $0) } }
        var unread: Set<FactRequest> = []
        return RecordedOwner(beside: file, of: rule, among: records, in: view, &unread)
    }

    /// The command of its own system that ends an instance; of what a file records, only while
    /// somebody lives who can follow it.
    func ownCommand(of instance: Instance) -> String? {
        guard let rule = rules[instance.rule], !instance.processes.isEmpty else { return nil }
        if rule.recordsOwned {
            guard
                case .runs(let keeper) =
                    owner(of: instance).map(RecordedOwner.runs) ?? neighbor(of: instance),
                !isNamed(keeper)
            else { return nil }
        }
        return rule.ownCommand(for: instance.id)
    }

    /// Why it cannot be told whether an owner lives above it; `nil` where it can.
    ///
    /// PID 1 only adopts, and some hosts let nobody look at it.
    func unknownOwner(of instance: Instance) -> String? {
        for identity in instance.processes {
            guard let process = view.snapshot.process(identity.pid) else { continue }
            let chain = ParentChain(of: process, in: view.snapshot)
            switch chain.end {
            case .unseen(let number) where number != 1:
                return "process \(number), above it, cannot be seen; run as root"
            case .outside:
                let lowest = chain.ancestors.last ?? process
                return "the parent of \(lowest.label) is outside this pid namespace; run there"
            case .first, .recycled, .unseen: break
            }
            let patterns = instance.rules.compactMap { rules[$0]?.owner }
            for ancestor in chain.ancestors where ancestor.pid != 1 {
                for pattern in patterns {
                    guard
                        case .unreadable(let kind, _) = pattern.evaluate(ancestor, in: view.context)
                    else { continue }
                    return "\(kind.fileName) of process \(ancestor.pid), above it, cannot be read; "
                        + "run as root"
                }
            }
        }
        return nil
    }

    /// Whether the same command stops this process, named for itself.
    func isNamed(_ process: ProcessRecord) -> Bool {
        chosen.contains { other in
            !other.isOver && other.processes.contains(process.identity)
                && rules[other.rule]?.stop != nil && objection(to: other) == nil
        }
    }
}
