/// The birth of a process or thread, as the kernel tells it; linux/cn_proc.h.
struct ForkEvent: Equatable {
    /// The parent's process number, which is its thread group's.
    ///
    /// For a child that clone(2) made with `CLONE_PARENT` it is the maker's own parent.
    var parent: Int32
    /// The number that was handed out.
    var child: Int32
    /// The process it belongs to: another number for a thread.
    var childProcess: Int32

    /// When it was born, on the kernel's clock that never jumps, in nanoseconds.
    var time: UInt64 = 0

    /// Whether a process was born, and not one more thread.
    var isProcess: Bool { child == childProcess }
}

/// The end of a process, or of one of its threads; linux/cn_proc.h.
struct ExitEvent: Equatable {
    var process: Int32
    /// Whose child it was in the end.
    var parent: Int32
    /// As of ``ForkEvent/time``.
    var time: UInt64
}

/// What the kernel tells of processes, in the order in which it happened.
enum ProcessEvent: Equatable {
    case fork(ForkEvent)
    case exit(ExitEvent)
    /// A process runs another program now.
    case exec(Int32)
}

/// Why process events cannot be relied on any more.
enum EventLoss: Error, Equatable, CustomStringConvertible {
    /// More arrived than the socket's buffer holds; `ENOBUFS`.
    case overrun
    /// The kernel made an event that did not arrive: a CPU's sequence numbers have a gap.
    case gap(cpu: UInt32)
    /// A message was cut, or makes no sense.
    case malformed
    /// The socket cannot be read.
    case system(SystemError)

    /// One sentence without a full stop.
    var description: String {
        switch self {
        case .overrun: "the kernel had more process events than the socket holds"
        case .gap(let cpu): "a process event of CPU \(cpu) did not arrive"
        case .malformed: "a process event makes no sense"
        case .system(let error): "\(error)"
        }
    }
}

/// Takes the datagrams of the process events connector apart.
///
/// Each holds `struct nlmsghdr`, `struct cn_msg` and `struct proc_event`, in the machine's byte
/// order, possibly several in a row; linux/netlink.h, linux/connector.h, linux/cn_proc.h.
struct ProcessEventStream {
    /// Whether every kind of event arrives, so that the sequence numbers of a CPU have no gaps.
    ///
    /// The kernel counts before it filters: with a filter every gap is an ordinary one.
    var isComplete: Bool

    /// The next sequence number of each CPU that was heard of.
    private var expected: [UInt32: UInt32] = [:]
    /// The acknowledgements that arrived: number, and error code or 0.
    private(set) var acknowledgements: [UInt32: UInt32] = [:]

    init(isComplete: Bool) { self.isComplete = isComplete }

    /// Takes one datagram, and appends what it tells of to `events`.
    mutating func take(
        _ datagram: Span<UInt8>,
        into events: inout [ProcessEvent]
    ) throws(EventLoss) {
        var offset = 0
        guard datagram.count > 0 else { throw .malformed }
        while offset < datagram.count {
            guard let length: UInt32 = datagram.native(at: offset),
                let type: UInt16 = datagram.native(at: offset + 4),
                length >= Layout.header, Int(length) <= datagram.count - offset
            else { throw .malformed }
            let message = datagram.extracting(offset..<offset + Int(length))
            // Messages are aligned to four bytes, the last one may go without its padding.
            offset += (Int(length) + 3) & ~3
            switch type {
            case Layout.noOperation: continue
            case Layout.overrun: throw .overrun
            case Layout.done: try take(message: message, into: &events)
            default: throw .malformed
            }
        }
    }

