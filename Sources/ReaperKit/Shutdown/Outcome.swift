/// How one target ended; each has exactly one.
public enum TargetResult: String, Sendable, CaseIterable {
    /// It left after its stop signal, or by itself after being asked.
    case exited
    /// It left after SIGKILL.
    case killed
    /// It was gone before any signal was sent.
    case alreadyGone = "already_gone"
    /// It is still there.
    case survived
    /// The kernel refused the signal.
    case denied
    /// Reaper refused: it is not the process that was judged, or must not be touched.
    case refused
}

/// What happened to one target.
public struct TargetOutcome: Sendable, Equatable {
    /// Who.
    public var identity: ProcessIdentity
    /// What it was called.
    public var name: ByteString
    /// How it ended.
    public var result: TargetResult
    /// The last signal that it was sent; `nil` if none.
    public var signal: Signal?
    /// Time from the start of the shutdown to its exit; `nil` while it lives.
    public var after: Duration?
    /// Time from the start of the shutdown to its stop signal; `nil` if it was not sent any.
    public var asked: Duration?
    /// How long it was given to answer that; `nil` where it was not asked, or it is not known.
    public var grace: Duration?
    /// Time from the start of the shutdown to SIGKILL; `nil` if it was not sent that, or as what it
    /// was asked with.
    public var killed: Duration?
    /// Why it survived, was denied or refused; or what is notable, such as a zombie's parent.
    public var reason: String?

    /// Creates an outcome.
    public init(
        identity: ProcessIdentity,
        name: ByteString,
        result: TargetResult,
        signal: Signal? = nil,
        after: Duration? = nil,
        reason: String? = nil
    ) {
        self.identity = identity
        self.name = name
        self.result = result
        self.signal = signal
        self.after = after
        self.reason = reason
    }
}

/// What was established about a port afterwards.
public struct PortOutcome: Sendable, Equatable {
    /// TCP or UDP.
    public var transport: TransportProtocol
    /// The number.
    public var port: UInt16
    /// Whether it was free twice, a moment apart.
    public var isFree: Bool
    /// Who holds it now, in words; `nil` when free.
    public var holder: String?
    /// Whether everybody who holds it started after the shutdown began: it was taken again.
    public var isHeldAgain = false

    /// Creates an outcome.
    public init(transport: TransportProtocol, port: UInt16, isFree: Bool, holder: String? = nil) {
        self.transport = transport
        self.port = port
        self.isFree = isFree
        self.holder = holder
    }
}

/// What proves that nothing is left.
public enum Proof: String, Sendable, CaseIterable {
    /// sock_diag(7) shows no such socket.
    case port
    /// Every member exited, and had its children read while it was frozen or after it exited.
    case tree
    /// `wait4(-1, __WALL)` said `ECHILD`.
    case subreaper
    /// The control group is empty.
    case cgroup
    /// A full listing without a match, during which nothing was born unseen.
    case proofScan = "proof_scan"
    /// Nothing: it is not proven.
    case none
}

/// What a shutdown did.
public struct ShutdownOutcome: Sendable, Equatable {
    /// One per target, members found on the way included.
    public var targets: [TargetOutcome] = []
    /// Files that were removed.
    public var removed: [ByteString] = []
    /// Files that were to be removed and were kept, with the reason.
    public var kept: [Refusal] = []
    /// Ports that were asked about.
    public var ports: [PortOutcome] = []
    /// Why a port may be held although nothing shows it, one sentence each.
    public var portNotes: [String] = []
    /// How often the kill set was read again.
    public var rounds = 0
    /// What proves that nothing is left.
    public var proof = Proof.none
    /// Why it is not proven, where it is not.
    public var unproven: String?
    /// Whether the deadline passed with targets left.
    public var deadlinePassed = false
    /// Whether the user interrupted.
    public var wasInterrupted = false

    /// Creates an empty outcome.
    public init() {}

    /// Whether there was nobody to stop and nothing to remove.
    public var isIdle: Bool {
        targets.isEmpty && removed.isEmpty && kept.isEmpty && ports.allSatisfy(\.isFree)
    }
}
