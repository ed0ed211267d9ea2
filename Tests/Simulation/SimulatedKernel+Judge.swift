import ReaperKit

/// What must hold at the moment of a signal; checked before it is delivered.
extension SimulatedKernel {
    func judge(_ signal: Signal, _ process: SimulatedProcess) {
        judgeReceiver(signal, process)
        judgeTime(signal)
        switch signal {
        case .continue, .child, .stop: return
        case .kill where !isAsking(signal, process): judgeKill(process)
        default:
            guard let handle = handles[process.identity], handle.seen === process else { return }
            judgeWave(process)
            switch handle.target.order {
            case .deepestFirst: judgeParent(process)
            case .rootFirst: judgeChild(process)
            case .atOnce: return
            }
        }
    }

    /// Whether SIGKILL is what it is asked with; the kill phase would hold it still before.
    private func isAsking(_ signal: Signal, _ process: SimulatedProcess) -> Bool {
        !terms.isForced && !process.wasKilled && !process.isHeldByUs && process.state != .stopped
            && isAskedWith(signal, process)
    }

    func isAskedWith(_ signal: Signal, _ process: SimulatedProcess) -> Bool {
        guard let handle = handles[process.identity] else { return false }
        return handle.seen === process && handle.target.signal == signal
    }

    private func judgeReceiver(_ signal: Signal, _ process: SimulatedProcess) {
        if excluded.contains(process.identity) {
            violate(.excluded, "\(signal) to \(process.name) \(process.identity)")
        }
        if process.isOurs || process.isGuest, !terms.isExact || process.plan != nil { return }
        let isReminder = signal == .child || signal == .continue
        if isReminder, process.isReminded { return }
        // What we stopped and then recognized as another program has to be let go; and what became
        // one just after it was asked does not mind.
        let isReleased = process.isHeldByUs || process.asked != nil
        if process.hasChanged, isReleased, signal == .continue { return }
        // In a group that reaper made everybody belongs, whatever it runs by now.
        if process.hasChanged, madeGroups.contains(process.cgroup) { return }
        violate(.stranger, "\(signal) to \(process.name) \(process.identity)")
    }

    /// A look or a row of signals may be under way when the time is up; after a moment only what
    /// ends a process for good or lets it go is sent.
    private func judgeTime(_ signal: Signal) {
        let isLast = signal != .stop && signal != .terminate
        if machine.time > terms.end + (isLast ? terms.slack : .milliseconds(10)) {
            violate(.deadline, "\(signal) is sent, and \(terms.end) was the deadline")
        }
    }

    /// A wave begins when everybody of the earlier ones is gone, or cannot be helped.
    private func judgeWave(_ process: SimulatedProcess) {
        guard let wave = process.plan?.wave, wave > 0 else { return }
        for earlier in planned {
            guard let plan = earlier.plan, plan.wave < wave, earlier.isAlive, earlier.isOurs,
                !earlier.isDoomed, !earlier.wasDenied, !earlier.isProtected
            else { continue }
            violate(.order, "\(process.name) is asked before \(earlier.name) of an earlier wave")
        }
    }

    /// Whoever has not been asked when a wave has used up its time is asked all the same.
    private var isTimeUp: Bool { machine.time >= terms.firstShare }

    /// Children that are known are asked before their parent, or have had their grace.
    private func judgeParent(_ parent: SimulatedProcess) {
        guard !machine.all[parent.tree].isAnswering, !isTimeUp else { return }
        for child in parent.children where child.bornTo == parent.serial {
            guard child.isAlive, child.isOurs, child.tree == parent.tree, !child.wasDenied,
                let handle = handles[child.identity], handle.isPinned, handle.seen === child
            else { continue }
            if let asked = child.asked, machine.time >= asked + handle.target.timeout { continue }
            violate(.order, "\(parent.name) is asked before its child \(child.name)")
        }
        judgeUnseen(parent)
    }

    /// A child that was there for a while before its parent is asked has been seen by then.
    ///
    /// Where births are told, whoever was born after planning and before that began is seen later.
    private func judgeUnseen(_ parent: SimulatedProcess) {
        // Where each takes long to hold, so do those who were held first.
        guard !terms.isExact, judging == .zero else { return }
        for child in parent.children
        where child.bornTo == parent.serial && child.serial >= firstTold {
            guard child.isAlive, child.isOurs, child.tree == parent.tree,
                !child.isProtected, !excluded.contains(child.identity),
                machine.time > child.birth + .milliseconds(2), handles[child.identity] == nil
            else { continue }
            violate(.order, "\(parent.name) is asked, and its child \(child.name) was not seen")
        }
    }

    /// The other way round for masters that stop their own workers.
    private func judgeChild(_ child: SimulatedProcess) {
        guard !isTimeUp, !machine.all[child.tree].isAnswering, let parent = child.parent,
            parent.isAlive,
            parent.serial == child.bornTo, parent.isOurs, parent.tree == child.tree,
            !parent.wasDenied, !parent.isProtected,
            let handle = handles[parent.identity], handle.isPinned, handle.seen === parent,
            handle.target.order == .rootFirst
        else { return }
        if let asked = parent.asked, machine.time >= asked + handle.target.timeout { return }
        violate(.order, "\(child.name) is asked before its parent \(parent.name)")
    }

    /// A wave ends when it has used up its share of the time, and a second interrupt ends all of them.
    private func judgeHaste(_ process: SimulatedProcess) {
        guard let plan = process.plan, process.isAlive, !process.wasKilled else { return }
        if plan.wave == 0, machine.time > terms.firstKill {
            violate(.deadline, "\(process.name) of the first wave is killed only now")
        }
        guard interruptTimes.count > 1, crowding == .zero, judging == .zero,
            let asked = process.asked
        else { return }
        let second = interruptTimes[1]
        if asked < second, machine.time > second + .milliseconds(300) {
            violate(.grace, "\(process.name) is killed long after the second interrupt")
        }
    }

    private func judgeKill(_ process: SimulatedProcess) {
        judgeHaste(process)
        // What matches and is born while births are chased is gone before it could be asked.
        guard !isChasing, process.isAlive else { return }
        let isLate = machine.time >= terms.end
        // Who appeared in the very last look is killed at once, or freezing might never end.
        // Nothing has looked yet for whoever was planned before the first look.
        let isNew =
            handles[process.identity].map { $0.look > 0 && $0.look == machine.census.looks }
            ?? false
        // Who is to be killed at once need not stand still where births are told.
        let isTold = terms.isForced && hearing != nil && !hasPattern && !terms.isExact
        if !process.isHeldByUs, process.state != .stopped, !process.isDoomed, !isLate, !isNew,
            !isTold
        {
            violate(.freeze, "\(process.name) is killed, and was free to fork")
        }
        guard let plan = process.plan, !terms.isForced, interrupts < 2,
            machine.time < terms.firstShare, !isAskedWith(.kill, process)
        else { return }
        guard let asked = process.asked else {
            violate(.grace, "\(process.name) is killed without having been asked")
            return
        }
        if machine.time < asked + plan.timeout {
            violate(.grace, "\(process.name) is killed \(machine.time - asked) after it was asked")
        }
    }
}
