import ReaperKit

extension Flag {
    /// What `run` does with that which a command leaves behind.
    static let runs: [Flag] = [
        Flag(
            long: "settle",
            topic: .action,
            commands: [.run, .scan],
            summary: "how long what is left or new may take to end by itself [run: 500ms]",
            details: """
                scan takes it with --since: it looks again when one of the new processes exits, and \
                every now and then, until nothing new is left.
                """,
            argument: .value("DURATION") { (options, text, _) throws(ValueError) in
                let time = try Duration(parsing: text)
                options.run.settle = time
                options.settlingTime = time
            }
        ),
        Flag(
            long: "keep",
            topic: .action,
            commands: [.run],
            summary: "say what is left, and leave it running",
            argument: .none { $0.run.keeps = true }
        ),
        Flag(
            long: "ports",
            aliases: ["port"],
            topic: .action,
            commands: [.run],
            summary: "ports that nobody may hold anew when the command has ended",
            details: "Ports of what the command left running are told anyway; this is about "
                + "whoever does not descend from it, such as a container, or got its socket. Given "
                + "as to 'reaper scan --ports'.",
            argument: .value("LIST") { (options, text, context) throws(ValueError) in
                let ports = try context.ports(text)
                options.run.ports = PortSet(
                    members: (options.run.ports?.members ?? []) + ports.members
                )
            }
        ),
        Flag(
            long: "watch",
            topic: .action,
            commands: [.run],
            summary: "files that match and are new are leaks, too; may be repeated",
            details: "They are told, and left where they are. Quote the glob, or the shell expands "
                + "it before the command has run.",
            argument: .value("GLOB") { (options, text, context) throws(ValueError) in
                options.run.watched.append(try context.pathGlob(text))
            }
        ),
        Flag(
            long: "leak-exit-code",
            topic: .action,
            commands: [.run],
            summary: "the status when the command succeeded and left something [23]",
            details: "Whatever is left counts, of any severity; 0 makes it no failure.",
            argument: .value("CODE") { (options, text, _) throws(ValueError) in
                guard let code = Int32(text), (0...255).contains(code) else {
                    throw ValueError(text, isNot: "a status", expected: "a number from 0 to 255")
                }
                options.run.leakCode = code
            }
        ),
    ]
}
