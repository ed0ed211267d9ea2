extension LinuxKernel {
    /// Time for all groups of one call to stand still; what has not by then waits in the kernel.
    private static var freezingTime: Duration { .milliseconds(500) }

    /// Freezes the version 2 groups that hold nobody but members, and those that reaper made.
    ///
    /// Of nested groups the outermost is taken that adds a member, and has no empty group below it
    /// that somebody else may be about to use. Whoever turns up in a group that stands still, and
    /// neither is a member nor descends from one, shows that it was not wholly ours: it is thawed at
    /// once. In a group that reaper made everybody belongs, but for whom nobody may stop.
    public func freezeGroups(
        holding members: Set<ProcessIdentity>
    ) -> Set<ProcessIdentity> {
        let members = Dictionary(grouping: members, by: \.pid)
        var identities: Set<ProcessIdentity> = []
        // Somebody may have been moved into what stands still already.
        for group in groups.held {
            if let there = inhabitants(of: group, members, standsStill: true) {
                identities.formUnion(there)
            } else {
                groups.letGo(group)
                groups.whole.removeAll { $0 === group }
            }
        }
        let deadline = Clock.monotonic() + Self.freezingTime
        let candidates = groups.made + observedGroups(of: members)
        let told = candidates.filter { group in
            !groups.held.contains { $0 === group } && tellToFreeze(group, members)
        }
        for group in told {
            guard (try? group.waitUntilFrozen(deadline)) ?? false else {
                groups.resisting.insert(group.place)
                groups.letGo(group)
                continue
            }
            guard let there = inhabitants(of: group, members, standsStill: true) else {
                groups.letGo(group)
                continue
            }
            groups.held.append(group)
            groups.whole.append(group)
            identities.formUnion(there)
        }
        return identities
    }

    /// Lets every group run again that was frozen by us.
    ///
    /// The engine calls it whatever happened, interrupted or not: the signals that interrupt are
    /// only counted. What is left goes with the groups themselves, when the kernel goes; against
    /// SIGKILL for reaper itself there is nothing, see ``ControlGroup``.
    public func thawGroups() {
        for group in groups.held { groups.letGo(group) }
    }

    /// Sends SIGKILL at one stroke to the groups that reaper made, stand still, and hold nobody but
    /// members.
    ///
    /// A group that was only observed is never sent it, even if it held nobody but members just
    /// now: nothing is sent to a group whose next joiner we do not control. Its members are sent
    /// SIGKILL one by one, through their handles; frozen, none of them can fork before it arrives.
    public func killGroups(
        holding members: Set<ProcessIdentity>
    ) -> Set<ProcessIdentity> {
        let members = Dictionary(grouping: members, by: \.pid)
        var killed: Set<ProcessIdentity> = []
        for group in groups.made where groups.held.contains(where: { $0 === group }) {
            guard let there = inhabitants(of: group, members, standsStill: true), !there.isEmpty,
                there.allSatisfy({ members[$0.pid]?.contains($0) ?? false }),
                // Before Linux 5.14 there is no such file: then the handles have to do.
                (try? group.kill()) != nil
            else { continue }
            killed.formUnion(there)
        }
        return killed
    }

    /// Whether nobody lives in the groups that reaper made, nor in those that were wholly ours.
    ///
    /// - Returns: `nil` when there are none. What cannot be read is not called empty; a group that
    ///   is gone is.
    public func areGroupsEmpty() -> Bool? {
        if groups.unopened != nil { return false }
        let watched = groups.made + groups.whole
        guard !watched.isEmpty || groups.hasMade else { return nil }
        return watched.allSatisfy { !((try? $0.isPopulated()) ?? true) }
    }

    // MARK: - Which groups

    /// The groups that members were in when they were pinned; who is in them is read anew.
    private func observedGroups(
        of members: [Int32: [ProcessIdentity]]
    ) -> [ControlGroup] {
        var found: [ControlGroup] = []
        for line in Set(cgroups.joined().compactMap(ControlGroupLine.init(parsing:)))
            .sorted(by: { $0.path < $1.path }) where line.hierarchy == .unified
        {
            guard let (mount, way) = groups.place(of: line), !groups.isHeld(mount, way),
                let group = outermost(above: way, mount, members), !groups.isMade(group),
                !found.contains(where: { $0.contains(group) })
            else { continue }
            found.removeAll { group.contains($0) }
            found.append(group)
        }
        return found
    }

    /// From a member's own group upward, as long as nobody but members is there.
    private func outermost(
        above components: [ByteString],
        _ mount: ControlGroupMount,
        _ members: [Int32: [ProcessIdentity]]
    ) -> ControlGroup? {
        var best: (group: ControlGroup, count: Int)?
        for length in (1...components.count).reversed() {
            guard let group = try? ControlGroup(below: mount, Array(components.prefix(length))),
                !groups.resisting.contains(group.place),
                !groups.held.contains(where: { group.contains($0) }),
                let there = inhabitants(of: group, members, standsStill: false),
                length == components.count || !group.hasEmptyGroup
            else { break }
            if there.count > best?.count ?? 0 { best = (group, there.count) }
        }
        return best?.group
    }

    private func tellToFreeze(
        _ group: ControlGroup,
        _ members: [Int32: [ProcessIdentity]]
    ) -> Bool {
        guard !groups.resisting.contains(group.place),
            let there = inhabitants(of: group, members, standsStill: false), !there.isEmpty
        else { return false }
        do throws(SystemError) {
            // Who froze it before us may want it so, unless it was an earlier reaper.
            if groups.isMade(group) {
                try group.freeze()
            } else if try !group.isToldToFreeze() {
                try group.freeze()
            }
            return true
        } catch {
            groups.resisting.insert(group.place)
            return false
        }
    }

    // MARK: - Who is in a group

    /// Who is in the group, proven; `nil` when somebody is who must not be held, or nobody knows.
    ///
    /// Its processes are named by numbers. A number is a member's if that member is not reaped after
    /// it was read: it has had the number since it was pinned. Whoever else is there gets a handle,
    /// and is in the group if its number is still there afterwards.
    ///
    /// - Parameters:
    ///   - group: The group, with those below it.
    ///   - members: Whom it may hold, by number.
    ///   - standsStill: Whether nobody in it can fork, so that nobody new may be in it the second
    ///     time.
    /// - Returns: Members, and those whom nobody took in yet.
    func inhabitants(
        of group: ControlGroup,
        _ members: [Int32: [ProcessIdentity]],
        standsStill: Bool
    ) -> Set<ProcessIdentity>? {
        let isMade = groups.isMade(group)
        // More than that is not only ours, whoever they are.
        let limit = isMade ? 1 << 16 : members.count * 2 + 64
        guard let first = try? group.population(limit: limit), mayBeHeld(first.pids) else {
            return nil
        }
        var there: Set<ProcessIdentity> = []
        var unknown: [Int32] = []
        for pid in first.pids {
            let member = members[pid]?.first { record(of: $0) != nil }
            if let member { there.insert(member) } else { unknown.append(pid) }
        }
        guard !unknown.isEmpty else { return there }
        var handles: [ProcessHandle] = []
        for pid in unknown {
            do throws(SystemError) {
                handles.append(try ProcessHandle(opening: pid, startTime: nil, in: &scanner.procfs))
            } catch {
                if !error.isGone { return nil }
            }
        }
        guard let second = try? group.population(limit: limit), mayBeHeld(second.pids),
            !standsStill || second.pids.isSubset(of: first.pids)
        else { return nil }
        var newcomers: [ProcessRecord] = []
        for handle in handles where second.pids.contains(handle.identity.pid) {
            guard let record = record(through: handle, []) else { continue }
            // Who was judged already, and is not a member, is not to be stopped.
            guard targets[record.identity] == nil, !record.isKernelThread,
                scanner.protection(of: handle) == nil
            else { return nil }
            newcomers.append(record)
        }
        guard isMade || areDescendants(newcomers, of: members) else { return nil }
        return there.union(newcomers.map(\.identity))
    }

    /// Reaper, its ancestors, and whom it cannot see are never held.
    private func mayBeHeld(_ pids: Set<Int32>) -> Bool {
        !pids.contains(0) && !pids.contains(1)
            && !scanner.host.ownChain.contains { pids.contains($0.pid) }
    }

    /// Whether each is a child of a member, or of another of them: a parent who is not reaped has
    /// the number that its child names.
    private func areDescendants(
        _ newcomers: [ProcessRecord],
        of members: [Int32: [ProcessIdentity]]
    ) -> Bool {
        var known: Set<Int32> = []
        var rest = newcomers
        while !rest.isEmpty {
            let left = rest.filter { record in
                let isTied =
                    known.contains(record.parent)
                    || members[record.parent]?.contains { self.record(of: $0) != nil } ?? false
                if isTied { known.insert(record.pid) }
                return !isTied
            }
            guard left.count < rest.count else { return false }
            rest = left
        }
        return true
    }

    // MARK: - Whom a group adds to what was asked for

    /// Who is in the groups that reaper made and is not held yet: all of them match.
    ///
    /// They go through the planner, so what must not be stopped is not.
    func groupMatches() -> [ShutdownTarget] {
        var snapshot = Snapshot(host: scanner.host)
        var findings: [Finding] = []
        for group in groups.made {
            guard let first = try? group.population() else { continue }
            let known = Set(handles.keys.filter { first.pids.contains($0.pid) && !isReaped($0) })
                .map(\.pid)
            let opened = first.pids.subtracting(known).compactMap { pid in
                try? ProcessHandle(opening: pid, startTime: nil, in: &scanner.procfs)
            }
            guard !opened.isEmpty, let second = try? group.population() else { continue }
            for handle in opened where second.pids.contains(handle.identity.pid) {
                guard var record = record(through: handle, [.executable, .status]) else { continue }
                record.pidfdInode = handle.pidfdInode
                snapshot.processes.append(record)
                findings.append(
                    Finding(
                        kind: .leakedProcess,
                        process: record.identity,
                        severity: .error,
                        verdict: .confirmed,
                        summary: "\(record.label) is in control group \(group.path)",
                        evidence: [],
                        remedy: Remedy(.stop)
                    )
                )
            }
        }
        guard !findings.isEmpty else { return [] }
        snapshot.processes.sort { $0.pid < $1.pid }
        var options = planning
        // The group is what was asked for.
        options.isSelected = true
        return ShutdownPlanner(snapshot, rules: scanner.request.rules, options: options)
            .plan(for: findings).targets
    }

    private func isReaped(_ identity: ProcessIdentity) -> Bool { record(of: identity) == nil }
}

extension ControlGroup {
    /// Its directory, to tell it from others.
    var place: ByteString { mount.directory(components) }

    /// Whether somebody may be about to use it, or a group below it; also if that is unknown.
    fileprivate var hasEmptyGroup: Bool { (try? population())?.hasEmptyGroup ?? true }
}
