/// The instances that one look showed, and everything they were judged by.
public struct InstanceListing: Sendable {
    /// What was seen.
    public var snapshot: Snapshot
    /// Stale files and marked processes, as a scan finds them.
    public var findings: [Finding]
    /// The instances, by system and name.
    public var instances: [Instance]
}

extension Scanner {
    /// Looks for instances: judges the files, looks for marks in environments, and holds whoever is
    /// one, so that what is told of it was read from that very process.
    ///
    /// - Parameter files: Instance files, read by whoever knows how.
    /// - Returns: The instances that the request's selectors describe; all of them without any.
    /// - Throws: Why `/proc` could not be listed, or sockets not be read although they matter.
    public mutating func instances(
        files: [InstanceFile]
    ) throws(SystemError) -> InstanceListing {
        let result = try scan(files: files)
        var listing = InstanceListing(
            snapshot: result.snapshot,
            findings: result.findings,
            instances: InstanceCatalog(result.snapshot, request).instances()
        )
        prove(&listing)
        readOwners(of: listing.instances, into: &listing.snapshot)
        noteHolders(in: &listing)
        let snapshot = listing.snapshot
        if request.instances?.heedsOptOut == true {
            let everybody = listing.instances.flatMap { $0.whole(in: snapshot) }
            let unread = everybody.filter { $0.isUnread(.environment) }
            let wanted = unread.map { FactRequest(pid: $0.pid, kind: .environment) }
            read(Set(wanted), into: &listing.snapshot)
        }
        readPorts(
            of: Set(listing.instances.flatMap { $0.reach(in: snapshot) }),
            into: &listing.snapshot
        )
        select(&listing)
        if request.instances?.looksForFreezes == true { noteFreezes(in: &listing) }
        return listing
    }

    /// Notes who of the instances is in a frozen control group.
    private mutating func noteFreezes(in listing: inout InstanceListing) {
        guard isOwnNamespace else { return }
        let heads = Set(listing.instances.flatMap(\.shown))
        let unread = heads.compactMap { listing.snapshot.process($0.pid) }
            .filter { !$0.isZombie && $0.isUnread(.cgroups) }
        read(Set(unread.map { FactRequest(pid: $0.pid, kind: .cgroups) }), into: &listing.snapshot)
        // Many are in one group.
        var isFrozen: [[ByteString]: Bool] = [:]
        for index in listing.instances.indices {
            for identity in listing.instances[index].shown {
                guard let process = listing.snapshot.process(identity.pid),
                    process.identity == identity, !process.isZombie,
                    let lines = process.cgroups?.known
                else { continue }
                let answer = isFrozen[lines] ?? (frozenGroup(of: process) != nil)
                isFrozen[lines] = answer
                if answer { listing.instances[index].standstills[identity] = .frozen }
            }
        }
    }

    /// Reads again through a handle what is known of every process that is an instance.
    private mutating func prove(_ listing: inout InstanceListing) {
        let processes = Set(listing.instances.flatMap(\.processes))
        guard isOwnNamespace, !processes.isEmpty else { return }
        var detection = Detection()
        detection.findings = processes.map { identity in
            Finding(
                kind: .leakedProcess,
                process: identity,
                severity: .info,
                verdict: .confirmed,
                summary: "",
                evidence: [],
                remedy: Remedy(.none)
            )
        }
        prove(&detection, in: &listing.snapshot)
        let gone = processes.subtracting(detection.findings.compactMap(\.process))
        if !gone.isEmpty { forget(gone, in: &listing.snapshot) }
        listing.instances = InstanceCatalog(listing.snapshot, request).instances()
    }

    /// Reads what tells whether anybody above an instance is what its rule calls its owner.
    private mutating func readOwners(of instances: [Instance], into snapshot: inout Snapshot) {
        let rules = Dictionary(request.rules.map { ($0.id, $0) }) { first, _ in first }
        // Every fact is read once, so this ends; the bound is for a pattern that forgets it.
        for _ in 0..<32 {
            let view = SnapshotView(snapshot, rules: [])
            var wanted: Set<FactRequest> = []
            for instance in instances where !instance.isOver {
                let above = instance.processes.compactMap { view.snapshot.process($0.pid) }
                    .flatMap { view.tree.ancestors(of: $0) }
                for pattern in instance.rules.compactMap({ rules[$0]?.owner }) {
                    for ancestor in above {
                        let answer = pattern.evaluate(ancestor, in: view.context)
                        guard case .needs(let kind) = answer, kind != .sockets else { continue }
                        wanted.insert(FactRequest(pid: ancestor.pid, kind: kind))
                    }
                }
            }
            guard !wanted.isEmpty else { return }
            read(wanted, into: &snapshot)
        }
    }

