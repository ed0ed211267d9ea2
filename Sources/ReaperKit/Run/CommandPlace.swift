import Glibc

/// Where a command runs, seen from terminals and shells.
public enum CommandPlace: Sendable, Equatable {
    /// In a session of its own: there is no terminal.
    case ownSession
    /// In a process group of its own, which has the terminal if reaper's group has it now.
    case ownGroup(hasTerminal: Bool)
    /// In reaper's own process group, as without reaper.
    case callersGroup

    /// The place that fits reaper's own.
    ///
    /// Only a shell with job control makes reaper the leader of a group, and then that is a job of
    /// reaper alone, which the command takes over. Else the group is a script's, a loop's or a
    /// pipeline's: Ctrl-C is meant for all of it, and whoever is moved out of it is cut off from the
    /// terminal, as the pager in `reaper run -- make | less` would be.
    public static func now() -> CommandPlace {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return .ownSession }
        _ = close(terminal)
        let foreground = tcgetpgrp(0)
        guard getpid() == getpgrp(), foreground > 0, tcgetsid(0) == getsid(0) else {
            return .callersGroup
        }
        // At the head of a pipeline reaper leads the pager's group, too.
        guard isatty(1) == 1 else { return .callersGroup }
        return .ownGroup(hasTerminal: foreground == getpgrp())
    }
}
