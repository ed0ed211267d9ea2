/// What was there at an earlier time, to tell what came since.
///
/// A process is the same one if number and start time are: two processes of one number and one
/// clock tick would both have had to start within the tick in which the snapshot was taken.
public struct Baseline: Sendable, Equatable {
    /// The boot in which it was taken; start times mean nothing in another one.
    public var bootID: String
    /// The pid namespace whose numbers it holds.
    public var pidNamespace: UInt64
    /// The network namespace whose ports it holds; `nil` where it was not learned.
    public var netNamespace: UInt64?
    /// The time namespace that start times were counted in; `nil` if not known.
    public var timeNamespace: UInt64?
    /// When it was begun, in clock ticks after boot; `nil` where it was not written down.
    public var beginning: UInt64?
    /// Who was there.
    public var processes: Set<ProcessIdentity>
    /// The sockets that held a port.
    public var listeners: Set<Listener>
    /// Instance files that rules named, by path; the inode where it was written down.
    public var files: [ByteString: Inode?]
    /// What could not be seen.
    public var gaps = Gaps()

    /// A socket and the port that it holds: numbers of sockets are handed out again in the end.
    public struct Listener: Sendable, Hashable {
        /// Names the socket.
        public var inode: UInt64
        /// Its protocol.
        public var transport: TransportProtocol
        /// Its port.
        public var port: UInt16

        /// Creates a listener.
        public init(inode: UInt64, transport: TransportProtocol, port: UInt16) {
            self.inode = inode
            self.transport = transport
            self.port = port
        }
    }

    /// Where a file lies on a disk.
    public struct Inode: Sendable, Hashable {
        /// `st_dev`.
        public var device: UInt64
        /// `st_ino`.
        public var inode: UInt64

        /// Creates a place.
        public init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }

    /// What whoever took a snapshot could not see, one sentence each.
    public struct Gaps: Sendable, Equatable {
        /// About processes.
        public var processes: [String] = []
        /// About sockets.
        public var listeners: [String] = []
        /// About instance files anywhere.
        public var files: [String] = []
        /// Directories that were refused, and could have held instance files.
        public var directories: [ByteString] = []

        /// Whether nothing but directories was refused: no process and no port is in doubt, and of
        /// files only those in them.
        public var isMerelyOfDirectories: Bool {
            processes.isEmpty && listeners.isEmpty && files.isEmpty
        }

        /// All of it, one sentence each.
        public var sentences: [String] {
            processes + listeners + files
                + directories.map { "\($0.text) could not be read" }
        }

        /// Creates none.
        public init() {}

        /// Whether everything was seen.
        public var isEmpty: Bool {
            processes.isEmpty && listeners.isEmpty && files.isEmpty && directories.isEmpty
        }
    }

    /// Creates a baseline.
    public init(
        bootID: String,
        pidNamespace: UInt64,
        processes: Set<ProcessIdentity> = [],
        listeners: Set<Listener> = [],
        files: [ByteString: Inode?] = [:]
    ) {
        self.bootID = bootID
        self.pidNamespace = pidNamespace
        self.processes = processes
        self.listeners = listeners
        self.files = files
    }

    /// Why it cannot be compared with what is there now; `nil` when it can.
    public func objection(on host: HostFacts) -> String? {
        guard !bootID.isEmpty, !host.bootID.isEmpty else {
            return "which boot it was taken in, or which this is, is unknown"
        }
        guard bootID == host.bootID else {
            return "it was taken in another boot, or on another machine"
        }
        guard pidNamespace == host.namespaces?.pid else {
            return "it was taken in another pid namespace"
        }
        if let netNamespace, let now = host.namespaces?.network, netNamespace != now {
            return "it was taken in another network namespace, where ports are others"
        }
        if let timeNamespace, let now = host.timeNamespace, timeNamespace != now {
            return "it was taken in another time namespace, where start times are others"
        }
        return nil
    }

    /// Whether a process was there.
    ///
    /// Who began before the snapshot did was there, seen or not: under hidepid one user sees whom
    /// another does not.
    public func contains(_ identity: ProcessIdentity) -> Bool {
        if processes.contains(identity) { return true }
        return beginning.map { identity.startTime < $0 } ?? false
    }

    /// Whether this socket held this port.
    public func contains(_ socket: SocketRecord) -> Bool {
        listeners.contains(
            Listener(inode: socket.inode, transport: socket.transport, port: socket.port)
        )
    }

    /// Whether the very file was there; one that was put in its place is another.
    public func contains(_ file: InstanceFile) -> Bool {
        guard let known = files[file.path] else { return false }
        guard let known else { return true }
        return known == Inode(device: file.file.device, inode: file.file.inode)
    }

    /// Why it cannot be said whether something was there that the snapshot does not have; `nil` when
    /// it can: it was not.
    public func doubt(about finding: Finding) -> String? {
        if let path = finding.file {
            if let gap = gaps.files.first { return gap }
            guard let directory = gaps.directories.first(where: { path.isBelow($0) }) else {
                return nil
            }
            return "\(directory.text) could not be read"
        }
        if finding.kind == .leakedPort { return gaps.listeners.first }
        // Who is younger than the snapshot is new, whoever could not be seen.
        return beginning == nil ? gaps.processes.first : nil
    }
}
