import CLinux
import Glibc

/// The sockets that a query accepts, where they were read, and what that source cannot show.
public struct SocketTable: Sendable, Equatable {
    /// Where a socket table comes from.
    public enum Source: Sendable, Hashable, CustomStringConvertible {
        /// Netlink, for reaper's own network namespace.
        case diagnostics
        /// The text tables below this path, such as `/proc/net`.
        case text(directory: String)

        /// What evidence names: `sock_diag` or `/proc/net/tcp`.
        public var description: String { name(for: .tcp) }

        /// What evidence about a socket of `transport` names, such as `/proc/net/udp`.
        public func name(for transport: TransportProtocol) -> String {
            switch self {
            case .diagnostics: "sock_diag"
            case .text(let directory): "\(directory)/\(transport.rawValue)"
            }
        }
    }

    /// Each socket once, ordered by port, protocol and inode.
    public var sockets: [SocketRecord]
    /// Where they were read.
    public var source: Source
    /// What may be missing, one sentence each; a reader who wants to claim that a port is free
    /// has to look at them.
    public var notes: [String]

    /// Creates a table; each socket is kept once, whatever the order.
    public init(sockets: [SocketRecord], source: Source, notes: [String] = []) {
        self.sockets = SocketTable.distinct(sockets)
        self.source = source
        self.notes = notes
    }

    /// Reads the sockets that `query` accepts.
    ///
    /// With `/proc` they are those of reaper's network namespace, from sock_diag(7), or from
    /// `/proc/net` where that is refused or unknown (seccomp, gVisor). Any other procfs is asked
    /// for the namespace of its process 1: its own `net` would lead to reaper's.
    ///
    /// - Throws: The reason why neither source could be read.
    public static func read(
        _ query: SocketQuery,
        procRoot: String = "/proc"
    ) throws(SystemError) -> SocketTable {
        guard procRoot == "/proc" else {
            do throws(SystemError) {
                return try readText(query, directory: "\(procRoot)/1/net")
            } catch {
                // A fixture, or a procfs that hides processes.
                return try readText(query, directory: "\(procRoot)/net")
            }
        }
        do throws(SystemError) {
            let answer = try SocketDiagnostics.read(query)
            let note = "sockets came and went too fast for one consistent look (sock_diag)"
            return SocketTable(
                sockets: answer.sockets,
                source: .diagnostics,
                notes: answer.isConsistent ? [] : [note]
            )
        } catch {
            guard isUnavailable(error.code) else { throw error }
            return try readText(query, directory: "/proc/net")
        }
    }

    /// Reads the sockets of the network namespace that process `pid` lives in now; proc_pid_net(5).
    ///
    /// A socket stays in the namespace it was made in when its holder moves: match by inode.
    ///
    /// - Throws: `ENOENT` or `EINVAL` when the process is gone or a zombie.
    public static func read(
        _ query: SocketQuery,
        namespaceOf pid: Int32,
        procRoot: String = "/proc"
    ) throws(SystemError) -> SocketTable {
        try readText(query, directory: "\(procRoot)/\(pid)/net")
    }

    /// Whether sock_diag(7) cannot be asked at all here, as opposed to having failed.
    private static func isUnavailable(_ code: Int32) -> Bool {
        [
            EPERM, EACCES, ENOENT, EPROTONOSUPPORT, EAFNOSUPPORT, ENOSYS, EOPNOTSUPP,
            // Whoever imitates the kernel answered nonsense, or not at all.
            EBADMSG, EAGAIN,
        ].contains(code)
    }

    /// Each socket once, ordered by port, protocol, inode and peer.
    ///
    /// The inode alone does not tell them apart: it is 0 for connections without a holder, and all
    /// subflows of an MPTCP socket share one. The records stay where they are until their order is
    /// known; moving ten thousand of them about takes longer than reading them.
    static func distinct(_ sockets: [SocketRecord]) -> [SocketRecord] {
        var keys = sockets.indices.map { Key(sockets[$0], index: $0) }
        func peer(_ key: Key) -> [UInt8] { sockets[key.index].peerAddress }
        keys.sort { left, right in
            if left.ports != right.ports { return left.ports < right.ports }
            if left.inode != right.inode { return left.inode < right.inode }
            if left.peerPort != right.peerPort { return left.peerPort < right.peerPort }
            return peer(left).lexicographicallyPrecedes(peer(right))
        }
        var once: [SocketRecord] = []
        once.reserveCapacity(sockets.count)
        var last: Key?
        for key in keys {
            defer { last = key }
            if let last, last.isSame(as: key), peer(last) == peer(key) { continue }
            once.append(sockets[key.index])
        }
        return once
    }

    private struct Key {
        var ports: UInt32
        var peerPort: UInt16
        var inode: UInt64
        var index: Int

        init(_ socket: SocketRecord, index: Int) {
            ports = UInt32(socket.port) << 1 | (socket.transport == .tcp ? 0 : 1)
            peerPort = socket.peerPort
            inode = socket.inode
            self.index = index
        }

        func isSame(as other: Key) -> Bool {
            ports == other.ports && inode == other.inode && peerPort == other.peerPort
        }
    }
}

extension SocketTable {
    private static func readText(
        _ query: SocketQuery,
        directory: String
    ) throws(SystemError) -> SocketTable {
        var sockets: [SocketRecord] = []
        var notes: [String] = []
        // Twice: under load one reading misses sockets that were there all the time.
        for _ in 0..<2 {
            notes = []
            for transport in query.transports {
                for suffix in ["", "6"] {
                    let path = "\(directory)/\(transport.rawValue)\(suffix)"
                    do throws(SystemError) {
                        let table = try readFile(path, transport, query)
                        sockets += table.sockets
                        if table.malformedLines > 0 {
                            notes.append("\(table.malformedLines) lines of \(path) make no sense")
                        }
                    } catch {
                        // Without IPv6 there is no such file.
                        guard suffix == "6", error.code == ENOENT else { throw error }
                    }
                }
            }
        }
        if query.includesBound, query.transports.contains(.tcp) {
            notes.append(
                "TCP sockets that are bound without listening are not listed in \(directory)/tcp"
            )
        }
        return SocketTable(
            sockets: sockets,
            source: .text(directory: directory),
            notes: notes
        )
    }

    private static func readFile(
        _ path: String,
        _ transport: TransportProtocol,
        _ query: SocketQuery
    ) throws(SystemError) -> SocketTableText {
        let file = try FileDescriptor(opening: path)
        var table = SocketTableText(transport, query: query)
        try file.readChunks(subject: path) { table.append($0) }
        return table
    }
}

extension FileDescriptor {
    /// Passes everything up to the end of the file on, piece by piece.
    fileprivate borrowing func readChunks(
        subject: String,
        _ take: (ArraySlice<UInt8>) -> Void
    ) throws(SystemError) {
        // The kernel gives at most a page of these tables at a time.
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let size = chunk.count
            let count = unsafe clinux_read(raw, &chunk, size)
            if count == -Int(EINTR) { continue }
            guard count >= 0 else {
                throw SystemError(call: "read", subject: subject, code: Int32(-count))
            }
            guard count > 0 else { return }
            take(chunk[..<count])
        }
    }
}
