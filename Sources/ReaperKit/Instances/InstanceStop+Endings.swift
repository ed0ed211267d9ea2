/// How the instances ended, and who may have been theirs and is left.
extension InstanceStop {
    /// More than this are not named one by one.
    private static let shown = 4

    /// How the targets ended, then what was over, then what was left alone.
    ///
    /// - Parameters:
    ///   - outcome: What became of whom.
    ///   - plan: Who was to go with whom: an instance of which somebody is left has not ended.
    /// - Returns: The instances, each in the state that it is in now.
    public func instances(
        after outcome: ShutdownOutcome,
        of plan: ShutdownPlan = ShutdownPlan()
    ) -> [Instance] {
        let results = Dictionary(outcome.targets.map { ($0.identity, $0) }) { first, _ in first }
        let ended = targets.map { target in
            var instance = target
            let own = Set(target.processes)
            let others = plan.targets.filter { own.contains($0.root) && !own.contains($0.identity) }
            let all = target.processes + others.map(\.identity)
            let known = all.compactMap { results[$0] }
            let left = known.filter { !$0.result.isGone }
            let unknown = target.processes.filter { results[$0] == nil }
            guard left.isEmpty, unknown.isEmpty else {
                instance.state = .failed
                instance.reason = remainder(left, unknown, of: target, plan)
                return instance
            }
            instance.state = .stopped
            instance.standstills = [:]
            let isAsked = known.contains { $0.result != .alreadyGone }
            instance.reason = isAsked ? "it was stopped" : "it had exited before it was asked"
            return instance
        }
        return ended + rest
    }

    /// Who is left of an instance, and why.
    private func remainder(
        _ left: [TargetOutcome],
        _ unknown: [ProcessIdentity],
        of instance: Instance,
        _ plan: ShutdownPlan
    ) -> String {
        // The instance itself needs no name beside its own.
        if left.count == 1, unknown.isEmpty, instance.processes == [left[0].identity] {
            return left[0].reason ?? "process \(left[0].identity.pid) is still there"
        }
        let entries =
            left.map { ($0.identity, $0.name.text, $0.reason) }
            + unknown.map { identity in
                let refusal = plan.refused.first { $0.identity == identity }
                let name = instance.members.first { $0.identity == identity }?.name.text
                return (identity, name ?? "process", refusal?.reason)
            }
        let names = entries.map { identity, name, reason in
            let node = instance.members.first { $0.identity == identity }?.node
            return "\(node ?? name) (PID \(identity.pid)): \(reason ?? "it is still there")"
        }
        let more = names.count - Self.shown
        return names.prefix(Self.shown).joined(separator: "; ")
            + (more > 0 ? "; and \(more) more" : "")
    }

    /// Who may have been started by an instance, and does not go with it.
    public struct Stray: Sendable, Equatable {
        /// The instance.
        public var instance: Instance
        /// Who, by number.
        public var processes: [ProcessRecord]
    }

    /// Processes in the session of a target that started after it and were left by whoever started
    /// them, as a daemon is, and that `plan` does not stop.
    ///
    /// Who leads a session takes all of it along. Who does not may have come from the same shell as
    /// others: while that lives, only its own group says that they began together.
    public func strays(besides plan: ShutdownPlan) -> [Stray] {
        let planned = Set(plan.targets.map(\.identity))
        let snapshot = view.snapshot
        return targets.compactMap { instance in
            let records = instance.heads.compactMap { identity in
                snapshot.process(identity.pid).flatMap { $0.identity == identity ? $0 : nil }
            }
            let strays = snapshot.processes.filter { process in
                !process.isZombie && process.pid != process.session
                    && !planned.contains(process.identity)
                    && !snapshot.host.ownChain.contains(process.identity)
                    && isAbandoned(process)
                    && records.contains { mayHaveStarted($0, process) }
            }
            return strays.isEmpty ? nil : Stray(instance: instance, processes: strays)
        }
    }

    /// Whether whoever started a process is gone: its parent is outside of its session.
    private func isAbandoned(_ process: ProcessRecord) -> Bool {
        let parent = view.snapshot.process(process.parent)
        return parent.map { $0.session != process.session } ?? true
    }

    private func mayHaveStarted(_ head: ProcessRecord, _ process: ProcessRecord) -> Bool {
        guard head.session == process.session, head.session != 0, head.pid != head.session,
            head.identity.startTime <= process.identity.startTime
        else { return false }
        let isLeaderAlive = view.snapshot.process(head.session).map { !$0.isZombie } ?? false
        return !isLeaderAlive || head.processGroup == process.processGroup
    }
}
