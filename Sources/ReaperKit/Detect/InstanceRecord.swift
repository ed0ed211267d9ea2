/// How an instance file speaks of a process.
enum InstanceRecord {
    /// By number and start time, or by the inode of its pidfd.
    case identity
    /// By number alone.
    case number
    /// By the number of its session's leader, who is gone.
    case session
    /// By the number of its process group's leader, who is gone.
    case processGroup

    /// The fact, as a sentence.
    var fact: String {
        switch self {
        case .identity: "an instance file records it, start time included"
        case .number: "an instance file records its number"
        case .session: "an instance file records the leader of its session, who is gone"
        case .processGroup: "an instance file records the leader of its group, who is gone"
        }
    }

    /// The number that the file has.
    func pid(of process: ProcessRecord) -> Int32 {
        switch self {
        case .identity, .number: process.pid
        case .session: process.session
        case .processGroup: process.processGroup
        }
    }
}

extension InstanceFile {
    /// What the file says of `process`, its strongest word first; `nil` when it says nothing.
    ///
    /// The kernel gives nobody the number of a session or group that still has members: whoever is
    /// in one came from its leader.
    func record(
        of process: ProcessRecord,
        among entries: [InstanceEntry],
        in snapshot: Snapshot
    ) -> InstanceRecord? {
        let own = entries.filter { mayMean(process, by: $0, on: snapshot.host) }
        if own.contains(where: { $0.startTicks != nil || $0.pidfdInode != nil }) {
            return .identity
        }
        if !own.isEmpty { return .number }
        // Who was recorded before this boot has led nobody in it.
        let booted = snapshot.host.wallClock - snapshot.host.sinceBoot
        let isOfThisBoot = modified + StalenessJudge.clockTolerance >= booted
        let isLed = { (number: Int32) -> Bool in
            isOfThisBoot && number > 1 && number != process.pid
                && entries.contains { entry in
                    entry.pid == number && entry.leads && self.isFromHere(entry, on: snapshot.host)
                        && snapshot.isGone(entry)
                }
        }
        if isLed(process.session) { return .session }
        return isLed(process.processGroup) ? .processGroup : nil
    }

    /// Whether an entry's numbers count on this host, in this boot and pid namespace.
    private func isFromHere(_ entry: InstanceEntry, on host: HostFacts) -> Bool {
        if let name = entry.host, !HostName.isSame(name, host.name) { return false }
        if isOnNetworkFileSystem, entry.host == nil { return false }
        if let boot = entry.bootID, !HostName.isSameBoot(boot, host.bootID) { return false }
        if let namespace = entry.pidNamespace, namespace != host.namespaces?.pid { return false }
        return true
    }

    /// Whether an entry with this process's number was, as far as it tells, written about it.
    private func mayMean(
        _ process: ProcessRecord,
        by entry: InstanceEntry,
        on host: HostFacts
    ) -> Bool {
        guard entry.pid == process.pid, isFromHere(entry, on: host) else { return false }
        if let inode = entry.pidfdInode, inode != process.pidfdInode { return false }
        if let path = entry.executable, let own = process.executable?.known?.path,
            path.baseName != own.baseName
        {
            return false
        }
        if let ticks = entry.startTicks { return ticks == process.identity.startTime }
        if let started = entry.started, host.wallClock > .zero,
            started.difference(from: host.startedAt(process.identity)) != nil
        {
            return false
        }
        // A process cannot have been recorded before it started.
        return host.startedAt(process.identity) - modified <= StalenessJudge.clockTolerance
    }
}

extension Snapshot {
    /// Whether the process of an entry has exited; a listing that lacks it is no proof.
    fileprivate func isGone(_ entry: InstanceEntry) -> Bool {
        if entry.liveness == .gone { return true }
        return entry.pid.flatMap(process)?.isZombie ?? false
    }
}
