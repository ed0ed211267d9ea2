import CLinux
import Glibc

/// One process, held so that nothing else can be mistaken for it.
///
/// It joins an open `/proc/PID`, through which evidence is read, and a pidfd, through which signals
/// go. Both are proven to be the same process: the directory is opened first, then the pidfd, then
/// `stat` is read through the directory again; that read succeeds only while the process is not yet
/// reaped, so the number could not have passed to another process in between. pidfd_open(2).
public final class ProcessHandle {
    /// Who it was when it was opened.
    public let identity: ProcessIdentity
    /// The pidfd's inode: unique per process and boot since Linux 6.9, `nil` before.
    public let pidfdInode: UInt64?
    /// Whether it was seen waiting, stopped or dead, which takes having run before.
    let hadRun: Bool
    private let directory: FileDescriptor
    private let pidfd: FileDescriptor
    /// What `stat` said when it was opened.
    let first: ProcessRecord

    /// Opens `pid` and proves the two descriptors to be one process.
    ///
    /// - Parameters:
    ///   - pid: Its number.
    ///   - expected: The start time it must have; `nil` accepts any.
    ///   - procfs: Where `/proc/PID` is, and the buffer to read through.
    /// - Throws: `ESRCH` when it is gone, or when the number now names another process.
    public init(
        opening pid: Int32,
        startTime expected: UInt64?,
        in procfs: inout Procfs
    ) throws(SystemError) {
        let directory = try FileDescriptor(
            opening: "\(procfs.root)/\(pid)",
            flags: O_RDONLY | O_DIRECTORY
        )
        let place = ProcessPlace(pid: pid, directory: directory.raw)
        let pidfd = FileDescriptor(
            owning: try check(clinux_pidfd_open(pid), "pidfd_open", "pid \(pid)")
        )
        // Still readable: not reaped yet, so the number was its own when the pidfd was opened.
        let record = try ProcessHandle.record(at: place, in: &procfs)
        if let expected, record.identity.startTime != expected {
            throw SystemError(call: "pidfd_open", subject: "pid \(pid)@\(expected)", code: ESRCH)
        }
        self.directory = directory
        pidfdInode = ProcessHandle.uniqueInode(of: pidfd.raw)
        self.pidfd = pidfd
        identity = record.identity
        first = record
        hadRun = record.state != UInt8(ascii: "R")
    }

    /// Reads `stat` again, of this very process.
    public func record(in procfs: inout Procfs) throws(SystemError) -> ProcessRecord {
        try ProcessHandle.record(at: place, in: &procfs)
    }

    /// Reads one more fact of this very process into `record`.
    public func read(_ kind: FactKind, into record: inout ProcessRecord, in procfs: inout Procfs) {
        procfs.read(kind, of: &record, at: place)
    }

    /// Its real user, in one call; `nil` before Linux 6.13, and once it has exited.
    func realUser() -> UInt32? {
        var group: UInt64 = 0
        guard let user = unsafe UInt32(exactly: clinux_pidfd_user(pidfd.raw, &group)) else {
            return nil
        }
        if group != 0 { controlGroup = group }
        return user
    }

    /// The number of its control group of version 2, as ``realUser()`` last read it.
    private(set) var controlGroup: UInt64?

    /// Whether it has ever run: one that was just born may still wait for that.
    func hasRun(in procfs: inout Procfs) -> Bool {
        let reading = procfs.withFile("stat", of: place) { ProcessRecord.hasRun(stat: $0) }
        return reading.known ?? false
    }

    var place: ProcessPlace { ProcessPlace(pid: identity.pid, directory: directory.raw) }

    /// The open `/proc/PID`.
    var directoryNumber: Int32 { directory.raw }

    /// The descriptor to poll(2): readable once every thread has exited, reaped or not.
    var descriptor: Int32 { pidfd.raw }

    /// What to wait for: that it exits.
    var pollEntry: pollfd { pollfd(fd: pidfd.raw, events: Int16(POLLIN), revents: 0) }

    /// Sends `signal` to this process and no other; pidfd_send_signal(2).
    ///
    /// - Throws: `ESRCH` when it was reaped, `EPERM` when it belongs to somebody else.
    public func send(_ signal: Signal) throws(SystemError) {
        let result = clinux_pidfd_send_signal(pidfd.raw, signal.number)
        try check(result, "pidfd_send_signal", "pid \(identity) \(signal)")
    }

    /// Whether a signal would be refused: it belongs to another user, and reaper has no CAP_KILL
    /// where that one lives; kill(2), signal 0.
    func isOutOfReach() -> Bool {
        clinux_pidfd_send_signal(pidfd.raw, 0) == -EPERM
    }

    /// Whether every thread has exited; a zombie counts as exited.
    public func hasExited() -> Bool {
        var entry = pollfd(fd: pidfd.raw, events: Int16(POLLIN), revents: 0)
        let count = unsafe clinux_poll(&entry, 1, 0)
        return count > 0 && Int32(entry.revents) & (POLLIN | POLLHUP) != 0
    }

    /// Waits until every thread has exited, or the time comes; returns whether they have.
    public func waitForExit(until time: Duration) -> Bool {
        var entries = [pollEntry]
        Polling.wait(for: &entries, until: time)
        return hasExited()
    }

    private static func record(
        at place: ProcessPlace,
        in procfs: inout Procfs
    ) throws(SystemError) -> ProcessRecord {
        switch procfs.record(of: place) {
        case .value(let record): return record
        case .gone: throw SystemError(call: "read", subject: "pid \(place.pid) stat", code: ESRCH)
        case .denied(let code):
            throw SystemError(call: "read", subject: "pid \(place.pid) stat", code: code)
        }
    }

    /// The inode of the pidfd of whoever has this number now; `nil` where that is nobody, or the
    /// kernel has no pidfds that can be told apart.
    static func pidfdInode(of pid: Int32) -> UInt64? {
        let pidfd = clinux_pidfd_open(pid)
        guard pidfd >= 0 else { return nil }
        defer { _ = close(pidfd) }
        return uniqueInode(of: pidfd)
    }

    // Before pidfs (Linux 6.9) every pidfd shares one anonymous inode, which names nobody.
    static func uniqueInode(of pidfd: Int32) -> UInt64? {
        var facts = stat()
        guard arePidfdsNumbered, unsafe fstat(pidfd, &facts) == 0 else { return nil }
        return UInt64(facts.st_ino)
    }

    /// Whether pidfds live in pidfs; one of our own tells for all of them.
    private static let arePidfdsNumbered: Bool = {
        let pidfsMagic: Int64 = 0x5049_4446  // include/uapi/linux/magic.h
        let own = clinux_pidfd_open(getpid())
        guard own >= 0 else { return false }
        defer { _ = close(own) }
        return clinux_filesystem_type(own) == pidfsMagic
    }()
}
