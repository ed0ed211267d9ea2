/// One look at who still has the ports that were to become free.
///
/// A port is free when no socket listens on it or is bound to it. Closed connections that the
/// kernel keeps for a while (TIME_WAIT) do not count: no process holds them, and a server that
/// sets `SO_REUSEADDR`, as servers do, can listen at once; ``lingering`` names them for the one
/// that does not. A single look proves nothing lasting: an io_uring lets go tens of milliseconds
/// after its process is gone, and a supervisor may start another holder.
public struct PortCheck: Sendable, Equatable {
    /// A port that somebody has.
    public struct HeldPort: Sendable, Hashable {
        /// TCP or UDP.
        public var transport: TransportProtocol
        /// The number that was asked about.
        public var port: UInt16
        /// Who has it: inodes for the descriptors, users for when the descriptors are hidden.
        public var sockets: [SocketRecord]
    }

    /// What was asked about.
    public var ports: PortSet
    /// Ports that somebody has, ordered by number.
    public var held: [HeldPort]
    /// Ports that are free but for closed connections; the sockets have no inode.
    public var lingering: [HeldPort]
    /// Where it was read.
    public var source: SocketTable.Source
    /// Why a port without a socket may be held all the same, one sentence each.
    public var notes: [String]

    /// Looks now.
    ///
    /// - Parameters:
    ///   - ports: The ports to look at.
    ///   - includesPeers: Whether connected sockets keep a port held too.
    ///   - procRoot: The procfs, as for ``SocketTable/read(_:procRoot:)``.
    /// - Returns: Who has which of the ports.
    /// - Throws: The reason why sockets cannot be read at all; then nothing is known.
    public static func look(
        at ports: PortSet,
        includesPeers: Bool = false,
        procRoot: String = "/proc"
    ) throws(SystemError) -> PortCheck {
        let query = SocketQuery(
            ports: ports,
            includesPeers: includesPeers,
            includesLingering: true,
            includesBound: false
        )
        return PortCheck(try SocketTable.read(query, procRoot: procRoot), ports: ports)
    }

    /// Judges a table that was read with lingering connections included.
    init(_ table: SocketTable, ports: PortSet) {
        self.ports = ports
        source = table.source
        notes = table.notes
        held = PortCheck.grouped(table.sockets.filter { $0.inode != 0 || $0.holdsPort }, by: ports)
        let taken = Set(held.map { Port(transport: $0.transport, number: $0.port) })
        lingering = PortCheck.grouped(
            table.sockets.filter { $0.inode == 0 && !$0.holdsPort },
            by: ports
        ).filter { !taken.contains(Port(transport: $0.transport, number: $0.port)) }
    }

    /// Whether nobody has any of the ports, as far as ``source`` shows.
    public var isFree: Bool { held.isEmpty }

    /// What to report of each port: every port that is held or was named by itself; of a range
    /// only the held ones.
    public func outcomes(describing holder: (HeldPort) -> String) -> [PortOutcome] {
        var free: Set<Port> = []
        for member in ports.members where member.ports.count == 1 {
            for transport in TransportProtocol.allCases
            where member.transport ?? transport == transport {
                free.insert(Port(transport: transport, number: member.ports.lowerBound))
            }
        }
        var outcomes: [PortOutcome] = []
        for port in held {
            free.remove(Port(transport: port.transport, number: port.port))
            outcomes.append(
                PortOutcome(
                    transport: port.transport,
                    port: port.port,
                    isFree: false,
                    holder: holder(port)
                )
            )
        }
        outcomes += free.map {
            PortOutcome(transport: $0.transport, port: $0.number, isFree: true)
        }
        return outcomes.sorted {
            ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue)
        }
    }

    private struct Port: Hashable {
        var transport: TransportProtocol
        var number: UInt16
    }

    private static func grouped(_ sockets: [SocketRecord], by ports: PortSet) -> [HeldPort] {
        let groups = Dictionary(grouping: sockets) { socket in
            // A peer counts for the port that it is connected to.
            Port(
                transport: socket.transport,
                number: ports.contains(socket.port, socket.transport)
                    ? socket.port : socket.peerPort
            )
        }
        return groups.map {
            HeldPort(transport: $0.transport, port: $0.number, sockets: $1)
        }.sorted {
            ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue)
        }
    }
}
