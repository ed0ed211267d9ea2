/// Ends the processes of a plan, and says truthfully how each ended.
///
/// Waves run in order; in a wave, children are asked before their parents, then what is left is
/// frozen and killed, then it looks again until nothing new appears. See ARCHITECTURE.md.
public struct ShutdownEngine<Kernel: ShutdownKernel> {
    var kernel: Kernel
    let options: ShutdownOptions
    let observe: (ShutdownProgress) -> Void
    var set: KillSet
    var start: Duration = .zero
    var outcome = ShutdownOutcome()
    var interrupts = 0
    /// Whether the sockets could not be read, so that no port can be called free.
    var portsAreUnknown = false
    /// Why it is not known who else has what was to be left to nobody; `nil` when it is.
    var othersAreUnknown: String?
    /// Whether the time was up before others could be stopped who have what was to be left to nobody.
    var areOthersLeft = false
    /// Whether members that appear are stopped too; not where a plan is executed exactly.
    var follows = true
    /// Who seemed to belong, and could not be proven to.
    var doubtful: Set<ProcessIdentity> = []
    /// Whether reaper made control groups for what is stopped: then these must become empty.
    var isGrouped = false
    /// Whether the members' trees were looked at since the shutdown began.
    var hasLooked = false
    /// How long the latest look at everybody took.
    var lookCost = Duration.zero
    /// Whether everybody was looked at in this wave, and not only the trees of the members.
    var isEverybodySeen = false
    /// Whether everything in the plan has been stopped, as far as it was known.
    var isSweeping = false
    /// Whether those were asked once whom somebody had left behind who was asked.
    var hasAskedAnswers = false
    /// What the kernel tells about births.
    var hearing = Hearing()
    /// Who is started again, and by whom.
    var succession = Succession()
    /// Whether somebody lives who started what was stopped.
    var hasStarters = false
    /// Members that appeared although the plan is executed exactly.
    var strangers: [ProcessIdentity: ShutdownTarget] = [:]

    /// Prepares an engine.
    public init(
        kernel: Kernel,
        options: ShutdownOptions,
        observe: @escaping (ShutdownProgress) -> Void = { _ in }
    ) {
        self.kernel = kernel
        self.options = options
        self.observe = observe
        set = KillSet(excluding: options.excluded, since: options.beginning)
    }

    /// Executes the plan: the one function in the package that has lasting effects.
    public mutating func run(_ plan: ShutdownPlan) -> ShutdownOutcome {
        start = kernel.now()
        follows = plan.follows
        if kernel.births(to: [], until: start) == nil { hearing.lose() }
        if let tick = options.hearsSince { hearing.begin(at: tick) }
        isGrouped = !plan.groups.isEmpty
        let end = start + options.deadline
        for (index, wave) in plan.waves.enumerated() {
            set.postponed = Set(plan.waves[(index + 1)...].joined().map(\.identity))
            pin(wave)
            // What is left is shared among the waves to come, after the share of the kill phase.
            let remaining = end - killReserve - kernel.now()
            stop(until: kernel.now() + max(remaining, .zero) / (plan.waves.count - index))
        }
        remindParents(of: plan.zombies)
        if options.hasPattern || !plan.targets.isEmpty {
            outcome.proof = .none
            sweep(until: end)
            awaitSuccessors(until: end)
        }
        if clearOthers(plan.sweeps, until: end) { sweep(until: end) }
        verifyPorts(plan.ports, until: end)
        finish(plan)
        return outcome
    }

    /// Time that is kept back for killing, the sweep and verification.
    var killReserve: Duration { options.killReserve }

    /// Opens a handle on each target; who cannot be held is settled at once.
    mutating func pin(_ targets: [ShutdownTarget]) {
        for target in targets where set[target.identity] == nil {
            if set.insert(target, parent: 0) {
                succession.note(target)
                pin(target)
            } else {
                outcome.targets.append(
                    TargetOutcome(
                        identity: target.identity,
                        name: target.name,
                        result: .refused,
                        reason: "it must not be touched"
                    )
                )
            }
        }
    }

    mutating func pin(_ target: ShutdownTarget) {
        // Each takes only a moment, and there can be thousands.
        guard !isOverdue() else { return passOver(target.identity) }
        switch kernel.pin(target) {
        case .pinned:
            set[target.identity]?.wasHeld = true
            set[target.identity]?.wasRunning = true
            if let tick = options.hearsSince {
                set.note(target.identity, heldAt: tick)
                // It was planned with the children that it had then.
                set[target.identity]?.wasLooked = true
            }
        // Zombie by now: there is nothing to stop.
        case .exited: markGone(target.identity)
        case .gone: markGone(target.identity)
        case .changed(let reason): settle(target.identity, .refused, reason)
        case .denied(let reason): settle(target.identity, .denied, reason)
        }
    }

    /// Whether the time is up, and what may still end after it is, too.
    mutating func isOverdue() -> Bool {
        kernel.now() > start + options.deadline + ShutdownOptions.overtime
    }

    /// Leaves somebody who was not held in time as he is; nothing is known of him but a listing.
    private mutating func passOver(_ identity: ProcessIdentity) {
        settle(identity, .survived, "it was not looked at before the deadline, and not stopped")
        set[identity]?.wasPassedOver = true
    }

