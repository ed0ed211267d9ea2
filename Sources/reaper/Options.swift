import Glibc
import ReaperKit

/// A command line, understood: every value parsed and checked, nothing looked up twice.
struct Options: Sendable, Equatable {
    /// What to look for.
    var selection = Selection()
    /// What to do about it.
    var action = ActionOptions()
    /// Which instances to stop.
    var instances = InstanceOptions()
    /// How to run a command.
    var run = RunOptions()
    /// Which services, and where their supervisor is.
    var services = ServiceOptions()
    /// What came of those whom a supervisor has stopped; `nil` where none was asked to.
    var servedStatus: ExitStatus?
    /// How to say it.
    var output = OutputOptions()
    /// Which rules hold.
    var rules = RuleOptions()
    /// `--since`: the file that holds the baseline; it is read when the machine is looked at.
    var baselineFile: String?
    /// `--settle` of `scan`: how long what is new may take to go by itself.
    var settlingTime: Duration?
    /// The procfs to read, `--proc`; `nil` stands for `/proc`.
    var procDirectory: String?
    /// What is neither a flag nor a flag's value.
    var operands: [String] = []
    /// `--help` or `--version`: then nothing else counts.
    var request: Request?

    /// Whether any selector was given; that is consent.
    var isSelected: Bool { !selection.isEmpty || baselineFile != nil }

    /// Whether the selectors say what to stop, so that nothing else has to: whose a process is, its
    /// age and its state tell nothing of that.
    var isConsent: Bool { isSelected && !(baselineFile == nil && selection.isBroad) }

    /// Whether what is planned is shown in full, and not only what became of it.
    var showsPlan: Bool {
        action.isDryRun || output.format != .table || !output.reports.isEmpty
            || output.isVerbose || isatty(0) == 1
    }

    /// What a flag asks for instead of running the command.
    enum Request: Sendable, Equatable {
        case help
        case version
    }
}

/// What `clean` may do, and how.
struct ActionOptions: Sendable, Equatable {
    /// Whether only descendants of reaper are acted on.
    var isOfDescendants = false
    /// `-n`: show the plan, signal nothing.
    var isDryRun = false
    /// `-y`: do not ask.
    var assumesYes = false
    /// Whether only a variable says so: that is no word on what is meant.
    var assumesYesByVariable = false
    /// `-i`: ask even where consent was given.
    var isInteractive = false
    /// The variable that says so; `nil` where the command line does.
    var interactiveVariable: String?
    /// `-s`; `nil` leaves it to the rule.
    var signal: Signal?
    /// `-t`; `nil` leaves it to the rule.
    var timeout: Duration?
    /// `--deadline`.
    var deadline: Duration?
    /// `-f`: SIGKILL at once.
    var isForced = false
    /// `--order`; `nil` leaves it to the rule.
    var order: StopOrder?
    /// `--plan`: do exactly what this file says.
    var planFile: String?
    /// `--include-probable`.
    var includesProbable = false

    /// The time that stopping may take, from the first signal to the last look.
    ///
    /// A grace that a person asks for raises it: 20 s remain for killing and verifying, as with the
    /// defaults of 10 s and 30 s.
    var effectiveDeadline: Duration {
        deadline ?? max(.seconds(30), (timeout ?? .zero) + .seconds(20))
    }
}

/// Which instances `stop` is about.
struct InstanceOptions: Sendable, Equatable {
    /// `--name`, `--service`.
    var names: [String] = []
    /// `--all`.
    var isAll = false
}

/// What becomes of that which a command leaves behind.
struct RunOptions: Sendable, Equatable {
    /// `--settle`: how long whatever is left may take to end by itself.
    var settle = Duration.milliseconds(500)
    /// `--keep`: tell, and stop nothing.
    var keeps = false
    /// `--watch`: absolute paths of files that count if they are new.
    var watched: [Glob] = []
    /// `--ports`: what must not be held anew, by anybody.
    var ports: PortSet?
    /// `--leak-exit-code`.
    var leakCode = ExitStatus.leaked.rawValue
}

/// How a report is written, and what makes the command fail.
struct OutputOptions: Sendable, Equatable {
    /// When to use color.
    enum ColorChoice: String, Sendable, CaseIterable {
        case auto
        case always
        case never
    }

    var format = ReportFormat.table
    /// `-o`; `nil` stands for stdout.
    var file: String?
    /// `--report`: written beside that.
    var reports: [ReportDestination] = []
    var isQuiet = false
    var isVerbose = false
    var color = ColorChoice.auto
    var showsSecrets = false
    /// Which findings make the command fail.
    var failureThreshold = FailureThreshold.warning
    /// Whether finding nothing is a failure.
    var requiresMatch = false
}

/// One `--report FORMAT=FILE`.
struct ReportDestination: Sendable, Equatable {
    var format: ReportFormat
    /// `nil` stands for stdout.
    var file: String?
}

/// Where rules come from.
struct RuleOptions: Sendable, Equatable {
    /// `--rules`: files and directories, in order; a later file replaces one of the same name.
    var paths: [String] = []
    /// Whether the embedded rules and those of the system and the user count.
    var usesDefaults = true

    /// These options as a shell reads them, each after a space.
    var commandLine: String {
        (usesDefaults ? "" : " --no-default-rules")
            + paths.map { " --rules \(quoted($0))" }.joined()
    }

    /// A word that a shell takes as it is.
    private func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-+:@%,=".utf8.contains(byte)
            }
        }
        guard !isPlain || word.isEmpty else { return word }
        return "'"
            + word.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
