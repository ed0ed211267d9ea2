import CSpecimen
import Glibc

/// Sockets on a loopback port: who holds them, and in which state.
struct Listener {
    private let subject: Subject
    private let version: Int32
    private let stream: Bool
    private let port: UInt16

    private var options: Options { subject.options }

    init(options: Options) throws(StagingError) {
        subject = Subject(part: Part(role: .subject, options: options))
        version = options.has("v6") ? 6 : 4
        stream = !options.has("udp")
        guard let port = UInt16(exactly: try options.number("port") ?? 0) else {
            throw StagingError("--port: not a port")
        }
        self.port = port
    }

    /// Binds, and listens unless the situation is a socket that never does.
    func open(port: UInt16? = nil) throws(StagingError) -> Int32 {
        let shared: Int32 = options.has("reuseport") ? 1 : 0
        let socket = try check(
            cspecimen_bind(version, stream ? 1 : 0, port ?? self.port, shared),
            "bind",
            "port \(port ?? self.port)"
        )
        if stream, !options.has("bound-only") { try checkErrno(Glibc.listen(socket, 8), "listen") }
        return socket
    }

    @discardableResult
    static func announce(_ socket: Int32) throws(StagingError) -> UInt16 {
        let port = try check(cspecimen_port(socket), "getsockname")
        Ledger.fact("port", "\(port)")
        return UInt16(truncatingIfNeeded: port)
    }

    /// `root` holds it; also `sharer.N` that inherited it, a `sibling` with a socket of its own on
    /// the same port, and a connected `client`, as the options say.
    ///
    /// With `--own-network` all of it is in a network namespace of its own; with `--time-wait` nobody
    /// holds the port, and the kernel keeps a connection of it that is over.
    func listen() throws(StagingError) -> Never {
        if options.has("own-network") { try check(cspecimen_own_network(), "unshare", "network") }
        if options.has("time-wait") { try leaveConnection() }
        let sharers = try options.number("shared-by-children") ?? 0
        let others = (options.has("reuseport") ? 1 : 0) + (options.has("established") ? 1 : 0)
        subject.expect(1 + sharers + others)
        var socket = try open()
        let port = try Listener.announce(socket)
        // On its way to nobody, so that no descriptor leads to it.
        if options.has("in-flight") { socket = try check(cspecimen_send_away(socket), "sendmsg") }
        for index in 0..<sharers {
            try Offspring.spawn {
                Ledger.ready("sharer.\(index)")
                Vigil.keep(as: "sharer.\(index)")
            }
        }
        if options.has("reuseport") {
            try Offspring.spawn {
                stay("sibling", closing: socket) { () throws(StagingError) in try open(port: port) }
            }
        }
        if options.has("established") {
            try Offspring.spawn {
                stay("client", closing: socket) { () throws(StagingError) in
                    try check(cspecimen_connect(version, port), "connect", "port \(port)")
                }
            }
            try check(cspecimen_accept(socket), "accept")
        }
        Ledger.ready("root")
        Vigil.keep(as: "root")
    }

    /// Whoever closes first has to keep the connection for stragglers.
    private func leaveConnection() throws(StagingError) -> Never {
        subject.expect(1)
        let listener = try open()
        let port = try Listener.announce(listener)
        let client = try check(cspecimen_connect(version, port), "connect", "port \(port)")
        let served = try check(cspecimen_accept(listener), "accept")
        for socket in [served, client, listener] { _ = close(socket) }
        Ledger.ready("root")
        Vigil.keep(as: "root")
    }

    private func stay(
        _ name: String,
        closing inherited: Int32,
        holding open: () throws(StagingError) -> Int32
    ) -> Never {
        _ = close(inherited)
        do throws(StagingError) {
            _ = try open()
        } catch {
            complainInChild(error)
        }
        Ledger.ready(name)
        Vigil.keep(as: name)
    }
}
