@testable import ReaperKit

/// Processes, time and what happens in it; nothing here knows about reaper.
///
/// Time is virtual: it advances when the kernel's calls take some, and when somebody waits.
final class SimulatedMachine {
    private(set) var time = Duration.zero
    private(set) var all: [SimulatedProcess] = []
    /// Who has which number now, zombies included.
    private(set) var byNumber: [Int32: SimulatedProcess] = [:]
    private(set) var forks: UInt64 = 0
    private(set) var lastPid: Int32 = 300
    /// Numbers wrap here, early, so that they are used again in every run.
    let pidLimit: Int32
    let initProcess: SimulatedProcess
    private var events: [(time: Duration, order: Int, action: () -> Void)] = []
    private var eventCount = 0
    /// When each serial exited.
    private(set) var deaths: [Int: Duration] = [:]
    /// Trees that were sent something, and those of them that had children afterwards.
    private var disturbedTrees: Set<Int> = []
    private(set) var answeringTrees: Set<Int> = []
    private var latestBirths: [Int: Duration] = [:]
    /// Control groups that stand still.
    var frozenGroups: Set<Int> = []

    init(pidLimit: Int32 = 600) {
        self.pidLimit = pidLimit
        initProcess = SimulatedProcess(
            serial: 0,
            identity: ProcessIdentity(pid: 1, startTime: 1),
            name: "init",
            parent: nil,
            session: 1,
            group: 1
        )
        all.append(initProcess)
        byNumber[1] = initProcess
    }

    /// Clock ticks after boot, a hundred a second.
    var tick: UInt64 { 1_000 + UInt64(time / .milliseconds(10)) }

    // MARK: - Time

    func after(_ delay: Duration, _ action: @escaping () -> Void) {
        eventCount += 1
        let event = (time: time + delay, order: eventCount, action: action)
        let index = events.lastIndex { $0.time > event.time || ($0.time == event.time) }
        // Latest first, so that the next one is the last; equal times in the order they came.
        var place = index.map { $0 + 1 } ?? 0
        while place > 0, events[place - 1].time == event.time { place -= 1 }
        events.insert(event, at: place)
    }

    /// Lets everything happen that happens within `cost`.
    func spend(_ cost: Duration) { advance(to: time + cost) }

    func advance(to end: Duration) {
        while let next = events.last, next.time <= end {
            events.removeLast()
            time = max(time, next.time)
            next.action()
        }
        time = max(time, end)
    }

    /// Lets the next thing happen, if that is before `end`; returns whether anything did.
    func step(until end: Duration) -> Bool {
        guard let next = events.last, next.time <= end else {
            time = max(time, end)
            return false
        }
        events.removeLast()
        time = max(time, next.time)
        next.action()
        return true
    }

    // MARK: - Birth

    /// Forks `parent`; the child belongs where its parent does.
    @discardableResult
    func fork(
        _ parent: SimulatedProcess,
        _ name: String,
        _ temperament: Temperament = Temperament(),
        ownSession: Bool = false,
        ownGroup: Bool = false,
        as number: Int32? = nil,
        startTime: UInt64? = nil
    ) -> SimulatedProcess {
        let pid = number ?? freeNumber()
        if number == nil { lastPid = pid }
        forks += 1
        let child = SimulatedProcess(
            serial: all.count,
            identity: ProcessIdentity(pid: pid, startTime: startTime ?? tick),
            name: name,
            parent: parent,
            session: ownSession ? pid : parent.session,
            group: ownSession || ownGroup ? pid : parent.group
        )
        child.temperament = temperament
        child.isOurs = parent.isOurs
        child.tree = parent.isOurs ? parent.tree : child.serial
        child.isElsewhere = parent.isElsewhere
        child.cgroup = parent.cgroup
        parent.children.append(child)
        all.append(child)
        byNumber[pid] = child
        latestBirths[child.tree] = time
        if disturbedTrees.contains(child.tree) { answeringTrees.insert(child.tree) }
        if temperament.hops > 0 { after(temperament.hopInterval) { self.hop(child) } }
        return child
    }

    // The kernel goes round and skips every number that names a process, a group or a session.
    private func freeNumber() -> Int32 {
        var number = lastPid
        for _ in 300..<pidLimit {
            number = number + 1 < pidLimit ? number + 1 : 300
            guard byNumber[number] == nil else { continue }
            let isLed = byNumber.values.contains { $0.session == number || $0.group == number }
            if !isLed { return number }
        }
        preconditionFailure("more processes than numbers: make the limit higher")
    }

    private func hop(_ comet: SimulatedProcess) {
        guard comet.state == .running, !comet.isDoomed else { return }
        var temperament = comet.temperament
        temperament.hops -= 1
        let next = fork(comet, comet.name, temperament, ownSession: true)
        next.matches = comet.matches
        exit(comet)
    }

    /// Makes a process part of what was asked for, with all that belongs to it now.
    func claim(_ head: SimulatedProcess) {
        guard !head.isOurs, !head.hasChanged else { return }
        head.isOurs = true
        var next = head.children
        for process in byNumber.values
        where (head.session == head.pid && process.session == head.pid)
            || (head.group == head.pid && process.group == head.pid)
        {
            next.append(process)
        }
        for process in next where process !== head { claim(process) }
    }

