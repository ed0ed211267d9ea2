import CLinux
import Glibc

/// The record of a command that runs, for whoever comes after a reaper that was killed.
///
/// It is a file of its own below a directory that only this user can write, and everybody can read:
/// what root ran must not make the scans of others incomplete. So the command's words, which may
/// hold secrets, are not in it. With it, rule `reaper.lease` finds the command, and what is left of
/// the session or group that it led, although nothing in their environments tells.
public final class RunLease {
    private let directory: FileDescriptor
    private let name: [CChar]

    /// Writes it, all at once.
    ///
    /// - Parameters:
    ///   - pid: The command, which has not been waited for.
    ///   - pidfdInode: The inode of its pidfd, if that is its own: unlike the time at which it
    ///     started, no time namespace counts that otherwise.
    ///   - tag: What marks it.
    ///   - leads: Whether it leads a session or group. In its caller's group it does not: once it is
    ///     gone anybody may get its number, and a session of that number.
    /// - Throws: Why there is none; the command runs all the same.
    public init(
        of pid: Int32,
        pidfdInode: UInt64?,
        tag: String,
        leads: Bool
    ) throws(SystemError) {
        let text = try RunLease.text(pid, pidfdInode, tag, leads)
        directory = try RunLease.openDirectory()
        name = Array("\(tag).json".utf8CString)
        let temporary = Array(".\(tag).tmp".utf8CString)
        // Of a file without a name nothing is left, whatever ends reaper meanwhile; not every file
        // system has them.
        var number = clinux_create_unnamed(directory.raw, 0o644)
        let isNamed = number < 0
        if isNamed { number = unsafe clinux_create(directory.raw, temporary, 0o644) }
        let file = FileDescriptor(owning: try check(number, "open", "\(tag).json"))
        _ = fchmod(file.raw, 0o644)
        let count = unsafe Glibc.write(file.raw, text, text.count)
        var code = count < 0 ? errno : EIO
        if count == text.count {
            // Only what is whole has the name that rules look for.
            let flags = UInt32(CLINUX_RENAME_NOREPLACE)
            code =
                isNamed
                ? unsafe -clinux_renameat2(directory.raw, temporary, directory.raw, name, flags)
                : unsafe -clinux_name(file.raw, directory.raw, name)
        }
        guard code <= 0 else {
            if isNamed { _ = unsafe clinux_unlinkat(directory.raw, temporary) }
            throw SystemError(call: "write", subject: "\(tag).json", code: code)
        }
    }

    /// Removes it: nothing is left that it tells of.
    public func remove() { _ = unsafe clinux_unlinkat(directory.raw, name) }

    private static func text(
        _ pid: Int32,
        _ pidfdInode: UInt64?,
        _ tag: String,
        _ leads: Bool
    ) throws(SystemError) -> [UInt8] {
        var procfs = try Procfs()
        guard let record = procfs.record(of: ProcessPlace(pid: pid)).known else {
            throw SystemError(call: "read", subject: "/proc/\(pid)/stat", code: ESRCH)
        }
        let boot = "/proc/sys/kernel/random/boot_id"
        let bootID = try FileDescriptor(opening: boot).readAll(limit: 64, subject: boot)
        let namespace = try RunTag.ownNamespace()
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("id", tag)
            json.member("pid", pid)
            json.member("start_ticks", record.identity.startTime)
            json.member("pidfd_inode", pidfdInode)
            if !leads { json.member("leads", false) }
            json.member("boot_id", ByteString(bootID.filter { $0 > 0x20 }))
            json.member("pid_namespace", namespace)
            json.member("started_at", Clock.wall().rfc3339())
        }
        json.endLine()
        return json.bytes
    }

    /// `runs` in the state directory, where records are for everybody to read.
    private static func openDirectory() throws(SystemError) -> FileDescriptor {
        let base = StateDirectory.path(nil)
        for directory in [base, "\(base)/runs"] {
            let result = unsafe clinux_mkdir(directory, 0o755)
            if result != -EEXIST { try check(result, "mkdir", directory) }
            // Where others can write, a record could be theirs. Nobody but its owner, or root, can
            // put something else below a directory that has been found to be so.
            let opened = try open(directory)
            // Whatever the umask says: everybody may read it.
            if result >= 0 { _ = fchmod(opened.raw, 0o755) }
            if directory != base { return opened }
        }
        throw SystemError(call: "open", subject: base, code: ENOENT)
    }

    private static func open(_ directory: String) throws(SystemError) -> FileDescriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
        let opened = try FileDescriptor(opening: directory, flags: flags)
        var facts = stat()
        guard unsafe fstat(opened.raw, &facts) == 0, facts.st_uid == geteuid(),
            facts.st_mode & 0o022 == 0
        else { throw SystemError(call: "open", subject: directory, code: EPERM) }
        return opened
    }
}
