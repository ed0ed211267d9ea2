/// What is wrong.
public enum FindingKind: String, Sendable, Hashable, CaseIterable {
    /// Its owner is gone and a rule knows it.
    case orphan
    /// A file that names a process which is not there any more.
    case staleInstance = "stale_instance"
    /// A Unix socket file that nobody serves.
    case staleSocket = "stale_socket"
    /// Exited, but its parent has not waited for it.
    case zombie
    /// Holds a port that was asked about.
    case portHolder = "port_holder"
    /// Runs a file that has been deleted.
    case deletedExecutable = "deleted_executable"
    /// Left over by what the user selected or ran.
    case leakedProcess = "leaked_process"
    /// A port that somebody holds since, who was there before or cannot be seen.
    case leakedPort = "leaked_port"
    /// A file that was not there before and is in use by somebody who was, or is not known to be
    /// stale.
    case leakedFile = "leaked_file"

    /// Whether it is something that came since a snapshot, or that a command left.
    public var isLeak: Bool {
        switch self {
        case .leakedProcess, .leakedPort, .leakedFile: true
        case .orphan, .staleInstance, .staleSocket, .zombie, .portHolder, .deletedExecutable: false
        }
    }
}

/// How much a finding matters to the exit code.
public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Worth knowing.
    case info
    /// Should be looked at.
    case warning
    /// Will break something.
    case error

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .error: 2
        }
    }

    /// From least to most.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// How sure a finding is.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// Evidence of ownership and of abandonment, and no veto: `clean` acts.
    case confirmed
    /// One of them is weak: `clean --include-probable` acts.
    case probable
    /// Worth showing; nothing ever acts on it.
    case suspect
}

/// One fact, and where a reader can check it.
public struct Evidence: Sendable, Hashable {
    /// A sentence without a full stop.
    public var fact: String
    /// The file or call it was read from, such as `/proc/4127/exe`.
    public var source: String
    /// What was read there, where it is short and not secret.
    public var value: ByteString?

    /// Creates a fact.
    public init(_ fact: String, source: String, value: ByteString? = nil) {
        self.fact = fact
        self.source = source
        self.value = value
    }
}

/// What to do about a finding.
public struct Remedy: Sendable, Hashable {
    /// The kinds of action there are.
    public enum Action: String, Sendable, CaseIterable {
        /// Stop the process and its tree.
        case stop
        /// Remove the file.
        case remove
        /// Send the parent `SIGCHLD`, so that it waits.
        case signalParent = "signal_parent"
        /// Nothing that reaper does by itself.
        case none
    }
    /// What `clean` would do.
    public var action: Action
    /// A command line that does it, or tells more; `nil` where there is none.
    public var command: String?

    /// Creates a remedy.
    public init(_ action: Action, command: String? = nil) {
        self.action = action
        self.command = command
    }
}

/// One thing that is wrong, why reaper thinks so, and what to do.
public struct Finding: Sendable, Equatable {
    /// What is wrong.
    public var kind: FindingKind
    /// The process it is about.
    public var process: ProcessIdentity?
    /// The path of the file it is about.
    public var file: ByteString?
    /// The port it is about, where no process is known to hold it, such as `8080/tcp`.
    public var port: String?
    /// Who holds that port, as far as they can be seen.
    public var holders: [ProcessIdentity] = []
    /// The rule that found it, `system.rule`; `nil` for a detector's own judgment.
    public var rule: String?
    /// How much it matters.
    public var severity: Severity
    /// How sure it is.
    public var verdict: Verdict
    /// One sentence, with the names in it escaped only when printed.
    public var summary: String
    /// What its rule says that this breaks, or what to do about it.
    public var hint: String?
    /// Facts, most telling first.
    public var evidence: [Evidence]
    /// What to do.
    public var remedy: Remedy

    /// Creates a finding.
    public init(
        kind: FindingKind,
        process: ProcessIdentity? = nil,
        file: ByteString? = nil,
        rule: String? = nil,
        severity: Severity,
        verdict: Verdict,
        summary: String,
        evidence: [Evidence],
        remedy: Remedy
    ) {
        self.kind = kind
        self.process = process
        self.file = file
        self.rule = rule
        self.severity = severity
        self.verdict = verdict
        self.summary = summary
        self.evidence = evidence
        self.remedy = remedy
    }

    /// The summary without the path that begins it, for where the path stands beside it.
    public var shortSummary: String {
        guard let path = file?.text, summary.hasPrefix("\(path): ") else { return summary }
        return String(summary.dropFirst(path.count + 2))
    }

    /// Stable within one boot, such as `orphan:4127@88213`.
    public var id: String {
        if let file { return "\(kind.rawValue):\(file.text)" }
        if let process { return "\(kind.rawValue):\(process)" }
        if let port { return "\(kind.rawValue):\(port)" }
        return kind.rawValue
    }
}