    // MARK: - Death

    func exit(_ process: SimulatedProcess) {
        guard process.isAlive else { return }
        process.state = .zombie
        deaths[process.serial] = time
        let adopter = adopter(of: process)
        for child in process.children {
            child.parent = adopter
            adopter.children.append(child)
            if child.state == .zombie { after(.microseconds(50)) { self.bury(child) } }
        }
        process.children = []
        guard let parent = process.parent else { return }
        if parent.isAlive, let burial = process.temperament.burial {
            after(burial) { self.bury(process) }
        }
        if parent.isAlive, parent.temperament.respawns > 0 {
            parent.temperament.respawns -= 1
            after(.microseconds(100)) { self.replace(process, under: parent) }
        }
    }

    /// The nearest ancestor that is a subreaper, as prctl(2) makes one, or init.
    private func adopter(of process: SimulatedProcess) -> SimulatedProcess {
        var ancestor = process.parent
        while let candidate = ancestor {
            if candidate.isSubreaper, candidate.isAlive { return candidate }
            ancestor = candidate.parent
        }
        return initProcess
    }

    private func replace(_ child: SimulatedProcess, under parent: SimulatedProcess) {
        if parent.state == .stopped {
            after(.milliseconds(1)) { self.replace(child, under: parent) }
            return
        }
        guard parent.state == .running, !parent.isDoomed, !parent.hasChanged else { return }
        var temperament = child.temperament
        temperament.vanishing = nil
        let next = fork(parent, child.name, temperament)
        next.matches = child.matches
    }

    /// Reaps a zombie: from now on its number can be anybody's.
    func bury(_ process: SimulatedProcess) {
        guard process.state == .zombie else { return }
        // A stopped parent waits for nobody.
        if let parent = process.parent, parent.state == .stopped {
            after(.milliseconds(1)) { self.bury(process) }
            return
        }
        release(process)
    }

    private func release(_ process: SimulatedProcess) {
        process.state = .gone
        process.parent?.children.removeAll { $0 === process }
        if byNumber[process.pid] === process { byNumber[process.pid] = nil }
    }

    /// The worst that can happen to a number: gone, and at once an innocent's, in the same tick.
    func giveAwayNumber(of process: SimulatedProcess) {
        let isHeld = byNumber.values.contains {
            $0 !== process && ($0.session == process.pid || $0.group == process.pid)
        }
        exit(process)
        guard process.state == .zombie else { return }
        release(process)
        // The number of a session or group that has members is not given away.
        if isHeld { return }
        let innocent = fork(
            initProcess,
            "innocent",
            ownSession: true,
            as: process.pid,
            startTime: process.identity.startTime
        )
        innocent.isElsewhere = true
        fork(innocent, "innocent-child")
        fork(innocent, "innocent-grandchild", ownGroup: true)
    }

    // MARK: - Signals

    func deliver(_ signal: Signal, to process: SimulatedProcess) {
        if disturbedTrees.insert(process.tree).inserted,
            let birth = latestBirths[process.tree], birth + .milliseconds(10) > time
        {
            // Born just before, and seen just after: it may pass for an answer.
            answeringTrees.insert(process.tree)
        }
        guard process.isAlive else { return }
        switch signal {
        case .kill:
            guard !process.isDoomed else { return }
            process.isDoomed = true
            guard let delay = process.temperament.dying else { return }
            after(delay) { self.exit(process) }
        case .stop:
            let temperament = process.temperament
            if temperament.forksWhileStopping {
                process.temperament.forksWhileStopping = false
                after(temperament.stopping / 2) {
                    guard process.state == .running, !process.isDoomed else { return }
                    self.fork(process, "last-minute", ownSession: true)
                }
            }
            after(temperament.stopping) {
                if process.temperament.executesWhileStopping { process.execute("/bin/another") }
                if process.state == .running, process.isHeldByUs { process.state = .stopped }
            }
        case .continue:
            guard process.state == .stopped else { return }
            if process.isFrozen {
                process.staysStopped = false
                return
            }
            process.state = .running
            if process.hasPendingTerm {
                process.hasPendingTerm = false
                answer(process)
            }
        case .child:
            guard process.state == .running, process.temperament.buriesWhenTold else { return }
            for child in process.children where child.state == .zombie { bury(child) }
        default:
            if process.state == .stopped { process.hasPendingTerm = true } else { answer(process) }
        }
    }

    private func answer(_ process: SimulatedProcess) {
        switch process.temperament.answerToTerm {
        case .exits(let delay): exit(process, in: delay)
        case .ignores: return
        case .leavesSuccessor(let ownSession, let delay):
            process.temperament.answerToTerm = .exits(after: delay)
            fork(process, "successor", ownSession: ownSession)
            exit(process, in: delay)
        }
    }

    /// Exits when it has run for that long.
    func exit(_ process: SimulatedProcess, in delay: Duration) {
        after(delay) {
            if process.state == .stopped, !process.isDoomed {
                self.exit(process, in: .milliseconds(1))
            } else {
                self.exit(process)
            }
        }
    }
}
