/// A pid, lock, state or socket file that a rule names, as it was opened and read.
public struct InstanceFile: Sendable, Equatable {
    /// The absolute path, symbolic links in its last component not followed.
    public var path: ByteString
    /// Every rule whose globs name it, first match first: `system.rule`.
    public var rule: String
    /// What its rule says it holds.
    public var format: InstanceFormat
    /// Device and inode of the file that was opened, what removal is later held to.
    public var file: FileIdentity
    /// The user who owns the file.
    public var owner: UInt32
    /// Permission bits, `st_mode & 07777`.
    public var mode: UInt32
    /// Last change of its contents, since 1970-01-01 UTC.
    public var modified: Duration
    /// What it says, or why that could not be learned.
    public var contents: InstanceContents
    /// Whether somebody holds a lock on it.
    public var lock: LockState
    /// Whether it lies on a file system that other hosts write to, such as NFS.
    public var isOnNetworkFileSystem: Bool
    /// Whether a user other than root and the file's owner can write the file or swap it in its
    /// directory: then its word counts for nothing when root reads it.
    public var isWritableByOthers: Bool
    /// Inodes of the sockets that are bound to it, where it is one.
    public var sockets: [UInt64] = []

    /// Creates a file record.
    public init(
        path: ByteString,
        rule: String,
        format: InstanceFormat,
        file: FileIdentity,
        owner: UInt32,
        mode: UInt32,
        modified: Duration,
        contents: InstanceContents,
        lock: LockState = .free,
        isOnNetworkFileSystem: Bool = false,
        isWritableByOthers: Bool = false
    ) {
        self.path = path
        self.rule = rule
        self.format = format
        self.file = file
        self.owner = owner
        self.mode = mode
        self.modified = modified
        self.contents = contents
        self.lock = lock
        self.isOnNetworkFileSystem = isOnNetworkFileSystem
        self.isWritableByOthers = isWritableByOthers
    }
}

/// The inode that a path led to at one moment.
public struct FileIdentity: Hashable, Sendable {
    /// `st_dev`.
    public var device: UInt64
    /// `st_ino`.
    public var inode: UInt64
    /// Status change time since 1970-01-01 UTC: an inode number that was reused has a new one.
    public var changed: Duration

    /// Creates an identity from one `fstat`.
    public init(device: UInt64, inode: UInt64, changed: Duration) {
        self.device = device
        self.inode = inode
        self.changed = changed
    }
}

/// How an instance file is written.
public enum InstanceFormat: String, Sendable, CaseIterable {
    /// One decimal number.
    case pid
    /// A JSON object with the number under a key.
    case json
    /// Text that a regular expression with named groups takes apart.
    case text
    /// A symbolic link whose target names the process, as Chromium's `SingletonLock`.
    case symlink
    /// A Unix domain socket.
    case socket
    /// Anything, but whoever owns it holds a lock on it.
    case lock
}

/// What an instance file says.
public enum InstanceContents: Sendable, Equatable {
    /// One entry per process that it names, in file order.
    case entries([InstanceEntry])
    /// It cannot be understood; the text says what was expected and where.
    case malformed(String)
    /// It was not opened because opening it, or trusting it, is dangerous; the text says why.
    case unsafe(String)
    /// It was not read: it holds more bytes than a file of its format, by its author, may.
    case oversized(bytes: UInt64, limit: UInt64)
    /// The kernel refused with this `errno`.
    case denied(Int32)
    /// It is a Unix socket.
    case socket(SocketLiveness)
}

/// One process that an instance file names.
public struct InstanceEntry: Sendable, Equatable {
    /// The number as recorded; `nil` when the format has none (a bare lock file).
    public var pid: Int32?
    /// The instance's own name, where the file has one.
    public var id: String?
    /// A second name for people.
    public var alias: String?
    /// Recorded start time in clock ticks after boot.
    public var startTicks: UInt64?
    /// Recorded start by the clock of whoever wrote it.
    public var started: RecordedTime?
    /// Recorded boot ID.
    public var bootID: String?
    /// Recorded host name.
    public var host: String?
    /// Recorded inode of the pid namespace.
    public var pidNamespace: UInt64?
    /// Recorded inode of the pidfd.
    public var pidfdInode: UInt64?
    /// Recorded executable path.
    public var executable: ByteString?
    /// Whether its number may be that of a session or process group, which tells who came from it.
    public var leads = true
    /// Why it names no process although it should, as a sentence that begins with its name; the
    /// file's other entries count all the same.
    public var flaw: String?
    /// What `pidfd_open` said of the number: `/proc` alone cannot tell under hidepid.
    public var liveness: PidLiveness

    /// Creates an entry.
    public init(pid: Int32?, liveness: PidLiveness = .unknown) {
        self.pid = pid
        self.liveness = liveness
    }
}

/// Whether a process number is in use, by `pidfd_open(2)` or `kill(2)`; never by a `/proc` listing.
public enum PidLiveness: Sendable, Equatable {
    /// Somebody has it; a zombie counts.
    case alive
    /// `ESRCH`.
    case gone
    /// Neither answer was given.
    case unknown
}

/// Whether a file is locked; flock(2) and fcntl(2) locks do not see each other, both are asked.
public enum LockState: Sendable, Equatable {
    /// Nobody holds either kind.
    case free
    /// Held; the text names the kind.
    case held(String)
    /// Could not be asked, with the `errno`.
    case unknown(Int32)
}

/// Whether anybody is behind a Unix socket file.
public enum SocketLiveness: Sendable, Equatable {
    /// sock_diag(7) lists a socket bound to this very inode.
    case bound
    /// No socket is bound to it and connecting is refused.
    case unbound
    /// It could not be learned; the text says why.
    case unknown(String)
}
