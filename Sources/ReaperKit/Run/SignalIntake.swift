import CLinux
import Glibc

/// Signals that are read instead of acted on; signalfd(2).
///
/// What tells of a fault of reaper's own, and what cannot be held back, is not among them.
final class SignalIntake {
    /// A signal, and who sent it.
    struct Arrival {
        var number: Int32
        /// Whether the kernel did, for the terminal: then the whole process group has it.
        var isTerminals: Bool

        /// What a terminal sends; a timer's SIGALRM, say, is the kernel's as well.
        static let terminals = [
            SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGWINCH, SIGCONT, SIGTTIN, SIGTTOU,
        ]
    }

    /// Readable when one has arrived.
    let descriptor: FileDescriptor
    /// Which signals were blocked before.
    let previous: sigset_t

    private static let faults = [
        SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGPIPE, SIGXCPU, SIGXFSZ,
    ]

    /// Begins to hold them back.
    init() throws(SystemError) {
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        for fault in Self.faults { unsafe sigdelset(&signals, fault) }
        // Where it is ignored the kernel waits for children by itself, and their ends are not told.
        clinux_use_default(SIGCHLD)
        let number = try check(unsafe clinux_signalfd(&signals), "signalfd", "signals")
        descriptor = FileDescriptor(owning: number)
        var previous = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &signals, &previous)
        self.previous = previous
    }

    /// Says that nothing is left to be done but to tell what happened.
    func conclude() { EndingSignals.makeHarmless(besides: previous) }

    /// Takes in what has arrived.
    func take() -> [Arrival] {
        var arrivals: [Arrival] = []
        // struct signalfd_siginfo: 128 bytes, ssi_signo at 0, ssi_code at 8.
        var entry = [UInt8](repeating: 0, count: 128)
        while unsafe clinux_read(descriptor.raw, &entry, entry.count) == entry.count {
            let number = Self.field(at: 0, of: entry)
            let fromKernel = Self.field(at: 8, of: entry) == 0x80  // SI_KERNEL
            arrivals.append(
                Arrival(
                    number: number,
                    isTerminals: fromKernel && Arrival.terminals.contains(number)
                )
            )
        }
        return arrivals
    }

    private static func field(at offset: Int, of entry: [UInt8]) -> Int32 {
        var value: UInt32 = 0
        for byte in entry[offset..<(offset + 4)].reversed() { value = value << 8 | UInt32(byte) }
        #if _endian(big)
        value = value.byteSwapped
        #endif
        return Int32(bitPattern: value)
    }

    /// Lets this signal act while `body` runs.
    func allowing(_ signal: Int32, _ body: () -> Void) {
        var one = sigset_t()
        unsafe sigemptyset(&one)
        unsafe sigaddset(&one, signal)
        var before = sigset_t()
        unsafe pthread_sigmask(SIG_UNBLOCK, &one, &before)
        body()
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
