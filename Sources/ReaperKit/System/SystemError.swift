import Glibc

/// A system call that failed, and on what.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call as its manual page names it, such as `pidfd_open`.
    public let call: String
    /// The object it acted on, such as a path or `pid 4127`.
    public let subject: String
    /// The `errno` value.
    public let code: Int32

    /// Creates an error; most callers use ``check(_:_:_:)`` instead.
    public init(call: String, subject: String, code: Int32) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    /// The kernel's words for ``code``, such as `Permission denied`.
    public var reason: String { unsafe String(cString: strerror(code)) }

    /// One line: call, object, reason.
    public var description: String { "\(call) \(subject): \(reason)" }

    /// Whether the object had already ended: `ESRCH`, or `ENOENT` below `/proc/PID`.
    public var isGone: Bool { code == ESRCH || code == ENOENT }

    /// Whether there was too little of something just then: what is asked again later may be done.
    public var isShortage: Bool { code == EAGAIN || code == ENOMEM }

    /// Whether the kernel refused to show or do it: the object exists but is out of reach.
    public var isDenied: Bool { code == EPERM || code == EACCES }
}

/// Turns the shim's `-errno` convention into a value or a typed error.
@discardableResult
func check(
    _ result: Int32,
    _ call: StaticString,
    _ subject: @autoclosure () -> String
) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    throw SystemError(call: "\(call)", subject: subject(), code: -result)
}
