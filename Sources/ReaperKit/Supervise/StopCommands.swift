import CLinux
import Glibc

/// Runs the commands that ask services to end, all at once, and waits for them.
struct StopCommands {
    private let targets: [ServiceEnding.Target]
    private let end: Duration

    /// Prepares the commands of those services that have one.
    ///
    /// - Parameters:
    ///   - targets: Services, some of which have one.
    ///   - end: When the last of them is given up; each has its service's grace at most.
    init(_ targets: [ServiceEnding.Target], until end: Duration) {
        self.targets = targets.filter { !$0.stopCommand.isEmpty }
        self.end = end
    }

    /// Runs them, and waits until each has ended, or its service has, or the time is up.
    ///
    /// What one has started and left is the service's, by its mark.
    ///
    /// - Parameter interrupts: Ends them when it has counted any.
    func run(unless interrupts: InterruptCounter) {
        var left: [Int32: Duration] = [:]
        var procfs = try? Procfs()
        var none = sigset_t()
        unsafe sigemptyset(&none)
        for target in targets {
            var service = Service(name: target.name, command: target.stopCommand)
            service.directory = target.directory
            service.user = target.user
            service.environment = target.environment
            // Without its main process there is nobody to ask, and its number may be another's.
            guard let identity = target.identity,
                let process = procfs?.record(of: ProcessPlace(pid: identity.pid)).known,
                process.identity == identity, !process.isZombie
            else { continue }
            // As systemd has it, so that the same commands work.
            let value = ByteString("\(identity.pid)")
            service.environment.append(Service.Variable(name: "MAINPID", value: value))
            let launch = ServiceLaunch(
                service: service,
                mark: target.mark,
                supervisor: "",
                mask: none
            )
            let log = target.log.map { unsafe clinux_append($0.terminated, 0o600) } ?? -1
            defer { if log >= 0 { _ = close(log) } }
            // One that does not run asks nobody; then the signal does.
            guard let pid = try? launch.start(target.stopCommand, output: log >= 0 ? log : 2)
            else { continue }
            left[pid] = min(end, Clock.monotonic() + target.stop.timeout)
        }
        while !left.isEmpty {
            for pid in left.keys where waitpid(pid, nil, WNOHANG) != 0 { left[pid] = nil }
            interrupts.collect()
            let now = Clock.monotonic()
            for (pid, time) in left where time <= now || interrupts.count > 0 {
                _ = kill(pid, SIGKILL)
                _ = waitpid(pid, nil, 0)
                left[pid] = nil
            }
            guard let next = left.values.min() else { return }
            pause(for: Array(left.keys), or: interrupts.descriptor, until: next)
        }
    }

    /// Waits until one of these has ended, there is something to read, or the time comes.
    private func pause(for pids: [Int32], or descriptor: Int32, until time: Duration) {
        let handles = pids.map { clinux_pidfd_open($0) }
        defer { for handle in handles where handle >= 0 { _ = close(handle) } }
        var entries = (handles + [descriptor]).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        Polling.wait(for: &entries, until: time)
    }
}
