import CLinux
import Glibc

/// A command that reaper runs as its child, and whatever it leaves behind.
///
/// Reaper is a child subreaper, prctl(2): what loses its parent below it becomes its child. So
/// `ECHILD` proves that nothing is left, whatever the command did to its sessions, groups and
/// environments.
public final class CommandRun {
    /// The variable that marks what the command starts.
    public static let variable = "REAPER_RUN"

    /// The command's number.
    public let pid: Int32
    /// What ``variable`` says in its environment.
    public let tag: String
    private let place: CommandPlace
    /// Its pidfd; negative where the kernel has none, but its number is its own until it is waited
    /// for.
    private let handle: Int32
    private let signals: SignalIntake
    private let terminal: JobTerminal?
    private var ending: CommandEnding?
    private var isChildless = false
    /// Whether the user asked for an end after the command had ended.
    public private(set) var wasInterrupted = false

    /// Whether reaper has children that it has not started; asked once, before a command is.
    ///
    /// They are left by the program that it replaced by exec(2), or adopted as PID 1 does; their
    /// descendants could not be told from the command's.
    public static func needsProcessOfItsOwn() -> Bool {
        // Once is enough, whatever there is then; but only a parent that is reaper says so.
        let parent = unsafe getenv(nested).map { unsafe String(cString: $0) }
        unsafe unsetenv(nested)
        if parent == "\(getppid())" { return false }
        return getpid() == 1 || ChildEvent.hasForeignChild
    }

    /// What tells the other reaper that it is one: its parent's number.
    private static let nested = "REAPER_RUN_NESTED"

    /// Starts the command.
    ///
    /// From now on signals are passed on instead of acted on.
    ///
    /// - Parameters:
    ///   - words: The program and its arguments.
    ///   - tag: What marks it; `nil` for another reaper, which looks after what it starts itself.
    /// - Throws: Why it does not run.
    public init(_ words: [ByteString], tag: String?) throws(CommandFailure) {
        let place = tag == nil ? .callersGroup : CommandPlace.now()
        let signals: SignalIntake
        do throws(SystemError) {
            if tag != nil {
                try check(clinux_set_child_subreaper(1), "prctl", "PR_SET_CHILD_SUBREAPER")
            }
            signals = try SignalIntake()
        } catch {
            throw .failed(error)
        }
        if let tag {
            unsafe setenv(Self.variable, tag, 1)
        } else {
            unsafe setenv(Self.nested, "\(getpid())", 1)
        }
        // Before the command can have it.
        let settings = place == .ownGroup(hasTerminal: true) ? TerminalSettings.now() : nil
        let spawn = CommandSpawn(words: words, place: place, mask: signals.previous)
        let terminal: JobTerminal?
        do throws(CommandFailure) {
            pid = try spawn.start()
        } catch {
            // A process that came to have the terminal is gone, and its group with it.
            if place == .ownGroup(hasTerminal: true) { _ = tcsetpgrp(0, getpgrp()) }
            throw error
        }
        switch place {
        case .ownGroup(let hasTerminal):
            let shared = JobTerminal(command: pid, settings)
            if hasTerminal { shared.give() }
            terminal = shared
        case .ownSession, .callersGroup: terminal = nil
        }
        self.terminal = terminal
        self.tag = tag ?? ""
        self.place = place
        self.signals = signals
        // Nobody else waits for it: the number is its own.
        handle = clinux_pidfd_open(pid)
    }

    /// The inode of its pidfd, which nobody else has in this boot; `nil` where the kernel has none.
    public var pidfdInode: UInt64? {
        handle < 0 ? nil : ProcessHandle.uniqueInode(of: handle)
    }

    deinit { if handle >= 0 { _ = close(handle) } }

    /// Passes signals on, and waits for children, until the command has ended.
    public func wait() -> CommandEnding {
        while true {
            collect()
            if let ending {
                terminal?.takeBack()
                // Who is killed does not tidy up.
                if case .signaled = ending { terminal?.restore() }
                // The Ctrl-C that ended the command has reached reaper, too, where they share a group.
                note(signals.take().filter { !$0.isTerminals })
                return ending
            }
            pause(until: .seconds(1 << 40))
            for arrival in signals.take() { pass(arrival) }
        }
    }

