import ReaperKit

extension SimulatedKernel {
    /// Lets the worst happen to a process that has it coming.
    func trouble(_ victim: SimulatedProcess, _ moment: Temperament.Vanishing) {
        guard victim.temperament.vanishing == moment, victim.isOurs else { return }
        machine.giveAwayNumber(of: victim)
    }

    func pin(_ target: ShutdownTarget) -> PinAnswer {
        if let victim = machine.byNumber[target.identity.pid] { trouble(victim, .beforePin) }
        spend(.microseconds(10) + judging)
        let handle = handles[target.identity] ?? Handle(target)
        handle.target = target
        handle.inode = target.pidfdInode
        handle.isJudged = true
        handles[target.identity] = handle
        // What is open stays open on who it was.
        if handle.isHeld, handle.seen?.state == .gone { return .gone }
        guard let process = machine.byNumber[target.identity.pid],
            process.identity == target.identity
        else { return .gone }
        if let inode = target.pidfdInode, inode != UInt64(process.serial) { return .gone }
        handle.seen = process
        if process.temperament.cannotBeHeld || process.temperament.deniedPins > 0 {
            process.temperament.deniedPins -= 1
            process.wasDenied = true
            machine.census.shortages += 1
            return .denied("Too many open files")
        }
        handle.inode = UInt64(process.serial)
        if let change = change(of: process, from: target) { return .changed(change) }
        if process.isProtected { return .changed("a rule protects it") }
        guard tieBirths(process) else { return .gone }
        if let (found, root) = condemned[process.identity], found === process, process.plan == nil {
            if !process.isOurs { process.tree = root.tree }
            machine.claim(process)
            process.plan = (Int.max, target.timeout)
            machine.census.swept += 1
        }
        handle.isPinned = true
        handle.look = machine.census.looks
        keep(handle)
        return hasExited(target.identity) ? .exited : .pinned
    }

    /// Keeps the descriptors of a handle open, if there may be more.
    func keep(_ handle: Handle) {
        guard !handle.isHeld, heldCount < handleLimit else { return }
        handle.isHeld = true
        heldCount += 1
    }

    /// Whether it was pinned, whatever came of that.
    func isJudged(_ identity: ProcessIdentity) -> Bool { handles[identity]?.isJudged ?? false }

    /// The process that a handle stands for, or that is opened anew; `nil` once it is reaped.
    func opened(_ identity: ProcessIdentity) -> SimulatedProcess? {
        guard case .process(let process) = open(identity) else { return nil }
        return process
    }

    private func change(of process: SimulatedProcess, from target: ShutdownTarget) -> String? {
        guard target.depth == 0 || terms.isExact, let judged = target.executable,
            judged != process.executable
        else { return nil }
        return "it runs \(process.executable.text) now"
    }

    func record(of identity: ProcessIdentity) -> ProcessRecord? {
        if let victim = handles[identity]?.seen { trouble(victim, .beforeRecord) }
        spend(.microseconds(3))
        guard case .process(let process) = open(identity) else { return nil }
        return process.record
    }

    func change(of identity: ProcessIdentity) -> String? {
        spend(.microseconds(3))
        guard let target = handles[identity]?.target,
            case .process(let process) = open(identity)
        else { return nil }
        return change(of: process, from: target)
    }

    private enum Opening {
        case process(SimulatedProcess)
        case gone
        case denied
    }

    /// The process of a handle, or of one that is opened anew and proven as far as it was judged.
    private func open(_ identity: ProcessIdentity) -> Opening {
        let handle = handles[identity]
        if let handle, handle.isHeld, let process = handle.seen {
            return process.state == .gone ? .gone : .process(process)
        }
        if shortCalls > 0 {
            shortCalls -= 1
            machine.census.shortages += 1
            return .denied
        }
        guard let process = machine.byNumber[identity.pid], process.identity == identity else {
            return .gone
        }
        if let inode = handle?.inode, inode != UInt64(process.serial) { return .gone }
        return .process(process)
    }

    func release(_ identity: ProcessIdentity) {
        guard let handle = handles.removeValue(forKey: identity) else { return }
        letGo(handle)
        // When it is taken in later, it passes for an answer.
        guard let seen = handle.seen else { return }
        for process in [seen, seen.parent ?? seen, machine.all[seen.bornTo]] {
            machine.all[process.tree].isAnswering = true
        }
    }

    /// Closes the descriptors.
    func letGo(_ handle: Handle) {
        guard handle.isHeld else { return }
        handle.isHeld = false
        heldCount -= 1
    }

    func send(_ signal: Signal, to identity: ProcessIdentity) -> SendAnswer {
        let handle = handles[identity]
        if let victim = handle?.seen { trouble(victim, .beforeSend) }
        spend(.microseconds(5))
        let process: SimulatedProcess
        switch open(identity) {
        case .gone: return .gone
        case .denied:
            handle?.seen?.wasDenied = true
            return .denied("Too many open files")
        case .process(let opened): process = opened
        }
        if signal != .continue, let target = handle?.target,
            let change = change(of: process, from: target)
        {
            return .changed(change)
        }
        if process.temperament.isForeign {
            process.wasDenied = true
            machine.census.denials += 1
            return .denied("it belongs to somebody else")
        }
        judge(signal, process)
        note(signal, process)
        machine.deliver(signal, to: process)
        trouble(process, .afterSend)
        return .sent
    }

    func note(_ signal: Signal, _ process: SimulatedProcess) {
        machine.census.signals += 1
        sendings.append(Sending(time: machine.time, signal: signal, process: process))
        switch signal {
        case .stop: process.isHeldByUs = true
        case .continue: process.isHeldByUs = false
        case .kill:
            let isAsked = !terms.isForced && isAskedWith(.kill, process)
            if isAsked, process.asked == nil { process.asked = machine.time }
            process.wasKilled = true
        case .child: break
        default:
            if process.asked == nil { process.asked = machine.time }
            if process.wasKilled { process.wasAskedAfterKill = true }
        }
    }

    func hasExited(_ identity: ProcessIdentity) -> Bool {
        spend(.microseconds(2))
        switch open(identity) {
        case .process(let process): return !process.isAlive
        case .gone: return true
        case .denied: return false
        }
    }
}