    /// Takes out of a snapshot who has gone since it was made.
    private func forget(_ gone: Set<ProcessIdentity>, in snapshot: inout Snapshot) {
        snapshot.processes.removeAll { gone.contains($0.identity) }
        let numbers = Set(gone.map(\.pid))
        snapshot.probe { numbers.contains($0) }
    }

    /// Asks once more about recorded numbers that were in use when their file was read, and that the
    /// listing lacks: who was reaped in between is gone, and not merely hidden.
    func probeAgain(_ snapshot: inout Snapshot) {
        guard isOwnNamespace, !snapshot.instanceFiles.isEmpty else { return }
        let listed = Set(snapshot.processes.map(\.pid))
        snapshot.probe(among: .alive) { !listed.contains($0) }
    }

    /// Has recorded start times as they are counted here, where the record has them otherwise.
    ///
    /// Whoever wrote it may count in another time namespace; which process is meant, the inode of
    /// its pidfd tells everywhere.
    func translateStartTimes(in snapshot: inout Snapshot) {
        guard isOwnNamespace, !snapshot.instanceFiles.isEmpty else { return }
        let seen = snapshot
        snapshot.updateEntries { entry in
            guard let recorded = entry.pidfdInode, let start = entry.startTicks,
                let pid = entry.pid,
                entry.bootID == nil || entry.bootID == seen.host.bootID,
                let actual = seen.process(pid)?.identity.startTime, actual != start,
                recorded == ProcessHandle.pidfdInode(of: pid)
            else { return }
            entry.startTicks = actual
        }
    }

    /// Keeps the instances one of whose processes the selectors describe; of those without any
    /// process, the ones whose file is a user's who was asked for, when nothing else was.
    private mutating func select(_ listing: inout InstanceListing) {
        var pattern = request.selection.process
        pattern.ports = request.selection.ports
        guard !pattern.isEmpty else { return }
        var rest = pattern
        rest.users = []
        let owners = rest.isEmpty ? Set(pattern.users) : []
        // Every fact is read once, so this ends; the bound is for a pattern that forgets it.
        for _ in 0..<32 {
            let view = SnapshotView(
                listing.snapshot,
                rules: [],
                includesPeers: request.selection.includesPeers
            )
            let company = listing.instances.map { $0.reach(in: view.snapshot) }
            let wanted = company.joined().compactMap { identity in
                view.snapshot.process(identity.pid).flatMap { process -> FactRequest? in
                    guard case .needs(let kind) = pattern.evaluate(process, in: view.context)
                    else { return nil }
                    return FactRequest(pid: process.pid, kind: kind)
                }
            }
            guard wanted.isEmpty else {
                read(Set(wanted), into: &listing.snapshot)
                continue
            }
            var hidden: [HiddenFact] = []
            let files = Dictionary(view.snapshot.instanceFiles.map { ($0.path, $0.owner) }) {
                first,
                _ in first
            }
            listing.instances = zip(listing.instances, company).filter { instance, company in
                if company.isEmpty, let owner = instance.file.flatMap({ files[$0] }) {
                    return owners.contains(owner)
                }
                return company.contains { identity in
                    guard let process = view.snapshot.process(identity.pid) else { return false }
                    switch pattern.evaluate(process, in: view.context) {
                    case .holds: return true
                    case .fails, .needs: return false
                    case .unreadable(let kind, let code):
                        hidden.append(HiddenFact(pid: process.pid, kind: kind, code: code))
                        return false
                    }
                }
            }.map(\.0)
            for fact in Set(hidden) {
                listing.snapshot.unreadable.add(
                    pid: fact.pid,
                    fact: fact.kind.fileName,
                    reason: reasonText(fact.code)
                )
            }
            return
        }
    }
}

extension Snapshot {
    /// Asks the kernel again which of the numbers that files record are in use.
    ///
    /// - Parameters:
    ///   - answer: Only of whom this was the answer; `nil` stands for any.
    ///   - isAsked: Which numbers matter.
    fileprivate mutating func probe(
        among answer: PidLiveness? = nil,
        where isAsked: (Int32) -> Bool
    ) {
        updateEntries { entry in
            guard let pid = entry.pid, isAsked(pid),
                answer.map({ $0 == entry.liveness }) ?? true
            else { return }
            entry.liveness = PidLiveness(probing: pid)
        }
    }

    /// Changes what is known of recorded processes.
    fileprivate mutating func updateEntries(_ change: (inout InstanceEntry) -> Void) {
        for index in instanceFiles.indices {
            guard case .entries(var entries) = instanceFiles[index].contents else { continue }
            for position in entries.indices { change(&entries[position]) }
            instanceFiles[index].contents = .entries(entries)
        }
    }
}
