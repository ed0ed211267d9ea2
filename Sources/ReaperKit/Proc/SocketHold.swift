/// How a process keeps a socket alive.
public enum SocketHold: Hashable, Sendable {
    /// Through a descriptor of its own: `/proc/PID/fd`.
    case descriptor
    /// Through a descriptor that only this thread has, after `unshare(CLONE_FILES)`, or because
    /// the leader has exited: `/proc/PID/task/TID/fd`.
    case threadDescriptor(tid: Int32)
    /// Perhaps: a descriptor was sent to it in an `SCM_RIGHTS` message and waits to be received.
    /// The kernel tells that there is one, not of what.
    case inFlight
    /// As a fixed file of an io_uring, without a descriptor; it is let go some 20 ms after the
    /// process is gone.
    case ioUring

    /// Whether the process certainly holds the socket.
    public var isCertain: Bool { self != .inFlight }

    /// The path that shows it for process `pid`, without a descriptor's number.
    public func source(pid: Int32) -> String {
        switch self {
        case .descriptor: "/proc/\(pid)/fd"
        case .threadDescriptor(let tid): "/proc/\(pid)/task/\(tid)/fd"
        case .inFlight, .ioUring: "/proc/\(pid)/fdinfo"
        }
    }
}

/// One process that holds a socket.
public struct SocketHolder: Hashable, Sendable {
    /// Who.
    public var pid: Int32
    /// How.
    public var hold: SocketHold

    /// Creates a holder.
    public init(pid: Int32, hold: SocketHold) {
        self.pid = pid
        self.hold = hold
    }
}
