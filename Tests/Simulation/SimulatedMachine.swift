import ReaperKit

/// Processes, time and what happens in it; nothing here knows about reaper.
///
/// Time is virtual: it advances when the kernel's calls take some, and when somebody waits.
final class SimulatedMachine {
    private(set) var time = Duration.zero
    private(set) var all: [SimulatedProcess] = []
    /// Who has which number now, zombies included.
    var byNumber: ProcessTable
    private(set) var forks: UInt64 = 0
    private(set) var lastPid: Int32 = 300
    /// Numbers wrap here, early, so that they are used again in every run.
    private(set) var pidLimit: Int32
    let initProcess: SimulatedProcess
    private var events = EventQueue()
    private(set) var tick: UInt64 = 1_000
    private var nextTick = Duration.milliseconds(10)
    /// How many have exited so far.
    var deathCount = 0
    /// What happened, for the census.
    var census = Census()

    init(pidLimit: Int32 = 600) {
        self.pidLimit = pidLimit
        byNumber = ProcessTable(limit: pidLimit)
        initProcess = SimulatedProcess(
            serial: 0,
            identity: ProcessIdentity(pid: 1, startTime: 1),
            name: "init",
            parent: nil,
            session: 1,
            group: 1
        )
        all.append(initProcess)
        byNumber.insert(initProcess)
    }

    /// Lets go of everything: processes and events refer to each other.
    func dismantle() {
        events.removeAll()
        for process in all {
            process.parent = nil
            process.children = []
        }
        all = []
    }

    /// Control groups that stand still.
    var frozenGroups: Set<Int> = []
    /// Whether anybody is in a control group.
    var hasGroups = false

    // MARK: - Time

    func after(_ delay: Duration, _ action: @escaping () -> Void) {
        events.add(.call(action), at: time + delay)
    }

    func schedule(_ action: EventQueue.Action, in delay: Duration) {
        events.add(action, at: time + delay)
    }

    /// Lets everything happen that happens within `cost`.
    func spend(_ cost: Duration) { advance(to: time + cost) }

    func advance(to end: Duration) {
        while step(before: end) {}
        set(end)
    }

    /// Lets the next thing happen, if that is before `end`; returns whether anything did.
    @discardableResult
    func step(until end: Duration) -> Bool {
        if step(before: end) { return true }
        set(end)
        return false
    }

    private func step(before end: Duration) -> Bool {
        guard let event = events.take(until: end) else { return false }
        set(event.time)
        perform(event.action)
        return true
    }

    private func set(_ moment: Duration) {
        guard moment > time else { return }
        time = moment
        guard time >= nextTick else { return }
        // Clock ticks after boot, a hundred a second.
        let passed = (time - nextTick) / .milliseconds(10)
        let count = UInt64(passed) + 1
        tick += count
        nextTick += .milliseconds(10) * Int(count)
    }

    private func perform(_ action: EventQueue.Action) {
        switch action {
        case .exit(let process): exit(process)
        case .exitWhenRunning(let process): exitWhenRunning(process)
        case .bury(let process): bury(process)
        case .replace(let child, let parent): replace(child, under: parent)
        case .hop(let comet): hop(comet)
        case .freeze(let process): freeze(process)
        case .call(let action): action()
        }
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
        child.birth = time
        child.isOurs = parent.isOurs
        child.isGuest = parent.isGuest
        child.tree = parent.isOurs ? parent.tree : child.serial
        child.isElsewhere = parent.isElsewhere
        child.cgroup = parent.cgroup
        parent.children.append(child)
        all.append(child)
        byNumber.insert(child)
        let tree = all[child.tree]
        tree.latestBirth = time
        if tree.isDisturbed { tree.isAnswering = true }
        if temperament.hops > 0 { schedule(.hop(child), in: temperament.hopInterval) }
        return child
    }

    // The kernel goes round and skips every number that names a process, a group or a session.
    private func freeNumber() -> Int32 {
        var number = lastPid
        for _ in 300..<pidLimit {
            number = number + 1 < pidLimit ? number + 1 : 300
            if !byNumber.isTaken(number) { return number }
        }
        // As an administrator would who saw fork(2) fail.
        pidLimit += 256
        byNumber.raiseLimit(to: pidLimit)
        return freeNumber()
    }

    private func hop(_ comet: SimulatedProcess) {
        if comet.isFrozen, !comet.isDoomed { return schedule(.hop(comet), in: .milliseconds(1)) }
        guard comet.state == .running, !comet.isDoomed else { return }
        census.hops += 1
        var temperament = comet.temperament
        temperament.hops -= 1
        let next = fork(comet, comet.name, temperament, ownSession: true)
        next.matches = comet.matches
        exit(comet)
    }

    private func replace(_ child: SimulatedProcess, under parent: SimulatedProcess) {
        if parent.state == .stopped {
            schedule(.replace(child, under: parent), in: .milliseconds(1))
            return
        }
        guard parent.state == .running, !parent.isDoomed, !parent.hasChanged else { return }
        census.respawns += 1
        var temperament = child.temperament
        temperament.vanishing = parent.temperament.legacy
        let next = fork(parent, child.name, temperament)
        next.matches = child.matches
    }

    /// Makes a process part of what was asked for, with all that belongs to it now.
    func claim(_ head: SimulatedProcess) {
        guard !head.isOurs, !head.hasChanged, !head.isProtected else { return }
        head.isOurs = true
        let tree = all[head.tree]
        tree.latestBirth = [tree.latestBirth, all[head.serial].latestBirth].compactMap(\.self).max()
        var next = head.children
        if head.session == head.pid || head.group == head.pid {
            next += byNumber.values.filter {
                (head.session == head.pid && $0.session == head.pid)
                    || (head.group == head.pid && $0.group == head.pid)
            }
        }
        // Who is dead already leads nobody.
        for process in next where process !== head && !process.isOurs && process.isAlive {
            process.tree = head.tree
            claim(process)
        }
    }

    /// Moves somebody of the same session into the group that `leader` leads: from now on it may
    /// be taken for a member, and need not be.
    func join(_ guest: SimulatedProcess, _ leader: SimulatedProcess) {
        guard guest.isAlive, leader.isAlive, guest.session == leader.session,
            leader.group == leader.pid, guest.group != guest.pid, leader.isOurs
        else { return }
        census.guests += 1
        byNumber.move(guest, toGroup: leader.pid)
        guest.isGuest = true
        // Whoever appears in a tree that was asked passes for its answer.
        all[leader.tree].isAnswering = true
    }
}
