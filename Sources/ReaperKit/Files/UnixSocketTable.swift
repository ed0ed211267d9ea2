import CLinux
import Glibc

/// The inodes that the Unix sockets of reaper's network namespace are bound to; sock_diag(7).
///
/// `/proc/net/unix` is no substitute: a name with a newline in it forges whole lines there. A row
/// that a busy kernel leaves out is no harm: ``SocketLiveness`` asks a second witness.
struct UnixSocketTable: Sendable {
    /// Where a socket is bound, as the kernel reports it.
    struct Binding: Hashable, Sendable {
        /// The file system's device.
        var device: DeviceNumber
        /// The lower 32 bits of the inode: sock_diag has room for no more.
        var inode: UInt32
    }

    private let bindings: Set<Binding>
    /// The sockets themselves, as descriptors of processes name them.
    private let sockets: [Binding: [UInt64]]

    init(_ bindings: Set<Binding>, sockets: [Binding: [UInt64]] = [:]) {
        self.bindings = bindings
        self.sockets = sockets
    }

    /// Asks the kernel for all of them, once.
    static func current() throws(SystemError) -> UnixSocketTable {
        let subject = "NETLINK_SOCK_DIAG unix"
        let socket = FileDescriptor(
            owning: try check(clinux_sock_diag_open(), "socket", subject)
        )
        try check(Int32(clinux_unix_diag_request(socket.raw)), "sendto", subject)
        var bindings: Set<Binding> = []
        var sockets: [Binding: [UInt64]] = [:]
        // The kernel puts at most 32 KiB into a datagram; netlink(7).
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var sender: UInt32 = 0
            let size = buffer.count
            let count = unsafe clinux_netlink_receive(socket.raw, &buffer, size, &sender)
            if count == -Int(EINTR) { continue }
            guard count > 0, count <= size else {
                let code = count < 0 ? Int32(-count) : EPROTO
                throw SystemError(call: "recvfrom", subject: subject, code: code)
            }
            // A privileged process can send to any netlink socket; only the kernel is port 0.
            guard sender == 0 else { continue }
            let part = UnixSocketDump.parse(buffer.span.extracting(first: count))
            bindings.formUnion(part.bindings)
            sockets.merge(part.sockets) { $0 + $1 }
            switch part.end {
            case .more: continue
            case .done: return UnixSocketTable(bindings, sockets: sockets)
            case .failed(let code):
                throw SystemError(call: "recvfrom", subject: subject, code: code)
            }
        }
    }

    /// Whether a socket is bound to this inode of this file system.
    func contains(device: DeviceNumber, inode: UInt64) -> Bool {
        bindings.contains(Binding(device: device, inode: UInt32(truncatingIfNeeded: inode)))
    }

    /// Inodes of the sockets that are bound to this inode of this file system.
    func sockets(boundTo inode: UInt64, of device: DeviceNumber) -> [UInt64] {
        sockets[Binding(device: device, inode: UInt32(truncatingIfNeeded: inode))] ?? []
    }
}

/// One datagram of a dump: bindings, and whether more follows.
struct UnixSocketDump: Equatable {
    /// How the datagram ended.
    enum End: Equatable {
        /// Another datagram follows.
        case more
        /// That was the last.
        case done
        /// The kernel refused with this `errno`.
        case failed(Int32)
    }

    var bindings: Set<UnixSocketTable.Binding> = []
    var sockets: [UnixSocketTable.Binding: [UInt64]] = [:]
    var end = End.more

    /// Takes netlink messages apart; what does not fit makes the whole dump fail with `EPROTO`,
    /// because a row that was missed would make a live socket look dead.
    static func parse(_ bytes: Span<UInt8>) -> UnixSocketDump {
        var dump = UnixSocketDump()
        var start = 0
        while start < bytes.count {
            guard let length = bytes.word(at: start), length >= 16,
                start + Int(length) <= bytes.count
            else {
                dump.end = .failed(EPROTO)
                return dump
            }
            switch bytes.half(at: start + 4) {
            case UInt16(NLMSG_DONE):
                // Carries a dump's late error since Linux 4.16.
                let code = bytes.word(at: start + 16).map { Int32(bitPattern: $0) } ?? 0
                dump.end = code < 0 ? .failed(EPROTO) : .done
                return dump
            case UInt16(NLMSG_ERROR):
                let code = bytes.word(at: start + 16).map { Int32(bitPattern: $0) } ?? -EPROTO
                // Int32.min has no positive counterpart; no kernel sends it.
                dump.end = .failed(code == .min ? EPROTO : -code)
                return dump
            default:
                dump.addBinding(in: bytes, from: start + 32, to: start + Int(length))
            }
            start += (Int(length) + 3) & ~3
        }
        return dump
    }

    /// Reads the attributes behind `struct unix_diag_msg`, whose second word is the socket's inode.
    private mutating func addBinding(in bytes: Span<UInt8>, from first: Int, to end: Int) {
        var start = first
        while start + 4 <= end, let length = bytes.half(at: start), length >= 4 {
            if bytes.half(at: start + 2) == UInt16(UNIX_DIAG_VFS), length >= 12,
                let inode = bytes.word(at: start + 4), let device = bytes.word(at: start + 8)
            {
                let binding = UnixSocketTable.Binding(
                    device: DeviceNumber(kernel: device),
                    inode: inode
                )
                bindings.insert(binding)
                if let socket = bytes.word(at: first - 12) {
                    sockets[binding, default: []].append(UInt64(socket))
                }
            }
            start += (Int(length) + 3) & ~3
        }
    }
}

extension Span<UInt8> {
    /// Two bytes in the machine's own order, as netlink has them.
    fileprivate func half(at offset: Int) -> UInt16? {
        guard offset >= 0, offset + 2 <= count else { return nil }
        return UInt16(littleEndian: UInt16(self[offset]) | UInt16(self[offset + 1]) << 8)
    }

    /// Four bytes in the machine's own order.
    fileprivate func word(at offset: Int) -> UInt32? {
        guard offset >= 0, offset + 4 <= count else { return nil }
        let bytes = (0..<4).map { UInt32(self[offset + $0]) << (8 * UInt32($0)) }
        return UInt32(littleEndian: bytes.reduce(0, |))
    }
}