    /// Stops everything in the set: asks, waits, and kills what remains.
    mutating func stop(until end: Duration) {
        let deadline = start + options.deadline
        // A frozen process cannot act on what it is asked.
        for (identity, reason) in kernel.wakeGroups(holding: Set(set.active.map(\.identity))) {
            set[identity]?.obstacle = reason
            set[identity]?.remark = reason
        }
        isEverybodySeen = options.hasPattern
        if !options.isForced, kernel.now() < deadline {
            // Once a leader is gone, only its age tells whether a process was in its session, and
            // where births are not told that can stay open.
            if !hearing.isIntact, set.activeCount > 0 { _ = lookAtEverybody() }
            askGracefully(until: end)
            // Whoever is seen only now has not been asked yet.
            while set.activeCount > 0, lookAtEverybody(), interrupts < 2 {
                askGracefully(until: end)
            }
        }
        if set.activeCount > 0 {
            askTheRest(until: deadline)
            killRemaining(until: deadline)
        }
    }

    /// Looks once for those who belong to a session or group and descend from nobody in the set.
    ///
    /// - Returns: Whether there was anybody.
    mutating func lookAtEverybody() -> Bool {
        guard !isEverybodySeen, set.leadsAnything, hasTimeToLook(until: start + options.deadline)
        else { return false }
        outcome.rounds += 1
        let look = look(.everybody)
        guard !look.processes.isEmpty else { return false }
        isEverybodySeen = true
        return !take(look).isEmpty
    }

    /// Looks again and takes in who else belongs.
    ///
    /// - Returns: Whether the look succeeded; nothing is learned from one that failed.
    @discardableResult
    mutating func refresh() -> Bool {
        outcome.rounds += 1
        let look = look(usualScope)
        take(look)
        return !look.processes.isEmpty || set.activeCount == 0
    }

    /// Whether another look at everybody ends in time, going by the latest.
    ///
    /// On a machine with very many processes one takes seconds, and nothing else that is done does:
    /// a look that would end long after the time is up is not begun.
    mutating func hasTimeToLook(until end: Duration) -> Bool {
        kernel.now() + lookCost <= end + ShutdownOptions.overtime
    }

    /// The same of the usual look; one at the members' trees takes next to nothing.
    mutating func hasTimeForUsualLook(until end: Duration) -> Bool {
        looksAtEverybody
            ? hasTimeToLook(until: end) : kernel.now() <= end + ShutdownOptions.overtime
    }

    /// Looks, and notes what it takes to look at everybody.
    mutating func look(_ scope: LookScope) -> Look {
        let before = kernel.now()
        let look = kernel.look(scope)
        if case .everybody = scope { lookCost = kernel.now() - before }
        return look
    }

    /// Where no pattern has to be matched, what is near the members is enough until they are gone;
    /// but whoever is in a group that reaper made belongs, wherever it descends from.
    var looksAtEverybody: Bool { options.hasPattern || isGrouped }

    var usualScope: LookScope {
        looksAtEverybody
            ? .everybody : .trees(set.left.filter { set[$0]?.gone == nil })
    }

    @discardableResult
    mutating func take(_ look: Look) -> [ShutdownTarget] {
        // A look that failed shows nobody; it does not show that anybody is gone.
        guard !look.processes.isEmpty else { return [] }
        set.note(look)
        if !hearing.hasBegun { hearing.begin(at: options.hearsSince ?? look.tick) }
        guard follows else {
            noteStrangers(in: look)
            return takeBirths()
        }
        var added: [ShutdownTarget] = []
        for match in look.matches
        where !set.postponed.contains(match.root) && set.insert(match, parent: 0) {
            added.append(match)
            observe(.appeared(match))
            noteSuccessor(match)
            pin(match)
        }
        added += takeHeirs(in: look)
        return added + takeBirths()
    }

    /// Takes in who has come to the members that were looked at; the others stay as they were.
    mutating func takeNewcomers(_ look: Look) -> [ShutdownTarget] {
        if look.processes.isEmpty { return [] }
        set.noteTick(of: look)
        // Where the kernel does not tell whose children are whose, everybody was looked at.
        return takeHeirs(in: look)
    }

    private mutating func takeHeirs(in look: Look) -> [ShutdownTarget] {
        var added: [ShutdownTarget] = []
        for heir in set.heirs(in: look) {
            guard set[heir.head] != nil, !isOverdue(), admit(heir) else {
                doubtful.insert(heir.target.identity)
                continue
            }
            added.append(heir.target)
            observe(.appeared(heir.target))
        }
        return added
    }

    // MARK: - What happened to a member

    mutating func markGone(_ identity: ProcessIdentity) {
        guard var member = set[identity], member.gone == nil else { return }
        let time = kernel.now()
        member.gone = time
        set[identity] = member
        observe(.exited(member.target, after: time - start))
    }

    mutating func settle(_ identity: ProcessIdentity, _ verdict: TargetResult, _ reason: String?) {
        guard var member = set[identity], member.isActive else { return }
        member.verdict = verdict
        member.reason = reason
        set[identity] = member
        // Nobody is left stopped by us.
        if member.isFrozen { _ = kernel.send(.continue, to: identity) }
    }

    /// Sends a signal to a member and records what came of it; returns whether it was sent.
    @discardableResult
    mutating func send(_ signal: Signal, to identity: ProcessIdentity) -> Bool {
        switch kernel.send(signal, to: identity) {
        case .sent:
            set[identity]?.lastSignal = signal
            if let target = set[identity]?.target { observe(.sent(signal, target)) }
            return true
        case .gone: markGone(identity)
        case .denied(let reason): settle(identity, .denied, reason)
        case .changed(let reason): settle(identity, .refused, reason)
        }
        return false
    }

    mutating func wait(for members: [ShutdownMember], until time: Duration) {
        let answer = kernel.wait(for: members.map(\.identity), until: time)
        for identity in answer.exited { markGone(identity) }
        if answer.interrupts > interrupts {
            interrupts = answer.interrupts
            outcome.wasInterrupted = true
            observe(.interrupted(interrupts))
        }
    }
}