    private mutating func take(
        message: Span<UInt8>,
        into events: inout [ProcessEvent]
    ) throws(EventLoss) {
        guard let index: UInt32 = message.native(at: Layout.index),
            let value: UInt32 = message.native(at: Layout.value),
            let sequence: UInt32 = message.native(at: Layout.sequence),
            let number: UInt32 = message.native(at: Layout.acknowledged),
            let length: UInt16 = message.native(at: Layout.length)
        else { throw .malformed }
        guard index == Layout.processes, value == Layout.processes else { return }
        guard Int(length) <= message.count - Layout.event,
            case let event = message.extracting(Layout.event..<Layout.event + Int(length)),
            let what: UInt32 = event.native(at: 0), let cpu: UInt32 = event.native(at: 4),
            let time: UInt64 = event.native(at: Layout.time)
        else { throw .malformed }
        try check(sequence, of: cpu)
        switch what {
        case Layout.fork:
            guard let parent: Int32 = event.native(at: Layout.parentProcess),
                let child: Int32 = event.native(at: Layout.child),
                let process: Int32 = event.native(at: Layout.childProcess)
            else { throw .malformed }
            // The idle thread of a CPU that comes up has number 0 and is nobody's child.
            guard child > 0 else { return }
            events.append(
                .fork(
                    ForkEvent(parent: parent, child: child, childProcess: process, time: time)
                )
            )
        case Layout.exit:
            guard let process: Int32 = event.native(at: Layout.process) else { throw .malformed }
            // Before Linux 4.18 it does not say whose child it was.
            let parent: Int32 = event.native(at: Layout.exitParent) ?? 0
            events.append(.exit(ExitEvent(process: process, parent: parent, time: time)))
        case Layout.exec:
            guard let process: Int32 = event.native(at: Layout.process) else { throw .malformed }
            events.append(.exec(process))
        case Layout.acknowledgement:
            guard let code: UInt32 = event.native(at: Layout.data) else { throw .malformed }
            acknowledgements[number] = code
        default: return
        }
    }

    private mutating func check(_ sequence: UInt32, of cpu: UInt32) throws(EventLoss) {
        guard isComplete else { return }
        if let next = expected[cpu], next != sequence { throw .gap(cpu: cpu) }
        expected[cpu] = sequence &+ 1
    }

    /// Offsets in a message, from the start of an event those of its data, and numbers.
    private enum Layout {
        static let header = 16
        static let noOperation: UInt16 = 1
        static let done: UInt16 = 3
        static let overrun: UInt16 = 4

        static let index = 16
        static let value = 20
        static let sequence = 24
        static let acknowledged = 28
        static let length = 32
        static let event = 36
        /// `CN_IDX_PROC` and `CN_VAL_PROC`.
        static let processes: UInt32 = 1

        static let data = 16
        static let acknowledgement: UInt32 = 0  // PROC_EVENT_NONE
        static let fork: UInt32 = 1  // PROC_EVENT_FORK
        static let exec: UInt32 = 2  // PROC_EVENT_EXEC
        static let exit: UInt32 = 0x8000_0000  // PROC_EVENT_EXIT
        static let time = 8
        static let process = 20
        static let exitParent = 36
        static let parentProcess = 20
        static let child = 24
        static let childProcess = 28
    }
}

/// What is asked of the connector.
enum ProcessEventRequest: UInt32 {
    case listen = 1  // PROC_CN_MCAST_LISTEN
    case ignore = 2  // PROC_CN_MCAST_IGNORE

    /// A `struct nlmsghdr`, a `struct cn_msg`, and the request.
    ///
    /// - Parameters:
    ///   - number: What the acknowledgement names, plus one.
    ///   - filter: The kinds of events that are wanted, `struct proc_input` of Linux 6.6; `nil`
    ///     for all of them, which every kernel knows.
    /// - Returns: The bytes to send.
    func message(number: UInt32, filter: UInt32? = nil) -> [UInt8] {
        let size = filter == nil ? 4 : 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36 + size)
        bytes.appendNative(UInt32(36 + size))  // nlmsg_len
        bytes.appendNative(UInt16(3))  // nlmsg_type: NLMSG_DONE
        bytes.appendNative(UInt16(0))  // nlmsg_flags
        bytes.appendNative(UInt32(0))  // nlmsg_seq
        bytes.appendNative(UInt32(0))  // nlmsg_pid
        bytes.appendNative(UInt32(1))  // CN_IDX_PROC
        bytes.appendNative(UInt32(1))  // CN_VAL_PROC
        bytes.appendNative(UInt32(0))  // seq
        bytes.appendNative(number)  // ack
        bytes.appendNative(UInt16(size))  // len
        bytes.appendNative(UInt16(0))  // flags
        bytes.appendNative(rawValue)  // mcast_op
        if let filter { bytes.appendNative(filter) }  // event_type
        return bytes
    }
}
