import CLinux
import Glibc

/// The terminal that reaper and a command share, as a shell shares it with its jobs; tcsetpgrp(3).
///
/// Only for a command in a process group of its own. The group's number is signalled only while its
/// leader, the command, has not been reaped.
struct JobTerminal {
    /// The command's number, and its group's.
    let command: Int32
    private let own = getpgrp()

    init(command: Int32) { self.command = command }

    /// Gives it to the command, if reaper's group has it.
    func give() {
        if tcgetpgrp(0) == own { _ = tcsetpgrp(0, command) }
    }

    /// Takes it back, if the command's group has it.
    func takeBack() {
        // SIGTTOU, which would stop whoever does this from the background, is blocked.
        if tcgetpgrp(0) == command { _ = tcsetpgrp(0, own) }
    }

    /// Whether reaper's group has it.
    var isOurs: Bool { tcgetpgrp(0) == own }

    /// Passes on what the terminal sent to reaper's group, and gives the terminal to the command's.
    func pass(_ number: Int32) {
        give()
        _ = kill(-command, number)
    }

    /// Lets the command's group go on, with the terminal if reaper's group has it.
    func resume() {
        give()
        _ = kill(-command, SIGCONT)
    }
}
