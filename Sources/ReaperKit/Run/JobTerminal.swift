import CLinux
import Glibc

/// The terminal that reaper and a command share, as a shell shares it with its jobs; tcsetpgrp(3).
///
/// Only for a command in a process group of its own. The group's number is signalled only while its
/// leader, the command, has not been reaped.
final class JobTerminal {
    /// The command's number, and that of the group that it was started in.
    private let command: Int32
    private let own = getpgrp()
    /// Where the command is that has left its group, if it was given the terminal there.
    private var other: Int32?
    /// How the terminal was before the command had it.
    private var settings: TerminalSettings?

    init(command: Int32, _ settings: TerminalSettings?) {
        self.command = command
        self.settings = settings
    }

    /// Gives it to the command, if reaper's group has it.
    func give() {
        guard tcgetpgrp(0) == own else { return }
        // A shell's `fg` has put the terminal in order.
        if settings == nil { settings = .now() }
        // The number of a group that has lost all its members is accepted, too, and no use.
        let group = getpgid(command)
        guard group != own, tcsetpgrp(0, group > 0 ? group : command) == 0 else { return }
        if group != command { other = group }
    }

    /// Takes it back, if the command's group has it.
    func takeBack() {
        let holder = tcgetpgrp(0)
        // SIGTTOU, which would stop whoever does this from the background, is blocked.
        if holder == command || holder == other { _ = tcsetpgrp(0, own) }
    }

    /// Puts it in the order that it had before, if reaper's group has it.
    func restore() {
        if isOurs { settings?.restore() }
    }

    /// Whether reaper's group has it.
    var isOurs: Bool { tcgetpgrp(0) == own }

    /// Passes on what the terminal sent to reaper's group, and gives the terminal to the command's.
    ///
    /// - Returns: Whether the command is in that group, and has it.
    func pass(_ number: Int32) -> Bool {
        give()
        _ = kill(-command, number)
        return getpgid(command) == command
    }

    /// Lets the command's group go on, with the terminal if reaper's group has it.
    ///
    /// - Returns: Whether the command is in that group, and does.
    func resume() -> Bool { pass(SIGCONT) }
}

/// How a terminal treats what is typed and written; termios(3).
struct TerminalSettings {
    private var values: termios

    /// Those of standard input; `nil` where that is no terminal.
    static func now() -> TerminalSettings? {
        var values = termios()
        return unsafe tcgetattr(0, &values) == 0 ? TerminalSettings(values: values) : nil
    }

    /// Makes them so again, without waiting for what has been written to be shown.
    func restore() {
        var values = values
        _ = unsafe tcsetattr(0, TCSANOW, &values)
    }
}
