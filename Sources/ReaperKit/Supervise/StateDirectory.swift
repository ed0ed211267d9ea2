import CLinux
import Glibc

/// Where a supervisor keeps what others have to find: its lock, socket, records and logs.
///
/// It belongs to one user, and only that one can write it; 0700, but for `/run/reaper`, where the
/// records of `reaper run` are that everybody may read.
public struct StateDirectory: ~Copyable {
    /// Its absolute path.
    public let path: String
    let descriptor: FileDescriptor

    /// Where it is: what the command line says, else `REAPER_STATE_DIR`, else `/run/reaper` for
    /// root, and for others `$XDG_RUNTIME_DIR/reaper` or `/tmp/reaper-UID`.
    public static func path(_ given: String?) -> String {
        if let given {
            return given.hasPrefix("/") ? given : "\(WorkingDirectory.path.text)/\(given)"
        }
        if let path = variable("REAPER_STATE_DIR") { return path }
        if geteuid() == 0 { return "/run/reaper" }
        if let path = variable("XDG_RUNTIME_DIR") { return "\(path)/reaper" }
        return "/tmp/reaper-\(geteuid())"
    }

    /// Opens it.
    ///
    /// - Parameters:
    ///   - path: As ``path(_:)`` says.
    ///   - creates: Whether it is made where it is missing, and what belongs into it.
    /// - Throws: `ENOENT` where there is none; `EPERM` where others own it or can write it.
    public init(opening path: String, creating creates: Bool) throws(SystemError) {
        self.path = path
        let isShared = path == "/run/reaper"
        let mode: UInt32 = isShared ? 0o755 : 0o700
        if creates {
            let result = unsafe clinux_mkdir(path, mode)
            if result != -EEXIST { try check(result, "mkdir", path) }
        }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
        var facts = stat()
        let opened: FileDescriptor
        do throws(SystemError) {
            opened = try FileDescriptor(opening: path, flags: flags)
        } catch {
            // Whoever may not even look into it is told whose it is.
            if error.code == EACCES, unsafe lstat(path, &facts) == 0 {
                try Self.refuse(facts, of: path, mode)
            }
            throw error
        }
        try check(unsafe fstat(opened.raw, &facts), "fstat", path)
        try Self.refuse(facts, of: path, mode)
        if creates {
            try Self.refuseOthers(in: path)
            if !isShared { _ = fchmod(opened.raw, 0o700) }
            for (name, mode) in [("services", mode), ("logs", 0o700)] {
                let result = unsafe clinux_mkdir("\(path)/\(name)", mode)
                if result != -EEXIST { try check(result, "mkdir", "\(path)/\(name)") }
                // A link there could have records written, and removed, anywhere.
                _ = try FileDescriptor(opening: name, in: opened.raw, flags: flags)
            }
        }
        descriptor = opened
    }

    /// What a supervisor, and `reaper run`, have in it.
    private static let ownNames: Set<String> = [
        "lock", socketName, "supervisor.json", "supervisor.json.tmp", "supervisor.log",
        "supervisor.log.1", "services", "logs", "runs",
    ]

    /// Refuses a directory that holds anything else: it is no state directory, and records that are
    /// none of reaper's could be taken for some.
    private static func refuseOthers(in path: String) throws(SystemError) {
        let entries = try DirectoryHandle(opening: ByteString(path)).entries(limit: 1000)
        if entries.contains(where: { $0.name == "lock" }) { return }
        guard let other = entries.first(where: { !ownNames.contains($0.name.text) }) else {
            return
        }
        throw SystemError(
            call: "use",
            subject:
                "\(path) as a state directory, which holds \(other.name.text.escapedForTerminal)",
            code: ENOTEMPTY
        )
    }

