import Glibc

/// What came since a snapshot, beyond the processes that a scan finds.
extension Scanner {
    /// Adds the ports that are held since, and says whose the new files are that only the kernel's
    /// socket tables tell.
    ///
    /// - Parameter result: What a scan found.
    /// - Throws: Why sockets could not be read.
    public mutating func compare(_ result: inout ScanResult) throws(SystemError) {
        guard let baseline = request.selection.process.absentFrom, request.isComparison else {
            return
        }
        if request.compares(.leakedFile) { attributeSockets(in: &result, baseline) }
        if request.compares(.leakedPort) { try addNewListeners(to: &result, baseline) }
    }

    private mutating func addNewListeners(
        to result: inout ScanResult,
        _ baseline: Baseline
    ) throws(SystemError) {
        let query = SocketQuery(ports: request.selection.ports, includesBound: false)
        let table = try SocketTable.read(query, procRoot: procfs.root)
        let notes = table.notes.filter { !result.snapshot.unreadable.notes.contains($0) }
        result.snapshot.unreadable.notes += notes
        var sockets = table.sockets.filter {
            $0.inode != 0 && $0.holdsPort && !baseline.contains($0)
        }
        guard !sockets.isEmpty else { return }
        let kernel = Set(result.snapshot.processes.lazy.filter(\.isKernelThread).map(\.pid))
        let map = HolderMap.read(
            of: sockets.map(\.inode),
            among: try procfs.pids().filter { !kernel.contains($0) },
            procDirectory: procfs.directory.raw,
            isOwnNamespace: isOwnNamespace
        )
        let unheld = Set(map.unheld(sockets.map(\.inode)))
        if !unheld.isEmpty {
            // Whoever had it may have closed it, or ended, while holders were looked for.
            let now = try SocketTable.read(query, procRoot: procfs.root)
            let present = Set(now.sockets.map(\.inode))
            sockets.removeAll { unheld.contains($0.inode) && !present.contains($0.inode) }
        }
        var processes = records(of: map, in: result.snapshot)
        let listeners = NewListeners(
            baseline: baseline,
            found: Set(result.findings.compactMap(\.process)),
            excused: excused(in: result),
            holders: map.holders,
            processes: processes,
            refusals: Set(map.refusals.map(\.pid)).count,
            source: table.source.name(for: sockets.first?.transport ?? .tcp),
            host: host.withUserNames()
        )
        var kept: [SocketRecord] = []
        var exempt: [String: [SocketRecord]] = [:]
        let ignored = Set(result.ignored.compactMap(\.finding.process))
        for socket in sockets where !listeners.isTold(socket) {
            let holders = listeners.certain(socket).map(\.pid)
            guard isSelected(socket, heldBy: holders, &processes, map, &result) else { continue }
            guard let exemption = exemption(of: socket, heldBy: holders, &processes) else {
                kept.append(socket)
                continue
            }
            // A port of a process that is set aside is told with it.
            let isKnown = listeners.certain(socket).contains { ignored.contains($0.identity) }
            if !isKnown { exempt[exemption, default: []].append(socket) }
        }
        result.findings += listeners.findings(about: kept)
        for (text, sockets) in exempt.sorted(by: { $0.key < $1.key }) {
            result.ignored += listeners.findings(about: sockets).map {
                IgnoredFinding($0, by: text)
            }
        }
        if result.snapshot.sockets.isEmpty { result.snapshot.sockets = table.sockets }
    }

    /// Who is expected with whatever he holds; one who is for a port may hold others.
    private func excused(in result: ScanResult) -> Set<ProcessIdentity> {
        let ports = request.selection.exemptions.filter { exemption in
            if case .ports = exemption.subject { true } else { false }
        }.map(\.text)
        return Set(
            result.ignored.filter { !ports.contains($0.exemption) }.compactMap(\.finding.process)
        )
    }

    /// Everybody who holds a socket, or may; with what was read of them.
    private mutating func records(
        of map: HolderMap,
        in snapshot: Snapshot
    ) -> [Int32: ProcessRecord] {
        var records: [Int32: ProcessRecord] = [:]
        for (inode, holders) in map.holders {
            for holder in holders {
                let pid = holder.pid
                let known = snapshot.process(pid)
                guard var record = records[pid] ?? known ?? procfs.record(numbered: pid) else {
                    continue
                }
                let sockets = record.socketInodes?.known ?? []
                if holder.hold.isCertain, !sockets.contains(inode) {
                    record.socketInodes = .value((sockets + [inode]).sorted())
                }
                records[pid] = record
            }
        }
        return records
    }

    /// Whether the selectors beside `--since` describe who holds a socket.
    private mutating func isSelected(
        _ socket: SocketRecord,
        heldBy holders: [Int32],
        _ processes: inout [Int32: ProcessRecord],
        _ map: HolderMap,
        _ result: inout ScanResult
    ) -> Bool {
        var rest = request.selection.process
        rest.absentFrom = nil
        if rest.isEmpty { return true }
        guard holders.isEmpty else {
            return holders.contains { evaluate(rest, $0, &processes) == .holds }
        }
        // Whose a socket is, everybody may know.
        if !rest.users.isEmpty, !rest.users.contains(socket.user) { return false }
        var others = rest
        others.users = []
        if others.isEmpty { return true }
        for refusal in map.refusals {
            let reason = reasonText(refusal.code)
            result.snapshot.unreadable.add(pid: refusal.pid, fact: refusal.fact, reason: reason)
        }
        return false
    }

