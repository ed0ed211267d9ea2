import ReaperKit

extension Subcommand {
    /// The row of `run`.
    static let run = Subcommand(
        name: .run,
        synopsis: "[OPTION...] -- COMMAND...",
        summary: "run a command, and see that it leaves nothing behind",
        details: [
            "Runs the command as if without reaper: signals, Ctrl-C, Ctrl-Z and fg reach it, and "
                + "its status is reaper's. When it has ended, whatever it started and still runs is "
                + "a leak, in whatever session, group or environment: it is shown on standard "
                + "error, stopped as 'reaper clean' would, and the status is 23. Where nothing is "
                + "left, which the kernel proves, nothing is said.",
            "A command that failed keeps its own status; one that a signal ended has 128 and the "
                + "signal's number. Before it runs, wrong options are status 2, as of every other "
                + "command of reaper, where env and timeout have 125; 125 is reaper's own failure, "
                + "126 and 127 are of a command that cannot be started or found.",
            "--json and --format write to standard output, after what the "
                + "command wrote there: better name a file with -o or --report.",
            "REAPER_KEEP=1 in a process's environment leaves it running, unless reaper was started "
                + "with it. What --keep leaves carries the mark REAPER_RUN, and a later scan shows "
                + "it. Records of running commands are in /run/reaper/runs, for others than root in "
                + "$XDG_RUNTIME_DIR/reaper/runs or /tmp/reaper-UID/runs.",
            "If reaper itself is killed by SIGKILL, nothing looks after the command any more: a later "
                + "scan knows what is left by the mark, and by the record, which names the command "
                + "and the session or group that it led. Whoever has changed both is found by "
                + "neither: a daemon that starts a session of its own and clears its environment. "
                + "A snapshot from before, with scan --since, shows that one, too. In a script or "
                + "pipeline on a terminal the command leads no group: there the record stands for "
                + "the command alone.",
        ],
        operands: "COMMAND",
        examples: [
            Example(command: "reaper run -- make test", meaning: "fail if the tests leak"),
            Example(
                command: "reaper run --settle 5s --json -o leaks.json -- ./integration",
                meaning: "give stragglers five seconds, and write a report"
            ),
            Example(
                command: "reaper run --keep -- ./start.sh",
                meaning: "see what a script leaves running, and leave it"
            ),
        ],
        run: { RunCommand.run($0) }
    )

    /// The row of `snapshot`.
    static let snapshot = Subcommand(
        name: .snapshot,
        synopsis: "[-o FILE] [OPTION...]",
        summary: "write down what is there, for --since later",
        details: [
            "Writes the identity of every process, the sockets that hold a port, and the instance "
                + "files that rules name, as JSON, sorted. It is of the whole machine, without "
                + "selectors: those of scan narrow what is new, such as --user.",
            "Root writes it only where 'scan --since' would believe it: not into a directory that "
                + "another user owns or can write, or below one, as a CI job's often is; "
                + "'$(mktemp -d)/before.json' always will do.",
            "Whoever takes it need not be root. What could not be seen is said and written down: "
                + "--since then does not call it new. The status is 3 when that is more than "
                + "directories in which instance files could lie.",
        ],
        examples: [
            Example(command: "reaper snapshot -o before.json", meaning: "before a job"),
            Example(
                command: "reaper scan --since before.json",
                meaning: "after it: what it left, and exit 1 if anything"
            ),
            Example(
                command: "reaper scan --since before.json --settle 10s --ignore 'name=ssh-agent'",
                meaning: "give it ten seconds to end; an agent may stay"
            ),
        ],
        run: SnapshotCommand.run
    )
}
