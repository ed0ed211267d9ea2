import CLinux
import Glibc

/// Counts Ctrl-C and its like instead of dying of them, so that a shutdown can be finished.
///
/// SIGINT, SIGTERM, SIGHUP and SIGQUIT are blocked while it lives and read from a descriptor; signalfd(2).
public final class InterruptCounter {
    /// How many have arrived.
    public private(set) var count = 0
    /// Readable when another has arrived; -1 when the kernel has no signalfd.
    public let descriptor: Int32
    private var previous = sigset_t()

    /// Starts counting.
    public init() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for signal in EndingSignals.all { unsafe sigaddset(&signals, signal) }
        let result = unsafe clinux_signalfd(&signals)
        descriptor = result
        // Without the descriptor they keep killing reaper, which is better than being deaf.
        if result >= 0 { unsafe pthread_sigmask(SIG_BLOCK, &signals, &previous) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
        _ = close(descriptor)
    }

    /// Takes in what has arrived.
    public func collect() {
        guard descriptor >= 0 else { return }
        // struct signalfd_siginfo has 128 bytes.
        var entry = [UInt8](repeating: 0, count: 128)
        while unsafe clinux_read(descriptor, &entry, entry.count) == entry.count { count += 1 }
    }

    /// Says that what was to be interrupted is over, for the rest of reaper's life.
    ///
    /// Whatever has arrived by now, or still arrives, takes neither the outcome nor the status away.
    public func conclude() {
        guard descriptor >= 0 else { return }
        // Now, and not when this goes away: a write that waits is to be interrupted.
        EndingSignals.makeHarmless(besides: previous)
    }
}
