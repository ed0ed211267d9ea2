extension Scanner {
    /// Looks at exactly the processes that were asked for, and whoever descends from them.
    ///
    /// Who else belongs to them, by a session or group that they lead, is not in it.
    ///
    /// - Returns: `nil` where more than numbers were asked for, or the kernel does not tell whose
    ///   children are whose.
    public mutating func scanTrees() throws(SystemError) -> ScanResult? {
        guard request.isOnlyPids, isOwnNamespace else { return nil }
        let pids = request.selection.process.pids.map(\.pid)
        // Whoever is found is to be held in any case; those beyond the limit are only read.
        var handles: [ProcessIdentity: ProcessHandle] = [:]
        let isDescribing = isDescribing
        let trees = childWalk.records(below: pids, in: &procfs) { pid, procfs in
            guard handles.count < DescriptorLimit.handles,
                let handle = try? ProcessHandle(opening: pid, startTime: nil, in: &procfs)
            else { return procfs.record(of: ProcessPlace(pid: pid)) }
            handles[handle.identity] = handle
            var record = handle.first
            // Whoever belongs to these is stopped for that, whatever it runs: nothing else about it
            // has to be known, unless somebody is to read it.
            if !isDescribing {
                record.owner = handle.realUser()
                record.pidfdInode = record.owner == nil ? nil : handle.pidfdInode
            }
            return .value(record)
        }
        held = handles
        guard let trees else { return nil }
        var snapshot = begin([])
        snapshot.processes = trees
        var seen = Set(trees.map(\.pid))
        // Whoever is above them may adopt what they let go.
        for process in trees {
            var next = process.parent
            while next > 0, seen.insert(next).inserted,
                let position = readProcess(ProcessPlace(pid: next), into: &snapshot)
            {
                next = snapshot.processes[position].parent
            }
        }
        snapshot.processes.sort { $0.pid < $1.pid }
        return try judge(snapshot, candidates(in: snapshot))
    }

    /// Has the kernel tell births from now on, where it does: for whoever acts on what is found.
    public mutating func followBirths() {
        guard isOwnNamespace else { return }
        births = nil
        do throws(ProcessEvents.Unavailable) {
            births = try BirthFeed()
            hearsSince = host.ticks(at: Clock.sinceBoot())
        } catch {
            // Then whoever an adopter has may have come from a target, as before.
            hearsSince = nil
        }
    }

    /// Gives away what is told of births.
    mutating func takeBirths() -> BirthFeed? { births.take() }

    /// Reads `stat` of these and of everybody below them, and of nobody else.
    ///
    /// - Returns: `nil` where the kernel does not tell whose children are whose.
    mutating func trees(of members: [ProcessIdentity]) -> [ProcessRecord]? {
        childWalk.records(below: members.map(\.pid), in: &procfs)
    }

    /// Reads `stat` of whoever descends from these and is not known.
    mutating func newcomers(
        below members: [ProcessIdentity],
        besides known: Set<Int32>
    ) -> [ProcessRecord]? {
        childWalk.newcomers(below: members.map(\.pid), besides: known, in: &procfs)
    }
}
