import Glibc
import ReaperKit

/// What `up` and its companions work with.
struct ServiceOptions: Sendable, Equatable {
    /// `--file`: where the services are described; `nil`: what is found in the current directory.
    var file: String?
    /// `--state-dir`.
    var stateDirectory: String?
    /// `--detach`: go on in the background.
    var isDetached = false
    /// `--takeover`; `nil`: as `replace` says, and told.
    var takeover: Supervisor.Takeover?
    /// `--cascade`: with those that come after it.
    var cascades = false
    /// `--follow`.
    var follows = false
    /// `--lines`.
    var lines = 10
}

extension Flag {
    private static let talkers: [Subcommand.Name] = [
        .up, .down, .status, .restart, .reload, .logs, .stop,
    ]

    /// What the supervisor and those who talk to it take.
    static let services: [Flag] = [
        Flag(
            long: "file",
            short: "f",
            topic: .sources,
            commands: [.up],
            summary: "the service file, or a Procfile [reaper.json5, else Procfile]",
            details: "See reaper-services(5).",
            argument: .value("FILE") { (options, text, _) throws(ValueError) in
                options.services.file = text
            }
        ),
        Flag(
            long: "state-dir",
            topic: .sources,
            commands: talkers + [.list],
            summary: "where the supervisor's lock, socket, records and logs are",
            details: """
                Without it: REAPER_STATE_DIR; else /run/reaper for root, and for others \
                $XDG_RUNTIME_DIR/reaper or /tmp/reaper-UID. There is one supervisor for each.
                """,
            argument: .value("DIR") { (options, text, _) throws(ValueError) in
                options.services.stateDirectory = text
            }
        ),
        Flag(
            long: "detach",
            short: "d",
            topic: .action,
            commands: [.up],
            summary: "go on in the background when every service is ready",
            argument: .none { $0.services.isDetached = true }
        ),
        Flag(
            long: "takeover",
            topic: .action,
            commands: [.up],
            summary: "services of a supervisor that was killed: adopt, replace or refuse [replace]",
            details: """
                adopt: they go on, under this supervisor, as far as they are in its file. replace: \
                they are ended, and started anew. refuse: nothing is done, and the status is 1.
                """,
            argument: .value("HOW") { (options, text, _) throws(ValueError) in
                options.services.takeover = try choice(text, "a way to take over")
            }
        ),
        Flag(
            long: "cascade",
            topic: .action,
            commands: [.stop],
            summary: "with a service also stop those that come after it",
            argument: .none { $0.services.cascades = true }
        ),
        Flag(
            long: "force",
            topic: .action,
            commands: [.down],
            summary: "SIGKILL at once, without asking the services first",
            argument: .none { $0.action.isForced = true }
        ),
        Flag(
            long: "follow",
            short: "f",
            topic: .output,
            commands: [.logs],
            summary: "go on with what is printed from now on, until Ctrl-C",
            argument: .none { $0.services.follows = true }
        ),
        Flag(
            long: "lines",
            short: "n",
            topic: .output,
            commands: [.logs],
            summary: "how many lines of each log are shown first [10]",
            argument: .value("NUMBER") { (options, text, _) throws(ValueError) in
                guard let count = Int(text), (0...100_000).contains(count) else {
                    throw ValueError(
                        text,
                        isNot: "a number of lines",
                        expected: "0 to 100000"
                    )
                }
                options.services.lines = count
            }
        ),
        Flag(
            long: "quiet",
            short: "q",
            topic: .output,
            commands: [.up, .down, .restart, .reload],
            summary: "say nothing of what goes as it should",
            argument: .none { $0.output.isQuiet = true }
        ),
    ]
}

extension Options {
    /// Has the rules about services look in the state directory that was named.
    func applyStateDirectory() {
        guard let directory = services.stateDirectory else { return }
        unsafe setenv("REAPER_STATE_DIR", StateDirectory.path(directory), 1)
    }

    /// Refuses what the supervisor's commands cannot make sense of.
    func checkServices(for command: Subcommand) throws(UsageError) {
        guard !operands.contains("") else {
            throw UsageError(argument: "''", message: "is empty: expected the name of a service")
        }
        if command.name == .restart, operands.isEmpty {
            throw UsageError(message: "needs the name of a SERVICE")
        }
    }
}
