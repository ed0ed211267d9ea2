import CLinux
import Glibc

extension Scanner {
    /// How long a zombie may stay one before it counts: most parents wait within this.
    private static var reapingTime: Duration { .milliseconds(100) }

    /// How many zombies are held open at once; each takes two descriptors, of often 1024.
    private static let awaitedLimit = min(128, max(DescriptorLimit.handles / 4, 1))

    /// What a report tells of a process, beyond what made it a finding.
    private static let described: [FactKind] = [
        .executable, .arguments, .workingDirectory, .status, .cgroups, .namespaces,
    ]

    /// Holds each process that something was found about, and reads everything again through it.
    ///
    /// What was read by number while listing could have mixed two processes; what is read here
    /// could not. Findings about processes that are gone by now are dropped.
    ///
    /// - Returns: Findings about those whom there was no time for; they are dropped, too.
    @discardableResult
    mutating func prove(
        _ detection: inout Detection,
        in snapshot: inout Snapshot
    ) -> [Finding] {
        readPorts(of: detection.findings, into: &snapshot)
        var proven: Set<ProcessIdentity> = []
        var zombies: [ProcessIdentity] = []
        var awaited: [ProcessHandle] = []
        var late: Set<ProcessIdentity> = []
        for identity in Set(detection.findings.compactMap(\.process)) {
            if isLate {
                late.insert(identity)
                continue
            }
            guard let index = snapshot.index(of: identity.pid) else { continue }
            switch hold(identity) {
            case .success(let handle):
                proven.insert(identity)
                refresh(&snapshot.processes[index], through: handle)
                guard snapshot.processes[index].isZombie else { continue }
                zombies.append(identity)
                if awaited.count < Self.awaitedLimit { awaited.append(handle) }
            // Gone and reused both mean that there is nothing to report about this identity.
            case .failure(let error) where error.isGone: continue
            case .failure(let error):
                proven.insert(identity)
                snapshot.unreadable.add(
                    pid: identity.pid,
                    fact: error.call,
                    reason: reasonText(error.code)
                )
            }
        }
        if !isLate { awaitReaping(of: awaited) }
        for identity in zombies {
            if case .failure(let error) = hold(identity), error.isGone { proven.remove(identity) }
        }
        let unreached = detection.findings.filter { $0.process.map(late.contains) ?? false }
        detection.findings.removeAll { finding in
            finding.process.map { !proven.contains($0) } ?? false
        }
        return unreached
    }

    /// Gives away the handle of a process that was identified.
    mutating func takeHandle(of identity: ProcessIdentity) -> ProcessHandle? {
        held.removeValue(forKey: identity)
    }

    /// Reads what is known of these processes again, so that a plan can be held to it later.
    ///
    /// They stay held, as many as descriptors allow. Whom there is no time for stays as he is.
    public mutating func identify(_ identities: [ProcessIdentity], in snapshot: inout Snapshot) {
        guard isOwnNamespace else { return }
        for identity in identities {
            guard !isLate else { break }
            guard let index = snapshot.index(of: identity.pid),
                snapshot.processes[index].pidfdInode == nil,
                case .success(let handle) = hold(identity)
            else { continue }
            handle.read(.executable, into: &snapshot.processes[index], in: &procfs)
            snapshot.processes[index].owner = isDescribing ? nil : handle.realUser()
            if snapshot.processes[index].owner == nil {
                handle.read(.status, into: &snapshot.processes[index], in: &procfs)
            }
            if isDescribing {
                handle.read(.cgroups, into: &snapshot.processes[index], in: &procfs)
                snapshot.processes[index].isOutOfReach = handle.isOutOfReach()
            }
            snapshot.processes[index].pidfdInode = handle.pidfdInode
            if held.count < DescriptorLimit.handles { held[identity] = handle }
        }
        // Whose they are is then to be said by name.
        if snapshot.host.userNames.isEmpty, snapshot.processes.contains(where: \.isOutOfReach) {
            snapshot.host.userNames = UserNames.read().names
        }
    }

    private mutating func hold(
        _ identity: ProcessIdentity
    ) -> Result<ProcessHandle, SystemError> {
        if let handle = held[identity] { return .success(handle) }
        do throws(SystemError) {
            let start = identity.startTime
            let handle = try ProcessHandle(opening: identity.pid, startTime: start, in: &procfs)
            return .success(handle)
        } catch {
            return .failure(error)
        }
    }

    private mutating func refresh(
        _ record: inout ProcessRecord,
        through handle: ProcessHandle
    ) {
        guard var fresh = try? handle.record(in: &procfs) else { return }
        let isZombie = fresh.isZombie
        for kind in FactKind.allCases {
            let wasRead = if case .unread = record.state(of: kind) { false } else { true }
            guard wasRead || (!isZombie && Self.described.contains(kind)) else { continue }
            guard kind != .sockets else { continue }
            handle.read(kind, into: &fresh, in: &procfs)
        }
        // Hidden holds are not seen through descriptors: what was found stays.
        fresh.socketInodes = record.socketInodes
        fresh.pidfdInode = handle.pidfdInode
        fresh.isOutOfReach = isDescribing && handle.isOutOfReach()
        record = fresh
    }

    /// Reads the listening sockets of found processes, for the report, unless they are read.
    private mutating func readPorts(of findings: [Finding], into snapshot: inout Snapshot) {
        // Those of which somebody is expected to hold one are not all that there is to tell.
        let isUnread =
            request.ports == nil
            || (request.selection.ports == nil && !request.selection.exemptions.isEmpty)
        guard isDescribing, isUnread, request.instances == nil,
            findings.contains(where: { $0.process != nil })
        else { return }
        readPorts(of: Set(findings.compactMap(\.process)), into: &snapshot)
    }

    /// Reads every socket that has a port, and which of them these processes hold.
    mutating func readPorts(of identities: Set<ProcessIdentity>, into snapshot: inout Snapshot) {
        guard
            let table = try? SocketTable.read(SocketQuery(ports: nil), procRoot: procfs.root)
        else { return }
        snapshot.sockets = table.sockets
        var descriptors = DescriptorTable(
            interest: table.sockets.map(\.inode),
            procDirectory: procfs.directory.raw
        )
        for identity in identities where !isLate {
            guard let index = snapshot.index(of: identity.pid) else { continue }
            snapshot.processes[index].socketInodes = descriptors.sockets(
                below: procfs.directory.raw,
                "\(identity.pid)/"
            )
        }
    }

    /// Waits until every zombie is collected, or for as long as parents usually take.
    private func awaitReaping(of zombies: [ProcessHandle]) {
        let end = Clock.monotonic() + Self.reapingTime
        // Exited already: only the hang-up that reaping causes is awaited.
        var entries = zombies.map { pollfd(fd: $0.descriptor, events: 0, revents: 0) }
        while !entries.isEmpty {
            guard Clock.monotonic() < end else { return }
            Polling.wait(for: &entries, until: end)
            entries.removeAll { Int32($0.revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 }
        }
    }
}