    /// Waits until nothing is left of what the command started, or the time comes.
    ///
    /// - Returns: Whether it is proven that nothing is left.
    public func settle(until time: Duration) -> Bool {
        while true {
            collect()
            if isChildless { return true }
            if wasInterrupted || Clock.monotonic() >= time { return false }
            pause(until: time)
            note(signals.take())
        }
    }

    /// Says that nothing is left to be done but to tell what happened.
    public func conclude() { signals.conclude() }

    /// Remembers whether one of these asks for an end.
    private func note(_ arrivals: [SignalIntake.Arrival]) {
        if arrivals.contains(where: { EndingSignals.all.contains($0.number) }) {
            wasInterrupted = true
        }
    }

    private func pause(until time: Duration) {
        var entries = [pollfd(fd: signals.descriptor.raw, events: Int16(POLLIN), revents: 0)]
        Polling.wait(for: &entries, until: time)
    }

    /// Takes in what became of children.
    private func collect() {
        while true {
            switch ChildEvent.next() {
            case .ended(pid, let ending) where self.ending == nil: self.ending = ending
            case .ended: continue
            case .stopped(pid, let signal) where ending == nil: stop(by: signal)
            case .stopped: continue
            case .nothing: return
            case .childless:
                isChildless = true
                return
            }
        }
    }

    // MARK: - Signals

    private func pass(_ arrival: SignalIntake.Arrival) {
        let number = arrival.number
        switch number {
        case SIGCHLD, SIGTTIN, SIGTTOU: return
        case SIGCONT where terminal != nil: resume()
        case _ where arrival.isTerminals && place == .callersGroup:
            // The terminal has sent it to the command, too, unless that has left the group.
            if getpgid(pid) != getpgrp() { send(number) }
        case _ where arrival.isTerminals && terminal != nil:
            // A shell's `fg` has given reaper the terminal without a word.
            if terminal?.pass(number) == false { send(number) }
        default: send(number)
        }
    }

    /// Lets the command go on, and its group unless it has left that.
    private func resume() {
        if terminal?.resume() == false { send(SIGCONT) }
    }

    /// Not called any more once the command has been waited for.
    private func send(_ number: Int32) {
        guard ending == nil else { return }
        if handle >= 0 {
            _ = clinux_pidfd_send_signal(handle, number)
        } else {
            _ = kill(pid, number)
        }
    }

    /// Ends reaper as Ctrl-C has ended the command, so that whoever started it ends, too.
    ///
    /// Shells and make(1) go on after a status of 130, and not after a child that SIGINT ended.
    public static func endAsInterrupted(by number: Int32) {
        clinux_use_default(number)
        var one = sigset_t()
        unsafe sigemptyset(&one)
        unsafe sigaddset(&one, number)
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        // The command has left a core file where one is wanted.
        unsafe setrlimit(Int32(RLIMIT_CORE.rawValue), &limit)
        _ = kill(getpid(), number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &one, nil)
    }

    /// Whether it shares a terminal with whoever started reaper.
    public var isOnTerminal: Bool { place != .ownSession }

    /// Whether the command leads its session or group, whose number then is its own.
    public var leads: Bool { place != .callersGroup }

    /// Stops as the command was stopped, so that the shell sees a stopped job; goes on with it.
    private func stop(by signal: Int32) {
        guard place != .ownSession else { return }
        if let terminal, terminal.isOurs, signal == SIGTTIN || signal == SIGTTOU {
            // It wants the terminal, which the shell has given to reaper since.
            resume()
            return
        }
        terminal?.takeBack()
        // Of a group that no shell looks after nobody could let it go on: the kernel drops these
        // there, but not SIGSTOP.
        let stop = [SIGTSTP, SIGTTIN, SIGTTOU].contains(signal) ? signal : SIGTSTP
        signals.allowing(stop) {
            // The terminal has stopped the others of a group that is shared already.
            _ = kill(terminal == nil ? getpid() : 0, stop)
        }
        let arrivals = signals.take()
        guard arrivals.contains(where: { $0.number == SIGCONT }) else {
            resume()
            return
        }
        for arrival in arrivals { pass(arrival) }
    }
}
