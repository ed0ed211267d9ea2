/// Everything the shutdown engine needs of the outside world.
///
/// The engine touches processes, clock and files through this protocol alone, so that a simulated
/// kernel with a virtual clock can run it. Identities stand for proven handles: whoever implements
/// this sends nothing to a number.
public protocol ShutdownKernel {
    /// Time that never jumps.
    mutating func now() -> Duration

    /// Reads every process, and evaluates again what was asked for.
    mutating func look() -> Look

    /// Looks as ``look()`` does and says whether anybody can have been missed.
    ///
    /// Whatever matches what was asked for while births are chased is sent SIGKILL at once: a
    /// process that lives for a millisecond is not there any more when anybody returns.
    mutating func prove() -> ProofLook

    /// Opens a proven handle on the process that was judged.
    mutating func pin(_ target: ShutdownTarget) -> PinAnswer

    /// Reads `stat` through the handle; `nil` once it was reaped and its number can be another's.
    mutating func record(of identity: ProcessIdentity) -> ProcessRecord?

    /// Lets go of a handle whose process does not belong to the shutdown after all.
    mutating func change(of identity: ProcessIdentity) -> String?

    mutating func release(_ identity: ProcessIdentity)

    /// Sends a signal through the handle, after looking once more that it is who was judged.
    ///
    /// SIGCONT goes without that look: it only undoes a SIGSTOP.
    mutating func send(_ signal: Signal, to identity: ProcessIdentity) -> SendAnswer

    /// Whether all of it has exited; a zombie counts as exited.
    mutating func hasExited(_ identity: ProcessIdentity) -> Bool

    /// Waits until one of them exits, the user interrupts, or the time comes.
    mutating func wait(for identities: [ProcessIdentity], until time: Duration) -> WaitAnswer

    /// Says in words why a process that got SIGKILL is still there, and undoes it where it may.
    mutating func diagnose(
        _ identity: ProcessIdentity,
        within set: Set<ProcessIdentity>
    ) -> String?

    /// Whether a process that was born meanwhile and adopted can come from one of these.
    mutating func canDescend(_ stray: ProcessRecord, from members: [ProcessIdentity]) -> Bool

    /// Who holds these ports now; what is not named is free.
    mutating func holders(of ports: PortSet) -> Result<[PortOutcome], SystemError>

    /// Removes a file if it is still the one that was judged.
    mutating func remove(_ removal: FileRemoval) -> RemovalAnswer
}

/// One look at all processes.
public struct Look: Sendable {
    /// `stat` of everybody, sorted by pid.
    public var processes: [ProcessRecord]
    /// Who matches what was asked for, evaluated just now; empty where no pattern was.
    public var matches: [ShutdownTarget]

    /// Creates a look.
    public init(processes: [ProcessRecord], matches: [ShutdownTarget] = []) {
        self.processes = processes
        self.matches = matches
    }
}

/// A look, and what it is worth.
public struct ProofLook: Sendable {
    /// What was seen.
    public var look: Look
    /// Whether anybody can have been missed.
    public var answer: ProofScan.Answer
    /// Who matched and was born while births were chased.
    public var found: [ShutdownTarget]
    /// Those of them that were sent SIGKILL.
    public var killed: [ShutdownTarget]

    /// Creates an answer.
    public init(
        look: Look,
        answer: ProofScan.Answer,
        found: [ShutdownTarget] = [],
        killed: [ShutdownTarget] = []
    ) {
        self.look = look
        self.answer = answer
        self.found = found
        self.killed = killed
    }
}

/// What came of opening a handle.
public enum PinAnswer: Sendable, Equatable {
    /// It is held.
    case pinned
    /// It is gone, or its number names another process now.
    case gone
    /// It is not what was judged; the text says what changed.
    case changed(String)
    /// The kernel refused; the text says what.
    case denied(String)
}

/// What came of sending a signal.
public enum SendAnswer: Sendable, Equatable {
    /// It was sent.
    case sent
    /// It is gone.
    case gone
    /// It belongs to somebody else; the text says to whom.
    case denied(String)
    /// It is not what was judged any more; the text says what changed.
    case changed(String)
}

/// Why waiting ended.
public struct WaitAnswer: Sendable, Equatable {
    /// Who was seen to have exited.
    public var exited: [ProcessIdentity]
    /// How often the user interrupted so far.
    public var interrupts: Int

    /// Creates an answer.
    public init(exited: [ProcessIdentity], interrupts: Int = 0) {
        self.exited = exited
        self.interrupts = interrupts
    }
}

/// What came of removing a file.
public enum RemovalAnswer: Sendable, Equatable {
    /// It is gone, by us.
    case removed
    /// It was gone before.
    case alreadyGone
    /// It was left in place; the text says why.
    case kept(String)
}
