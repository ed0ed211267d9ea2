import ReaperKit

/// One row per subcommand; dispatch, help and the manual page read only this table.
struct Subcommand: Sendable {
    /// The words after `reaper`.
    enum Name: String, Sendable, CaseIterable {
        case scan
        case clean
        case explain
        case list
        case stop
        case wait
        case run
        case snapshot
        case rules
        case report
        case up
        case down
        case status
        case restart
        case reload
        case logs
        case completions
        case help
    }

    /// An example that the manual page shows.
    struct Example: Sendable {
        var command: String
        var meaning: String
    }

    var name: Name
    /// What follows the name, such as `[SELECTOR...]`.
    var synopsis: String
    /// One line, without a full stop.
    var summary: String
    /// A paragraph each.
    var details: [String]
    /// What it accepts beside flags; `nil` for nothing.
    var operands: String?
    var examples: [Example] = []
    /// What its statuses mean, and no others are; empty: what they mean everywhere.
    var statuses: [(ExitStatus, String)] = []
    /// Does it.
    var run: @Sendable (Options) -> ExitStatus

    /// The help page, as a person types it.
    var page: String { name == .help ? "reaper help" : "reaper help \(name.rawValue)" }

    /// The flags it takes, in the order of the table.
    var flags: [Flag] { Flag.all.filter { $0.commands.contains(name) } }

    /// The subcommand of this name.
    static func named(_ name: String) -> Subcommand? { Name(rawValue: name).map(row) }

    /// Every subcommand there is.
    static let all = Name.allCases.map(row)

    /// One at a time: a command that is over in a millisecond has no time for the texts of all.
    private static func row(_ name: Name) -> Subcommand {
        switch name {
        case .scan: scan
        case .clean: clean
        case .explain: explain
        case .list: list
        case .stop: stop
        case .wait: wait
        case .run: run
        case .snapshot: snapshot
        case .rules: rules
        case .report: report
        case .up: up
        case .down: down
        case .status: status
        case .restart: restart
        case .reload: reload
        case .logs: logs
        case .completions: completions
        case .help: help
        }
    }

    private static let scan = Subcommand(
        name: .scan,
        synopsis: "[SELECTOR...] [OPTION...]",
        summary: "show what is left over; exits 1 if there is anything",
        details: [
            "Looks at processes, sockets and instance files, says what is left over, why reaper "
                + "thinks so, and what to type to get rid of it. Nothing is changed.",
            "Different selectors are ANDed, the values of one are ORed. A selector that matches "
                + "nothing selects nothing, never everything.",
        ],
        examples: [
            Example(command: "reaper scan", meaning: "everything the rules know"),
            Example(
                command: "reaper scan --ports 8080 -v",
                meaning: "who holds port 8080, and why"
            ),
            Example(
                command: "reaper scan --json --fail-on error",
                meaning: "a report for a program; fail only on errors"
            ),
        ],
        run: ScanCommand.run
    )

    private static let clean = Subcommand(
        name: .clean,
        synopsis: "[SELECTOR...] [OPTION...]",
        summary: "stop and remove it; --dry-run shows the plan",
        details: [
            "Stops what was selected, deepest children first, looks again until nothing new "
                + "appears, then removes stale files. Without a selector it acts on the findings "
                + "whose rule says how to stop or remove them.",
            "Every process is proven to be the one that was judged before each signal. PID 1, "
                + "kernel threads, reaper itself and its ancestors are never stopped.",
        ],
        examples: [
            Example(command: "reaper clean --dry-run", meaning: "what would be done"),
            Example(command: "reaper clean --ports 8080", meaning: "free port 8080"),
            Example(
                command: "reaper clean --pid 4127@88213",
                meaning: "stop this process and its tree, if it is still the one reported"
            ),
            Example(
                command: "reaper clean -n --json -o plan.json; reaper clean --plan plan.json",
                meaning: "do exactly what was reviewed; not &&, a dry run with a plan exits 1"
            ),
        ],
        run: CleanCommand.run
    )

    private static let explain = Subcommand(
        name: .explain,
        synopsis: "TARGET... [OPTION...]",
        summary: "why something runs, who holds a port, whether a file is stale",
        details: [
            "TARGET is PID or PID@START, :PORT (also :8080/udp or :http), a path with a slash in "
                + "it, or a name: that of an instance, as 'stop' finds it, or a glob on what "
                + "processes are called.",
            "Of a process it tells what it is, its parents as far as they can be believed, who "
                + "started or supervises it, what is odd, what each rule says, and what clean "
                + "and stop would do. Of an instance: how it is, its processes, and what stop would "
                + "do; a name that fits several lists them. Of a port: who holds it, whose instance "
                + "that is, who shares it, or keeps it in another network namespace, and what clean "
                + "would do. Of a file: every question that decides whether it is stale, who uses "
                + "it, and which rule knows it. Every fact names its source. Nothing is changed.",
            "The status is 0 when everything was explained, 1 when there is no such process or "
                + "file, or nobody holds the port, and 3 when something could not be read that "
                + "would change the answer.",
        ],
        operands: "TARGET",
        examples: [
            Example(command: "reaper explain 4127", meaning: "why does process 4127 run"),
            Example(command: "reaper explain :8080", meaning: "who holds port 8080, and why"),
            Example(
                command: "reaper explain /run/myapp.pid",
                meaning: "is this file stale, question by question"
            ),
            Example(
                command: "reaper explain prod-a3f2",
                meaning: "does this instance run, as whom, and how is it stopped"
            ),
            Example(command: "reaper explain 'node*'", meaning: "every process of such a name"),
        ],
        run: ExplainCommand.run
    )

    private static let rules = Subcommand(
        name: .rules,
        synopsis: "[list | show | check | test] [OPERAND...] [OPTION...]",
        summary: "which rules there are, what they say, how they see a process",
        details: [
            "list [ID-GLOB...]: the files that count, those that others replace, those that are "
                + "skipped, and every rule. It is what 'reaper rules' alone does.",
            "show ID-GLOB...: rules as they are in force, variables expanded, as the text of a "
                + "rule file.",
            "check [FILE...]: every error in these files and directories, rules that a file of "
                + "another name in force has too, and what can never have an effect; exits 2 if "
                + "there is an error. Without FILE it checks the files that count.",
            "test [FILE | ID-GLOB] --pid PID[@START]: condition by condition, how rules see a "
                + "process and what clean would do. A FILE has a slash in it, or ends in .json5.",
            "The format of rule files is in reaper-rules(5).",
        ],
        operands: "list, show, check or test",
        examples: [
            Example(command: "reaper rules list 'dora.*'", meaning: "the rules about dora"),
            Example(
                command: "reaper rules show wasmcloud.provider",
                meaning: "that rule, variables expanded"
            ),
            Example(
                command: "reaper rules check ~/.config/reaper/rules.d",
                meaning: "every error as FILE:LINE:COLUMN: message"
            ),
            Example(
                command: "reaper rules test ./mine.json5 --pid 4127",
                meaning: "which condition held, which failed, and why"
            ),
        ],
        run: RulesCommand.run
    )

    private static let help = Subcommand(
        name: .help,
        synopsis: "[COMMAND]",
        summary: "explain a command",
        details: [
            "Without a command it lists them. 'reaper help man-page PAGE' prints a manual page, such as "
                + "reaper-scan.1, and 'reaper help man-page list' says which there are."
        ],
        operands: "COMMAND",
        run: HelpCommand.run
    )
}
