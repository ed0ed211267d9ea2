/// Everything one scan saw.
///
/// A plain value: detectors, planner and reports see nothing else, so fixtures drive them.
public struct Snapshot: Sendable, Equatable {
    /// The machine, and reaper's own place on it.
    public var host: HostFacts
    /// Sorted by pid.
    public var processes: [ProcessRecord]
    /// Sockets of reaper's network namespace, where something asked for them.
    public var sockets: [SocketRecord]
    /// To whom a socket that nobody has open may be on its way (`SCM_RIGHTS`): numbers by inode.
    public var receivers: [UInt64: [Int32]] = [:]
    /// Files that rules name.
    public var instanceFiles: [InstanceFile]
    /// What could not be read.
    public var unreadable: Unreadable

    /// Creates a snapshot, mostly for tests.
    public init(
        host: HostFacts,
        processes: [ProcessRecord] = [],
        sockets: [SocketRecord] = [],
        instanceFiles: [InstanceFile] = [],
        unreadable: Unreadable = Unreadable()
    ) {
        self.host = host
        self.processes = processes
        self.sockets = sockets
        self.instanceFiles = instanceFiles
        self.unreadable = unreadable
    }

    /// The position of `pid` in ``processes``, by binary search.
    public func index(of pid: Int32) -> Int? {
        var low = 0
        var high = processes.count
        while low < high {
            let middle = (low + high) / 2
            if processes[middle].identity.pid < pid { low = middle + 1 } else { high = middle }
        }
        return low < processes.count && processes[low].identity.pid == pid ? low : nil
    }

    /// The record of `pid`, if the scan saw it.
    public func process(_ pid: Int32) -> ProcessRecord? {
        index(of: pid).map { processes[$0] }
    }

    /// Sockets whose inode `process` holds, as far as its descriptors were read.
    public func sockets(of process: ProcessRecord) -> [SocketRecord] {
        guard let held = process.socketInodes?.known, !held.isEmpty else { return [] }
        return sockets.filter { $0.inode != 0 && held.contains($0.inode) }
    }
}

/// The machine at the time of a scan, and reaper's own place on it.
public struct HostFacts: Sendable, Equatable {
    /// `uname -n`.
    public var name = ""
    /// `/proc/sys/kernel/random/boot_id`.
    public var bootID = ""
    /// `uname -r`.
    public var kernel = ""
    /// Ticks per second of start times, `sysconf(_SC_CLK_TCK)`.
    public var ticksPerSecond: UInt64 = 100
    /// Time since boot at the scan, suspend included.
    public var sinceBoot: Duration = .zero
    /// Time since 1970-01-01 UTC at the scan.
    public var wallClock: Duration = .zero
    /// Reaper's namespaces; `nil` where they cannot be read.
    public var namespaces: ProcessNamespaces?
    /// The control group of the systemd service that reaper runs in, such as a CI runner's.
    public var servicePath: ByteString?
    /// Reaper's effective user.
    public var effectiveUser: UInt32 = 0
    /// Reaper itself, then its parent, and so on up to the first process.
    public var ownChain: [ProcessIdentity] = []
    /// Whether ``ownChain`` does reach the first process: else an ancestor may be missing in it.
    public var isOwnChainComplete = true
    /// Reaper's process group; 0 where it is not known.
    public var ownProcessGroup: Int32 = 0
    /// Whether reaper's time namespace counts start times from another moment than PID 1's.
    public var isTimeShifted = false
    /// The inode of reaper's time namespace; `nil` where there are none, before Linux 5.6.
    public var timeNamespace: UInt64?
    /// User names by number, from `/etc/passwd`.
    public var userNames: [UInt32: String] = [:]

    /// Creates empty facts; the reader fills them.
    public init() {}

    /// How long a process with this start time has run.
    public func age(of identity: ProcessIdentity) -> Duration {
        sinceBoot - sinceBootAtStart(of: identity)
    }

    /// The wall clock time at which a process started; wrong after the clock was set.
    public func startedAt(_ identity: ProcessIdentity) -> Duration {
        wallClock - age(of: identity)
    }

    /// The start time that a process gets which starts at this time since boot.
    public func ticks(at time: Duration) -> UInt64 {
        let (seconds, attoseconds) = time.clampedComponents
        let rest = UInt64(clamping: attoseconds / 1_000_000_000) * ticksPerSecond / 1_000_000_000
        let (whole, overflow) = UInt64(clamping: seconds)
            .multipliedReportingOverflow(by: ticksPerSecond)
        let (ticks, carry) = whole.addingReportingOverflow(rest)
        return overflow || carry ? .max : ticks
    }

    private func sinceBootAtStart(of identity: ProcessIdentity) -> Duration {
        let ticks = max(ticksPerSecond, 1)
        let (seconds, rest) = identity.startTime.quotientAndRemainder(dividingBy: ticks)
        // Unsigned field from outside: clamp instead of trapping on nonsense, and leave room for
        // the sums that a `Duration` can still take apart.
        return .seconds(min(Int64(clamping: seconds), .max / 4))
            + .nanoseconds(Int64(clamping: rest * (1_000_000_000 / ticks)))
    }
}

/// What a scan wanted to read and could not, counted by reason.
public struct Unreadable: Sendable, Equatable {
    /// Processes of which at least one wanted fact was refused.
    public var processes: Set<Int32> = []
    /// Of how many processes each reason was given, such as `fd: Permission denied`.
    public var reasons: [String: Int] = [:]
    /// What was refused already, so that nothing is counted again.
    private var refused: Set<Refused> = []
    /// Sources that were missing altogether, one sentence each, such as a hidden `/proc`.
    public var notes: [String] = []

    /// Creates an empty account.
    public init() {}

    /// Whether everything wanted was read.
    public var isEmpty: Bool { processes.isEmpty && reasons.isEmpty && notes.isEmpty }

    /// Records that `fact` of `pid` was refused for `reason`.
    public mutating func add(pid: Int32, fact: String, reason: String) {
        processes.insert(pid)
        let reason = "\(fact): \(reason)"
        guard refused.insert(Refused(pid: pid, reason: reason)).inserted else { return }
        reasons[reason, default: 0] += 1
    }

    private struct Refused: Sendable, Hashable {
        var pid: Int32
        var reason: String
    }
}
