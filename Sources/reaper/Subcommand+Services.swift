import ReaperKit

/// What several of the statuses below mean.
private let wrongInput =
    "The command line, the service file or the state directory is wrong; nothing was done."
private let silence = "The supervisor does not answer, or the state directory may not be read."

/// The rows of the supervisor and of those who talk to it.
extension Subcommand {
    /// The row of `up`.
    static let up = Subcommand(
        name: .up,
        synopsis: "[SERVICE...] [OPTION...]",
        summary: "start services, look after them, and end them together",
        details: [
            "Starts the services of a file in the order of their dependencies, each in a session of "
                + "its own and marked, shows what they print, and ends them in waves, dependents "
                + "first, on Ctrl-C, SIGTERM or 'reaper down'. With SERVICE only those, and what "
                + "they come after. The format of the file is in reaper-services(5).",
            "With --detach it returns when every service is ready, and a supervisor goes on. When "
                + "one runs already, 'reaper up SERVICE' asks that one to start it.",
            "A service that crashes ends those that come after it; they start again with it. One "
                + "that is stopped by hand leaves them. SIGHUP reads the file again: only what has "
                + "changed is restarted.",
            "If the supervisor itself is killed, its services are found again by their records and "
                + "marks: the next 'up' does with them what --takeover says, 'scan' shows them, and "
                + "'clean' stops them.",
            "Ctrl-Z stops the supervisor alone: its services, in sessions of their own, go on, and "
                + "what ends meanwhile is dealt with after fg.",
        ],
        operands: "SERVICE",
        examples: [
            Example(command: "reaper up", meaning: "everything in reaper.json5 or Procfile"),
            Example(command: "reaper up -f dev.json5 --detach", meaning: "in the background"),
            Example(command: "reaper up web", meaning: "web, and what it comes after"),
        ],
        statuses: [
            (
                .clean,
                "Every service that was asked for is ready (--detach), or all have ended as they should "
                    + "and nothing is left."
            ),
            (
                .leftOver,
                "A service has failed, there is no such service, something is left, or another supervisor "
                    + "is in the way."
            ),
            (.usage, wrongInput),
            (
                .incomplete,
                "The supervisor does not answer, what an earlier one left cannot be learned, or the end "
                    + "was not proven."
            ),
            (.deadline, "The time for the end was up with something left."),
        ],
        run: UpCommand.run
    )

    /// The row of `down`.
    static let down = Subcommand(
        name: .down,
        synopsis: "[OPTION...]",
        summary: "end every service of a supervisor, and the supervisor",
        details: [
            "It returns when all that has happened: every service ended in its turn, whatever they "
                + "had left behind too, and the supervisor gone, which is looked at and not "
                + "believed. Where no supervisor is alive it stops what one that was killed has left.",
            "An ordinary user's services are not looked for among other users' processes: only root "
                + "can start one as somebody else. What a set-uid program became there, such as "
                + "sudo, is found only as a descendant.",
            "A supervisor that does not answer within 2 s, as one that is stopped, is told and left "
                + "alone.",
        ],
        examples: [
            Example(command: "reaper down", meaning: "end everything"),
            Example(command: "reaper down --force", meaning: "kill everything at once"),
        ],
        statuses: [
            (.clean, "Every service is gone, and so is the supervisor; or none was there."),
            (.leftOver, "Something is left, or the supervisor still runs."),
            (.usage, wrongInput),
            (
                .incomplete,
                "The supervisor does not answer, what one that was killed left cannot be learned, or the "
                    + "end was not proven."
            ),
            (.deadline, "The time was up with something left."),
        ],
        run: DownCommand.run
    )

    /// The row of `status`.
    static let status = Subcommand(
        name: .status,
        synopsis: "[SERVICE...] [OPTION...]",
        summary: "how the services of a supervisor are",
        details: [
            "Of each: its state, process, uptime, restarts, ports, and the memory of it and "
                + "everybody below it."
        ],
        operands: "SERVICE",
        examples: [
            Example(command: "reaper status", meaning: "all of them"),
            Example(command: "reaper status --json web", meaning: "one, for a program"),
        ],
        statuses: [
            (.clean, "Every service that was asked for runs, or has done its work."),
            (.leftOver, "One does not, there is no such service, or no supervisor is alive."),
            (.usage, wrongInput),
            (.incomplete, silence),
        ],
        run: StatusCommand.run
    )

    /// The row of `restart`.
    static let restart = Subcommand(
        name: .restart,
        synopsis: "SERVICE... [OPTION...]",
        summary: "end services and start them again",
        details: ["Those that come after them go on meanwhile."],
        operands: "SERVICE",
        examples: [Example(command: "reaper restart web", meaning: "web anew")],
        statuses: [
            (.clean, "Every service that was named runs anew."),
            (
                .leftOver,
                "One of them has failed, there is no such service, the supervisor is ending, or none "
                    + "is alive."
            ),
            (.usage, "The command line or the state directory is wrong; nothing was done."),
            (.incomplete, silence),
        ],
        run: RestartCommand.run
    )

    /// The row of `reload`.
    static let reload = Subcommand(
        name: .reload,
        synopsis: "[OPTION...]",
        summary: "have the supervisor read its service file again",
        details: [
            "What is new is started, what has changed restarted, what is missing ended; all else "
                + "goes on. A file with an error changes nothing."
        ],
        examples: [Example(command: "reaper reload", meaning: "as SIGHUP does")],
        statuses: [
            (.clean, "The file was taken on, and every service is as it says."),
            (.leftOver, "A service has failed, the supervisor is ending, or none is alive."),
            (.usage, wrongInput),
            (.incomplete, silence),
        ],
        run: ReloadCommand.run
    )

    /// The row of `logs`.
    static let logs = Subcommand(
        name: .logs,
        synopsis: "[SERVICE...] [OPTION...]",
        summary: "show what services have printed",
        details: [
            "The logs are files, in the state directory unless the service file says otherwise, so "
                + "they can be read whether a supervisor is alive or not."
        ],
        operands: "SERVICE",
        examples: [
            Example(command: "reaper logs -f", meaning: "all, as it comes"),
            Example(command: "reaper logs -n 100 web", meaning: "the last hundred lines of web"),
        ],
        statuses: [
            (.clean, "All that was asked for was shown."),
            (.leftOver, "There are no logs, or none of a service that was named."),
            (.usage, "The command line or the state directory is wrong; nothing was done."),
            (.incomplete, "A log could not be read."),
        ],
        run: LogsCommand.run
    )
}
