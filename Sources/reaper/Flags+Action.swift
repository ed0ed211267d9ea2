import ReaperKit

extension Flag {
    /// What `clean` does to what was selected or found.
    static let actions: [Flag] = [
        Flag(
            long: "dry-run",
            short: "n",
            topic: .action,
            commands: [.clean],
            summary: "show the plan, do nothing; with --json a plan for --plan",
            argument: .none { $0.action.isDryRun = true }
        ),
        Flag(
            long: "yes",
            short: "y",
            topic: .action,
            commands: [.clean],
            summary: "do not ask; needed without a selector off a terminal",
            argument: .none { $0.action.assumesYes = true }
        ),
        Flag(
            long: "signal",
            short: "s",
            topic: .action,
            commands: [.clean],
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
            commands: [.clean],
            summary: "grace between asking and killing [10s]",
            details: "A longer grace raises the deadline with it; 0 kills at once.",
            argument: .value("DURATION") { (options, text, _) throws(ValueError) in
                options.action.timeout = try Duration(parsing: text)
            }
        ),
        Flag(
            long: "deadline",
            topic: .action,
            commands: [.clean],
            summary: "the time all of it may take [30s]",
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
            commands: [.clean],
            summary: "SIGKILL at once, without asking the processes first",
            argument: .none { $0.action.isForced = true }
        ),
        Flag(
            long: "order",
            topic: .action,
            commands: [.clean],
            summary: "deepest-first, root-first or at-once [deepest-first]",
            argument: .value("ORDER") { (options, text, _) throws(ValueError) in
                options.action.order = try choice(text, "an order")
            }
        ),
        Flag(
            long: "plan",
            topic: .action,
            commands: [.clean],
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
