/// A transport protocol that has ports.
public enum TransportProtocol: String, Hashable, Sendable, CaseIterable {
    /// tcp(7).
    case tcp
    /// udp(7).
    case udp
}

/// What a socket does, in the words of ss(8); the numbers are `net/tcp_states.h`.
public enum SocketState: UInt8, Hashable, Sendable {
    /// Connected.
    case established = 1
    /// Connecting.
    case synSent = 2
    /// Being connected to.
    case synReceived = 3
    /// Closed here, waiting for the peer.
    case finWait1 = 4
    /// Closed here, acknowledged.
    case finWait2 = 5
    /// Closed and kept for stragglers; it has no holder.
    case timeWait = 6
    /// Not connected; for UDP: bound.
    case close = 7
    /// Closed by the peer.
    case closeWait = 8
    /// Closed by both, last word pending.
    case lastAck = 9
    /// Waits for connections.
    case listen = 10
    /// Closed by both at once.
    case closing = 11
    /// A connection request without a full socket yet.
    case newSynReceived = 12
    /// Bound, neither listening nor connected; sock_diag(7) only.
    case bound = 13

    /// The name reports use, such as `listen`.
    public var name: String {
        switch self {
        case .established: "established"
        case .synSent: "syn_sent"
        case .synReceived, .newSynReceived: "syn_recv"
        case .finWait1: "fin_wait_1"
        case .finWait2: "fin_wait_2"
        case .timeWait: "time_wait"
        case .close: "unconnected"
        case .closeWait: "close_wait"
        case .listen: "listen"
        case .lastAck: "last_ack"
        case .closing: "closing"
        case .bound: "bound"
        }
    }
}

/// One socket that has a port, as the kernel lists it for reaper's network namespace.
public struct SocketRecord: Hashable, Sendable {
    /// TCP or UDP.
    public var transport: TransportProtocol
    /// 4 or 16 bytes in network order.
    public var address: [UInt8]
    /// The local port.
    public var port: UInt16
    /// The remote port, 0 when not connected.
    public var peerPort: UInt16
    /// The remote address, as many bytes as ``address``; empty when not connected.
    public var peerAddress: [UInt8]
    /// What it does.
    public var state: SocketState
    /// Names the socket in `/proc/PID/fd`; 0 when no process can hold it (TIME_WAIT and the like).
    public var inode: UInt64
    /// The user who made it, known even when its holder is not.
    public var user: UInt32

    /// Creates a record.
    public init(
        transport: TransportProtocol,
        address: [UInt8],
        port: UInt16,
        peerPort: UInt16 = 0,
        peerAddress: [UInt8] = [],
        state: SocketState,
        inode: UInt64,
        user: UInt32
    ) {
        self.transport = transport
        self.address = address
        self.port = port
        self.peerPort = peerPort
        self.peerAddress = peerAddress
        self.state = state
        self.inode = inode
        self.user = user
    }

    /// Whether it serves its port: a TCP listener, or a UDP socket without a peer.
    ///
    /// A TCP socket that is bound and does not listen keeps others from the port too, but nobody
    /// can reach it: it is no holder, and only worth mentioning.
    public var holdsPort: Bool {
        switch state {
        case .listen: true
        case .close: transport == .udp
        case .bound, .established, .synSent, .synReceived, .newSynReceived, .finWait1, .finWait2,
            .timeWait, .closeWait, .lastAck, .closing:
            false
        }
    }

    /// Whether both ends of a connection are on this machine, as far as the addresses tell:
    /// the peer is loopback, or the very address that the socket itself uses.
    public var isLocalConnection: Bool {
        guard peerPort != 0 else { return false }
        return peerAddress == address || SocketRecord.isLoopback(peerAddress)
    }

    private static func isLoopback(_ address: [UInt8]) -> Bool {
        switch address.count {
        case 4: address[0] == 127
        case 16:
            address.dropLast().allSatisfy { $0 == 0 } && address[15] == 1
                || address[..<10].allSatisfy { $0 == 0 } && address[10] == 0xff
                    && address[11] == 0xff && address[12] == 127
        default: false
        }
    }
}
