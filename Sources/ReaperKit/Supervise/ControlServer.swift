import CLinux
import Glibc

/// The supervisor's end of its socket: who has connected, and what each still has to read or send.
///
/// A client can neither stop nor slow the supervisor: nothing waits for one, what one sends and what
/// waits for it are bounded, and one that is silent or does not read is let go.
final class ControlServer {
    /// One connection.
    struct Client {
        /// The descriptor; the number is another client's once this one is let go.
        let descriptor: Int32
        var received: [UInt8] = []
        var waiting: [UInt8] = []
        /// When it is let go unless it has asked something until then.
        var patience: Duration
        /// Whether it has asked; then its answer comes when it comes.
        var hasAsked = false
        /// Whether it sends nothing more.
        var isShut = false
        /// Whether it is let go when all that waits for it is sent.
        var isClosing = false
    }

    private var listener: FileDescriptor
    /// Device and inode of the socket that it listens at.
    private(set) var place: [UInt64]?
    /// Those who are connected, by numbers that are used once.
    private(set) var clients: [Int: Client] = [:]
    private var nextNumber = 1
    /// Until when no client is taken, as there was no descriptor for the latest.
    private var fullUntil: Duration?

    /// The longest line of a request.
    static let requestLimit = 1 << 16
    /// How much may wait for a client.
    static let waitingLimit = 8 << 20
    /// How many may be connected.
    static let clientLimit = 256
    /// How long a client may take to ask.
    static let patience = Duration.seconds(5)

    /// Listens, in place of whoever left the socket there.
    ///
    /// Only whoever has the directory's lock may do that.
    init(in directory: borrowing StateDirectory) throws(SystemError) {
        listener = try Self.listener(in: directory)
        place = directory.numbers(of: StateDirectory.socketName)
    }

    /// Listens at another socket, or at one in another directory; who is connected stays so.
    func listenAnew(in directory: borrowing StateDirectory) throws(SystemError) {
        listener = try Self.listener(in: directory)
        place = directory.numbers(of: StateDirectory.socketName)
    }

    private static func listener(
        in directory: borrowing StateDirectory
    ) throws(SystemError) -> FileDescriptor {
        directory.remove(StateDirectory.socketName)
        let result = unsafe clinux_unix_listen(directory.socketPath)
        let path = "\(directory.path)/\(StateDirectory.socketName)"
        return FileDescriptor(owning: try check(result, "bind", path))
    }

    deinit { for client in clients.values { _ = close(client.descriptor) } }

    /// What to wait for.
    var entries: [pollfd] {
        var entries: [pollfd] = []
        if clients.count < Self.clientLimit, fullUntil == nil {
            entries.append(pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0))
        }
        for client in clients.values {
            var events = client.isClosing || client.isShut ? 0 : Int16(POLLIN)
            if !client.waiting.isEmpty { events |= Int16(POLLOUT) }
            entries.append(pollfd(fd: client.descriptor, events: events, revents: 0))
        }
        return entries
    }

    /// When the first client is to be let go that has not asked; `nil`: none is.
    var nextTimeout: Duration? {
        let patience = clients.values.filter { !$0.hasAsked || $0.isClosing }.map(\.patience)
        return (patience + [fullUntil].compactMap(\.self)).min()
    }

    /// Takes in and sends what can be; who is ready is said by the entries.
    ///
    /// - Returns: The lines that have come, each with the client's number.
    func take(_ ready: [pollfd], at now: Duration) -> [(client: Int, line: [UInt8])] {
        var lines: [(client: Int, line: [UInt8])] = []
        let events = Dictionary(
            ready.filter { $0.revents != 0 }.map { ($0.fd, Int32($0.revents)) }
        ) { $0 | $1 }
        for (number, client) in clients {
            guard let events = events[client.descriptor] else { continue }
            if events & POLLOUT != 0 { flush(number) }
            guard events & (POLLIN | POLLHUP | POLLERR) != 0, clients[number] != nil else {
                continue
            }
            let received = receive(from: number)
            // Whoever has given up waiting does not want it any more.
            if events & POLLHUP != 0 {
                drop(number)
            } else {
                lines += received.map { (number, $0) }
            }
        }
        for (number, client) in clients
        where (!client.hasAsked || client.isClosing) && client.patience <= now {
            drop(number)
        }
        if let time = fullUntil, time <= now { fullUntil = nil }
        // Last: a new client can have a descriptor's number that another had when it was waited for.
        if events[listener.raw] != nil { accept(at: now) }
        return lines
    }

    private func accept(at now: Duration) {
        while clients.count < Self.clientLimit {
            let descriptor = clinux_accept(listener.raw)
            guard descriptor >= 0 else {
                // Without descriptors a client stays ready for ever: it is looked at again later.
                if descriptor == -EMFILE || descriptor == -ENFILE {
                    fullUntil = now + .milliseconds(200)
                }
                return
            }
            var pid: Int32 = 0
            var user: UInt32 = 0
            let result = unsafe clinux_peer(descriptor, &pid, &user)
            // The directory keeps others out; root, and whoever inherited a socket, are asked.
            guard result >= 0, user == geteuid() || user == 0 else {
                _ = close(descriptor)
                continue
            }
            clients[nextNumber] = Client(descriptor: descriptor, patience: now + Self.patience)
            nextNumber += 1
        }
    }

    private func receive(from number: Int) -> [[UInt8]] {
        guard var client = clients[number] else { return [] }
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe clinux_read(client.descriptor, &chunk, chunk.count)
        guard count > 0 else {
            // One that has only shut its own side down still reads the answer.
            if count == 0, client.hasAsked {
                clients[number]?.isShut = true
            } else if count
                != -Int(EAGAIN), count != -Int(EINTR)
            {
                drop(number)
            }
            return []
        }
        guard !client.isClosing else { return [] }
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
    func send(_ line: [UInt8], to number: Int) {
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
    func finish(_ line: [UInt8], to number: Int) {
        guard clients[number] != nil else { return }
        clients[number]?.isClosing = true
        clients[number]?.patience = Clock.monotonic() + Self.patience
        send(line, to: number)
    }

    /// Says why nothing is done, and lets the client go.
    func refuse(_ number: Int, _ message: String, _ status: ExitStatus = .usage) {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("done", true)
            json.member("ok", false)
            json.member("status", status.rawValue)
            json.member("message", message)
        }
        json.endLine()
        finish(json.bytes, to: number)
    }

    private func flush(_ number: Int) {
        guard var client = clients[number] else { return }
        while !client.waiting.isEmpty {
            let sent = unsafe clinux_send(client.descriptor, client.waiting, client.waiting.count)
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

    private func drop(_ number: Int) {
        guard let client = clients.removeValue(forKey: number) else { return }
        _ = close(client.descriptor)
    }

    /// Sends what waits, for at most a moment: the supervisor is about to end.
    func drain(until end: Duration) {
        while Clock.monotonic() < end {
            let waiting = clients.filter { !$0.value.waiting.isEmpty }
            guard !waiting.isEmpty else { return }
            var entries = waiting.values.map {
                pollfd(fd: $0.descriptor, events: Int16(POLLOUT), revents: 0)
            }
            guard Polling.wait(for: &entries, until: end) > 0 else { continue }
            for number in waiting.keys { flush(number) }
        }
    }
}
