/// One question to sock_diag(7): every socket of a family and protocol in certain states.
struct SocketDumpRequest: Hashable {
    /// `AF_INET`, `AF_INET6`, or both in one walk of the kernel's tables, which is TCP's alone.
    enum Family: UInt8 { case both = 0, v4 = 2, v6 = 10 }

    var transport: TransportProtocol
    var family: Family
    /// Bit N set: sockets in state N.
    var states: UInt32
    /// Only sockets with this local port, 0 for all; bound TCP sockets come regardless.
    var localPort: UInt16 = 0
    /// Only sockets with this remote port; 0 for all.
    var peerPort: UInt16 = 0

    /// What error messages call it, such as `tcp v6`.
    var name: String { "\(transport) \(family)" }

    /// The dumps that together answer `query`.
    static func all(for query: SocketQuery) -> [SocketDumpRequest] {
        var requests: [SocketDumpRequest] = []
        for transport in query.transports {
            let holding = SocketDumpRequest.holdingStates(transport, query)
            let connected = SocketDumpRequest.connectedStates(query)
            let port = query.singlePort(transport) ?? 0
            for family in transport == .tcp ? [Family.both] : [.v4, .v6] {
                requests.append(
                    SocketDumpRequest(
                        transport: transport,
                        family: family,
                        states: holding | connected,
                        localPort: port
                    )
                )
                // The kernel wants both ports to match, so the other end is another question.
                guard port != 0, query.includesPeers else { continue }
                requests.append(
                    SocketDumpRequest(
                        transport: transport,
                        family: family,
                        states: connected,
                        peerPort: port
                    )
                )
            }
        }
        return requests
    }

    /// The same question for each family by itself.
    var split: [SocketDumpRequest] {
        guard family == .both else { return [self] }
        return [Family.v4, .v6].map { family in
            var part = self
            part.family = family
            return part
        }
    }

    private static func holdingStates(
        _ transport: TransportProtocol,
        _ query: SocketQuery
    ) -> UInt32 {
        let listen: UInt32 = 1 << SocketState.listen.rawValue
        switch transport {
        // 13 is TCP_BOUND_INACTIVE, since Linux 6.8; older kernels ignore it.
        case .tcp where query.includesBound: return listen | 1 << SocketState.bound.rawValue
        case .tcp: return listen
        case .udp: return 1 << SocketState.close.rawValue
        }
    }

    private static func connectedStates(_ query: SocketQuery) -> UInt32 {
        guard query.includesPeers || query.includesLingering else { return 0 }
        // An orphaned FIN_WAIT_2 lingers without an inode just as TIME_WAIT does.
        var states: UInt32 = 0
        for state: SocketState in [
            .established, .synSent, .synReceived, .finWait1, .finWait2, .closeWait, .lastAck,
            .closing, .newSynReceived,
        ] {
            states |= 1 << state.rawValue
        }
        if query.includesLingering { states |= 1 << SocketState.timeWait.rawValue }
        return states
    }

    /// What the answers' messages are typed: as the question.
    var messageType: UInt16 {
        // TCPDIAG_GETSOCK is the older question, and the only one for both families: a walk for
        // bound sockets takes 200 us whichever family it is for.
        family == .both ? 18 : 20
    }

    /// A `struct nlmsghdr`, and a `struct inet_diag_req_v2` or `inet_diag_req`; sock_diag(7).
    func message(sequence: UInt32) -> [UInt8] {
        let size = family == .both ? 76 : 72
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        bytes.appendNative(UInt32(size))  // nlmsg_len
        bytes.appendNative(messageType)  // nlmsg_type
        bytes.appendNative(UInt16(0x301))  // nlmsg_flags: NLM_F_REQUEST | NLM_F_DUMP
        bytes.appendNative(sequence)
        bytes.appendNative(UInt32(0))  // nlmsg_pid
        if family == .both {
            bytes += [0, 0, 0, 0]  // idiag_family and lengths, which a dump ignores; idiag_ext
        } else {
            bytes += [family.rawValue, transport == .tcp ? 6 : 17, 0, 0]  // IPPROTO_TCP, _UDP
            bytes.appendNative(states)
        }
        bytes.appendNative(localPort.bigEndian)
        bytes.appendNative(peerPort.bigEndian)
        bytes.append(contentsOf: repeatElement(0, count: 44))  // addresses, interface, cookie
        if family == .both {
            bytes.appendNative(states)
            bytes.appendNative(UInt32(0))  // idiag_dbs
        }
        return bytes
    }
}

/// Takes the datagrams that answer one ``SocketDumpRequest`` apart.
///
/// A dump is a run of messages over one or more datagrams: one per socket, then `NLMSG_DONE` or
/// `NLMSG_ERROR`. Numbers are in the machine's byte order, ports and addresses in network order.
struct SocketDump {
    let request: SocketDumpRequest
    let sequence: UInt32
    let query: SocketQuery

    /// The sockets that the query accepts, in the kernel's order, duplicates included.
    private(set) var sockets: [SocketRecord] = []
    /// Whether the kernel said that its tables changed in a way that may have hidden a socket.
    private(set) var wasInterrupted = false
    /// Whether the last message was seen.
    private(set) var isComplete = false

