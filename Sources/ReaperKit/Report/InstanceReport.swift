/// What `list` has to say, before any format is chosen.
public struct InstanceReport: Sendable {
    /// What was seen.
    public var snapshot: Snapshot
    /// What is shown, in order.
    public var instances: [Instance]
    /// Whether marks were looked for in the environments of reaper's own user's processes alone.
    ///
    /// What only another user's environment tells of is that user's: an ordinary user cannot read
    /// it, and does not ask for it by asking for his own.
    public var isOfOwnUser: Bool
    /// How many directories of other users, where their files may lie, were closed to reaper.
    public var closedDirectories: Int

    /// Creates a report.
    public init(
        snapshot: Snapshot,
        instances: [Instance],
        isOfOwnUser: Bool = false,
        closedDirectories: Int = 0
    ) {
        self.snapshot = snapshot
        self.instances = instances
        self.isOfOwnUser = isOfOwnUser
        self.closedDirectories = closedDirectories
    }

    /// What the report does not claim, as a sentence; `nil` where it is about everybody.
    public var limit: String? {
        guard isOfOwnUser else { return nil }
        let closed =
            closedDirectories > 0
            ? ", and files in \(counted(closedDirectories, "closed directory", "closed directories"))"
            : ""
        return "what only other users' environments\(closed) tell of is not shown; "
            + "root sees all of it"
    }

    /// Whether everything that could hide an instance was read, of those that were asked for.
    public var isComplete: Bool { snapshot.unreadable.isEmpty }

    /// The sockets that an instance's processes, and those in sessions and groups that they lead,
    /// hold, each once.
    func sockets(of instance: Instance) -> [SocketRecord] {
        var seen: Set<UInt64> = []
        return instance.company(in: snapshot).compactMap(record).flatMap {
            snapshot.sockets(of: $0)
        }
        .filter { $0.holdsPort && seen.insert($0.inode).inserted }
        .sorted { ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue) }
    }

    /// The record of a process, if it is this very one.
    func record(of identity: ProcessIdentity) -> ProcessRecord? {
        snapshot.process(identity.pid).flatMap { $0.identity == identity ? $0 : nil }
    }

    /// Who of an instance started first; `nil` for one that nothing runs of.
    func oldest(of instance: Instance) -> ProcessIdentity? {
        guard instance.state != .zombie else { return nil }
        return instance.processes.min { $0.startTime < $1.startTime }
    }
}
