import ReaperKit

// The same promises as those of LinuxKernel+Groups.swift, of a flat hierarchy.
extension SimulatedKernel {
    func isInMadeGroup(_ process: SimulatedProcess) -> Bool { madeGroups.contains(process.cgroup) }

    /// Everybody in a group that reaper made matches who is not held yet.
    func groupMatches() -> [ShutdownTarget] {
        guard !madeGroups.isEmpty else { return [] }
        return machine.byNumber.values.filter {
            isInMadeGroup($0) && $0.isAlive && !isHeld($0)
        }.compactMap(target)
    }

    private func isHeld(_ process: SimulatedProcess) -> Bool {
        guard let handle = handles[process.identity] else { return false }
        return handle.isHeld && handle.seen === process
    }

    func wakeGroups(holding members: Set<ProcessIdentity>) -> [ProcessIdentity: String] {
        guard machine.hasGroups else { return [:] }
        spend(.microseconds(10))
        guard !machine.frozenGroups.subtracting(heldGroups).isEmpty else { return [:] }
        let held = members.sorted().compactMap { identity in
            opened(identity).map { (identity, $0) }
        }
        var reasons: [ProcessIdentity: String] = [:]
        for group in Set(held.map(\.1.cgroup)).sorted()
        where machine.frozenGroups.contains(group) && !heldGroups.contains(group) {
            let isOurs = inhabitants(of: group, members) != nil
            if isOurs {
                machine.census.woken += 1
                machine.thaw(group)
            }
            for (identity, process) in held where process.cgroup == group {
                reasons[identity] = "its control group " + (isOurs ? "was" : "is") + " frozen"
            }
        }
        return reasons
    }

    func freezeGroups(holding members: Set<ProcessIdentity>) -> Set<ProcessIdentity> {
        guard machine.hasGroups else { return [] }
        spend(.microseconds(20))
        var identities: Set<ProcessIdentity> = []
        for group in heldGroups.sorted() {
            if let there = inhabitants(of: group, members) {
                identities.formUnion(there)
            } else {
                letGo(group)
                wholeGroups.remove(group)
            }
        }
        let observed = Set(members.sorted().compactMap { opened($0)?.cgroup })
        for group in observed.union(madeGroups).sorted()
        where group != 0 && !heldGroups.contains(group) {
            guard let before = inhabitants(of: group, members), !before.isEmpty else {
                machine.census.sharedGroups += 1
                continue
            }
            spend(.microseconds(100))
            // Somebody else's freeze is not ours to undo.
            let isFrozen = machine.frozenGroups.contains(group) && !madeGroups.contains(group)
            if !isFrozen {
                machine.freeze(group)
                heldGroups.insert(group)
                machine.census.frozenGroups += 1
            }
            spend(.microseconds(100))
            guard let there = inhabitants(of: group, members) else {
                letGo(group)
                continue
            }
            wholeGroups.insert(group)
            identities.formUnion(there)
        }
        return identities
    }

    func thawGroups() {
        guard !heldGroups.isEmpty else { return }
        spend(.microseconds(10))
        for group in heldGroups.sorted() { letGo(group) }
    }

    func killGroups(holding members: Set<ProcessIdentity>) -> Set<ProcessIdentity> {
        guard !madeGroups.isEmpty else { return [] }
        spend(.microseconds(20))
        var killed: Set<ProcessIdentity> = []
        for group in madeGroups.sorted() where heldGroups.contains(group) {
            guard let there = inhabitants(of: group, members), !there.isEmpty,
                there.isSubset(of: members)
            else { continue }
            machine.census.killedGroups += 1
            for process in machine.members(of: group) {
                judge(.kill, process)
                note(.kill, process)
                machine.deliver(.kill, to: process)
            }
            killed.formUnion(there)
        }
        return killed
    }

    func areGroupsEmpty() -> Bool? {
        let watched = madeGroups.union(wholeGroups)
        guard !watched.isEmpty else { return nil }
        spend(.microseconds(10))
        guard watched.allSatisfy({ machine.members(of: $0).isEmpty }) else { return false }
        sawEmptyGroups = true
        aliveInEmptyGroups = machine.all.filter { $0.isOurs && $0.isAlive }
        return true
    }

    private func letGo(_ group: Int) {
        guard heldGroups.remove(group) != nil else { return }
        machine.thaw(group)
    }

    /// Who is in the group; `nil` when somebody is who must not be held.
    private func inhabitants(
        of group: Int,
        _ members: Set<ProcessIdentity>
    ) -> Set<ProcessIdentity>? {
        spend(.microseconds(10))
        var there: Set<ProcessIdentity> = []
        for process in machine.members(of: group) {
            let isMember = isMember(process, members)
            let isRefused = process.isProtected || isJudged(process.identity)
            if excluded.contains(process.identity) || !isMember && isRefused { return nil }
            guard isMember || isInMadeGroup(process) || descends(process, members) else {
                return nil
            }
            there.insert(process.identity)
        }
        return there
    }

    private func isMember(_ process: SimulatedProcess, _ members: Set<ProcessIdentity>) -> Bool {
        members.contains(process.identity) && opened(process.identity) === process
    }

    /// Whether it is a child of a member, or of another newcomer in the same group.
    private func descends(_ process: SimulatedProcess, _ members: Set<ProcessIdentity>) -> Bool {
        var parent = process.parent
        while let ancestor = parent {
            if isMember(ancestor, members) { return true }
            guard ancestor.cgroup == process.cgroup else { return false }
            parent = ancestor.parent
        }
        return false
    }
}

extension SimulatedMachine {
    /// Who lives in a group; a zombie does not.
    func members(of group: Int) -> [SimulatedProcess] {
        guard hasGroups else { return [] }
        return byNumber.values.filter { $0.cgroup == group && $0.isAlive }
    }

    /// Puts a process into a group, as a manager does.
    func move(_ process: SimulatedProcess, to group: Int) {
        hasGroups = true
        if process.isFrozen, !frozenGroups.contains(group) { resume(process) }
        process.cgroup = group
        if frozenGroups.contains(group) { hold(process) }
    }

    /// Everybody in it stands still from this moment on.
    func freeze(_ group: Int) {
        frozenGroups.insert(group)
        for process in members(of: group) { hold(process) }
    }

    func thaw(_ group: Int) {
        frozenGroups.remove(group)
        for process in byNumber.values where process.cgroup == group { resume(process) }
    }

    private func hold(_ process: SimulatedProcess) {
        guard process.isAlive, !process.isFrozen else { return }
        process.isFrozen = true
        process.staysStopped = process.state == .stopped
        process.state = .stopped
    }

    private func resume(_ process: SimulatedProcess) {
        guard process.isFrozen else { return }
        process.isFrozen = false
        guard process.state == .stopped, !process.staysStopped, !process.isHeldByUs else { return }
        run(process)
    }
}
