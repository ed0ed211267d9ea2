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
            long: "leak-exit-code",
            topic: .action,
            commands: [.run],
            summary: "the status when the command succeeded and left something [23]",
            argument: .value("CODE") { (options, text, _) throws(ValueError) in
                guard let code = Int32(text), (0...255).contains(code) else {
                    throw ValueError(text, isNot: "a status", expected: "a number from 0 to 255")
                }
                options.run.leakCode = code
            }
        ),
    ]
}
