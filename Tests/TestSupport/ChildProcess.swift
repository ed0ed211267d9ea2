import CLinux
import CSpecimen
import Glibc

/// How a program ended.
package enum Ending: Hashable, Sendable {
    case exited(Int32)
    case signaled(Int32)
}

/// A program started with pipes for its standard streams; it never outlives this value.
final class ChildProcess {
    let pid: Int32
    private let descriptor: Descriptor
    private var input: Descriptor?
    let output: Descriptor
    let errorOutput: Descriptor
    private var ending: Ending?

    /// Starts `arguments`, whose first is the path, with exactly this environment.
    init(_ arguments: [String], environment: [String: String]) throws(SupportError) {
        ChildProcess.prepareRunner
        let stdin = try Pipe()
        let stdout = try Pipe()
        let stderr = try Pipe()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, stdin.reading.raw, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, stdout.writing.raw, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, stderr.writing.raw, 2)
        try requireShim(unsafe cspecimen_close_others(&actions), "posix_spawn_file_actions")
        // Concurrency threads block SIGTERM, and a child inherits that: give it a clean start.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let code = unsafe posix_spawn(&pid, arguments[0], &actions, &attributes, words, variables)
        try requireShim(-code, "posix_spawn", arguments[0])
        self.pid = pid
        // Nobody but this value waits for the child, so the number is still its own.
        descriptor = Descriptor(owning: try requireShim(clinux_pidfd_open(pid), "pidfd_open"))
        input = consume stdin.writing
        output = consume stdout.reading
        errorOutput = consume stderr.reading
    }

    deinit {
        guard ending == nil else { return }
        _ = clinux_pidfd_send_signal(descriptor.raw, SIGKILL)
        _ = waitpid(pid, nil, 0)
    }

    /// A write to a program that has ended must not end the test run, nor a wide tree its probes.
    private static let prepareRunner: Void = {
        _ = signal(SIGPIPE, SIG_IGN)
        _ = cspecimen_raise_file_limit()
    }()

    func send(_ signal: Int32) throws(SupportError) {
        try requireShim(clinux_pidfd_send_signal(descriptor.raw, signal), "pidfd_send_signal")
    }

    /// Writes to standard input; a program that has ended does not care.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let raw = input?.raw, !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(raw, $0.baseAddress, $0.count)
            }
            if count < 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    func closeInput() { input = nil }

    /// Waits for the end and buries; the same answer every time it is asked.
    func wait(until deadline: ContinuousClock.Instant) throws(SupportError) -> Ending {
        if let ending { return ending }
        guard descriptor.isReadable(until: deadline) else {
            throw SupportError("pid \(pid) has not ended in time")
        }
        var information = unsafe siginfo_t()
        try require(unsafe waitid(P_PID, id_t(pid), &information, WEXITED), "waitid", "\(pid)")
        let status = unsafe information._sifields._sigchld.si_status
        let code = unsafe information.si_code
        let ending = code == Int32(CLD_EXITED) ? Ending.exited(status) : .signaled(status)
        self.ending = ending
        return ending
    }
}
