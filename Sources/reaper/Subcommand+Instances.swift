import ReaperKit

/// Looking at instances, ending them, and waiting for that.
extension Subcommand {
    static let list = Subcommand(
        name: .list,
        synopsis: "[PATTERN] [SELECTOR...] [OPTION...]",
        summary: "show the instances that rules know, and how they are",
        details: [
            "Instances are known by their pid, state and socket files, or by a mark in the "
                + "environment of their processes. Nothing is changed.",
            "An ordinary user may not read the environments of others, and is told so; with "
                + "--user of his own only his are asked for.",
            "States: running; starting (its file is too young to tell); stale (its process is "
                + "gone); recycled (another process has its number now); zombie (its parent has "
                + "not waited for it); not ours, in JSON foreign (it belongs to another user); "
                + "unknown (it could not be learned; -v says why).",
            "PATTERN is a name or alias, a prefix of one, as stop takes it, or a glob.",
        ],
        operands: "PATTERN",
        examples: [
            Example(command: "reaper list", meaning: "every instance"),
            Example(
                command: "reaper list --rule 'manta.*' -v",
                meaning: "those of one system, with the facts behind each state"
            ),
            Example(command: "reaper list --json prod", meaning: "for a program"),
        ],
        run: ListCommand.run
    )

    static let stop = Subcommand(
        name: .stop,
        synopsis: "[INSTANCE...] [OPTION...]",
        summary: "stop instances gracefully, and clean up after them",
        details: [
            "INSTANCE is a name or alias as list shows it, a file, PID@START, or a prefix that "
                + "fits only one: of the whole name, or of each part between dashes, so that "
                + "prod-a3f2 finds production-a3f2c891. A name in full beats a prefix. One that "
                + "fits several stops none of them: they are listed, and the status is 2.",
            "Without INSTANCE, or with --all: every instance whose rule says how to stop it. On a "
                + "terminal several are asked about first, named or not. Off a terminal all of "
                + "several need --yes, and without INSTANCE even one needs --all or --yes, so that a "
                + "script which names none by accident stops none. One with REAPER_KEEP=1 in its "
                + "environment, or in that of anybody who would go with it, is kept, and told.",
            "Each is proven to be the process that its file or mark tells of, asked by its rule's "
                + "signal together with everything below it, killed when its grace has passed, and "
                + "looked for again. Then its file is removed. A supervisor that would start it "
                + "again is stopped first. What was stopped already is no error: its file is "
                + "cleaned up. What belongs to another user, what only a number tells of, and what "
                + "no rule says how to stop is left alone, and the status is 1. So is one whose "
                + "recorded process is gone while others of its session or group still run: they "
                + "are named, with the command that stops them.",
            "An ordinary user may not read the environments of others, which could carry the mark "
                + "of an instance: where marks matter the status is then 3, unless --user of his "
                + "own says that only his are meant.",
            "REAPER_STOP_TIMEOUT (a duration), REAPER_FORCE_STOP and REAPER_CONFIRM_STOP (true or "
                + "false) say what --timeout, --force, and --interactive or --yes would; the "
                + "command line beats them.",
        ],
        operands: "INSTANCE",
        examples: [
            Example(command: "reaper stop prod-a3f2", meaning: "stop one instance"),
            Example(
                command: "reaper stop --timeout 60 prod",
                meaning: "give it a minute to finish its work"
            ),
            Example(command: "reaper stop --all --yes", meaning: "stop all, without a question"),
            Example(
                command: "reaper stop --force prod",
                meaning: "kill it at once; what it had not saved is lost"
            ),
        ],
        run: StopCommand.run
    )

    static let wait = Subcommand(
        name: .wait,
        synopsis: "TARGET... [SELECTOR...] [OPTION...]",
        summary: "wait until a process is gone, or a port is free",
        details: [
            "TARGET is PID or PID@START, a process; the name or file of an instance, as stop takes "
                + "it, all of whose processes are waited for; or :PORT, a port, also :3000-3010, :http "
                + "and 53/udp. A port is free when nobody was seen to hold it during "
                + "\(FreeWindow.length.shortText), in looks \(FreeWindow.pause.shortText) apart: "
                + "whoever starts a successor sooner does not let it go. Selectors describe one "
                + "more target: whoever they select.",
            "Who is gone already is not waited for, and a zombie counts as gone. A name that no "
                + "instance has is not found, status 1, one that fits several an error. Without --timeout "
                + "it waits for ever; what is left when that has passed is named, and the status "
                + "is 124.",
            "Whoever is waited for is held by a pidfd, and no pidfd reaches into another pid "
                + "namespace: so there is no --proc.",
        ],
        operands: "TARGET",
        examples: [
            Example(command: "reaper wait 4127@88213", meaning: "until this process is gone"),
            Example(command: "reaper wait prod", meaning: "until this instance is gone"),
            Example(
                command: "reaper wait :8080 --timeout 10s && server --port 8080",
                meaning: "start when the port is free"
            ),
            Example(
                command: "reaper wait --in /srv/app -t 1m",
                meaning: "until nothing runs in or from this directory"
            ),
        ],
        run: WaitCommand.run
    )
}
