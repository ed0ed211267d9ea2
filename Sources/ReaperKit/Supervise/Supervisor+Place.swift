import CLinux
import Glibc

/// The state directory, which somebody may remove or replace while the supervisor runs.
///
/// Nobody would find the supervisor then, and another could begin beside it. So it takes its place
/// again: the directory, the lock, the socket and the records. Where another has the lock by then it
/// says so, and goes on trying; signals end everything as ever.
extension Supervisor {
    /// Looks soon: whoever removes a whole directory is not to find in it what was just made anew.
    func keepPlaceSoon() {
        timers.remove(.place)
        timers.add(.place, at: Clock.monotonic() + .milliseconds(50))
    }

    /// Looks whether everything is where others look for it, and takes its place again if not.
    func keepPlace() {
        timers.remove(.place)
        guard !directory.isInPlace(with: lock, server.place) else {
            displacements = 0
            return
        }
        displacements += 1
        var reason = "another supervisor has its lock now"
        do throws(SystemError) {
            if try takePlace() {
                displacements = 0
                return
            }
        } catch {
            reason = "\(error)"
        }
        // Somebody who only looks has the lock for a moment.
        if displacements == Self.tries {
            tellMessage(
                nil,
                "\(directory.path) was removed or replaced: \(reason); SIGTERM ends every service and"
                    + " this supervisor, process \(facts.identity)"
            )
        }
        let pause = displacements < Self.tries ? Duration.milliseconds(200) : .seconds(2)
        timers.add(.place, at: Clock.monotonic() + pause)
    }

    /// How often it is tried before anybody is told.
    private static let tries = 5

    /// Watches the directory; where that cannot be it is looked at with the logs.
    func watchPlace() {
        place = nil
        place = try? DirectoryWatch(directory.path)
    }

    /// - Returns: Whether it has its place again; `false`: somebody else has the lock.
    private func takePlace() throws(SystemError) -> Bool {
        let hadLogs = directory.isAtPath && directory.numbers(of: "logs") != nil
        let fresh = try StateDirectory(opening: directory.path, creating: true)
        if !fresh.holds(lock, as: "lock") {
            guard let taken = try fresh.lock() else { return false }
            lock = taken
        }
        directory = fresh
        try server.listenAnew(in: directory)
        watchPlace()
        writeOwnRecord()
        for name in running.keys {
            running[name]?.stop = []
            try write(name)
        }
        let lost = running.values.contains { $0.log.path.hasPrefix("\(directory.path)/logs/") }
        tellMessage(
            nil,
            "\(directory.path) was removed or replaced, and is made anew"
                + (lost && !hadLogs ? "; what services print is lost until they are restarted" : "")
        )
        return true
    }
}

extension StateDirectory {
    /// Device and inode of a file in it; `nil` where there is none.
    func numbers(of name: String) -> [UInt64]? {
        var facts = stat()
        guard unsafe fstatat(descriptor.raw, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
            return nil
        }
        return [UInt64(facts.st_dev), UInt64(facts.st_ino)]
    }

    /// Whether a name in it is that of this file.
    func holds(_ file: borrowing FileDescriptor, as name: String) -> Bool {
        var facts = stat()
        guard unsafe fstat(file.raw, &facts) == 0 else { return false }
        return numbers(of: name) == [UInt64(facts.st_dev), UInt64(facts.st_ino)]
    }

    /// Whether its path leads to it.
    var isAtPath: Bool {
        var own = stat()
        var named = stat()
        guard unsafe fstat(descriptor.raw, &own) == 0, unsafe lstat(path, &named) == 0 else {
            return false
        }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// Whether others find a supervisor by it that has this lock and this socket.
    func isInPlace(with lock: borrowing FileDescriptor, _ socket: [UInt64]?) -> Bool {
        isAtPath && holds(lock, as: "lock") && numbers(of: Self.socketName) == socket
            && numbers(of: "services") != nil && numbers(of: "logs") != nil
    }

    /// The supervisor that lives although this directory's lock is free.
    ///
    /// Somebody has removed the lock, or the directory. Its record may be there still; else its
    /// services tell of it.
    func displacedSupervisor(besides own: ProcessIdentity) -> ProcessIdentity? {
        guard let bytes = read("supervisor.json", limit: 4 << 20),
            let value = try? JSON5Reader.read(bytes, as: .json),
            let pid = value["pid"]?.integer.flatMap(Int32.init(exactly:)), pid > 0,
            let start = value["start_ticks"]?.integer.flatMap(UInt64.init(exactly:))
        else { return Self.displacedSupervisor(of: path) }
        let identity = ProcessIdentity(pid: pid, startTime: start)
        guard identity != own, var procfs = try? Procfs(),
            let record = procfs.record(of: ProcessPlace(pid: pid)).known,
            record.identity == identity, !record.isZombie,
            record.name == procfs.record(of: ProcessPlace(pid: getpid())).known?.name
        else { return nil }
        return identity
    }

    /// A supervisor of this user's with a service that says it belongs to this state directory.
    ///
    /// Anybody can say so; only a supervisor's own services are its children, too.
    public static func displacedSupervisor(of path: String) -> ProcessIdentity? {
        guard var procfs = try? Procfs(), let pids = try? procfs.pids() else { return nil }
        let own = getpid()
        guard let name = procfs.record(of: ProcessPlace(pid: own)).known?.name else { return nil }
        let records = pids.compactMap { procfs.record(of: ProcessPlace(pid: $0)).known }
        var supervisors: [Int32: ProcessRecord] = [:]
        for record in records where record.name == name && !record.isZombie && record.pid != own {
            supervisors[record.pid] = record
        }
        for var record in records {
            guard let parent = supervisors[record.parent] else { continue }
            procfs.read(.environment, of: &record, at: ProcessPlace(pid: record.pid))
            guard let former = FormerSupervisor(of: record), former.directory == path,
                former.identity == parent.identity,
                procfs.isOwn(parent)
            else { continue }
            return parent.identity
        }
        return nil
    }
}

extension Procfs {
    /// Whether a process is this user's.
    fileprivate mutating func isOwn(_ record: ProcessRecord) -> Bool {
        var record = record
        read(.status, of: &record, at: ProcessPlace(pid: record.pid))
        return record.status?.known?.effectiveUser == geteuid()
    }
}

/// Tells that something was removed from a directory, or the directory itself; inotify(7).
final class DirectoryWatch {
    /// Readable when something was.
    let descriptor: Int32

    init(_ path: String) throws(SystemError) {
        descriptor = try check(clinux_inotify(), "inotify_init1", path)
        let events =
            UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE_SELF)
            | UInt32(IN_MOVE_SELF)
        try check(unsafe clinux_watch(descriptor, path, events), "inotify_add_watch", path)
    }

    deinit { _ = close(descriptor) }

    /// Takes in what has happened.
    func drain() {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while unsafe clinux_read(descriptor, &buffer, buffer.count) > 0 {}
    }
}