    /// The `--ignore` that describes a socket, or somebody who holds it.
    private mutating func exemption(
        of socket: SocketRecord,
        heldBy holders: [Int32],
        _ processes: inout [Int32: ProcessRecord]
    ) -> String? {
        for exemption in request.selection.exemptions {
            if exemption.covers(socket) { return exemption.text }
            // A port that somebody is expected to hold excuses no other that he holds.
            if case .ports = exemption.subject { continue }
            let isExempt = exemption.patterns.contains { pattern in
                holders.contains { evaluate(pattern, $0, &processes) == .holds }
            }
            if isExempt { return exemption.text }
        }
        return nil
    }

    /// Evaluates a pattern, with whatever it needs to know read.
    private mutating func evaluate(
        _ pattern: ProcessPattern,
        _ pid: Int32,
        _ processes: inout [Int32: ProcessRecord]
    ) -> MatchAnswer {
        guard var process = processes[pid] else { return .fails }
        let context = MatchContext(host: host)
        var answer = pattern.evaluate(process, in: context)
        while case .needs(let kind) = answer, process.isUnread(kind) {
            read(kind, of: &process, at: ProcessPlace(pid: pid))
            if process.isUnread(kind) { process.mark(kind, failed: EACCES) }
            answer = pattern.evaluate(process, in: context)
        }
        processes[pid] = process
        return answer
    }

    // MARK: - Settling

    /// How many processes are awaited at once; each takes two descriptors.
    private static let awaitedLimit = 128

    /// Waits until one of these exits, or the time comes; poll(2) on pidfds.
    ///
    /// - Returns: Whether one has exited, or is gone already.
    public mutating func awaitExit(of identities: [ProcessIdentity], until time: Duration) -> Bool {
        var handles: [ProcessHandle] = []
        for identity in Set(identities).sorted() where handles.count < Self.awaitedLimit {
            do throws(SystemError) {
                let start = identity.startTime
                let handle = try ProcessHandle(opening: identity.pid, startTime: start, in: &procfs)
                // A zombie was seen as one, and would be told again and again.
                if !handle.hasExited() { handles.append(handle) }
            } catch  where error.isGone {
                return true
            } catch {
                continue
            }
        }
        var entries = handles.map(\.pollEntry)
        return Polling.wait(for: &entries, until: time) > 0
    }

    // MARK: - Socket files

    /// A Unix socket names nobody: who serves it is told by who has it open.
    private func attributeSockets(in result: inout ScanResult, _ baseline: Baseline) {
        for finding in result.findings where finding.kind == .leakedFile {
            guard let path = finding.file,
                let file = result.snapshot.instanceFiles.first(where: { $0.path == path }),
                case .socket(.bound) = file.contents, let facts = try? FileFacts(of: path)
            else { continue }
            let map = HolderMap.read(
                of: ExplanationReader.sockets(boundTo: facts),
                among: result.snapshot.processes.lazy.filter { !$0.isKernelThread }.map(\.pid),
                procDirectory: procfs.directory.raw,
                depth: .descriptors
            )
            let pids = Set(map.holders.values.joined().map(\.pid))
            guard
                let index = result.findings.firstIndex(where: { other in
                    other.kind == .leakedProcess && pids.contains(other.process?.pid ?? 0)
                })
            else { continue }
            result.findings[index].evidence.append(NewFiles.evidence(of: file))
            result.findings.removeAll { $0.kind == .leakedFile && $0.file == path }
        }
    }

    // MARK: - Who reads what reaper writes

    /// Leaves out the rest of reaper's own pipeline: whoever reads what it writes, and so on.
    ///
    /// A script's shell has its pipelines in its own process group, so that only the pipe tells:
    /// `reaper scan --since before.json | tee leaks.txt`.
    mutating func dropReaders(_ detection: inout Detection, in snapshot: Snapshot) {
        guard request.isComparison, isOwnNamespace else { return }
        var pipes: Set<ByteString> = []
        for name in ["fd/1", "fd/2"] as [StaticString] { add(name, of: getpid(), to: &pipes) }
        var hasGrown = !pipes.isEmpty
        while hasGrown {
            hasGrown = false
            for finding in detection.findings where finding.kind == .leakedProcess {
                guard let identity = finding.process else { continue }
                let input = procfs.link("fd/0", of: ProcessPlace(pid: identity.pid))
                let reads = input.known.map(pipes.contains) ?? false
                guard reads || isBeside(identity, snapshot) else { continue }
                detection.findings.removeAll { $0.process == identity }
                for name in ["fd/1", "fd/2"] as [StaticString] {
                    add(name, of: identity.pid, to: &pipes)
                }
                hasGrown = true
            }
        }
    }

    private mutating func add(
        _ name: StaticString,
        of pid: Int32,
        to pipes: inout Set<ByteString>
    ) {
        guard let link = procfs.link(name, of: ProcessPlace(pid: pid)).known,
            link.bytes.starts(with: "pipe:".utf8)
        else { return }
        pipes.insert(link)
    }

    /// Whether it was started after reaper by the same shell, as a part of the same job.
    ///
    /// Of another user's, such as `| sudo tee`, nothing else is known; and one that the shell is
    /// about to make a reader has no pipe yet.
    private func isBeside(_ identity: ProcessIdentity, _ snapshot: Snapshot) -> Bool {
        guard let own = snapshot.process(getpid()), let other = snapshot.process(identity.pid)
        else { return false }
        return other.parent == own.parent && other.processGroup == own.processGroup
            // Within one clock tick numbers are handed out upwards.
            && (identity.startTime, identity.pid) > (own.identity.startTime, own.pid)
    }
}

extension HostFacts {
    fileprivate func withUserNames() -> HostFacts {
        guard userNames.isEmpty else { return self }
        var host = self
        host.userNames = UserNames.read().names
        return host
    }
}
