extension ShutdownEngine {
    /// Looks until nothing new appears and that is proven, and kills what does appear.
    mutating func sweep(until end: Duration) {
        if !isSweeping { succession.begin() }
        isSweeping = true
        outcome.proof = .none
        while true {
            guard hasTimeToLook(until: end) else {
                outcome.unproven = "there was no time left to look at everybody once more"
                return
            }
            // Who lives now can have a child that the look does not show, or shows as another's.
            let wasAnybodyLeft = isAnybodyLeft()
            let doubts = doubtful.count
            if hearing.isIntact, !kernel.hasHeardAll() { hearing.lose() }
            let before = kernel.now()
            let proof = kernel.prove(until: end)
            lookCost = kernel.now() - before
            outcome.rounds += 1
            let killed = Set(proof.killed.map(\.identity))
            for target in proof.found where set.insert(target, parent: 0) {
                noteSuccessor(target)
                if killed.contains(target.identity) {
                    set[target.identity]?.lastSignal = .kill
                    set[target.identity]?.noteKill(at: kernel.now())
                    observe(.sent(.kill, target))
                } else {
                    pin(target)
                }
            }
            let added = take(proof.look)
            if set.hasUnkilled {
                stopLatecomers(until: end)
            } else if !proof.killed.isEmpty {
                awaitDeaths(until: end)
            } else if isAnybodyLeft() {
                outcome.unproven = "not everything has stopped"
                return
            } else if !wasAnybodyLeft, added.isEmpty, proof.found.isEmpty, takeBirths().isEmpty,
                // Asking for births can lose the hearing, and raise doubts.
                doubtful.count == doubts, isComplete(proof)
            {
                outcome.unproven = nil
                outcome.proof = provenBy(proof.look)
                return
            }
            if let restart = succession.restart(in: proof.look) { return report(restart) }
            switch proof.answer {
            case .notProven(let reason): outcome.unproven = reason
            case .unprovable(let reason):
                outcome.unproven = reason
                // Trying again proves nothing either; what a look can find was found.
                if added.isEmpty { return }
            case .quiet, .chased: break
            }
            if kernel.now() >= end {
                outcome.unproven =
                    outcome.unproven ?? "there was no time left for a look that finds nobody new"
                return
            }
            wait(for: [], until: min(end, kernel.now() + .milliseconds(20)))
        }
    }

    /// Stops who was not seen to belong before everything else was gone.
    ///
    /// Who is older than all this was never asked: a member of a session that a target led, which
    /// only a look at everybody shows. Who was left behind by somebody who was asked may be his way
    /// to clean up, and is asked, too, but only once: successors of successors are killed.
    private mutating func stopLatecomers(until end: Duration) {
        let mayBeAnswers = !hasAskedAnswers
        hasAskedAnswers = true
        let isUnasked = set.active.contains {
            $0.asked == nil
                && ($0.identity.startTime <= options.beginning || mayBeAnswers && $0.maker != nil)
        }
        if isUnasked { stop(until: end - killReserve) } else { killRemaining(until: end) }
    }

    /// Whether nobody who belongs can have been missed.
    ///
    /// Where every birth is told, a tree cannot grow unseen, however many others are born.
    private func isComplete(_ proof: ProofLook) -> Bool {
        if hearing.isIntact, !hearing.isSettled { return false }
        if proof.answer.isProven { return true }
        return hearing.isIntact && hearing.hasBegun && !options.hasPattern
            && proof.isListed
    }

    /// Whether any member lives, one included that nothing could or may be done about.
    mutating func isAnybodyLeft() -> Bool {
        for identity in set.left where set[identity]?.isLeft ?? false {
            if !kernel.hasExited(identity) { return true }
        }
        return false
    }

    /// What a complete look without anybody new proves.
    private mutating func provenBy(_ look: Look) -> Proof {
        outcome.unproven = nil
        hasStarters = succession.starters(in: look).contains { starter in
            !options.excluded.contains(starter.identity) && set[starter.identity] == nil
        }
        let areStrangersGone = reportStrangers(in: look)
        guard areStrangersGone else {
            outcome.unproven = "there are processes that are not in the plan"
            return .none
        }
        if isGrouped, !areGroupsEmpty() {
            outcome.unproven = "its control group is not empty, or cannot be read"
            return .none
        }
        // What a refused member leads was not looked at: what it runs now was never judged.
        let refused = set.order.first { identity in
            guard let member = set[identity], member.verdict == .refused else { return false }
            return member.target.leadsSession || member.target.leadsGroup
        }
        if let refused {
            outcome.unproven = "who else belongs to \(refused) was not asked: it was refused"
            return .none
        }
        let strays = strays(in: look)
        guard let stray = strays.first else {
            return options.hasPattern ? .proofScan : isGrouped ? .cgroup : .tree
        }
        let others = strays.count == 1 ? "" : ", and \(strays.count - 1) more like it"
        outcome.unproven =
            "\(stray.name.text) (\(stray.identity)) "
            + (stray.identity.startTime >= options.beginning
                ? "was born meanwhile" : "has lost its parent") + " and is a child of "
            + "\(adopter(of: stray, in: look)): it may have come from here, look at it\(others)"
        return .none
    }

