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

    /// One service that is asked.
    private struct Asking {
        /// The command; `nil` once it has ended well.
        var command: Int32?
        /// The service's main process.
        let main: ProcessHandle
        /// When its grace is over.
        let end: Duration
    }

    /// Runs them, and waits until their services' main processes have ended, or the time is up.
    ///
    /// A command that fails has asked nobody, and is waited for no longer. What one has started and
    /// left is the service's, by its mark.
    ///
    /// - Parameter interrupts: Ends them when it has counted any.
    func run(unless interrupts: InterruptCounter) {
        guard var procfs = try? Procfs() else { return }
        var asking = targets.compactMap { start($0, &procfs) }
        while !asking.isEmpty {
            interrupts.collect()
            let now = Clock.monotonic()
            asking = asking.compactMap { one in
                var one = one
                if let command = one.command {
                    var status: Int32 = 0
                    if unsafe waitpid(command, &status, WNOHANG) != 0 {
                        one.command = nil
                        if status != 0 { return nil }
                    }
                }
                guard now < one.end, interrupts.count == 0 else {
                    guard let command = one.command else { return nil }
                    // Its number is its own until it is waited for.
                    _ = kill(command, SIGKILL)
                    _ = waitpid(command, nil, 0)
                    return nil
                }
                return one.main.hasExited() ? nil : one
            }
            guard let next = asking.map(\.end).min() else { return }
            pause(for: asking, or: interrupts.descriptor, until: next)
        }
    }

    private func start(_ target: ServiceEnding.Target, _ procfs: inout Procfs) -> Asking? {
        // Without its main process there is nobody to ask, and its number may be another's.
        guard let identity = target.identity,
            let main = try? ProcessHandle(
                opening: identity.pid,
                startTime: identity.startTime,
                in: &procfs
            ), !main.hasExited()
        else { return nil }
        var service = Service(name: target.name, command: target.stopCommand)
        service.directory = target.directory
        service.user = target.user
        // As systemd has it, so that the same commands work.
        let value = ByteString("\(identity.pid)")
        service.environment =
            target.environment + [Service.Variable(name: "MAINPID", value: value)]
        var none = sigset_t()
        unsafe sigemptyset(&none)
        let launch = ServiceLaunch(
            service: service,
            mark: target.mark,
            supervisor: "",
            mask: none
        )
        let log = target.log.map { unsafe clinux_append($0.terminated, 0o600) } ?? -1
        defer { if log >= 0 { _ = close(log) } }
        // One that does not run asks nobody; then the signal does.
        guard let pid = try? launch.start(target.stopCommand, output: log >= 0 ? log : 2) else {
            return nil
        }
        let end = min(end, Clock.monotonic() + target.stop.timeout)
        return Asking(command: pid, main: main, end: end)
    }

    /// Waits until one of these has ended, there is something to read, or the time comes.
    private func pause(for asking: [Asking], or descriptor: Int32, until time: Duration) {
        let handles = asking.compactMap(\.command).map { clinux_pidfd_open($0) }
        defer { for handle in handles where handle >= 0 { _ = close(handle) } }
        var entries = (handles + [descriptor]).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        entries += asking.map(\.main.pollEntry)
        Polling.wait(for: &entries, until: time)
    }
}
