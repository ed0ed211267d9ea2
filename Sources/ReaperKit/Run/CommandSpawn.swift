import CLinux
import Glibc

/// Why a command could not be started.
public enum CommandFailure: Error, Sendable, Equatable {
    /// There is no such program.
    case notFound(SystemError)
    /// There is, and it cannot be executed.
    case notExecutable(SystemError)
    /// No process could be made for it.
    case failed(SystemError)

    /// What the system said.
    public var error: SystemError {
        switch self {
        case .notFound(let error), .notExecutable(let error), .failed(let error): error
        }
    }

    /// What `reaper run` returns for it, as env(1) and timeout(1) do.
    public var status: ExitStatus {
        switch self {
        case .notFound: .notFound
        case .notExecutable: .notExecutable
        case .failed: .failed
        }
    }
}

/// Starts a program by posix_spawn(3): nothing of reaper runs between fork and exec.
///
/// The program gets the signals as reaper got them: the mask, and SIGPIPE and SIGXFSZ, which
/// reaper ignores.
struct CommandSpawn {
    /// The program and its arguments.
    var words: [ByteString]
    var place: CommandPlace
    /// Which signals were blocked when reaper was started.
    var mask: sigset_t

    /// Starts it with this process's environment.
    ///
    /// - Returns: Its number.
    /// - Throws: Why it does not run; then nothing is left of it.
    func start() throws(CommandFailure) -> Int32 {
        let name = words.first?.text ?? ""
        var answer = try spawn(words, called: name)
        if answer.code == ENOEXEC, let path = scriptPath() {
            // A script without a first line that says whose it is: execvp(3) asks the shell.
            answer = try spawn(["/bin/sh", path] + words.dropFirst(), called: name)
        }
        let error = SystemError(call: "exec", subject: name, code: answer.code)
        switch answer.code {
        case 0: return answer.pid
        case ENOENT: throw .notFound(error)
        case EAGAIN, ENOMEM: throw .failed(error)
        default: throw .notExecutable(error)
        }
    }

    private func spawn(
        _ words: [ByteString],
        called name: String
    ) throws(CommandFailure) -> (code: Int32, pid: Int32) {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        var mask = mask
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        var flags = Int32(POSIX_SPAWN_SETSIGMASK)
        if !BrokenPipe.wasIgnored || !FileSizeLimit.wasIgnored {
            var defaults = sigset_t()
            unsafe sigemptyset(&defaults)
            if !BrokenPipe.wasIgnored { unsafe sigaddset(&defaults, SIGPIPE) }
            if !FileSizeLimit.wasIgnored { unsafe sigaddset(&defaults, SIGXFSZ) }
            unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
            flags |= Int32(POSIX_SPAWN_SETSIGDEF)
        }
        switch place {
        case .callersGroup: break
        case .ownSession: flags |= 0x80  // POSIX_SPAWN_SETSID, only with _GNU_SOURCE
        case .ownGroup(let hasTerminal):
            flags |= Int32(POSIX_SPAWN_SETPGROUP)
            let result = hasTerminal ? unsafe clinux_take_foreground(&actions, 0) : 0
            if result < 0 {
                throw .failed(SystemError(call: "posix_spawn", subject: name, code: -result))
            }
        }
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let copies = unsafe words.map { word in
            unsafe strdup(word.bytes.map(CChar.init(bitPattern:)) + [0])
        }
        defer { unsafe copies.forEach { unsafe free($0) } }
        guard let program = unsafe copies.first ?? nil else {
            throw .failed(SystemError(call: "posix_spawn", subject: name, code: ENOMEM))
        }
        var pid: pid_t = 0
        let code = unsafe posix_spawnp(
            &pid,
            program,
            &actions,
            &attributes,
            copies + [nil],
            clinux_environment()
        )
        return (code, pid)
    }

    /// The file that the name leads to, found as execvp(3) does.
    private func scriptPath() -> ByteString? {
        guard let name = words.first else { return nil }
        if name.bytes.contains(UInt8(ascii: "/")) { return name }
        let list = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/bin:/usr/bin"
        for directory in list.split(separator: ":", omittingEmptySubsequences: false) {
            let path = ByteString(directory.isEmpty ? "." : String(directory))
                .appending(component: name)
            let isThere = unsafe access(path.bytes.map(CChar.init(bitPattern:)) + [0], X_OK) == 0
            if isThere { return path }
        }
        return nil
    }
}
