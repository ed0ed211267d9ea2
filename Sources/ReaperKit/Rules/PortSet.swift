/// Ports that a user or a rule names, each for TCP, UDP or both.
public struct PortSet: Sendable, Hashable {
    /// One port or range of ports.
    public struct Member: Sendable, Hashable {
        /// From, to and including.
        public var ports: ClosedRange<UInt16>
        /// TCP or UDP; `nil` means both.
        public var transport: TransportProtocol?

        /// Creates a member.
        public init(ports: ClosedRange<UInt16>, transport: TransportProtocol? = nil) {
            self.ports = ports
            self.transport = transport
        }
    }

    /// In the order they were given.
    public var members: [Member]

    /// Creates a set.
    public init(members: [Member]) { self.members = members }

    /// Whether the port is named.
    public func contains(_ port: UInt16, _ transport: TransportProtocol) -> Bool {
        members.contains {
            $0.ports.contains(port) && ($0.transport == nil || $0.transport == transport)
        }
    }
}
