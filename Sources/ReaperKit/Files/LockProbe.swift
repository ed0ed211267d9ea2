import CLinux
import Glibc

extension LockState {
    /// How often flock(2) is asked of a file that seems locked; the first pause takes 1 ms, each
    /// later one twice as long.
    private static let attempts = 5

    /// Asks whether anybody holds a lock on an open file, without keeping one.
    ///
    /// flock(2) and record locks do not see each other, so both are asked. For record locks,
    /// `F_OFD_GETLK` only looks; flock(2) can only be asked by taking the lock, which is let go at
    /// once. A read descriptor is enough for both.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - patiently: Whether to ask about a holder again, for as long as 15 ms: another reaper that
    ///     asks at the same time must not keep a file from being removed.
    init(probing file: borrowing FileDescriptor, patiently: Bool = false) {
        let record = clinux_record_lock(file.raw)
        if record >= 0, record != Int32(F_UNLCK) {
            self = .held("fcntl record lock")
            return
        }
        var lock = clinux_flock(file.raw, LOCK_EX | LOCK_NB)
        var pause = Duration.milliseconds(1)
        for _ in 1..<Self.attempts where patiently && lock == -EWOULDBLOCK {
            Polling.wait(until: Clock.monotonic() + pause)
            pause *= 2
            lock = clinux_flock(file.raw, LOCK_EX | LOCK_NB)
        }
        if lock == -EWOULDBLOCK {
            self = .held("flock")
            return
        }
        if lock >= 0 { _ = clinux_flock(file.raw, LOCK_UN) }
        // Either kind may be unsupported; what the other said still stands, but is not "free".
        if lock < 0 {
            self = .unknown(-lock)
        } else if record < 0 {
            self = .unknown(-record)
        } else {
            self = .free
        }
    }
}
