/// Names one process for its whole life, even after the kernel reuses its number.
///
/// People read and type it as `4127@88213`. The start time alone is weak (a number reused at once
/// mostly gets the same tick), so a record that is acted on later also carries the pidfd inode.
public struct ProcessIdentity: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The process number, meaningful only together with ``startTime``.
    public let pid: Int32
    /// Clock ticks after boot, field 22 of `/proc/PID/stat`; proc_pid_stat(5).
    public let startTime: UInt64

    /// Creates an identity from one reading of `/proc/PID/stat`.
    public init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }

    /// In one step: tables of processes are asked often.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(UInt64(truncatingIfNeeded: pid) << 40 ^ startTime)
    }

    /// The form that reports print and `--pid` accepts, such as `4127@88213`.
    public var description: String { "\(pid)@\(startTime)" }

    /// Ordered by number, then by age.
    public static func < (left: ProcessIdentity, right: ProcessIdentity) -> Bool {
        (left.pid, left.startTime) < (right.pid, right.startTime)
    }
}
