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
        while !set.active.isEmpty {
            let before = kernel.now()
            var mustLookAgain = false
            if before >= nextLook {
                let isCurrent = refresh() || before >= patience
                // Looking costs time in proportion to what is looked at; it may take a third of it.
                nextLook = kernel.now() + max((kernel.now() - before) * 2, .microseconds(100))
                let count = set.active.count
                let mustSee = isCurrent && askWhoMayBe()
                mustLookAgain = !isCurrent || mustSee || set.active.count < count
            }
            let active = set.active
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

    /// Waits; and where that takes a while, uses the time to see who else belongs.
    ///
    /// Most trees are gone sooner than everybody can be looked at.
    private mutating func waitOrLook(for active: [ShutdownMember], until time: Duration) {
        let idle = kernel.now() + .milliseconds(50)
        if !isEverybodySeen, set.leadsAnything, idle < time {
            wait(for: active, until: idle)
            if kernel.now() < idle { return }
            if lookAtEverybody() { return }
        }
        wait(for: active, until: time)
    }

    /// Waits while somebody may still exit who was asked.
    private mutating func awaitMore(until end: Duration) {
        while kernel.now() < end, interrupts < 2 {
            let time = kernel.now()
            let asked = set.active.filter { $0.asked != nil && !$0.hadGrace(at: time) }
            if asked.isEmpty { return }
            wait(for: asked, until: end)
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

    /// Asks whoever's turn it is; returns whether somebody has to be looked at once more first.
    private mutating func askWhoMayBe() -> Bool {
        var mustSee = false
        let time = kernel.now()
        let active = set.active
        let byNumber = Dictionary(
            active.map { ($0.identity.pid, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        /// Numbers whose children still have grace.
        let awaited = Set(active.lazy.filter { !$0.hadGrace(at: time) }.map(\.parent))
        for member in active where member.asked == nil {
            let isResisting = set.resisting.contains(member.target.root)
            let order = isResisting ? .rootFirst : member.target.order
            let parent = byNumber[member.parent]
            let isTurn =
                switch order {
                case .atOnce: true
                case .deepestFirst: !awaited.contains(member.identity.pid)
                // A tree that resists is asked from the top without waiting in between.
                case .rootFirst where isResisting: true
                // Only a parent that is asked first itself can be waited for.
                case .rootFirst where parent?.target.order == .rootFirst:
                    parent?.hadGrace(at: time) ?? true
                case .rootFirst: true
                }
            guard isTurn else { continue }
            if isResisting, !isHeldStill(member) { mustSee = true } else { ask(member) }
        }
        return mustSee
    }
}
