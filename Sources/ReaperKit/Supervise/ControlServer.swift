import CLinux
import Glibc

/// The supervisor's end of its socket: who has connected, and what each still has to read or send.
///
/// A client can neither stop nor slow the supervisor: nothing waits for one, what one sends and what
/// waits for it are bounded, and one that is silent or does not read is let go.
final class ControlServer {
    /// One connection.
    struct Client {
        let number: Int32
        var received: [UInt8] = []
        var waiting: [UInt8] = []
        /// When it is let go unless it has asked something until then.
        var patience: Duration
        /// Whether it has asked; then its answer comes when it comes.
        var hasAsked = false
        /// Whether it is let go when all that waits for it is sent.
        var isClosing = false
    }

    private let listener: FileDescriptor
    private(set) var clients: [Int32: Client] = [:]

    /// The longest line of a request.
    static let requestLimit = 1 << 16
    /// How much may wait for a client.
    static let waitingLimit = 8 << 20
    /// How many may be connected.
    static let clientLimit = 64
    /// How long a client may take to ask.
    static let patience = Duration.seconds(5)

    /// Listens, in place of whoever left the socket there.
    ///
    /// Only whoever has the directory's lock may do that.
    init(in directory: borrowing StateDirectory) throws(SystemError) {
        directory.remove(StateDirectory.socketName)
        let result = unsafe clinux_unix_listen(directory.socketPath)
        let path = "\(directory.path)/\(StateDirectory.socketName)"
        listener = FileDescriptor(owning: try check(result, "bind", path))
    }

    deinit { for number in clients.keys { _ = close(number) } }

    /// What to wait for.
    var entries: [pollfd] {
        var entries: [pollfd] = []
        if clients.count < Self.clientLimit {
            entries.append(pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0))
        }
        for client in clients.values {
            var events = client.isClosing ? 0 : Int16(POLLIN)
            if !client.waiting.isEmpty { events |= Int16(POLLOUT) }
            entries.append(pollfd(fd: client.number, events: events, revents: 0))
        }
        return entries
    }

    /// When the first client is to be let go that has not asked; `nil`: none is.
    var nextTimeout: Duration? {
        clients.values.filter { !$0.hasAsked || $0.isClosing }.map(\.patience).min()
    }

    /// Takes in and sends what can be; who is ready is said by the entries.
    ///
    /// - Returns: The lines that have come, each with the client's number.
    func take(_ ready: [pollfd], at now: Duration) -> [(client: Int32, line: [UInt8])] {
        var lines: [(client: Int32, line: [UInt8])] = []
        for entry in ready where entry.revents != 0 {
            if entry.fd == listener.raw {
                accept(at: now)
            } else if clients[entry.fd] != nil {
                if Int32(entry.revents) & POLLOUT != 0 { flush(entry.fd) }
                if Int32(entry.revents) & (POLLIN | POLLHUP | POLLERR) != 0 {
                    let received = receive(from: entry.fd)
                    // Whoever has given up waiting does not want it any more.
                    if Int32(entry.revents) & POLLHUP != 0 {
                        drop(entry.fd)
                    } else {
                        lines += received.map { (entry.fd, $0) }
                    }
                }
            }
        }
        for client in clients.values
        where (!client.hasAsked || client.isClosing) && client.patience <= now {
            drop(client.number)
        }
        return lines
    }

    private func accept(at now: Duration) {
        while clients.count < Self.clientLimit {
            let number = clinux_accept(listener.raw)
            guard number >= 0 else { return }
            var pid: Int32 = 0
            var user: UInt32 = 0
            let result = unsafe clinux_peer(number, &pid, &user)
            // The directory keeps others out; root, and whoever inherited a socket, are asked.
            guard result >= 0, user == geteuid() || user == 0 else {
                _ = close(number)
                continue
            }
            clients[number] = Client(number: number, patience: now + Self.patience)
        }
    }

    private func receive(from number: Int32) -> [[UInt8]] {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe clinux_read(number, &chunk, chunk.count)
        guard count > 0 else {
            if count != -Int(EAGAIN), count != -Int(EINTR) { drop(number) }
            return []
        }
        guard var client = clients[number], !client.isClosing else { return [] }
        client.received += chunk[..<count]
        var lines: [[UInt8]] = []
        while let end = client.received.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(Array(client.received[..<end]))
            client.received.removeSubrange(...end)
        }
        let isTooLong =
            client.received.count > Self.requestLimit
            || lines.contains { $0.count > Self.requestLimit }
        if !lines.isEmpty { client.hasAsked = true }
        clients[number] = client
        if isTooLong {
            refuse(number, "a request may have \(Self.requestLimit) bytes")
            return []
        }
        return lines
    }

    /// Sends a line, now or when the client can take it.
    func send(_ line: [UInt8], to number: Int32) {
        guard var client = clients[number] else { return }
        client.waiting += line
        clients[number] = client
        if client.waiting.count > Self.waitingLimit {
            drop(number)
        } else {
            flush(number)
        }
    }

    /// Sends a last line, and lets the client go when it has it.
    func finish(_ line: [UInt8], to number: Int32) {
        guard clients[number] != nil else { return }
        clients[number]?.isClosing = true
        clients[number]?.patience = Clock.monotonic() + Self.patience
        send(line, to: number)
    }

    /// Says why nothing is done, and lets the client go.
    func refuse(_ number: Int32, _ message: String) {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("done", true)
            json.member("ok", false)
            json.member("status", ExitStatus.usage.rawValue)
            json.member("message", message)
        }
        json.endLine()
        finish(json.bytes, to: number)
    }

    private func flush(_ number: Int32) {
        guard var client = clients[number] else { return }
        while !client.waiting.isEmpty {
            let sent = unsafe clinux_send(number, client.waiting, client.waiting.count)
            guard sent > 0 else {
                if sent == -Int(EAGAIN) { break }
                drop(number)
                return
            }
            client.waiting.removeFirst(Int(sent))
        }
        clients[number] = client
        if client.isClosing, client.waiting.isEmpty { drop(number) }
    }

    private func drop(_ number: Int32) {
        guard clients.removeValue(forKey: number) != nil else { return }
        _ = close(number)
    }

    /// Sends what waits, for at most a moment: the supervisor is about to end.
    func drain(until end: Duration) {
        while Clock.monotonic() < end {
            var entries = clients.values.filter { !$0.waiting.isEmpty }.map {
                pollfd(fd: $0.number, events: Int16(POLLOUT), revents: 0)
            }
            guard !entries.isEmpty else { return }
            guard Polling.wait(for: &entries, until: end) > 0 else { continue }
            for entry in entries where entry.revents != 0 { flush(entry.fd) }
        }
    }
}
