extension ShutdownEngine {
    /// Asks every member to stop, children before their parents, and waits for them.
    ///
    /// A parent is asked when its children are gone or their grace has passed. A tree that answers
    /// with new children is asked from the top instead: it would go on replacing them. Each is held
    /// still for that until it was looked at, so that no child is born between look and signal.
    mutating func askGracefully(until end: Duration) {
        var nextLook = kernel.now()
        // Without a look nobody's parent is known; if there never is one, all are asked.
        let patience = nextLook + .milliseconds(100)
        // Who is left when everybody known has gone is found by the sweep.
        while set.hasUnkilled {
            let before = kernel.now()
            // Looking at very many can have taken all the time there was.
            guard before < start + options.deadline else { return }
            var mustLookAgain = false
            if before >= nextLook {
                mustLookAgain = !lookAndAsk(mayGuess: before >= patience, until: end)
                // Where there is no grace, the next one's turn has come already.
                if !whoMayBeAsked().isEmpty { mustLookAgain = true }
                // Looking costs time in proportion to what is looked at; it may take a third of it.
                nextLook = kernel.now() + max((kernel.now() - before) * 2, .microseconds(100))
            }
            // Who survived SIGKILL in an earlier wave is not asked any more.
            let active = set.active.filter { !$0.wasKilled }
            let time = kernel.now()
            guard time < end, interrupts < 2 else { return }
            if active.allSatisfy({ $0.hadGrace(at: time) }) { return }
            // The next moment at which anything can change without somebody exiting.
            let timers = active.compactMap(\.graceEnd).filter { $0 > time }
            let change = min(mustLookAgain ? nextLook : timers.min() ?? end, end)
            waitOrLook(for: active, until: change)
            // Only a fresh look tells who may be asked next; it can be shared by several exits.
            if active.contains(where: { $0.asked == nil }) { awaitMore(until: min(nextLook, end)) }
            nextLook = min(nextLook, kernel.now())
        }
    }

    /// Takes in who has come, and asks whoever's turn it is then.
    ///
    /// - Returns: Whether nobody has to be looked at once more before anybody exits.
    private mutating func lookAndAsk(mayGuess: Bool, until end: Duration) -> Bool {
        let count = set.activeCount
        // A pattern matches anybody; and who resists must be seen to stand still.
        // Births that are told only since now do not tell who was born while it was planned.
        let isLate = options.hearsSince == nil && !hasLooked && hearing.isIntact
        if isLate || options.hasPattern || isGrouped || !follows || !set.knowsParents
            || !(hearing.isIntact || set.resisting.isEmpty)
        {
            guard hasTimeForUsualLook(until: end), refresh() || mayGuess else { return false }
            hasLooked = true
            // Who is asked when the time is up has none to obey in.
            guard kernel.now() < end else { return true }
            return askWhoMayBe() && set.activeCount >= count
        }
        // Nobody else can have changed whose turn it is: the others still have children here.
        let ready = whoMayBeAsked()
        guard !ready.isEmpty else { return true }
        outcome.rounds += 1
        // Where births are told, one look shows whoever is older than that, and was not seen.
        let unseen = ready.filter { !hearing.isIntact || set[$0]?.wasLooked == false }
        if !unseen.isEmpty {
            let look = kernel.look(.newcomers(below: unseen, known: set.numbers))
            for identity in unseen { set[identity]?.wasLooked = true }
            guard takeNewcomers(look).isEmpty else { return false }
        }
        if hearing.isIntact {
            guard takeBirths().isEmpty, hearing.isIntact else { return false }
        }
        for identity in ready {
            guard kernel.now() < start + options.deadline else { return true }
            if let member = set[identity], member.isActive { ask(member) }
        }
        return set.activeCount >= count
    }

    /// Waits; and where that takes a while, uses the time to see who else belongs.
    ///
    /// Most trees are gone sooner than everybody can be looked at.
    private mutating func waitOrLook(for active: [ShutdownMember], until time: Duration) {
        let idle = min(kernel.now() + .milliseconds(50), time)
        if awaitReplacements(until: idle, lookingEvery: .milliseconds(1)) { return }
        if !isEverybodySeen, set.leadsAnything, idle < time {
            wait(for: active, until: idle)
            if kernel.now() < idle || active.contains(where: { set[$0.identity]?.gone != nil }) {
                return
            }
            if lookAtEverybody() { return }
        }
        if awaitReplacements(until: time, lookingEvery: .milliseconds(50)) { return }
        wait(for: active, until: time)
    }

    /// Waits where a parent that was asked may replace a child that was, and go before anybody looks.
    ///
    /// Where births are not told, whom it leaves behind so could not be told from anybody else's.
    ///
    /// - Parameters:
    ///   - end: When to wait no longer.
    ///   - pause: Until the first look; each one after it waits longer.
    /// - Returns: Whether somebody exited or has come, or an interrupt.
    private mutating func awaitReplacements(
        until end: Duration,
        lookingEvery pause: Duration
    ) -> Bool {
        var pause = pause
        let known = interrupts
        while !hearing.isIntact, follows, kernel.now() < end {
            let parents = set.active.filter {
                $0.asked != nil && $0.lostAskedChild && !$0.wasKilled
            }
            if parents.isEmpty { return false }
            let count = set.activeCount
            wait(for: set.active, until: min(end, kernel.now() + pause))
            if set.activeCount != count || interrupts != known { return true }
            let before = kernel.now()
            guard before < end else { return false }
            outcome.rounds += 1
            let look = kernel.look(
                .newcomers(below: parents.map(\.identity), known: set.numbers)
            )
            if !takeNewcomers(look).isEmpty { return true }
            pause = max(pause * 2, (kernel.now() - before) * 2)
        }
        return false
    }

