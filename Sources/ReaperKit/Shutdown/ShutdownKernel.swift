/// Everything the shutdown engine needs of the outside world.
///
/// The engine touches processes, clock and files through this protocol alone, so that a simulated
/// kernel with a virtual clock can run it. Identities stand for proven handles: whoever implements
/// this sends nothing to a number.
public protocol ShutdownKernel {
    /// Time that never jumps.
    mutating func now() -> Duration

    /// Reads the processes of a scope, and evaluates again what was asked for.
    mutating func look(_ scope: LookScope) -> Look

    /// Looks as ``look(_:)`` does and says whether anybody can have been missed.
    ///
    /// Whatever matches what was asked for while births are chased is sent SIGKILL at once: a
    /// process that lives for a millisecond is not there any more when anybody returns.
    ///
    /// - Parameter end: When to give up, at the latest.
    /// - Returns: What was seen, and what it is worth.
    mutating func prove(until end: Duration) -> ProofLook

    /// Opens a proven handle on the process that was judged.
    mutating func pin(_ target: ShutdownTarget) -> PinAnswer

    /// Reads `stat` through the handle; `nil` once it was reaped and its number can be another's.
    mutating func record(of identity: ProcessIdentity) -> ProcessRecord?

    /// What about a process is not as it was judged, in words; `nil` when all of it is.
    mutating func change(of identity: ProcessIdentity) -> String?

    /// Lets go of a handle whose process does not belong to the shutdown after all.
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

    /// Who was born since the shutdown began, descends from one of these, and lives.
    ///
    /// The kernel tells it as it happens, so it holds for a child whose parents are gone by now.
    ///
    /// At `end` it gives up, at the latest.
    ///
    /// - Returns: Them, in the order of their births; `nil` where nobody tells, or where something
    ///   was lost: then whoever an adopter has may have come from here.
    mutating func births(to members: [ProcessIdentity], until end: Duration) -> Births?

    /// Thaws the control groups that somebody else has frozen, where they hold nobody but these: a
    /// frozen process cannot act on what it is asked.
    ///
    /// - Returns: Of each member in a frozen group, what was done, or why it was not, in words.
    mutating func wakeGroups(holding members: Set<ProcessIdentity>) -> [ProcessIdentity: String]

    /// Whether every birth since hearing began was told, by the kernel's own count of them.
    mutating func hasHeardAll() -> Bool

    /// Whether a number can have been given to another process since the shutdown began.
    mutating func mayHavePassedOn(_ number: Int32) -> Bool

    /// Whether a process was told as born to one of these numbers, outside that one's session and
    /// while a member could make it there (`CLONE_PARENT`), or not told at all.
    mutating func mayBeBorn(
        _ stray: ProcessRecord,
        to adopters: Set<Int32>,
        by members: [ProcessIdentity]
    ) -> Bool

    /// The number of whoever bore a process, as it was told; `nil` where that was not.
    ///
    /// A parent that has only adopted it did not.
    mutating func birthParent(of identity: ProcessIdentity) -> Int32?

    /// Those of `members` who lost a child that was never held, and is older than what is told.
    ///
    /// Whom that child has left behind, nobody tells. Of those whose numbers are `known` the children
    /// were seen.
    mutating func bereaved(
        _ members: [ProcessIdentity],
        besides known: Set<Int32>
    ) -> [ProcessIdentity]

    /// Whether a process is older than what was told of births; `nil` where nobody tells.
    ///
    /// Only asked of who is held.
    mutating func isOlderThanHearing(_ identity: ProcessIdentity) -> Bool?

    /// Freezes, each at one stroke, the control groups that hold nobody but these.
    ///
    /// - Returns: Whom that holds: they cannot fork until ``thawGroups()``.
    mutating func freezeGroups(holding members: Set<ProcessIdentity>) -> Set<ProcessIdentity>

    /// Lets every control group run again that was frozen.
    mutating func thawGroups()

