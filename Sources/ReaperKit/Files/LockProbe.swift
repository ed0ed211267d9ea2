import CLinux
import Glibc

extension LockState {
    /// Asks whether anybody holds a lock on an open file, without keeping one.
    ///
    /// flock(2) and record locks do not see each other, so both are asked. For record locks,
    /// `F_OFD_GETLK` only looks; flock(2) can only be asked by taking the lock, which is let go at
    /// once. A read descriptor is enough for both.
    init(probing file: borrowing FileDescriptor) {
        let record = clinux_record_lock(file.raw)
        if record >= 0, record != Int32(F_UNLCK) {
            self = .held("fcntl record lock")
            return
        }
        let lock = clinux_flock(file.raw, LOCK_EX | LOCK_NB)
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

extension PidLiveness {
    /// Asks the kernel whether `pid` is in use: `ESRCH` alone means gone, a refusal means alive.
    ///
    /// pidfd_open(2) answers for hidden processes too. It refuses numbers of threads that lead no
    /// process, and seccomp filters may refuse it altogether; kill(2) with signal 0 answers then.
    init(probing pid: Int32) {
        guard pid > 0 else {
            self = .unknown
            return
        }
        let result = clinux_pidfd_open(pid)
        if result >= 0 {
            _ = FileDescriptor(owning: result)
            self = .alive
        } else if result == -ESRCH {
            self = .gone
        } else {
            switch clinux_kill_probe(pid) {
            case 0, -EPERM: self = .alive
            case -ESRCH: self = .gone
            default: self = .unknown
            }
        }
    }
}
