import CLinux
import Glibc

/// Asks the kernel for sockets over netlink, sock_diag(7); what it shows is reaper's own network
/// namespace.
///
/// It needs no privilege, is some hundred times cheaper than `/proc/net/tcp`, which walks the
/// table of all connections to list the listeners, and it alone shows sockets that are bound
/// without listening.
struct SocketDiagnostics: ~Copyable {
    private let socket: FileDescriptor
    private var sequence: UInt32 = 0

    private init() throws(SystemError) {
        socket = FileDescriptor(
            owning: try check(clinux_sock_diag_open(), "socket", "NETLINK_SOCK_DIAG")
        )
    }

    /// What a read brought, and whether the kernel vouches for it.
    struct Answer {
        /// The sockets that the query accepts, possibly more than once.
        var sockets: [SocketRecord] = []
        /// Whether one read went through without the kernel's tables changing under it.
        var isConsistent = false
    }

    /// Reads the sockets that `query` accepts.
    ///
    /// A dump that the kernel calls interrupted may miss a socket that was there all the time: it
    /// is repeated, and everything that any of the dumps showed is kept. 32 KiB is the most that
    /// the kernel puts into one datagram. Other requests and sizes are for tests.
    static func read(
        _ query: SocketQuery,
        requests: [SocketDumpRequest]? = nil,
        bufferSize: Int = 32_768
    ) throws(SystemError) -> Answer {
        let requests = requests ?? SocketDumpRequest.all(for: query)
        var answer = Answer()
        var buffer = [UInt8](repeating: 0, count: max(bufferSize, 16))
        var interruptions = 0
        while !answer.isConsistent, interruptions < 4 {
            // A new one each time: an abandoned dump blocks its socket (EBUSY).
            var diagnostics = try SocketDiagnostics()
            switch try diagnostics.dumpAll(requests, query, into: &answer.sockets, buffer: &buffer)
            {
            case .complete: answer.isConsistent = true
            case .interrupted: interruptions += 1
            case .cut(let needed):
                guard needed <= 1 << 24 else {
                    throw SystemError(call: "recvfrom", subject: "sock_diag", code: EMSGSIZE)
                }
                buffer = [UInt8](repeating: 0, count: needed)
            }
        }
        return answer
    }

    private enum Ending {
        case complete
        case interrupted
        /// A datagram did not fit; this many bytes would have held it.
        case cut(needed: Int)
    }

    private mutating func dumpAll(
        _ requests: [SocketDumpRequest],
        _ query: SocketQuery,
        into sockets: inout [SocketRecord],
        buffer: inout [UInt8]
    ) throws(SystemError) -> Ending {
        var ending = Ending.complete
        for request in requests {
            let part: Ending
            do throws(SystemError) {
                part = try dump(request, query, into: &sockets, buffer: &buffer)
            } catch {
                // Whoever does not know the older question may know the newer one.
                let unknown = [EINVAL, ENOENT, EOPNOTSUPP, EPROTONOSUPPORT]
                guard request.family == .both, unknown.contains(error.code) else { throw error }
                part = try dumpAll(request.split, query, into: &sockets, buffer: &buffer)
            }
            switch part {
            case .complete: continue
            case .interrupted: ending = .interrupted
            case .cut: return part
            }
        }
        return ending
    }

    private mutating func dump(
        _ request: SocketDumpRequest,
        _ query: SocketQuery,
        into sockets: inout [SocketRecord],
        buffer: inout [UInt8]
    ) throws(SystemError) -> Ending {
        sequence += 1
        var dump = SocketDump(request, sequence: sequence, query: query)
        try send(request)
        while !dump.isComplete {
            let count = try receive(into: &buffer, request)
            guard count <= buffer.count else { return .cut(needed: count) }
            try dump.append(buffer.span.extracting(..<count))
        }
        sockets += dump.sockets
        return dump.wasInterrupted ? .interrupted : .complete
    }

    private func send(_ request: SocketDumpRequest) throws(SystemError) {
        let message = request.message(sequence: sequence)
        while true {
            let count = unsafe clinux_netlink_send(socket.raw, message, message.count)
            if count >= 0 { return }
            guard count == -Int(EINTR) else { throw failure("sendto", count, request) }
        }
    }

    /// Returns the length of the next datagram, which is more than the buffer holds if it was cut.
    private func receive(
        into buffer: inout [UInt8],
        _ request: SocketDumpRequest
    ) throws(SystemError) -> Int {
        while true {
            var sender: UInt32 = 0
            let size = buffer.count
            let count = unsafe clinux_netlink_receive(socket.raw, &buffer, size, &sender)
            if count == -Int(EINTR) { continue }
            guard count >= 0 else { throw failure("recvfrom", count, request) }
            // A privileged process can send to any netlink socket; only the kernel is port 0.
            guard sender == 0 else { continue }
            // The kernel never sends nothing, and a dump that never ends must not be waited for.
            guard count > 0 else { throw failure("recvfrom", -Int(EBADMSG), request) }
            return count
        }
    }

    private func failure(
        _ call: String,
        _ result: Int,
        _ request: SocketDumpRequest
    ) -> SystemError {
        SystemError(call: call, subject: "NETLINK_SOCK_DIAG \(request.name)", code: Int32(-result))
    }
}
