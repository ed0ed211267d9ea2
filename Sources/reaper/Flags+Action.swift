import ReaperKit

extension Flag {
    /// What `clean` and `stop` do, and how long `wait` waits.
    static let actions: [Flag] = [
        Flag(
            long: "dry-run",
            short: "n",
            topic: .action,
            commands: [.clean, .stop],
            summary: "show the plan, do nothing; with --json a plan for --plan",
            argument: .none { $0.action.isDryRun = true }
        ),
        Flag(
            long: "yes",
            short: "y",
            topic: .action,
            commands: [.clean, .stop],
            summary: "do not ask; needed without a selector off a terminal",
            details: """
                stop needs it off a terminal for several instances that were not named, and even \
                for one where neither INSTANCE nor --all says that it is meant.
                """,
            argument: .none { $0.action.assumesYes = true }
        ),
        Flag(
            long: "interactive",
            short: "i",
            topic: .action,
            commands: [.stop],
            summary: "ask first, even about one instance",
            argument: .none { $0.action.isInteractive = true }
        ),
        Flag(
            long: "all",
            short: "a",
            topic: .action,
            commands: [.stop],
            summary: "every instance whose rule says how; on a terminal, naming none is the same",
            argument: .none { $0.instances.isAll = true }
        ),
        Flag(
            long: "name",
            aliases: ["service"],
            topic: .action,
            commands: [.stop],
            summary: "the instance or service of this name; --service is the same",
            argument: .value("NAME") { (options, text, _) throws(ValueError) in
                options.instances.names.append(text)
            }
        ),
        Flag(
            long: "signal",
            short: "s",
            topic: .action,
            commands: [.clean, .stop, .run],
            summary: "the signal that asks: TERM, SIGTERM, term or 15 [TERM]",
            argument: .value("SIGNAL") { (options, text, _) throws(ValueError) in
                let signal = try Signal(parsing: text)
                // What stops a process, or lets it go on, does not end it.
                guard !["STOP", "TSTP", "TTIN", "TTOU", "CONT"].contains(signal.name) else {
                    throw ValueError(
                        text,
                        isNot: "a signal that ends a process",
                        expected: "one that does, such as TERM, INT, HUP, QUIT or KILL"
                    )
                }
                options.action.signal = signal
            }
        ),
        Flag(
            long: "timeout",
            short: "t",
            topic: .action,
            commands: [.clean, .stop, .wait, .run],
            summary: "grace between asking and killing [10s]; of wait: its end [never]",
            details: """
                A longer grace raises the deadline with it; 0 kills at once. wait gives up when it \
                has passed, with 0 as soon as anything is seen to be there.
                """,
            argument: .value("DURATION") { (options, text, _) throws(ValueError) in
                options.action.timeout = try Duration(parsing: text)
            }
        ),
        Flag(
            long: "deadline",
            topic: .action,
            commands: [.clean, .stop, .run],
            summary: "the time that stopping may take, looks beforehand not counted [30s]",
            argument: .value("DURATION") { (options, text, _) throws(ValueError) in
                let value = try Duration(parsing: text)
                guard value > .zero else {
                    throw ValueError(text, isNot: "a deadline", expected: "more than zero")
                }
                options.action.deadline = value
            }
        ),
        Flag(
            long: "force",
            short: "f",
            topic: .action,
            commands: [.clean, .stop, .run],
            summary: "SIGKILL at once, without asking the processes first",
            argument: .none { $0.action.isForced = true }
        ),
        Flag(
            long: "order",
            topic: .action,
            commands: [.clean, .stop, .run],
            summary: "deepest-first, root-first or at-once [deepest-first]",
            argument: .value("ORDER") { (options, text, _) throws(ValueError) in
                options.action.order = try choice(text, "an order")
            }
        ),
        Flag(
            long: "plan",
            topic: .action,
            commands: [.clean, .stop],
            summary: "do exactly what an earlier --dry-run --json planned",
            details: """
                Every process and file that is no longer the one in the plan is refused. No \
                selector and no other choice of targets can be added.
                """,
            argument: .value("FILE") { (options, text, _) throws(ValueError) in
                options.action.planFile = text
            }
        ),
        Flag(
            long: "include-probable",
            topic: .action,
            commands: [.clean],
            summary: "act on probable findings, too, not only on confirmed ones",
            argument: .none { $0.action.includesProbable = true }
        ),
    ]
}
