import CLinux
import Glibc

/// A subscription to the kernel's process events: every birth, in the order in which they happened;
/// linux/cn_proc.h.
///
/// It needs Linux 6.6 or CAP_NET_ADMIN, and the initial pid, user and network namespaces. Numbers
/// are those of the initial pid namespace, so nobody else is told any.
struct ProcessEvents: ~Copyable {
    /// Why there are none.
    enum Unavailable: Error, Equatable, CustomStringConvertible {
        /// A call failed.
        case system(SystemError)
        /// The kernel did not answer, as it does where it tells nobody of these namespaces.
        case unanswered
        /// The kernel refused, with an `errno` value.
        case refused(UInt32)
        /// Events were lost before the answer was read.
        case lost(EventLoss)

        /// One sentence without a full stop.
        var description: String {
            switch self {
            case .system(let error): "\(error)"
            case .unanswered:
                "the kernel did not answer: not in the initial pid and user namespaces"
            case .refused(let code):
                "\(SystemError(call: "sendto", subject: name, code: Int32(clamping: code)))"
            case .lost(let loss): "\(loss)"
            }
        }
    }

    private static let name = "NETLINK_CONNECTOR"
    /// Doubled by the kernel; an event takes 832 bytes of it, and none until it arrives.
    private static let largeBuffer: Int32 = 32 << 20

    private let socket: FileDescriptor
    private var stream = ProcessEventStream(isComplete: false)
    private var isListening = false

    private init(_ socket: consuming FileDescriptor) { self.socket = socket }

    /// Subscribes; it never blocks.
    static func subscribe() throws(Unavailable) -> ProcessEvents {
        let raw = clinux_connector_open()
        guard raw >= 0 else { throw failure("socket", raw) }
        var events = ProcessEvents(FileDescriptor(owning: raw))
        let isLarge = clinux_set_receive_buffer(raw, largeBuffer, 1) >= 0
        if !isLarge { _ = clinux_set_receive_buffer(raw, largeBuffer, 0) }
        let joined = clinux_connector_join(raw)
        guard joined >= 0 else { throw failure("bind", joined) }
        // All kinds of events come where there is room for them: only then their numbers show
        // whether the kernel, short of memory, dropped one without a word.
        events.stream.isComplete = isLarge
        try events.listen()
        // Who may not have a large buffer is told anything only since 6.6, which knows filters.
        if !isLarge { try events.send(.listen, filter: wanted) }
        return events
    }

    // The kernel counts its listeners, and forgets nobody who only closes the socket.
    deinit { if isListening { try? send(.ignore) } }

    /// Asks for every kind of event and reads the answer, which no filter would let through.
    private mutating func listen() throws(Unavailable) {
        // Everybody who listens is sent every answer: ours has a number of this process's own.
        var hasher = Hasher()
        hasher.combine(socket.raw)
        let number = UInt32(truncatingIfNeeded: hasher.finalize())
        try send(.listen, number: number)
        isListening = true
        do throws(EventLoss) {
            // Whoever was born before the answer is older than the subscription.
            var older: [ProcessEvent] = []
            var buffer = Self.makeBuffer()
            while stream.acknowledgements[number &+ 1] == nil,
                try receive(through: &buffer, into: &older)
            {}
        } catch {
            throw .lost(error)
        }
        // The kernel handles a request before sendto(2) returns. Where it ignores the question, it
        // will ignore that it is taken back.
        switch stream.acknowledgements[number &+ 1] {
        case nil: throw .unanswered
        case .some(0): break
        case .some(let code): throw .refused(code)
        }
    }

    private static func failure(_ call: StaticString, _ result: Int32) -> Unavailable {
        .system(SystemError(call: "\(call)", subject: name, code: -result))
    }

    /// `PROC_EVENT_FORK`, `PROC_EVENT_EXEC`, `PROC_EVENT_EXIT`.
    private static let wanted: UInt32 = 1 | 2 | 0x8000_0000

    /// Reads everything that the kernel told until now, without waiting for any.
    ///
    /// An event is in the socket before the child it tells of first runs: copy_process() sends it,
    /// and kernel_clone() wakes the child afterwards. So whoever has run was told, and a child's
    /// own children come after it.
    mutating func drain() throws(EventLoss) -> [ProcessEvent] {
        var events: [ProcessEvent] = []
        var buffer = Self.makeBuffer()
        while try receive(through: &buffer, into: &events) {}
        return events
    }

    // An event is a datagram of 76 bytes.
    private static func makeBuffer() -> [UInt8] { [UInt8](repeating: 0, count: 512) }

    /// Takes one datagram; returns false when there is none.
    private mutating func receive(
        through buffer: inout [UInt8],
        into events: inout [ProcessEvent]
    ) throws(EventLoss) -> Bool {
        var sender: UInt32 = 0
        let size = buffer.count
        let count = unsafe clinux_netlink_receive(socket.raw, &buffer, size, &sender)
        switch count {
        case -Int(EINTR): return true
        case -Int(EAGAIN): return false
        case -Int(ENOBUFS): throw .overrun
        case ..<0:
            let code = Int32(-count)
            throw .system(SystemError(call: "recvfrom", subject: Self.name, code: code))
        default: break
        }
        // A privileged process can send to the group as well; only the kernel is port 0.
        guard sender == 0 else { return true }
        guard count <= size else { throw .malformed }
        try stream.take(buffer.span.extracting(..<count), into: &events)
        return true
    }

    /// Waits until there is something to read, but not longer than this.
    func wait(milliseconds: Int32) {
        var entry = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&entry, 1, milliseconds)
    }

    private func send(
        _ request: ProcessEventRequest,
        number: UInt32 = 0,
        filter: UInt32? = nil
    ) throws(Unavailable) {
        let message = request.message(number: number, filter: filter)
        while true {
            let count = unsafe clinux_netlink_send(socket.raw, message, message.count)
            if count >= 0 { return }
            guard count == -Int(EINTR) else { throw Self.failure("sendto", Int32(count)) }
        }
    }
}
