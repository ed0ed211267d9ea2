import Glibc

/// What an explanation wants to know of one process.
extension Scanner {
    /// What is read of everybody above it.
    private static let aboveFacts: [FactKind] = [.executable, .arguments, .status]

    /// Reads whatever is not known yet of a process and of those above it.
    ///
    /// - Throws: Why the sockets could not be read.
    mutating func complete(
        _ identity: ProcessIdentity,
        in snapshot: inout Snapshot
    ) throws(SystemError) -> ProcessDetails {
        guard let index = snapshot.index(of: identity.pid) else { return ProcessDetails() }
        var details = ProcessDetails()
        if !snapshot.processes[index].isKernelThread {
            // Of a process that ended meanwhile what was read stays.
            if let directory = try? procfs.directory(of: identity.pid) {
                let place = ProcessPlace(pid: identity.pid, directory: directory.raw)
                if case .value(let now) = procfs.record(of: place), now.identity == identity {
                    // A leader that exited before its threads has nothing left; they have it all.
                    if let thread = threadDirectory(of: now) {
                        snapshot.processes[index].forgetLeader()
                        let inside = ProcessPlace(pid: identity.pid, directory: thread.raw)
                        try readRest(of: index, at: inside, in: &snapshot)
                    } else {
                        try readRest(of: index, at: place, in: &snapshot)
                    }
                    details = procfs.details(of: snapshot.processes[index], at: place)
                }
            }
            details.frozenGroup = frozenGroup(of: snapshot.processes[index])
        }
        readAncestors(of: snapshot.processes[index], in: &snapshot)
        return details
    }

    private mutating func readRest(
        of index: Int,
        at place: ProcessPlace,
        in snapshot: inout Snapshot
    ) throws(SystemError) {
        for kind in FactKind.allCases
        where kind != .sockets && snapshot.processes[index].isUnread(kind) {
            procfs.read(kind, of: &snapshot.processes[index], at: place)
        }
        guard snapshot.processes[index].isUnread(.sockets) else { return }
        try readSockets(SocketQuery(), into: &snapshot)
        read(.sockets, of: &snapshot.processes[index], at: place)
    }

    private func threadDirectory(of process: ProcessRecord) -> FileDescriptor? {
        guard process.state == UInt8(ascii: "Z"), process.threads > 1,
            let tid = procfs.liveThread(of: process.pid)
        else { return nil }
        return try? FileDescriptor(
            opening: "\(process.pid)/task/\(tid)",
            in: procfs.directory.raw,
            flags: O_RDONLY | O_DIRECTORY
        )
    }

    private mutating func readAncestors(of process: ProcessRecord, in snapshot: inout Snapshot) {
        var wanted: Set<FactRequest> = []
        for ancestor in ParentChain(of: process, in: snapshot).ancestors
        where !ancestor.isKernelThread && !ancestor.isZombie {
            for kind in Self.aboveFacts where ancestor.isUnread(kind) {
                wanted.insert(FactRequest(pid: ancestor.pid, kind: kind))
            }
        }
        read(wanted, into: &snapshot)
    }

    /// The control group that was told to freeze and holds the process, its own or one above it.
    func frozenGroup(of process: ProcessRecord) -> ByteString? {
        let lines = (process.cgroups?.known ?? []).compactMap(ControlGroupLine.init(parsing:))
        guard !lines.isEmpty else { return nil }
        let groups = ControlGroupSet(made: [])
        for line in lines {
            guard let (mount, way) = groups.place(of: line) else { continue }
            for length in 1...way.count {
                guard let group = try? ControlGroup(below: mount, Array(way.prefix(length))),
                    (try? group.isToldToFreeze()) ?? false
                else { continue }
                return ByteString(group.path)
            }
        }
        return nil
    }

    /// Everybody whom a pattern of names describes, reaper itself left out, by number.
    ///
    /// - Returns: Who matches, and of whom it could not be said.
    /// - Throws: Why `/proc` could not be listed.
    mutating func processes(
        matching pattern: ProcessPattern
    ) throws(SystemError) -> (found: [ProcessIdentity], refused: UnseenProcesses) {
        let context = MatchContext(host: host)
        var found: [ProcessIdentity] = []
        var refused: [Int32] = []
        for record in try listing().records where record.identity != host.ownChain.first {
            var process = record
            var answer = pattern.evaluate(process, in: context)
            while case .needs(let kind) = answer, process.isUnread(kind) {
                procfs.read(kind, of: &process, at: ProcessPlace(pid: process.pid))
                if process.isUnread(kind) { process.mark(kind, failed: EACCES) }
                answer = pattern.evaluate(process, in: context)
            }
            switch answer {
            case .holds: found.append(process.identity)
            // Some hosts let nobody look at init; its name and arguments are known all the same.
            case .unreadable where !process.isKernelThread && process.pid != 1:
                refused.append(process.pid)
            case .fails, .needs, .unreadable: break
            }
        }
        return (found, UnseenProcesses(refused))
    }
}

extension ProcessRecord {
    /// Forgets what was asked of a leader that has exited: it goes with it, or is root's.
    fileprivate mutating func forgetLeader() {
        executable = nil
        arguments = nil
        workingDirectory = nil
        environment = nil
        namespaces = nil
        status = nil
        socketInodes = nil
    }
}
