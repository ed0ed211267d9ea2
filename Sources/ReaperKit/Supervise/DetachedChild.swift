import CLinux
import Glibc

/// A child in a session of its own that nobody waits for once this process has ended.
public final class DetachedChild {
    private let pid: Int32
    private let pidfd: Int32

    /// Starts it with this process's environment; what it prints is appended to a log.
    public init(_ words: [ByteString], log: String) throws(SystemError) {
        let output = FileDescriptor(
            owning: try check(unsafe clinux_append(log, 0o600), "open", log)
        )
        var mask = sigset_t()
        unsafe pthread_sigmask(SIG_SETMASK, nil, &mask)
        let launch = ServiceLaunch(
            service: Service(name: "supervisor", command: []),
            mark: "",
            supervisor: "",
            mask: mask
        )
        do throws(ServiceLaunch.Failure) {
            pid = try launch.start(words, output: output.raw)
        } catch {
            switch error {
            case .system(let error): throw error
            case .noUser(let name): throw SystemError(call: "start", subject: name, code: EINVAL)
            }
        }
        pidfd = clinux_pidfd_open(pid)
    }

    deinit { if pidfd >= 0 { _ = close(pidfd) } }

    /// Whether it has ended by a time.
    public func hasEnded(until time: Duration) -> Bool {
        var entries = [pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)]
        Polling.wait(for: &entries, until: time)
        return entries[0].revents != 0
    }
}

/// The program that this process runs.
public enum OwnProgram {
    /// Its path, or what leads to it where the path does not any more.
    public static var path: ByteString {
        let link = ByteString("/proc/self/exe")
        guard let path = try? linkTarget(of: link, in: AT_FDCWD),
            unsafe access(path.terminated, X_OK) == 0
        else { return link }
        return path
    }
}

/// Why a process does not go on, in a word.
public enum ProcessStandstill {
    /// `stopped` or `traced`; `nil` where it goes on, as far as its state tells.
    public static func of(_ pid: Int32) -> String? {
        guard var procfs = try? Procfs(),
            let record = procfs.record(of: ProcessPlace(pid: pid)).known
        else { return nil }
        return Standstill(of: record)?.rawValue
    }
}
