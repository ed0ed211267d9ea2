import CLinux
import Glibc

/// Reads what a request needs, as little as possible, and lets the detectors judge it.
///
/// One pass over `/proc` reads `stat` of every process and what the detectors ask for to tell
/// whether it concerns them. Whatever they want to know of the few candidates is read afterwards,
/// through an open directory that is proven to be the same process.
public struct Scanner: ~Copyable {
    /// What it looks for.
    public private(set) var request: ScanRequest
    var procfs: Procfs
    /// The machine, as it was when the scanner was made or last looked.
    public internal(set) var host: HostFacts
    /// Whether the numbers in this procfs are reaper's own: then processes can be held.
    public let isOwnNamespace: Bool
    private(set) var detectors: [any Detector]
    let protections: Protections
    private var context: MatchContext
    private var descriptors: DescriptorTable?
    var childWalk = ChildWalk()
    /// Reaper's own mounts when it last looked, as the kernel tells them.
    private(set) var mountinfo: [UInt8] = []
    /// Whether everything is read that a report can tell of what is found.
    public var isDescribing = true
    var births: BirthFeed?
    /// When to give a look up that is not through; `nil`: never.
    var patience: Duration?
    /// Whether what was seen by then is kept, and told to be a part; otherwise the look fails.
    var keepsParts = false
    /// Since when births are told, in clock ticks after boot; `nil` when they are not.
    public internal(set) var hearsSince: UInt64?
    /// Those whom ``identify(_:in:)`` held, for whoever acts on them.
    var held: [ProcessIdentity: ProcessHandle] = [:]

    /// Opens the procfs and reads what does not depend on any one process.
    public init(_ request: ScanRequest, procRoot: String = "/proc") throws(SystemError) {
        var procfs = try Procfs(root: procRoot)
        var host = procfs.hostFacts()
        // Sockets whose holder cannot be seen are told by their user.
        if request.selection.ports != nil { host.userNames = UserNames.read().names }
        self.request = request
        self.host = host
        isOwnNamespace = procRoot == "/proc" && procfs.showsOwnNamespace()
        self.procfs = procfs
        detectors = request.detectors
        protections = Protections(request.planningRules)
        context = MatchContext(host: host, includesPeers: request.selection.includesPeers)
    }

    /// Looks from now on for the marked processes of these instances only.
    public mutating func narrow(to marks: Set<InstanceKey>) {
        request.instances?.marks = marks
        detectors = request.detectors
    }

    /// Looks from now on for the marked processes of these users only.
    public mutating func confine(to users: [UInt32]) {
        request.instances?.scope.users = users
        detectors = request.detectors
    }

    /// Looks once.
    ///
    /// - Parameter files: Instance files, read by whoever knows how; kept between looks.
    /// - Returns: What was seen, and what is wrong.
    /// - Throws: Why `/proc` could not be listed, or sockets not be read although they matter.
    public mutating func scan(files: [InstanceFile] = []) throws(SystemError) -> ScanResult {
        var snapshot = begin(files)
        try readSockets(into: &snapshot)
        var candidates = try readProcesses(into: &snapshot)
        probeAgain(&snapshot)
        translateStartTimes(in: &snapshot)
        if try !isTimeUp(), findHiddenHolders(in: &snapshot) {
            candidates = self.candidates(in: snapshot)
        }
        return try judge(snapshot, candidates)
    }

    mutating func begin(_ files: [InstanceFile]) -> Snapshot {
        host.sinceBoot = Clock.sinceBoot()
        host.wallClock = Clock.wall()
        var snapshot = Snapshot(host: host, instanceFiles: files)
        mountinfo = procfs.mountinfo()
        snapshot.unreadable.notes = procfs.limits(for: host, in: mountinfo)
        context.host = host
        return snapshot
    }

    /// Looks at these numbers only, some of which nobody has; their ancestors are read too.
    public mutating func examine(
        _ pids: [Int32],
        files: [InstanceFile] = []
    ) throws(SystemError) -> ScanResult {
        var snapshot = Snapshot(host: host, instanceFiles: files)
        context.host = host
        try readSockets(into: &snapshot)
        var seen: Set<Int32> = []
        for (index, pid) in pids.enumerated() where seen.insert(pid).inserted {
            if index & 255 == 255, try isTimeUp() { break }
            var next = pid
            while let position = readProcess(ProcessPlace(pid: next), into: &snapshot) {
                let place = ProcessPlace(pid: next)
                for detector in detectors {
                    _ = isOfInterest(&snapshot.processes[position], to: detector, at: place)
                }
                next = snapshot.processes[position].parent
                guard next > 0, seen.insert(next).inserted else { break }
            }
        }
        let wanted = Set(pids)
        // Whether a session's leader is gone is evidence, and this is no full listing.
        for leader in snapshot.processes.filter({ wanted.contains($0.pid) }).map(\.session)
        where leader > 0 && seen.insert(leader).inserted {
            _ = readProcess(ProcessPlace(pid: leader), into: &snapshot)
        }
        snapshot.processes.sort { $0.pid < $1.pid }
        let candidates = self.candidates(in: snapshot).map { list in
            list.filter { wanted.contains(snapshot.processes[$0].pid) }
        }
        return try judge(snapshot, candidates)
    }

    /// How long until the snapshot's files that are too young to be judged can be judged.
    public func settlingTime(of snapshot: Snapshot) -> Duration? {
        guard !snapshot.instanceFiles.isEmpty else { return nil }
        let view = SnapshotView(snapshot, rules: request.rules)
        return FileDetection(request: request).settlingTime(in: view)
    }

