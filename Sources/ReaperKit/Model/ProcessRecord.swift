/// One process as a scan saw it.
///
/// The fields of `/proc/PID/stat` are always there. Every other fact is `nil` until someone asks
/// for it: reading them all for every process costs more than the rest of a scan.
public struct ProcessRecord: Sendable, Equatable {
    /// Who it is.
    public var identity: ProcessIdentity
    /// The name the kernel keeps, 15 bytes for a program; the program can set it to anything.
    public var name: ByteString
    /// One letter from proc_pid_stat(5), such as `Z`.
    public var state: UInt8
    /// The parent's number at the time of the look.
    public var parent: Int32
    /// The process group's number.
    public var processGroup: Int32
    /// The session's number: the pid of the process that led it, dead or alive.
    public var session: Int32
    /// The controlling terminal's device number, 0 without one.
    public var terminal: Int32
    /// The kernel's `PF_` flags, field 9.
    public var flags: UInt32
    /// Threads, the leader included; a leader that exited alone is in state `Z` with more than 1.
    public var threads: Int32

    /// What it runs, from `exe`.
    public var executable: Reading<ExecutableLink>?
    /// Its arguments, from `cmdline`; the program can overwrite them.
    public var arguments: Reading<[ByteString]>?
    /// Where it stands, from `cwd`.
    public var workingDirectory: Reading<ByteString>?
    /// `NAME=VALUE` entries it was started with, from `environ`; never printed unasked.
    public var environment: Reading<[ByteString]>?
    /// Its control group paths, from `cgroup`: `hierarchy:controllers:path` lines.
    public var cgroups: Reading<[ByteString]>?
    /// Owner and signal masks, from `status`.
    public var status: Reading<ProcessStatus>?
    /// Its real user, where only that was read and not all of ``status``.
    public var owner: UInt32?
    /// Whether reaper may not signal it, as kill(2) says when asked with signal 0.
    public var isOutOfReach = false
    /// Inodes of its namespaces, from `ns/`.
    public var namespaces: Reading<ProcessNamespaces>?
    /// Inodes of the sockets of interest that it holds, from `fd`, sorted.
    public var socketInodes: Reading<[UInt64]>?
    /// The pidfd's inode: unique per process and boot since Linux 6.9; `nil` if not read or weak.
    public var pidfdInode: UInt64?

    /// Creates a record with the fields of `stat` alone.
    public init(
        identity: ProcessIdentity,
        name: ByteString,
        state: UInt8 = UInt8(ascii: "S"),
        parent: Int32,
        processGroup: Int32 = 0,
        session: Int32 = 0,
        terminal: Int32 = 0,
        flags: UInt32 = 0,
        threads: Int32 = 1
    ) {
        self.identity = identity
        self.name = name
        self.state = state
        self.parent = parent
        self.processGroup = processGroup
        self.session = session
        self.terminal = terminal
        self.flags = flags
        self.threads = threads
    }

    /// The process number.
    public var pid: Int32 { identity.pid }

    /// Whether it was forked and has executed no program since, so that its name and words are its
    /// parent's: `PF_FORKNOEXEC`.
    public var isBeforeExec: Bool { flags & 0x40 != 0 }

    /// Whether the kernel runs it without a user program: `PF_KTHREAD`, include/linux/sched.h.
    public var isKernelThread: Bool { flags & 0x0020_0000 != 0 }

    /// Whether a signal or its tracer has stopped it.
    public var isStopped: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }

    /// Whether all of it has exited and nobody has waited for it yet.
    ///
    /// A leader that exited while other threads run is in state `Z` too, but lives on.
    public var isZombie: Bool {
        (state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")) && threads <= 1
    }

    /// Whether all of it is about to be a zombie: `PF_EXITING`, include/linux/sched.h.
    ///
    /// It runs no code of its own any more, so it forks and executes nothing.
    public var isExiting: Bool { flags & 0x4 != 0 && threads <= 1 }

    /// Whether it does not have this fact any more, whoever asks.
    ///
    /// A zombie has let go of all but its number, status and control group: do_exit(),
    /// kernel/exit.c. To root the kernel says that there is nothing; others, it says, may not look.
    /// Who exits lets go of its memory first, and from then on its environment is a file of root's
    /// to its own user: task_dump_owner(), fs/proc/base.c.
    public func hasLost(_ kind: FactKind) -> Bool {
        switch kind {
        case .environment: isZombie || isExiting
        case .executable, .arguments, .workingDirectory, .namespaces, .sockets: isZombie
        case .status, .cgroups: false
        }
    }
}

