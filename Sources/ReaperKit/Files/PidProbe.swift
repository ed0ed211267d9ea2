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

    /// Whether a number names a process, which `/proc` may hide.
    ///
    /// A number that is only a thread's, a session's or a group's is `EINVAL` or `ENOENT`, and any
    /// other refusal comes after somebody was found.
    public static func isProcess(_ pid: Int32) -> Bool {
        let result = clinux_pidfd_open(pid)
        if result >= 0 { _ = FileDescriptor(owning: result) }
        return ![-ESRCH, -EINVAL, -ENOENT].contains(result)
    }
}