    /// Whether a supervisor has ever been here.
    public var hasLock: Bool {
        unsafe faccessat(descriptor.raw, "lock", F_OK, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Refuses a directory that others own or can write.
    private static func refuse(
        _ facts: stat,
        of path: String,
        _ wanted: UInt32
    ) throws(SystemError) {
        let own = geteuid()
        guard facts.st_uid == own else {
            throw SystemError(
                call: "open",
                subject: "\(path), which is owned by user \(facts.st_uid) and has to be by \(own)",
                code: EPERM
            )
        }
        let mode = UInt32(facts.st_mode) & 0o7777
        guard mode & 0o022 == 0 else {
            let texts = [mode, wanted].map { "0\(String($0, radix: 8))" }
            throw SystemError(
                call: "open",
                subject: "\(path), which others can write: its mode is \(texts[0]) and has to be"
                    + " \(texts[1])",
                code: EPERM
            )
        }
    }

    /// The control socket's path, however long the directory's is: a socket's may have 107 bytes.
    var socketPath: String {
        let plain = "\(path)/\(Self.socketName)"
        return plain.utf8.count <= 107
            ? plain : "/proc/self/fd/\(descriptor.raw)/\(Self.socketName)"
    }

    static let socketName = "control.sock"

    /// Takes the lock that only one supervisor can have; it is let go of when that ends, however it
    /// does.
    ///
    /// - Returns: `nil` where another has it.
    func lock() throws(SystemError) -> FileDescriptor? {
        let name = "\(path)/lock"
        let number = unsafe openat(
            descriptor.raw,
            "lock",
            O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
            0o600
        )
        guard number >= 0 else { throw SystemError(call: "open", subject: name, code: errno) }
        let file = FileDescriptor(owning: number)
        let result = clinux_flock(file.raw, LOCK_EX | LOCK_NB)
        if result == -EWOULDBLOCK { return nil }
        try check(result, "flock", name)
        return file
    }

    // MARK: - Files

    /// Writes a file anew, all at once: whoever reads it sees the old one or the new one.
    ///
    /// - Parameters:
    ///   - bytes: What is in it.
    ///   - name: Its name, relative to the directory.
    ///   - isPrivate: Whether nobody else may read it, even in a directory that everybody may.
    /// - Throws: Why it could not; then the old one is there as it was.
    func write(
        _ bytes: [UInt8],
        to name: String,
        isPrivate: Bool = false
    ) throws(SystemError) {
        let temporary = "\(name).tmp"
        _ = unsafe clinux_unlinkat(descriptor.raw, temporary)
        let mode: UInt32 = path == "/run/reaper" && !isPrivate ? 0o644 : 0o600
        let number = unsafe clinux_create(descriptor.raw, temporary, mode)
        let file = FileDescriptor(owning: try check(number, "open", "\(path)/\(temporary)"))
        let count = unsafe Glibc.write(file.raw, bytes, bytes.count)
        var code: Int32 = count == bytes.count ? 0 : count < 0 ? errno : ENOSPC
        if code == 0 {
            code = unsafe -clinux_renameat2(descriptor.raw, temporary, descriptor.raw, name, 0)
        }
        guard code > 0 else { return }
        _ = unsafe clinux_unlinkat(descriptor.raw, temporary)
        throw SystemError(call: "write", subject: "\(path)/\(name)", code: code)
    }

    /// Removes a file; one that is not there is no error.
    func remove(_ name: String) { _ = unsafe clinux_unlinkat(descriptor.raw, name) }

    /// The text of a file, at most so many bytes; `nil` where there is none that can be read.
    func read(_ name: String, limit: Int = 1 << 16) -> [UInt8]? {
        guard
            let file = try? FileDescriptor(
                opening: name,
                in: descriptor.raw,
                flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK
            )
        else { return nil }
        return try? file.readAll(limit: limit, subject: "\(path)/\(name)")
    }

    /// The names in `services` that are records.
    ///
    /// - Throws: Why they are not known; that there is none is no error.
    func recordNames() throws(SystemError) -> [String] { try names(ending: ".json") }

    /// The names in `services` that end like this, sorted.
    func names(ending suffix: String) throws(SystemError) -> [String] {
        do throws(SystemError) {
            let directory = try DirectoryHandle(opening: ByteString("\(path)/services"))
            let entries = try directory.entries(limit: 100_000)
            return entries.map(\.name.text).filter { $0.hasSuffix(suffix) }.sorted()
        } catch {
            guard error.code == ENOENT else { throw error }
            return []
        }
    }

    /// The logs that are there, each with its service's name, sorted.
    public static func logs(in path: String) -> [(name: String, path: String)] {
        guard let directory = try? DirectoryHandle(opening: ByteString("\(path)/logs")),
            let entries = try? directory.entries(limit: 100_000)
        else { return [] }
        return entries.map(\.name.text).filter { $0.hasSuffix(".log") }
            .sorted().map { (String($0.dropLast(4)), "\(path)/logs/\($0)") }
    }

    private static func variable(_ name: String) -> String? {
        let value = unsafe getenv(name).map { unsafe String(cString: $0) }
        return value?.hasPrefix("/") == true ? value : nil
    }
}