/// Where `/proc/PID/exe` points.
public struct ExecutableLink: Sendable, Equatable {
    /// The path, without the kernel's ` (deleted)` where the file really is deleted.
    public var path: ByteString
    /// Whether the file has no name any more.
    public var isDeleted: Bool
    /// Whether another file now has that path, as after a package upgrade; `nil` if not deleted.
    public var isReplaced: Bool?

    /// Creates a link.
    public init(path: ByteString, isDeleted: Bool = false, isReplaced: Bool? = nil) {
        self.path = path
        self.isDeleted = isDeleted
        self.isReplaced = isReplaced
    }
}

/// The lines of `/proc/PID/status` that reaper decides on; proc_pid_status(5).
public struct ProcessStatus: Sendable, Equatable {
    /// The real user, who may signal it.
    public var realUser: UInt32
    /// The effective user, whose rights it has.
    public var effectiveUser: UInt32
    /// The thread group: differs from the number looked at when that names a thread.
    public var threadGroup: Int32
    /// Its numbers from this namespace inward; more than one means a nested pid namespace.
    public var namespacePids: [Int32]
    /// The process that traces it, 0 for none.
    public var tracer: Int32
    /// Signals it ignores, bit 0 = signal 1.
    public var ignoredSignals: UInt64
    /// Signals it handles itself.
    public var caughtSignals: UInt64
    /// Signals its leader blocks.
    public var blockedSignals: UInt64

    /// Creates a status, mostly for tests.
    public init(
        realUser: UInt32,
        effectiveUser: UInt32,
        threadGroup: Int32,
        namespacePids: [Int32] = [],
        tracer: Int32 = 0,
        ignoredSignals: UInt64 = 0,
        caughtSignals: UInt64 = 0,
        blockedSignals: UInt64 = 0
    ) {
        self.realUser = realUser
        self.effectiveUser = effectiveUser
        self.threadGroup = threadGroup
        self.namespacePids = namespacePids
        self.tracer = tracer
        self.ignoredSignals = ignoredSignals
        self.caughtSignals = caughtSignals
        self.blockedSignals = blockedSignals
    }
}

/// Inodes that name the namespaces a process lives in; namespaces(7).
public struct ProcessNamespaces: Sendable, Equatable {
    /// The pid namespace.
    public var pid: UInt64
    /// The mount namespace.
    public var mount: UInt64
    /// The network namespace.
    public var network: UInt64
    /// Whether its executable is, by device and inode, the file which that path names in reaper's
    /// own mount namespace: a path from another one proves nothing by itself.
    public var sharesExecutable: Bool

    /// Creates a set of inodes.
    public init(pid: UInt64, mount: UInt64, network: UInt64, sharesExecutable: Bool = true) {
        self.pid = pid
        self.mount = mount
        self.network = network
        self.sharesExecutable = sharesExecutable
    }
}

/// A fact beyond `stat` that a decision may need.
public enum FactKind: UInt8, Hashable, Sendable, CaseIterable {
    /// ``ProcessRecord/executable``.
    case executable
    /// ``ProcessRecord/arguments``.
    case arguments
    /// ``ProcessRecord/workingDirectory``.
    case workingDirectory
    /// ``ProcessRecord/status``.
    case status
    /// ``ProcessRecord/cgroups``.
    case cgroups
    /// ``ProcessRecord/namespaces``.
    case namespaces
    /// ``ProcessRecord/environment``.
    case environment
    /// ``ProcessRecord/socketInodes``.
    case sockets

    /// The file below `/proc/PID` that holds it.
    public var fileName: String {
        switch self {
        case .executable: "exe"
        case .arguments: "cmdline"
        case .workingDirectory: "cwd"
        case .status: "status"
        case .cgroups: "cgroup"
        case .namespaces: "ns"
        case .environment: "environ"
        case .sockets: "fd"
        }
    }
}

extension ProcessRecord {
    /// Whether it asks to be left alone; an environment that could not be read says nothing.
    var isKept: Bool { environment?.known?.contains("REAPER_KEEP=1") == true }
}
