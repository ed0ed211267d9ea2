extension ShutdownEngine {
    /// Reminds the parents of zombies to wait for them.
    mutating func remindParents(of zombies: [ZombieTarget]) {
        let first = outcome.targets.count
        var reminders: [Reminder] = []
        for zombie in zombies {
            let reminder = remind(zombie)
            reminders.append(reminder)
            outcome.targets.append(
                TargetOutcome(
                    identity: zombie.identity,
                    name: zombie.name,
                    result: reminder.isDenied ? .denied : .survived,
                    signal: reminder.wasSent ? .child : nil,
                    reason: reminder.reason
                )
            )
        }
        guard !zombies.isEmpty else { return }
        let end = min(kernel.now() + .milliseconds(500), start + options.deadline)
        while true {
            guard hasTimeToLook(until: start + options.deadline) else { return }
            let listed = Set(look(.everybody).processes.map(\.identity))
            // A look that failed shows nobody; it does not show that anybody was collected.
            for (index, reminder) in reminders.enumerated()
            where !listed.isEmpty && !listed.contains(outcome.targets[first + index].identity) {
                outcome.targets[first + index].result = reminder.end
                outcome.targets[first + index].reason = reminder.success
            }
            let isOver = outcome.targets[first...].allSatisfy(\.result.isGone)
            if isOver {
                // What was collected has no children: the sweep has to prove only the rest.
                outcome.proof = .tree
                return
            }
            let isAwaited = zip(reminders, outcome.targets[first...])
                .contains { $0.wasSent && !$1.result.isGone }
            guard isAwaited, kernel.now() < end else { return }
            wait(for: [], until: min(end, kernel.now() + .milliseconds(20)))
        }
    }

    /// What was done about one zombie.
    private struct Reminder {
        /// Whether the parent was sent SIGCHLD.
        var wasSent = false
        /// Whether the parent was stopped, and sent SIGCONT.
        var wasContinued = false
        /// Whether the parent was stopped by this very shutdown: whoever adopts it collects it.
        var isParentGone = false
        var isDenied = false
        /// Why it is still there, if it is.
        var reason: String

        /// How it ended, when it is not there any more.
        var end: TargetResult { wasSent || isParentGone ? .exited : .alreadyGone }

        var success: String? {
            if isParentGone { return "its parent was stopped, and whoever adopted it collected it" }
            guard wasSent else { return nil }
            return wasContinued
                ? "its parent was stopped: it was continued (SIGCONT) and collected it"
                : "its parent collected it"
        }
    }

    /// Sends SIGCHLD to a zombie's parent, if it is that still.
    ///
    /// A plan can be old, or written by hand: that there is a zombie, whose child it is, and
    /// whether that parent is stopped is all read again, and the parent's number proven to have
    /// been its own meanwhile.
    private mutating func remind(_ zombie: ZombieTarget) -> Reminder {
        if set[zombie.parent]?.gone != nil {
            return Reminder(isParentGone: true, reason: "nobody has waited for it yet")
        }
        guard zombie.parent.pid > 1, !options.excluded.contains(zombie.parent) else {
            return Reminder(reason: "its parent \(zombie.parent) must not be touched")
        }
        var target = ShutdownTarget(identity: zombie.parent, depth: 1, reason: "", name: "")
        target.signal = .child
        switch kernel.pin(target) {
        case .pinned: break
        case .gone, .exited: return Reminder(reason: "its parent \(zombie.parent) is gone")
        case .changed(let reason): return Reminder(reason: reason)
        case .denied(let reason): return Reminder(isDenied: true, reason: reason)
        }
        guard let child = kernel.record(of: zombie.identity) else {
            return Reminder(reason: "it could not be read again; nothing was sent")
        }
        guard child.isZombie else { return Reminder(reason: "it is no zombie: it runs") }
        // Read after the child, through its handle: the number was this parent's all the time.
        guard let parent = kernel.record(of: zombie.parent), child.parent == zombie.parent.pid,
            parent.identity.startTime <= child.identity.startTime
        else { return Reminder(reason: "its parent is another process now") }
        guard !parent.isKernelThread else {
            return Reminder(reason: "its parent \(zombie.parent) is a kernel thread")
        }
        var reminder = Reminder(reason: "")
        // A stopped parent cannot wait; one that runs must not be told to go on.
        if parent.state == UInt8(ascii: "T") {
            reminder.wasContinued = kernel.send(.continue, to: zombie.parent) == .sent
        }
        switch kernel.send(.child, to: zombie.parent) {
        case .sent: reminder.wasSent = true
        case .gone: return Reminder(reason: "its parent \(zombie.parent) is gone")
        case .changed(let reason): return Reminder(reason: reason)
        case .denied(let reason): return Reminder(isDenied: true, reason: reason)
        }
        let how = reminder.wasContinued ? " was continued (SIGCONT) and" : ""
        reminder.reason =
            "parent \(zombie.parent)\(how) has not waited for it; stopping the parent "
            + "(reaper clean --pid \(zombie.parent)) hands it to init"
        return reminder
    }
}
