/// Which sockets someone wants to know about.
///
/// Listeners and bound UDP sockets always; connections only on request: a client that happens to use
/// a port as its own end, or talks to one, does not hold it.
public struct SocketQuery: Sendable, Hashable {
    /// The local ports that count; `nil` means all.
    public var ports: PortSet?
    /// Whether connected sockets count too: those whose own port is named, and those connected to
    /// a named port of this machine.
    public var includesPeers: Bool
    /// Whether closed connections that the kernel still keeps count too, such as TIME_WAIT; no
    /// process holds them, their inode is 0.
    public var includesLingering: Bool
    /// Whether TCP sockets that are bound without listening count.
    ///
    /// They keep others from the port as well without holding it, but to find them the kernel walks its tables of
    /// connections: 200 us, not 20.
    public var includesBound: Bool

    /// Creates a query.
    public init(
        ports: PortSet? = nil,
        includesPeers: Bool = false,
        includesLingering: Bool = false,
        includesBound: Bool = true
    ) {
        self.ports = ports
        self.includesPeers = includesPeers
        self.includesLingering = includesLingering
        self.includesBound = includesBound
    }

    /// The protocols that can have a socket that counts.
    public var transports: [TransportProtocol] {
        guard let ports else { return TransportProtocol.allCases }
        return TransportProtocol.allCases.filter { transport in
            ports.members.contains { $0.transport == nil || $0.transport == transport }
        }
    }

    /// Whether `socket` is one that was asked about.
    public func accepts(_ socket: SocketRecord) -> Bool {
        let isNamed = ports?.contains(socket.port, socket.transport) ?? true
        if socket.holdsPort { return isNamed }
        if socket.state == .bound { return includesBound && isNamed }
        guard socket.inode != 0 else { return includesLingering && isNamed }
        guard includesPeers else { return false }
        if isNamed { return true }
        let isPeerNamed = ports?.contains(socket.peerPort, socket.transport) ?? true
        // Port 8080 of another machine is not the port 8080 that was asked about.
        return isPeerNamed && socket.isLocalConnection
    }

    /// The one port that is asked about, so that the kernel can leave out the rest.
    func singlePort(_ transport: TransportProtocol) -> UInt16? {
        guard let ports else { return nil }
        var single: UInt16?
        for member in ports.members where member.transport ?? transport == transport {
            guard member.ports.count == 1, single == nil || single == member.ports.lowerBound else {
                return nil
            }
            single = member.ports.lowerBound
        }
        // Port 0 in a request means any port.
        return single == 0 ? nil : single
    }
}