    /// Whether the control groups of what was stopped are empty; the kernel may say so a little
    /// after the last exit.
    private mutating func areGroupsEmpty() -> Bool {
        let end = kernel.now() + .milliseconds(200)
        while true {
            if kernel.areGroupsEmpty() ?? false { return true }
            if kernel.now() >= end { return false }
            wait(for: [], until: kernel.now() + .milliseconds(5))
        }
    }

    private func adopter(of stray: ProcessRecord, in look: Look) -> String {
        look.processes.first { $0.pid == stray.parent }?.label ?? "process \(stray.parent)"
    }

    /// With a plan to be executed exactly: who belongs to its targets and is not in it.
    private mutating func reportStrangers(in look: Look) -> Bool {
        noteStrangers(in: look)
        let living = look.processes.filter { strangers[$0.identity] != nil && !$0.isZombie }
        for target in living.compactMap({ strangers[$0.identity] }) {
            outcome.kept.append(
                Refusal(
                    target.identity,
                    reason: "not in the plan: \(target.name.text) \(target.reason)"
                )
            )
        }
        return living.isEmpty
    }

    /// Notes them while their parents live: nothing tells afterwards whose they were.
    mutating func noteStrangers(in look: Look) {
        guard !follows else { return }
        var grown = set
        for stranger in strangers.values { grown.insert(stranger, parent: 0) }
        grown.note(look)
        for heir in grown.heirs(in: look) { strangers[heir.target.identity] = heir.target }
    }

    /// Who could have escaped: born since planning began, and adopted, so its parent is unknown.
    ///
    /// A child that a member made after its last look, and before it exited, has been handed to an
    /// adopter. Anybody else still has the parent who made it. It has a session that a member was
    /// in, or a new one: nobody can join another.
    private mutating func strays(in look: Look) -> [ProcessRecord] {
        let members = set.order
        let adopters = options.adopters.union(ancestors(in: look))
        guard !members.isEmpty else { return [] }
        let lost = earliestLoss(among: members)
        let older = sessions(in: look, before: options.beginning)
        let muchOlder = lost.map { sessions(in: look, before: $0) } ?? []
        return look.processes.filter { record in
            guard !options.excluded.contains(record.identity), !record.isZombie,
                !record.isKernelThread
            else { return false }
            // Who is gone does not live: it is another of the same number, started in the same tick.
            if let member = set[record.identity] { return member.gone != nil }
            if set.mayHaveLed(record) { return true }
            let born = record.identity.startTime
            guard adopters.contains(record.parent) else { return false }
            // No later bound is sound: a daemon's middle parent is gone before any look.
            if born >= options.beginning || doubtful.contains(record.identity) {
                return !older.contains(record.session)
                    && (doubtful.contains(record.identity) || !hearing.isIntact
                        || kernel.mayBeBorn(record, to: adopters, by: members))
                    && kernel.canDescend(record, from: members)
            }
            // Somebody was gone before his children were seen: they are older than all this.
            guard let lost, born >= lost, !muchOlder.contains(record.session) else { return false }
            return kernel.canDescend(record, from: members)
        }
    }

    /// The sessions that are older than this, and that no member was in.
    private func sessions(in look: Look, before tick: UInt64) -> Set<Int32> {
        guard !set.hasUnknownSession else { return [] }
        // Whose leader is outside this pid namespace (0), nobody in it can have made.
        return Set([0]).union(
            look.processes.filter { record in
                record.session == record.pid && record.identity.startTime < tick
            }.map(\.session)
        ).subtracting(set.sessionsSeen)
    }

    /// Since when somebody can have been born whose parent was gone before it was seen; `nil` when
    /// every member was held in time to see its children.
    private mutating func earliestLoss(among members: [ProcessIdentity]) -> UInt64? {
        // The children of whoever was born since births are told are told, too.
        let unheld = members.filter { identity in
            guard let member = set[identity] else { return false }
            return member.gone != nil && !member.wasRunning
                && !hearing.covers(identity.startTime)
        }
        var since = unheld.map(\.startTime)
        if hearing.isIntact {
            let known = Set(members.filter { set[$0]?.wasRunning ?? false }.map(\.pid))
            since += kernel.bereaved(members, besides: known).map(\.startTime)
        }
        return since.min()
    }

    /// Everybody above a member, as far as they live: one of them may have adopted what it left.
    private func ancestors(in look: Look) -> Set<Int32> {
        let parents = Dictionary(
            look.processes.map { ($0.pid, $0.parent) },
            uniquingKeysWith: { first, _ in first }
        )
        var ancestors: Set<Int32> = []
        for identity in set.order {
            // Its number may have passed on, and the latest look shown somebody else's parent.
            for parent in [set[identity]?.parent, set[identity]?.target.parent] {
                var next = parent ?? 0
                while next > 0, ancestors.insert(next).inserted { next = parents[next] ?? 0 }
            }
        }
        return ancestors
    }
}
