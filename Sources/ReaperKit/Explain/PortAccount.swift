/// Everything that was read about one port, for an explanation of it.
public struct PortAccount: Sendable {
    /// The sockets of one network namespace.
    public struct Place: Sendable, Equatable {
        /// Its inode; `nil` where that could not be read.
        public var namespace: UInt64?
        /// Somebody who lives in it, through whom it was seen; `nil` for reaper's own.
        public var witness: ProcessIdentity?
        /// The sockets of the port there.
        public var sockets: [SocketRecord]
        /// Where they were read, such as `sock_diag`.
        public var source: String

        /// Creates a place.
        public init(
            _ namespace: UInt64?,
            witness: ProcessIdentity? = nil,
            sockets: [SocketRecord] = [],
            source: String
        ) {
            self.namespace = namespace
            self.witness = witness
            self.sockets = sockets
            self.source = source
        }
    }

    /// What was asked about.
    public var ports: PortSet
    /// Reaper's own network namespace.
    public var own: Place
    /// Others that processes live in and that could be looked at.
    public var others: [Place] = []
    /// Who holds which socket, by inode.
    public var holders: [UInt64: [SocketHolder]] = [:]
    /// Who may hold any of them for all that is known.
    public var refusals: UnseenProcesses = []
    /// Whose network namespaces could not be read.
    public var hiddenNamespaces: UnseenProcesses = []
    /// The holders, each with all that is known of it, by number.
    public var accounts: [ProcessAccount] = []
    /// What `clean --ports` would do.
    public var plan = ShutdownPlan()
    /// What the sources of sockets could not show.
    public var notes: [String] = []
    /// The machine.
    public var host: HostFacts

    /// Creates an account without holders.
    public init(_ ports: PortSet, own: Place, on host: HostFacts) {
        self.ports = ports
        self.own = own
        self.host = host
    }

    /// What was asked about, such as `8080` or `8080/udp`.
    public var name: String {
        let member = ports.members.first
        let number = member.map { "\($0.ports.lowerBound)" } ?? ""
        let transports = Set(ports.members.map(\.transport))
        guard transports.count == 1, let transport = transports.first ?? nil else { return number }
        return "\(number)/\(transport.rawValue)"
    }

    /// Sockets of a namespace that tell who has the port: those that keep others from it, or else
    /// connections that begin there.
    func telling(in place: Place) -> [SocketRecord] {
        let held = place.sockets.filter { $0.inode != 0 && $0.isInTheWay }
        guard held.isEmpty else { return held }
        let number = ports.members.first?.ports.lowerBound
        return Array(place.sockets.filter { $0.inode != 0 && $0.port == number }.prefix(64))
    }

    /// The sockets whose holders matter.
    var wantedInodes: Set<UInt64> {
        Set(telling(in: own).map(\.inode))
            .union(others.flatMap { $0.sockets.filter(\.isInTheWay) }.map(\.inode))
            .subtracting([0])
    }

    func account(of pid: Int32) -> ProcessAccount? { accounts.first { $0.process.pid == pid } }

    /// How sentences name a holder.
    func label(_ pid: Int32) -> String { account(of: pid)?.process.label ?? "process \(pid)" }
}
