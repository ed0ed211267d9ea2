/// Everything a command has to say, before any format is chosen.
public struct Report: Sendable {
    /// The subcommand, such as `scan`.
    public var command: String
    /// When it began, since 1970-01-01 UTC.
    public var startedAt: Duration
    /// How long it took.
    public var duration: Duration
    /// What was seen; findings refer to its processes and files.
    public var snapshot: Snapshot
    /// What is wrong, in the order it is shown.
    public var findings: [Finding]
    /// What would be wrong, and is expected.
    public var ignored: [IgnoredFinding] = []
    /// How many instance files were looked at, where not all of them are in the snapshot.
    public var filesLookedAt: Int?
    /// Whether everything that could hide something asked for was read.
    public var isComplete: Bool
    /// Whether everybody's processes were asked for, and one user's could have been: `--user`.
    public var isOfAllUsers = false
    /// Whether whoever's files are new was asked, too: `--since`.
    public var isOfFiles = false
    /// Why nothing was done, where the command line is to blame.
    public var error: String?
    /// What would be done, or was to be done.
    public var plan: ShutdownPlan?
    /// What was done.
    public var outcome: ShutdownOutcome?
    /// The instances that were asked for, and how they are in the end; `nil` where none were.
    public var instances: [Instance]?
    /// The command that was run, by the reaper that tells of it.
    public var run: RunFacts?
    /// Which rules and detectors looked, whether they found anything or not.
    public var checks: [ReportCheck] = []
    /// How much was looked at, where the report was read back and ``snapshot`` holds only a part.
    public var statedTotals: ReportTotals?

    /// Creates a report.
    public init(
        command: String,
        startedAt: Duration,
        duration: Duration,
        snapshot: Snapshot,
        findings: [Finding],
        isComplete: Bool,
        plan: ShutdownPlan? = nil,
        outcome: ShutdownOutcome? = nil
    ) {
        self.command = command
        self.startedAt = startedAt
        self.duration = duration
        self.snapshot = snapshot
        self.findings = findings
        self.isComplete = isComplete
        self.plan = plan
        self.outcome = outcome
    }
}

/// How much was looked at, and for how long; `nil` where that is not known.
public struct ReportTotals: Sendable, Equatable {
    /// Processes that were seen.
    public var processes: Int?
    /// Instance files that were seen.
    public var instanceFiles: Int?
    /// Processes that were not read in full.
    public var unreadable: Int?
    /// How long it took.
    public var duration: Duration?

    /// Creates totals that nothing is known of.
    public init() {}
}

extension Report {
    /// How much was looked at; what is ignored was, too.
    var totals: ReportTotals {
        if let statedTotals { return statedTotals }
        var totals = ReportTotals()
        let ignored = ignored.map(\.finding)
        let processes = snapshot.processes.map(\.identity) + ignored.compactMap(\.process)
        let files = snapshot.instanceFiles.map(\.path) + ignored.compactMap(\.file)
        totals.processes = Set(processes).count
        totals.instanceFiles = max(Set(files).count, filesLookedAt ?? 0)
        totals.unreadable = snapshot.unreadable.processes.count
        totals.duration = duration
        return totals
    }
}

/// How a report is to be written, whatever its format.
public struct ReportStyle: Sendable {
    /// Columns of the terminal; `nil` when the output is not one, and lines may be any length.
    public var width: Int?
    /// Whether to use color.
    public var color = false
    /// Whether secrets in command lines are shown.
    public var showsSecrets = false
    /// Whether to show every fact, `-v`.
    public var isVerbose = false
    /// Whether to leave out everything but the findings, `-q`.
    public var isQuiet = false
    /// Which findings a format that knows passed and failed takes for failures, `--fail-on`.
    public var failureThreshold = FailureThreshold.warning
    /// What was typed, for a format that tells; empty where that is not known.
    public var request: [ByteString] = []
    /// What the command returns, for a format that tells; `nil`: what follows from the report.
    public var status: ExitStatus?

    /// Creates the plain style.
    public init() {}
}
