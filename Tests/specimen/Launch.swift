import CLinux
import CSpecimen
import Glibc

/// How one process is started from an executable of its own: identity, session, directory, words.
struct Launch {
    let part: Part
    let executable: String

    /// Starts `part`, from a copy of this binary where the options name one.
    init(_ part: Part, copy: String?) throws(StagingError) {
        self.part = part
        guard let copy else {
            executable = try Launch.ownExecutable()
            return
        }
        try copyExecutable("/proc/self/exe", to: copy)
        executable = copy
    }

    private var options: Options { part.options }

    /// Forks, twice for an orphan, and executes; failures reach the keeper through the ledger.
    func start() throws(StagingError) {
        guard part.role == .subject, options.isOrphan else {
            try Offspring.spawn { become() }
            return
        }
        let intermediate = try Offspring.spawn {
            if options.has("dead-session") { _ = setsid() }
            Offspring.spawnOrComplain { become() }
            _exit(0)
        }
        // Once it is reaped the orphan has been adopted, so nobody sees the old parent.
        _ = waitpid(intermediate, nil, 0)
    }

    private func become() -> Never {
        do throws(StagingError) {
            cspecimen_reset_signals()
            try leaveStandardStreams()
            if part.role == .subject {
                if options.has("setsid") { _ = setsid() }
                if options.has("own-group") { _ = setpgid(0, 0) }
                if let directory = options.text("cwd") {
                    try checkErrno(unsafe chdir(directory), "chdir", directory)
                }
            }
            if let user = try options.number("user") {
                try check(
                    cspecimen_become_user(UInt32(truncatingIfNeeded: user)),
                    "setuid",
                    "\(user)"
                )
            }
            try execute()
        } catch {
            complainInChild(error)
        }
    }

    /// The keeper's streams belong to the test, which waits for their end.
    private func leaveStandardStreams() throws(StagingError) {
        let null = try checkErrno(unsafe open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null")
        for stream: Int32 in 0...2 { try checkErrno(dup2(null, stream), "dup2", "/dev/null") }
    }

    private func execute() throws(StagingError) -> Never {
        var arguments = [executable] + options.words
        var environment = ["PATH=/usr/bin:/bin"] + part.environment
        if part.role == .subject {
            arguments = [executable] + (options.arguments ?? options.words)
            arguments[0] = options.text("argv0") ?? executable
            environment += options.list("env")
        }
        try replaceProcess(executable, arguments, environment)
    }

    private static func ownExecutable() throws(StagingError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let size = buffer.count
        let count = unsafe clinux_readlinkat(AT_FDCWD, "/proc/self/exe", &buffer, size)
        try check(Int32(count), "readlink", "/proc/self/exe")
        let bytes = buffer[..<count].map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Executes a program in place of the caller; returns only by failing.
func replaceProcess(
    _ path: String,
    _ arguments: [String],
    _ environment: [String]
) throws(StagingError) -> Never {
    // Never freed: the process image is about to go, or the process is.
    let words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    let variables = unsafe environment.map { unsafe strdup($0) } + [nil]
    _ = unsafe execve(path, words, variables)
    throw StagingError(call: "execve", subject: path, result: -errno)
}
