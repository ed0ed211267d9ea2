/// What `list` has to say, before any format is chosen.
public struct InstanceReport: Sendable {
    /// What was seen.
    public var snapshot: Snapshot
    /// What is shown, in order.
    public var instances: [Instance]
    /// Whether everybody's instances were asked for, and one user's could have been: `--user`.
    public var isOfAllUsers = false

    /// Creates a report.
    public init(snapshot: Snapshot, instances: [Instance]) {
        self.snapshot = snapshot
        self.instances = instances
    }

    /// Whether everything that could hide an instance was read, of those that were asked for.
    public var isComplete: Bool { snapshot.unreadable.isEmpty }

    /// The sockets that an instance's processes, and those in sessions and groups that they lead,
    /// hold, each once.
    func sockets(of instance: Instance) -> [SocketRecord] {
        var seen: Set<UInt64> = []
        return instance.reach(in: snapshot).compactMap(record).flatMap {
            snapshot.sockets(of: $0)
        }
        .filter { $0.holdsPort && seen.insert($0.inode).inserted }
        .sorted { ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue) }
    }

    /// Whether everybody's descriptors could be read; an empty list would claim that nobody has any.
    func knowsSockets(of instance: Instance) -> Bool {
        instance.reach(in: snapshot).compactMap(record).allSatisfy { process in
            if case .denied = process.socketInodes { false } else { true }
        }
    }

    /// The record of a process, if it is this very one.
    func record(of identity: ProcessIdentity) -> ProcessRecord? {
        snapshot.process(identity.pid).flatMap { $0.identity == identity ? $0 : nil }
    }

    /// Who of an instance started first; `nil` for one that nothing runs of.
    func oldest(of instance: Instance) -> ProcessIdentity? {
        guard instance.state != .zombie else { return nil }
        let processes = instance.processes.isEmpty ? instance.holders : instance.processes
        return processes.min { $0.startTime < $1.startTime }
    }
}
