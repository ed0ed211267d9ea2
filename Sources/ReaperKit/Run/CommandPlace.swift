import Glibc

/// Where a command runs, seen from terminals and shells.
public enum CommandPlace: Sendable, Equatable {
    /// In a session of its own: there is no terminal.
    case ownSession
    /// In a process group of its own, which has the terminal if reaper's group has it now.
    case ownGroup(hasTerminal: Bool)
    /// In reaper's own process group, as without reaper.
    ///
    /// In `reaper run -- make | less` the pager reads the keyboard: a group in the foreground that it
    /// is not in would stop it.
    case callersGroup

    /// The place that fits the terminal on standard input, if that controls reaper's session.
    public static func now() -> CommandPlace {
        let foreground = tcgetpgrp(0)
        guard foreground > 0, tcgetsid(0) == getsid(0) else { return .ownSession }
        guard foreground == getpgrp() else { return .ownGroup(hasTerminal: false) }
        return isatty(1) == 1 ? .ownGroup(hasTerminal: true) : .callersGroup
    }
}