    /// Whether sockets were read at all.
    var knowsSockets: Bool { request.ports != nil }

    /// Whether a socket was there when sockets were last read.
    func saw(_ socket: SocketRecord) -> Bool {
        context.sockets.contains { $0.inode == socket.inode }
    }

    // MARK: - Reading

    private mutating func readSockets(into snapshot: inout Snapshot) throws(SystemError) {
        descriptors = nil
        guard let ports = request.ports else { return }
        try readSockets(
            SocketQuery(ports: ports, includesPeers: request.selection.includesPeers),
            into: &snapshot
        )
    }

    mutating func readSockets(
        _ query: SocketQuery,
        into snapshot: inout Snapshot
    ) throws(SystemError) {
        let table = try SocketTable.read(query, procRoot: procfs.root)
        snapshot.sockets = table.sockets
        snapshot.unreadable.notes += table.notes
        context.sockets = table.sockets
        descriptors = DescriptorTable(
            interest: table.sockets.map(\.inode),
            procDirectory: procfs.directory.raw
        )
    }

    private mutating func readProcesses(
        into snapshot: inout Snapshot
    ) throws(SystemError) -> [[Int]] {
        let pids = try procfs.pids()
        snapshot.processes.reserveCapacity(pids.count)
        var candidates = [[Int]](repeating: [], count: detectors.count)
        // Environments are large, and secret: nobody's is kept that is of no interest. Where ports
        // matter, whose they are may turn out later.
        let forgets = request.ports == nil
        for (index, pid) in pids.enumerated() {
            if index & 255 == 255, try isTimeUp() { break }
            let place = ProcessPlace(pid: pid)
            guard let position = readProcess(place, into: &snapshot) else { continue }
            var isCandidate = false
            for index in detectors.indices
            where isOfInterest(&snapshot.processes[position], to: detectors[index], at: place) {
                candidates[index].append(position)
                isCandidate = true
            }
            if forgets, !isCandidate { snapshot.processes[position].environment = nil }
        }
        return candidates
    }

    /// Whether a look has to make do with what it has seen.
    ///
    /// - Throws: That the time is up, unless parts are kept.
    func isTimeUp() throws(SystemError) -> Bool {
        guard isLate else { return false }
        guard keepsParts else {
            throw SystemError(call: "look", subject: procfs.root, code: ETIMEDOUT)
        }
        return true
    }

    /// Whether the time for a look is up.
    var isLate: Bool { patience.map { Clock.monotonic() > $0 } ?? false }

    /// Adds one process to the snapshot and returns its position there.
    mutating func readProcess(
        _ place: ProcessPlace,
        into snapshot: inout Snapshot
    ) -> Int? {
        switch procfs.appendRecord(of: place, to: &snapshot.processes) {
        case .gone: return nil
        case .denied(let code):
            snapshot.unreadable.add(pid: place.pid, fact: "stat", reason: reasonText(code))
            return nil
        case .value: return snapshot.processes.count - 1
        }
    }

    /// Reads what a detector has to know of a process to tell.
    private mutating func isOfInterest(
        _ record: inout ProcessRecord,
        to detector: any Detector,
        at place: ProcessPlace
    ) -> Bool {
        while true {
            switch detector.interest(in: record, context) {
            case .none: return false
            case .candidate: return true
            case .needs(let kind): read(kind, of: &record, at: place)
            }
        }
    }

    mutating func read(
        _ kind: FactKind,
        of record: inout ProcessRecord,
        at place: ProcessPlace
    ) {
        guard kind == .sockets else { return procfs.read(kind, of: &record, at: place) }
        let prefix = place.directory == nil ? "\(place.pid)/" : ""
        record.socketInodes =
            descriptors?.sockets(below: place.directory ?? procfs.directory.raw, prefix)
            .refusedNothing(record.hasLost(kind)) ?? .value([])
    }

    func candidates(in snapshot: Snapshot) -> [[Int]] {
        detectors.map { detector in
            snapshot.processes.indices.filter {
                detector.interest(in: snapshot.processes[$0], context) == .candidate
            }
        }
    }

    /// Looks where a socket hides that no descriptor shows; returns whether any was found.
    private mutating func findHiddenHolders(in snapshot: inout Snapshot) -> Bool {
        guard let ports = request.selection.ports else { return false }
        let held = Set(snapshot.processes.flatMap { $0.socketInodes?.known ?? [] })
        let unheld = snapshot.sockets.filter {
            $0.inode != 0 && $0.state != .bound && ports.contains($0.port, $0.transport)
                && !held.contains($0.inode)
        }
        guard !unheld.isEmpty else { return false }
        let map = HolderMap.read(
            of: unheld.map(\.inode),
            among: snapshot.processes.lazy.filter { !$0.isKernelThread }.map(\.pid),
            procDirectory: procfs.directory.raw,
            depth: .hiddenEverywhere,
            isOwnNamespace: isOwnNamespace
        )
        for (inode, holders) in map.holders {
            let receivers = holders.filter { !$0.hold.isCertain }.map(\.pid)
            if !receivers.isEmpty { snapshot.receivers[inode] = receivers }
            for holder in holders where holder.hold.isCertain {
                guard let index = snapshot.index(of: holder.pid) else { continue }
                let known = snapshot.processes[index].socketInodes?.known ?? []
                snapshot.processes[index].socketInodes = .value((known + [inode]).sorted())
            }
        }
        return !map.holders.isEmpty
    }
}

func reasonText(_ code: Int32) -> String {
    SystemError(call: "", subject: "", code: code).reason.lowercased()
}