    /// Sends SIGKILL to everybody in the control groups that reaper made for this, if there are
    /// any and they hold nobody but these; returns who was sent it.
    mutating func killGroups(holding members: Set<ProcessIdentity>) -> Set<ProcessIdentity>

    /// Whether the control groups that reaper made for this, or that held nobody but members, are
    /// empty; `nil` when there are none.
    mutating func areGroupsEmpty() -> Bool?

    /// Who has what is to be left to nobody, after everything in the plan is gone.
    ///
    /// Whoever was not looked at by `end` is ``OthersAnswer/unreached``.
    mutating func others(of sweep: FinalSweep, until end: Duration) -> OthersAnswer

    /// Who holds these ports now; what is not named is free.
    mutating func holders(of ports: PortSet) -> Result<[PortOutcome], SystemError>

    /// Removes a file if it is still the one that was judged.
    mutating func remove(_ removal: FileRemoval) -> RemovalAnswer
}

/// What a look covers.
public enum LookScope: Sendable, Equatable {
    /// Every process there is.
    case everybody
    /// These, and whoever descends from them; it costs nothing for everybody else.
    case trees([ProcessIdentity])
    /// Whoever descends from these and is none of `known`, by their numbers; these themselves are
    /// not looked at.
    case newcomers(below: [ProcessIdentity], known: Set<Int32>)
}

/// One look at processes.
public struct Look: Sendable {
    /// `stat` of everybody it covers, sorted by pid.
    public var processes: [ProcessRecord]
    /// Who matches what was asked for, evaluated just now; empty where no pattern was.
    public var matches: [ShutdownTarget]
    /// When it began, in clock ticks after boot.
    public var tick: UInt64

    /// Creates a look.
    public init(processes: [ProcessRecord], matches: [ShutdownTarget] = [], tick: UInt64 = 0) {
        self.processes = processes
        self.matches = matches
        self.tick = tick
    }
}

/// Who was born to a tree while it was being stopped.
public struct Births: Sendable, Equatable {
    /// Those who live, in the order of their births.
    public var living: [Birth]
    /// Whether nobody else lives; otherwise they come and go faster than they are looked at.
    public var areAll: Bool

    /// Creates an answer.
    public init(_ living: [Birth], areAll: Bool = true) {
        self.living = living
        self.areAll = areAll
    }
}

/// A process that was born to a tree while it was being stopped.
public struct Birth: Sendable, Equatable {
    /// The child, read through a handle that is proven to be it.
    public var child: ProcessRecord
    /// The nearest of the members that it descends from.
    public var ancestor: ProcessIdentity

    /// Creates a birth.
    public init(child: ProcessRecord, ancestor: ProcessIdentity) {
        self.child = child
        self.ancestor = ancestor
    }
}

/// Who has what a final sweep is about.
public struct OthersAnswer: Sendable, Equatable {
    /// Who may be stopped.
    public var targets: [ShutdownTarget]
    /// Who may not, and why.
    public var refused: [Refusal]
    /// Why it is not known whether these are all; `nil` when they are.
    public var unknown: String?
    /// Who seemed to be among them, and was not looked at again before the time was up.
    public var unreached: [Refusal] = []

    /// Creates an answer.
    public init(
        targets: [ShutdownTarget] = [],
        refused: [Refusal] = [],
        unknown: String? = nil
    ) {
        self.targets = targets
        self.refused = refused
        self.unknown = unknown
    }
}

/// A look, and what it is worth.
public struct ProofLook: Sendable {
    /// What was seen.
    public var look: Look
    /// Whether anybody can have been missed.
    public var answer: ProofScan.Answer
    /// Whether everybody was listed; otherwise it shows only who was born meanwhile.
    public var isListed = true
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
    /// It is held, and runs.
    case pinned
    /// It is held, and has exited: a zombie, or reaped since.
    case exited
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
