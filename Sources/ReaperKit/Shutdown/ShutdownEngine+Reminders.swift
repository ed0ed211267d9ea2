extension ShutdownEngine {
    /// Reminds the parents of zombies to wait for them.
    mutating func remindParents(of zombies: [ZombieTarget]) {
        let firstReminder = outcome.targets.count
        for zombie in zombies {
            var parent = ShutdownTarget(identity: zombie.parent, reason: "", name: "")
            parent.signal = .child
            var result = TargetOutcome(
                identity: zombie.identity,
                name: zombie.name,
                result: .survived,
                reason: "parent \(zombie.parent) has not waited for it; stopping the parent "
                    + "(reaper clean --pid \(zombie.parent)) hands it to init"
            )
            switch kernel.pin(parent) {
            case _ where options.excluded.contains(zombie.parent):
                result.reason = "its parent \(zombie.parent) must not be touched"
            case .pinned:
                // A stopped parent cannot wait; one that runs must not be told to go on.
                if zombie.isParentStopped { _ = kernel.send(.continue, to: zombie.parent) }
                if case .denied(let reason) = kernel.send(.child, to: zombie.parent) {
                    result.result = .denied
                    result.reason = reason
                } else {
                    result.signal = .child
                }
            case .gone, .exited: break
            case .changed(let reason), .denied(let reason): result.reason = reason
            }
            outcome.targets.append(result)
        }
        guard !zombies.isEmpty else { return }
        let end = min(kernel.now() + .milliseconds(500), start + options.deadline)
        while kernel.now() < end {
            let listed = Set(kernel.look(.everybody).processes.map(\.identity))
            // A look that failed shows nobody; it does not show that anybody was collected.
            let reminders = firstReminder..<outcome.targets.count
            for index in reminders
            where !listed.isEmpty && !listed.contains(outcome.targets[index].identity) {
                outcome.targets[index].result = .exited
                outcome.targets[index].reason = "its parent collected it"
            }
            if outcome.targets[reminders].allSatisfy({ $0.result == .exited }) {
                // What was collected has no children: the sweep has to prove only the rest.
                outcome.proof = .tree
                return
            }
            wait(for: [], until: min(end, kernel.now() + .milliseconds(20)))
        }
    }
}
