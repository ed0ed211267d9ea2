import Glibc

/// A signal number that the kernel knows, with the name people use for it.
public struct Signal: Hashable, Sendable, CustomStringConvertible {
    /// The number on this machine; signal(7).
    public let number: Int32

    /// What the kernel reported.
    init(number: Int32) { self.number = number }

    /// Asks a process to end.
    public static let terminate = Signal(number: SIGTERM)
    /// Ends a process without asking.
    public static let kill = Signal(number: SIGKILL)
    /// Lets a stopped process run again.
    public static let `continue` = Signal(number: SIGCONT)
    /// Stops a process so that it cannot fork.
    public static let stop = Signal(number: SIGSTOP)
    /// What a terminal's Ctrl-C sends.
    public static let interrupt = Signal(number: SIGINT)
    /// What tells a parent that a child ended.
    public static let child = Signal(number: SIGCHLD)

    private static let names: [(name: String, number: Int32)] = [
        ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP),
        ("ABRT", SIGABRT), ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL),
        ("USR1", SIGUSR1), ("SEGV", SIGSEGV), ("USR2", SIGUSR2), ("PIPE", SIGPIPE),
        ("ALRM", SIGALRM), ("TERM", SIGTERM), ("STKFLT", 16), ("CHLD", SIGCHLD),
        ("CONT", SIGCONT), ("STOP", SIGSTOP), ("TSTP", SIGTSTP), ("TTIN", SIGTTIN),
        ("TTOU", SIGTTOU), ("URG", SIGURG), ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ),
        ("VTALRM", SIGVTALRM), ("PROF", SIGPROF), ("WINCH", SIGWINCH), ("IO", SIGIO),
        ("PWR", 30), ("SYS", SIGSYS),
    ]

    /// Reads `TERM`, `SIGTERM`, `term` or `15`; real-time signals only by number, up to 64.
    public init(parsing text: String) throws(ValueError) {
        if let number = Int32(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard (1...64).contains(number) else {
                throw ValueError(text, isNot: "a signal", expected: "a number from 1 to 64")
            }
            self.number = number
            return
        }
        var name = text.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        guard let found = Signal.names.first(where: { $0.name == name }) else {
            throw ValueError(
                text,
                isNot: "a signal",
                expected: "a name such as TERM or SIGTERM, or a number from 1 to 64"
            )
        }
        number = found.number
    }

    /// The name without `SIG`, such as `TERM`; the number where there is none.
    public var name: String {
        Signal.names.first { $0.number == number }?.name ?? "\(number)"
    }

    /// The full name, such as `SIGTERM`; `signal 34` where there is none.
    public var description: String {
        Signal.names.contains { $0.number == number } ? "SIG\(name)" : "signal \(number)"
    }
}
