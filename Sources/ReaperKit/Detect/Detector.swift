/// A fact of one process that a detector must know before it can decide.
public struct FactRequest: Sendable, Hashable {
    /// Whose.
    public var pid: Int32
    /// Which.
    public var kind: FactKind

    /// Creates a request.
    public init(pid: Int32, kind: FactKind) {
        self.pid = pid
        self.kind = kind
    }
}

/// What a detector says of a snapshot.
public struct Detection: Sendable {
    /// What is wrong, ordered by pid.
    public var findings: [Finding] = []
    /// What must be read before the rest can be decided.
    public var wanted: Set<FactRequest> = []
    /// Facts that were refused and could hide a finding.
    public var hidden: [HiddenFact] = []
    /// What is not known of a process that was found, and could clear it; one sentence each.
    public var doubts: [ProcessIdentity: String] = [:]
    /// What is wrong, and expected.
    public var ignored: [IgnoredFinding] = []

    /// Creates an empty answer.
    public init() {}

    mutating func hide(_ pid: Int32, _ kind: FactKind, _ code: Int32) {
        hidden.append(HiddenFact(pid: pid, kind: kind, code: code))
    }
}

/// A fact that the kernel refused, with the `errno`.
public struct HiddenFact: Sendable, Hashable {
    /// Whose.
    public var pid: Int32
    /// Which.
    public var kind: FactKind
    /// Why.
    public var code: Int32
}

/// A snapshot, the tree in it, and what patterns need to be evaluated against it.
public struct SnapshotView: Sendable {
    /// What was seen.
    public let snapshot: Snapshot
    /// Who is whose child.
    public let tree: ProcessTree
    /// What matching needs beyond a process.
    public let context: MatchContext
    /// The rules that its files were found by.
    public let rules: [Rule]
    /// Rules that forbid.
    public let protections: [Rule]

    /// Prepares a snapshot for detectors.
    public init(_ snapshot: Snapshot, rules: [Rule], includesPeers: Bool = false) {
        self.snapshot = snapshot
        tree = ProcessTree(snapshot.processes)
        context = MatchContext(
            host: snapshot.host,
            sockets: snapshot.sockets,
            includesPeers: includesPeers
        )
        self.rules = rules
        protections = rules.filter(\.protect)
    }

    /// Whether this is reaper itself or one of its ancestors.
    public func isOwnChain(_ identity: ProcessIdentity) -> Bool {
        snapshot.host.ownChain.contains(identity)
    }

    /// The parent's record, if the snapshot has one.
    public func parent(of process: ProcessRecord) -> ProcessRecord? {
        snapshot.process(process.parent)
    }
}

/// Whether a process is worth a closer look.
public enum Interest: Sendable, Equatable {
    /// It is not.
    case none
    /// It is.
    case candidate
    /// It cannot be said before this fact is read.
    case needs(FactKind)
}

/// Finds one kind of thing; it sees values only and never touches the system.
public protocol Detector: Sendable {
    /// Whether `process` is worth a closer look, judged by its own facts alone.
    ///
    /// Called while the processes are being read, so that one pass over `/proc` is enough.
    func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest

    /// Judges the candidates; asked again after everything it wanted has been read.
    func detect(_ candidates: [Int], in view: SnapshotView) -> Detection
}

extension ProcessRecord {
    /// How sentences name it: `node (4127@88213)`.
    public var label: String { "\(name.text) (\(identity))" }

    /// The source of a fact about it, such as `/proc/4127/exe`.
    func source(_ file: String) -> String { "/proc/\(pid)/\(file)" }
}

extension MatchContext {
    /// What any of several rules' patterns wants of a process that a rule may stop at all.
    ///
    /// Every pattern is decided, in order: a later one may want a fact that an earlier one does not.
    func interest(
        in process: ProcessRecord,
        ofAny patterns: [ProcessPattern]
    ) -> Interest {
        guard !process.isKernelThread, !process.isZombie, process.pid != 1 else { return .none }
        var interest = Interest.none
        // In place: to copy a pattern, for each process again, takes longer than to evaluate it.
        for index in patterns.indices {
            switch patterns[index].evaluate(process, in: self).interest {
            case .none: continue
            case .candidate: interest = .candidate
            case .needs(let kind): return .needs(kind)
            }
        }
        return interest
    }
}
