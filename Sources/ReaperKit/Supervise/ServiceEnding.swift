/// Services to end together, in the order in which they depend on each other.
///
/// The supervisor hands it to a process of its own, so that the engine, which waits, keeps nobody
/// else waiting; it goes there as one line of JSON.
public struct ServiceEnding: Sendable, Equatable {
    /// One service.
    public struct Target: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its process, running or not; `nil` where only the mark is known.
        public var identity: ProcessIdentity?
        /// What marks whatever it started; empty: nothing does.
        public var mark: String
        /// When the mark was made, in clock ticks after boot: whoever is older is nobody of the
        /// service's; 0: not known.
        public var since: UInt64 = 0
        /// How it is ended.
        public var stop: StopAction
        /// Names of those that end before it.
        public var after: [String]
        /// What is run to ask it to end, before its signal is sent; empty: nothing.
        public var stopCommand: [ByteString] = []
        /// Where that is run.
        public var directory: ByteString?
        /// As whom.
        public var user: String?
        /// With which variables.
        public var environment: [Service.Variable] = []
        /// The service's log, to which what that prints is added; `nil`: to standard error.
        public var log: ByteString?
        /// The fingerprint of the definition that it was started with, if that is known.
        var fingerprint: String?

        /// Creates a target.
        public init(
            name: String,
            identity: ProcessIdentity?,
            mark: String,
            stop: StopAction,
            after: [String] = []
        ) {
            self.name = name
            self.identity = identity
            self.mark = mark
            self.stop = stop
            self.after = after
        }
    }

    /// Each service once.
    public var targets: [Target]
    /// The time that all of it may take.
    public var deadline: Duration
    /// Whether to kill without asking.
    public var isForced: Bool
    /// Whether everything that they started descends from the supervisor, who is a subreaper and
    /// this process's parent.
    public var areDescendants = false

    /// Creates a request.
    public init(_ targets: [Target], deadline: Duration = .seconds(30), isForced: Bool = false) {
        self.targets = targets
        self.deadline = deadline
        self.isForced = isForced
    }

    /// The id of the rule that stands for a service here.
    static func rule(of name: String) -> String { "service.\(name)" }

    /// The services as rules, so that the planner can plan for them.
    var rules: [Rule] {
        targets.map { target in
            var rule = Rule(
                id: Self.rule(of: target.name),
                title: "service \(target.name)",
                source: "service \(target.name)"
            )
            rule.stop = target.stop
            rule.after = target.after.map(Self.rule)
            return rule
        }
    }

    /// The marks of those that have one.
    var marks: ServiceMarks {
        var marks = ServiceMarks()
        let marked = targets.filter { !$0.mark.isEmpty }
        for target in marked {
            marks.rules[ServiceMarks.entry(target.mark)] = Self.rule(of: target.name)
        }
        marks.since = marked.map(\.since).min() ?? 0
        marks.areDescendants = areDescendants
        return marks
    }
}

/// What came of ending services.
public struct ServiceEndingResult: Sendable, Equatable {
    /// Of one service.
    public struct Part: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// How many of its processes ended.
        public var ended = 0
        /// How many of these had to be killed.
        public var killed = 0
        /// Why somebody of it is left, one sentence for each; empty: nobody is.
        public var left: [String] = []
        /// Its ports that are held still or again, one sentence for each.
        public var held: [String] = []
        /// Time from the beginning until the last of it was gone.
        public var time = Duration.zero

        /// Nothing yet.
        public init(name: String) { self.name = name }
    }

    /// One for each target, in their order.
    public var parts: [Part]
    /// What proves that nobody is left.
    public var proof = Proof.none
    /// Why it is not proven.
    public var unproven: String?
    /// Whether the time was up.
    public var deadlinePassed = false
    /// Nothing yet.
    public init(_ parts: [Part]) { self.parts = parts }

    /// Both, of services that ended one after the other.
    func followed(by next: ServiceEndingResult) -> ServiceEndingResult {
        var both = self
        both.parts += next.parts
        both.proof = proof == .none ? .none : next.proof
        both.unproven = unproven ?? next.unproven
        both.deadlinePassed = deadlinePassed || next.deadlinePassed
        return both
    }
}
