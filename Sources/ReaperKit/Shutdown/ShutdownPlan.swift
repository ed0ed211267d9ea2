/// What would be done, in order: the very value that `--dry-run` prints and the engine executes.
public struct ShutdownPlan: Sendable, Equatable {
    /// Waves in order; the targets of one wave are stopped in parallel, deepest first.
    public var waves: [[ShutdownTarget]] = []
    /// Files to remove once every target is gone.
    public var removals: [FileRemoval] = []
    /// What was asked for and will not be done, and why.
    public var refused: [Refusal] = []
    /// What is too little proven to be acted on, or only reported, and what would act on it.
    public var leftAlone: [Refusal] = []
    /// Ports that must be free afterwards.
    public var ports: PortSet?
    /// What rules and services want looked at again when everything else is over.
    public var sweeps: [FinalSweep] = []
    /// Control groups that reaper made for what is stopped: everybody in them belongs to it.
    public var groups: [ByteString] = []
    /// Zombies whose parents are asked to wait for them.
    public var zombies: [ZombieTarget] = []
    /// Whether members that appear after planning are stopped too; not for `--plan FILE`.
    public var follows = true

    /// Creates an empty plan.
    public init() {}

    /// What of this plan an earlier one held too: its trees, its files, its ports, its sweeps.
    public func restricted(to earlier: ShutdownPlan) -> ShutdownPlan {
        let roots = Set(earlier.targets.map(\.root))
        let paths = Set(earlier.removals.map(\.path))
        var plan = self
        plan.waves = waves.map { $0.filter { roots.contains($0.root) } }.filter { !$0.isEmpty }
        plan.removals = (removals + earlier.removals.filter(\.isCompanion))
            .filter { paths.contains($0.path) }
        plan.zombies = zombies.filter { zombie in
            earlier.zombies.contains { $0.identity == zombie.identity }
        }
        plan.ports = earlier.ports
        plan.sweeps = sweeps.filter { sweep in
            earlier.sweeps.contains { $0.owner == sweep.owner }
        }
        return plan
    }

    /// Every target of every wave.
    public var targets: [ShutdownTarget] { waves.flatMap(\.self) }

    /// Whether executing it would change nothing.
    public var isNothingToDo: Bool { targets.isEmpty && removals.isEmpty && zombies.isEmpty }

    /// Whether there is nothing to do and nothing was refused.
    public var isEmpty: Bool {
        targets.isEmpty && removals.isEmpty && refused.isEmpty && zombies.isEmpty
    }
}

/// One process to stop.
public struct ShutdownTarget: Sendable, Equatable {
    /// Who.
    public var identity: ProcessIdentity
    /// Steps below its root, 0 for the root itself.
    public var depth: Int
    /// The process that was selected or found, whose tree this belongs to.
    public var root: ProcessIdentity
    /// What asks it to stop.
    public var signal: Signal
    /// Grace between asking and killing.
    public var timeout: Duration
    /// Which end of its tree is asked first.
    public var order: StopOrder = .deepestFirst
    /// Why it is in the plan.
    public var reason: String
    /// Why it may not end by its stop signal, as far as that can be told beforehand.
    public var note: String?
    /// Whether it was gone already when an earlier plan was held against what is there.
    public var isGone = false
    /// What it was called when it was judged.
    public var name: ByteString
    /// What it ran when it was judged; an exec in between voids the judgment.
    public var executable: ByteString?
    /// Its real user when it was judged.
    public var user: UInt32?
    /// Its pidfd inode when it was judged; `nil` before Linux 6.9.
    public var pidfdInode: UInt64?
    /// The parent's number when it was judged; `nil` where that is not known.
    public var parent: Int32?
    /// The session's number when it was judged; `nil` where that is not known.
    public var session: Int32?
    /// Whether it led its session when it was judged: then the session's members belong to it.
    public var leadsSession = false
    /// Whether it led its process group when it was judged.
    public var leadsGroup = false

    /// Creates a target.
    public init(
        identity: ProcessIdentity,
        depth: Int = 0,
        root: ProcessIdentity? = nil,
        signal: Signal = .terminate,
        timeout: Duration = .seconds(10),
        reason: String,
        name: ByteString
    ) {
        self.identity = identity
        self.depth = depth
        self.root = root ?? identity
        self.signal = signal
        self.timeout = timeout
        self.reason = reason
        self.name = name
    }
}

/// One file to remove, if it is still the one that was judged.
public struct FileRemoval: Sendable, Equatable {
    /// The absolute path.
    public var path: ByteString
    /// The inode that was judged.
    public var file: FileIdentity
    /// The rule by which it was judged, and is judged again before it goes.
    public var rule: String?
    /// Why it is stale.
    public var reason: String
    /// Whether it goes because its rule's processes went, not because of what it says.
    public var isCompanion = false

    /// Creates a removal.
    public init(path: ByteString, file: FileIdentity, rule: String? = nil, reason: String) {
        self.path = path
        self.file = file
        self.rule = rule
        self.reason = reason
    }
}

/// Something that was asked for and is not done.
public struct Refusal: Sendable, Equatable {
    /// The process; `nil` for a file.
    public var identity: ProcessIdentity?
    /// The file; `nil` for a process.
    public var path: ByteString?
    /// Why not, and what to do instead.
    public var reason: String
    /// The target to whose tree the process belongs, or that it is; `nil` where that is nobody's.
    var root: ProcessIdentity?

    /// Refuses a process.
    public init(_ identity: ProcessIdentity, reason: String) {
        self.identity = identity
        self.reason = reason
    }

    /// Refuses a file.
    public init(path: ByteString, reason: String) {
        self.path = path
        self.reason = reason
    }
}

/// A zombie, and who has to wait for it.
public struct ZombieTarget: Sendable, Equatable {
    /// The zombie.
    public var identity: ProcessIdentity
    /// Its parent.
    public var parent: ProcessIdentity
    /// Whether the parent is stopped and must be continued first.
    public var isParentStopped: Bool
    /// What the zombie was called; empty where a plan file does not say.
    public var name: ByteString = ""
    /// Whether somebody has waited for it since it was planned.
    public var isGone = false

    /// Creates a pair.
    public init(
        identity: ProcessIdentity,
        parent: ProcessIdentity,
        isParentStopped: Bool = false,
        name: ByteString = ""
    ) {
        self.identity = identity
        self.parent = parent
        self.isParentStopped = isParentStopped
        self.name = name
    }
}