    init(_ request: SocketDumpRequest, sequence: UInt32, query: SocketQuery) {
        self.request = request
        self.sequence = sequence
        self.query = query
    }

    /// Takes one datagram; bytes after the dump's last message are ignored.
    ///
    /// - Throws: The kernel's own error code, or `EBADMSG` where the bytes make no sense.
    mutating func append(_ datagram: Span<UInt8>) throws(SystemError) {
        var offset = 0
        while offset < datagram.count, !isComplete {
            guard let length: UInt32 = datagram.native(at: offset),
                let type: UInt16 = datagram.native(at: offset + 4),
                let flags: UInt16 = datagram.native(at: offset + 6),
                let number: UInt32 = datagram.native(at: offset + 8),
                length >= Layout.header, Int(length) <= datagram.count - offset
            else { throw malformed }
            let message = datagram.extracting(offset..<offset + Int(length))
            // Messages are aligned to four bytes, the last one may go without its padding.
            offset += (Int(length) + 3) & ~3
            guard number == sequence else { continue }
            if flags & Layout.interrupted != 0 { wasInterrupted = true }
            try take(message, type: type)
        }
    }

    private mutating func take(_ message: Span<UInt8>, type: UInt16) throws(SystemError) {
        switch type {
        case Layout.noOperation:
            break
        case Layout.error:
            guard let code: Int32 = message.native(at: Layout.header), code < 0 else {
                throw malformed
            }
            throw failure(code)
        case Layout.done:
            // Carries a dump's late error since Linux 4.16.
            if let code: Int32 = message.native(at: Layout.header), code < 0 {
                throw failure(code)
            }
            isComplete = true
        case Layout.overrun:
            wasInterrupted = true
        case request.messageType:
            guard let socket = try record(message), query.accepts(socket) else { return }
            sockets.append(socket)
        default:
            throw malformed
        }
    }

    /// Reads a `struct inet_diag_msg`; attributes may follow it and are not wanted.
    private func record(_ message: Span<UInt8>) throws(SystemError) -> SocketRecord? {
        guard message.count >= Layout.header + Layout.socketSize,
            let port: UInt16 = message.native(at: Layout.localPort),
            let peerPort: UInt16 = message.native(at: Layout.peerPort),
            let user: UInt32 = message.native(at: Layout.user),
            let inode: UInt32 = message.native(at: Layout.inode)
        else { throw malformed }
        let size: Int
        switch SocketDumpRequest.Family(rawValue: message[Layout.family]) {
        case .v4: size = 4
        case .v6: size = 16
        case .both, nil: throw malformed
        }
        guard var state = SocketState(rawValue: message[Layout.state]) else { return nil }
        // A TCP socket that is neither listening nor connected is only listed when it is bound.
        if request.transport == .tcp, state == .close { state = .bound }
        return SocketRecord(
            transport: request.transport,
            address: message.bytes(at: Layout.localAddress, count: size),
            port: UInt16(bigEndian: port),
            peerPort: UInt16(bigEndian: peerPort),
            peerAddress: peerPort == 0 ? [] : message.bytes(at: Layout.peerAddress, count: size),
            state: state,
            inode: UInt64(inode),
            user: user
        )
    }

    private var malformed: SystemError { failure(-Layout.badMessage) }

    private func failure(_ code: Int32) -> SystemError {
        // Int32.min has no positive counterpart; no kernel sends it, an imitation might.
        SystemError(call: "sock_diag", subject: request.name, code: code == .min ? .max : -code)
    }

    /// Offsets from the start of a message, and numbers, of linux/netlink.h and linux/inet_diag.h.
    private enum Layout {
        static let header = 16
        static let noOperation: UInt16 = 1
        static let error: UInt16 = 2
        static let done: UInt16 = 3
        static let overrun: UInt16 = 4
        static let interrupted: UInt16 = 0x10
        static let badMessage: Int32 = 74

        static let socketSize = 72
        static let family = 16
        static let state = 17
        static let localPort = 20
        static let peerPort = 22
        static let localAddress = 24
        static let peerAddress = 40
        static let user = 80
        static let inode = 84
    }
}

extension [UInt8] {
    /// Appends a number in the machine's byte order.
    mutating func appendNative(_ value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: value.littleEndian >> (8 * index)))
        }
    }
}

extension Span<UInt8> {
    /// The number in the machine's byte order at `offset`, `nil` where the bytes end before it.
    func native<T: FixedWidthInteger>(at offset: Int) -> T? {
        let size = T.bitWidth / 8
        guard offset >= 0, size <= count - offset else { return nil }
        var value: T = 0
        for index in 0..<size {
            value |= T(truncatingIfNeeded: self[offset + index]) << (8 * index)
        }
        return T(littleEndian: value)
    }

    /// A copy; the caller has checked that the bytes are there.
    fileprivate func bytes(at offset: Int, count size: Int) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(size)
        for index in offset..<offset + size { copy.append(self[index]) }
        return copy
    }
}
