extension ShutdownEngine {
    /// Looks at a set that is being frozen before giving up on those that do not stop.
    private var freezeRounds: Int { 40 }

    /// Freezes what is left, parents first, looks until nothing new appears, and kills it.
    ///
    /// A frozen process cannot fork, so the set is complete when a look at it, all frozen, adds
    /// nobody. Parents first also keeps the kernel from continuing a stopped group whose leader
    /// died: that happens when a session leader goes early.
    ///
    /// Whoever wants everybody killed at once gets that where births are told: who was sent SIGKILL
    /// makes no child any more (copy_process() gives up), and one that it made just before is told.
    mutating func killRemaining(until end: Duration) {
        observe(.killing(set.activeCount))
        repeat {
            // Who left by itself just now was not killed.
            wait(for: set.active, until: kernel.now())
            // What was told may have been lost since it was last asked for.
            if options.isForced, kernel.births(to: [], until: kernel.now()) == nil {
                hearing.lose()
            }
            let isAtOnce = options.isForced && hearsEverything
            if !isAtOnce { freeze(until: end) }
            let together = kernel.killGroups(holding: Set(set.active.map(\.identity)))
            // Who still runs must not answer the end of a child with another one.
            let order: (Int, Int) -> Bool = isAtOnce ? { $0 < $1 } : { $0 > $1 }
            for member in set.active.sorted(by: { order($0.target.depth, $1.target.depth) }) {
                if together.contains(member.identity) {
                    set[member.identity]?.lastSignal = .kill
                    set[member.identity]?.noteKill(at: kernel.now())
                    observe(.sent(.kill, member.target))
                } else if send(.kill, to: member.identity) {
                    set[member.identity]?.noteKill(at: kernel.now())
                }
            }
            kernel.thawGroups()
            awaitDeaths(until: end)
            if hasTimeForUsualLook(until: end) { refresh() }
        } while kernel.now() < end && set.hasUnkilled
        explainSurvivors()
    }

    /// Whether no member can have a child that is not told.
    private var hearsEverything: Bool {
        hearing.isIntact && hearing.hasBegun && !options.hasPattern && !isGrouped && follows
    }

    /// Waits for those that were sent SIGKILL.
    ///
    /// Dying takes the kernel time, not the process: it has nothing left to decide. So a moment is
    /// given even after the deadline.
    mutating func awaitDeaths(until end: Duration) {
        let patience = min(end + .milliseconds(100), kernel.now() + .seconds(5))
        while kernel.now() < patience, set.activeCount > 0 {
            let before = set.activeCount
            let next = min(patience, kernel.now() + .milliseconds(200))
            waitTogether(for: set.active, until: next)
            if set.activeCount == before, kernel.now() >= next, !relieveStuck() { break }
        }
    }

    private mutating func freeze(until end: Duration) {
        for _ in 0..<freezeRounds where kernel.now() < end {
            let held = kernel.freezeGroups(holding: Set(set.active.map(\.identity)))
            let running = set.active.filter {
                !$0.isSettled && $0.lastSignal != .kill && !held.contains($0.identity)
            }
            for member in running.sorted(by: { $0.target.depth < $1.target.depth }) {
                // Who is not frozen by then is killed as he is.
                guard kernel.now() < end else { break }
                let asked = member.lastSignal
                guard send(.stop, to: member.identity) else { continue }
                // Freezing is ours, not what the process is told: its last signal stays.
                set[member.identity]?.lastSignal = asked
                set[member.identity]?.isFrozen = true
            }
            guard hasTimeForUsualLook(until: end) else {
                // They are to stand still all the same; who was born meanwhile, the end has to tell.
                wait(for: set.active, until: kernel.now() + .milliseconds(1))
                return
            }
            outcome.rounds += 1
            var look = look(usualScope)
            var added = take(look)
            if added.isEmpty, !look.processes.isEmpty, markSettled(look, held) {
                if sweptAtOnce { return }
                // Who belongs without descending from anybody is seen only when all are looked at.
                guard hasTimeToLook(until: end) else { return }
                look = self.look(.everybody)
                added = take(look)
                if added.isEmpty, !look.processes.isEmpty { return }
            }
            if added.isEmpty { wait(for: set.active, until: kernel.now() + .milliseconds(1)) }
        }
    }

    /// Whether the next look at everybody is the sweep's: who was told to kill at once is not kept
    /// waiting for one more, and a look for a pattern was one at everybody.
    private var sweptAtOnce: Bool { options.hasPattern || (options.isForced && !isSweeping) }

    /// Notes who was seen unable to fork; returns whether that is everybody.
    private mutating func markSettled(_ look: Look, _ held: Set<ProcessIdentity>) -> Bool {
        var states: [ProcessIdentity: UInt8] = [:]
        for record in look.processes where set[record.identity] != nil {
            states[record.identity] = record.state
        }
        var isComplete = true
        for member in set.active {
            if held.contains(member.identity) { continue }
            switch states[member.identity] {
            case UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: "Z"), UInt8(ascii: "X"), nil:
                set[member.identity]?.isSettled = true
            // Uninterruptible: it cannot fork before it returns, and will stop when it does.
            case UInt8(ascii: "D"): continue
            default:
                set[member.identity]?.isSettled = false
                isComplete = false
            }
        }
        return isComplete
    }

    /// Asks the kernel to undo what keeps a killed process from dying; returns whether to go on.
    private mutating func relieveStuck() -> Bool {
        let identities = Set(set.order)
        var isWorthWaiting = false
        for member in set.active where member.lastSignal == .kill {
            // What keeps each of very many takes longer to learn than there is time.
            guard !isOverdue() else { return false }
            let reason = kernel.diagnose(member.identity, within: identities)
            set[member.identity]?.obstacle = reason
            if reason == nil { isWorthWaiting = true }
        }
        return isWorthWaiting
    }

    private mutating func explainSurvivors() {
        let identities = Set(set.order)
        for member in set.active {
            let reason =
                isOverdue()
                ? member.obstacle : kernel.diagnose(member.identity, within: identities)
            set[member.identity]?.obstacle = reason ?? "did not exit in time"
        }
    }
}
