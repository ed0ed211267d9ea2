import CLinux
import Glibc

/// Ctrl-C and its like: what ends a program that does nothing about it.
enum EndingSignals {
    /// Their numbers; signal(7).
    static let all = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// Has them only interrupt a write(2) that waits, for the rest of reaper's life.
    ///
    /// What is left is to tell what happened: neither may a Ctrl-C put a death in the place of the
    /// exit status, nor may whoever takes no output hold reaper up for ever.
    ///
    /// - Parameter previous: Which signals were blocked before reaper blocked these: whoever held one
    ///   of them back before still does, and reads it.
    static func makeHarmless(besides previous: sigset_t) {
        var previous = previous
        var ours = sigset_t()
        unsafe sigemptyset(&ours)
        for signal in all where unsafe sigismember(&previous, signal) == 0 {
            clinux_make_harmless(signal)
            unsafe sigaddset(&ours, signal)
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &ours, nil)
    }
}
