/// Conditions on one process: different kinds are ANDed, the values of one kind are ORed.
///
/// Selectors on the command line and `match` and `owner` in rule files are the same thing. A kind
/// without values holds always, but a pattern without any value selects nothing.
public struct ProcessPattern: Sendable, Equatable {
    /// Exact processes, `--pid`.
    public var pids: [PidCondition] = []
    /// The kernel's name, or the base name of the executable or of argument 0.
    public var names: [Glob] = []
    /// The kernel's name alone: nothing has to be read for it.
    public var kernelNames: [Glob] = []
    /// The executable's path.
    public var executables: [Glob] = []
    /// The arguments, joined by single spaces.
    public var commands: [Glob] = []
    /// The working directory.
    public var workingDirectories: [Glob] = []
    /// Directories that the executable or the working directory is, or lies below.
    public var directories: [ByteString] = []
    /// Environment variables.
    public var environment: [EnvironmentCondition] = []
    /// Control group paths.
    public var cgroups: [Glob] = []
    /// Ports that it listens on (TCP) or is bound to (UDP).
    public var ports: PortSet?
    /// Real users.
    public var users: [UInt32] = []
    /// State letters of proc_pid_stat(5).
    public var states: [UInt8] = []
    /// Shortest age.
    public var olderThan: Duration?
    /// What was there before and does not count, `--since`.
    public var absentFrom: Baseline?

    /// Creates a pattern that selects nothing.
    public init() {}

    /// Whether it names exact processes: then no other can come to match it.
    public var isOnlyPids: Bool {
        var rest = self
        rest.pids = []
        return rest.isEmpty
    }

    /// Whether no condition was given.
    public var isEmpty: Bool {
        pids.isEmpty && names.isEmpty && kernelNames.isEmpty && executables.isEmpty
            && commands.isEmpty
            && workingDirectories.isEmpty && directories.isEmpty && environment.isEmpty
            && cgroups.isEmpty && ports == nil && users.isEmpty && states.isEmpty
            && olderThan == nil && absentFrom == nil
    }
}

/// `PID` or `PID@START`.
public struct PidCondition: Sendable, Hashable {
    /// The number.
    public var pid: Int32
    /// The start time that it must have, in clock ticks after boot.
    public var startTime: UInt64?

    /// Creates a condition.
    public init(pid: Int32, startTime: UInt64? = nil) {
        self.pid = pid
        self.startTime = startTime
    }

    /// Reads `4127` or `4127@88213`; numbers below 1 and above 4194304 are refused.
    public init(parsing text: String) throws(ValueError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let isDecimal: (Substring) -> Bool = { part in
            !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        // The kernel's own limit, PID_MAX_LIMIT; proc_sys_kernel(5).
        guard let first = parts.first, isDecimal(first), let pid = Int32(first),
            (1...4_194_304).contains(pid)
        else {
            throw ValueError(
                text,
                isNot: "a process",
                expected: "PID or PID@START, with a PID from 1 to 4194304"
            )
        }
        self.pid = pid
        guard parts.count > 1 else { return }
        guard isDecimal(parts[1]), let start = UInt64(parts[1]) else {
            throw ValueError(
                text,
                isNot: "a process",
                expected: "PID@START, with START in clock ticks after boot as reports print it"
            )
        }
        startTime = start
    }
}

/// `NAME` or `NAME=GLOB`.
public struct EnvironmentCondition: Sendable, Equatable {
    /// The variable's name, compared exactly.
    public var name: ByteString
    /// What its value must look like; `nil` accepts any.
    public var value: Glob?

    /// Creates a condition.
    public init(name: ByteString, value: Glob? = nil) {
        self.name = name
        self.value = value
    }
}
