import CLinux
import Glibc

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