    /// Waits while somebody may still exit who was asked.
    private mutating func awaitMore(until end: Duration) {
        while kernel.now() < end, interrupts < 2 {
            let time = kernel.now()
            let asked = set.active.filter { $0.asked != nil && !$0.hadGrace(at: time) }
            if asked.isEmpty { return }
            waitTogether(for: asked, until: end)
        }
    }

    /// Waits for somebody of these to exit; for the last of them where they are many, and takes in
    /// whoever has exited by then.
    ///
    /// A thousand exits would else be noticed one by one, and take the processor from the dying.
    mutating func waitTogether(for members: [ShutdownMember], until end: Duration) {
        let many = 32
        guard members.count > many, let last = members.last else {
            wait(for: members, until: end)
            return
        }
        // The last may be the one that never exits: the others are told soon all the same.
        let count = set.activeCount
        let before = interrupts
        repeat {
            wait(for: [last], until: min(end, kernel.now() + .milliseconds(10)))
            wait(for: members, until: kernel.now())
        } while set.activeCount == count && interrupts == before && kernel.now() < end
    }

    /// Asks those whose turn has not come, when there is no time left to wait for whoever is below
    /// them, and gives them a moment: whoever would have obeyed is not killed unasked.
    mutating func askTheRest(until deadline: Duration) {
        guard !options.isForced, interrupts < 2, kernel.now() < deadline else { return }
        let unasked = set.active.filter { $0.asked == nil && !$0.wasKilled }
        let moment = min(
            unasked.map(\.target.timeout).max() ?? .zero,
            (deadline - kernel.now()) / 4
        )
        guard moment > .zero else { return }
        let end = kernel.now() + moment
        for member in unasked.sorted(by: { $0.target.depth > $1.target.depth }) {
            set[member.identity]?.wasHurried = true
            ask(member)
        }
        let asked = Set(unasked.map(\.identity))
        while kernel.now() < end, interrupts < 2 {
            let left = set.active.filter { asked.contains($0.identity) }
            if left.isEmpty { return }
            wait(for: left, until: end)
        }
    }

    private mutating func ask(_ member: ShutdownMember) {
        let identity = member.identity
        guard send(member.target.signal, to: identity) else { return }
        set.noteAsked(identity, at: kernel.now())
        // A stopped process cannot act on what it was asked before it runs again.
        if member.target.signal != .kill {
            set[identity]?.isFrozen = false
            if case .gone = kernel.send(.continue, to: identity) { markGone(identity) }
        }
    }

    /// Stops a parent that resists; returns whether it can be asked now.
    private mutating func isHeldStill(_ member: ShutdownMember) -> Bool {
        // A child that it has now is told.
        if hearing.isIntact { return true }
        let patience = Duration.milliseconds(20)
        if let held = member.held { return member.isStopped || kernel.now() >= held + patience }
        if member.isStopped { return true }
        guard send(.stop, to: member.identity) else { return false }
        // Holding it is ours, not what the process is told: its last signal stays.
        set[member.identity]?.lastSignal = member.lastSignal
        set[member.identity]?.isFrozen = true
        set[member.identity]?.held = kernel.now()
        return false
    }

    /// Asks whoever's turn it is; returns whether nobody has to be looked at once more first.
    private mutating func askWhoMayBe() -> Bool {
        var isDone = true
        for identity in whoMayBeAsked() {
            guard kernel.now() < start + options.deadline else { return true }
            guard let member = set[identity], member.isActive else { continue }
            let isResisting = set.resisting.contains(member.target.root)
            if isResisting, !isHeldStill(member) { isDone = false } else { ask(member) }
        }
        return isDone
    }

    /// Whose turn it is to be asked, as far as is known who is whose child; from the top where a
    /// tree resists.
    private mutating func whoMayBeAsked() -> [ProcessIdentity] {
        let time = kernel.now()
        let active = set.active
        let unasked = active.filter {
            $0.asked == nil && !$0.wasKilled && !set.isAtWork($0, at: time)
        }
        guard !unasked.isEmpty else { return [] }
        /// Numbers whose children still have grace.
        let awaited = Set(active.lazy.filter { !$0.hadGrace(at: time) }.map(\.parent))
        // Only a parent that is asked first itself can be waited for.
        let heads = active.filter { $0.target.order == .rootFirst }
        let masters = Dictionary(
            heads.map { ($0.identity.pid, $0.hadGrace(at: time)) },
            uniquingKeysWith: { first, _ in first }
        )
        var ready: [ShutdownMember] = []
        var resisting: [ShutdownMember] = []
        for member in unasked {
            if set.resisting.contains(member.target.root) {
                // Without waiting in between, whatever order was wanted.
                resisting.append(member)
                continue
            }
            let isTurn =
                switch member.target.order {
                case .atOnce: true
                case .deepestFirst: !awaited.contains(member.identity.pid)
                case .rootFirst: masters[member.parent] ?? true
                }
            if isTurn { ready.append(member) }
        }
        resisting.sort { $0.target.depth < $1.target.depth }
        return (ready + resisting).map(\.identity)
    }
}
