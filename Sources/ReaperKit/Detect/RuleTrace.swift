/// How one rule sees one process: every condition, every fact for and against, and what follows.
///
/// A function of values, like the detector whose judgment it explains: what ``finding`` holds is
/// what ``OrphanDetector``, or ``RecordedOrphans``, finds with this rule alone. As long as ``wanted`` is not empty, facts
/// that nobody has read yet are missing; read them and trace again.
public struct RuleTrace: Sendable, Equatable {
    /// What `clean` would do without any selector, because of this rule.
    public enum Effect: String, Sendable, CaseIterable {
        /// Stop the process and its tree.
        case stop
        /// Show it, and leave it alone.
        case report
        /// Keep it from being stopped by anybody.
        case protect
        /// Nothing at all.
        case none
    }

    /// The rule, `system.rule`.
    public var rule: String
    /// Where it was read from, such as `embedded:dora.json5:8:5`.
    public var source: String
    /// The rule's own line for people.
    public var title: String
    /// The system's own command that ends what the rule is about.
    public var advice: String?
    /// Whom it was held against.
    public var process: ProcessIdentity
    /// The conditions of `match`; none where the rule has no `match`.
    public var conditions: [TracedCondition] = []
    /// What they amount to; ``MatchAnswer/fails`` where there are none.
    public var match = MatchAnswer.fails
    /// Whether the rule is about whoever its files record, and asks only for the owner.
    public var isByRecord = false
    /// Who of the ancestors is the owner; `nil` where the rule names none, or is not about the
    /// process.
    public var owner: OwnerTrace?
    /// Facts that say the process belongs to what the rule is about.
    public var ownership: [Evidence] = []
    /// Facts that say nobody looks after it any more.
    public var abandonment: [Evidence] = []
    /// Who is recorded beside it and may look after it; `nil` where nobody is.
    public var neighbor: Evidence?
    /// The service of systemd's that it is, where that has it left alone.
    public var service: String?
    /// What forbids to do anything about it.
    public var vetoes: [Evidence] = []
    /// The judgment on each entry of an instance file of the rule that speaks of the process.
    public var files: [TracedFile] = []
    /// Whether the rule judges instance files only, and says nothing of processes by itself.
    public var isOfFiles = false
    /// What a scan with this rule alone would find.
    public var finding: Finding?
    /// What `clean` would do.
    public var effect = Effect.none
    /// Why that, as the end of a sentence.
    public var reason = ""
    /// Facts that were refused and could change the answer.
    public var unknown: [HiddenFact] = []
    /// What has to be read first.
    public var wanted: Set<FactRequest> = []
}

/// The search for a live owner among the ancestors of a process.
public struct OwnerTrace: Sendable, Equatable {
    /// One process above, and what the rule's `owner` says of it.
    public struct Ancestor: Sendable, Equatable {
        /// Who.
        public var process: ProcessIdentity
        /// The kernel's name for it.
        public var name: ByteString
        /// The conditions of `owner`.
        public var conditions: [TracedCondition]
        /// What they amount to.
        public var answer: MatchAnswer
    }

    /// The parent first; the search ends with the first owner.
    public var ancestors: [Ancestor] = []

    /// The owner, when one is alive.
    public var alive: Ancestor? { ancestors.last.flatMap { $0.answer == .holds ? $0 : nil } }

    /// What the search amounts to.
    public enum State: String, Sendable, CaseIterable {
        /// An ancestor is the owner.
        case alive
        /// It is said of every ancestor that it is not the owner.
        case gone
        /// Of some ancestor it cannot be said, so the owner may be alive.
        case unknown
    }

    /// Whether an owner is alive; who cannot be told from one is not believed to be none.
    public var state: State {
        if alive != nil { return .alive }
        return undecided.isEmpty ? .gone : .unknown
    }

    /// The ancestors of whom it cannot be said; PID 1, which some hosts let nobody look at, is an
    /// owner only where its name says so.
    public var undecided: [Ancestor] {
        ancestors.filter { $0.answer != .holds && $0.answer != .fails && $0.process.pid != 1 }
    }
}

extension RuleTrace {
    /// Holds `rule` against a process of the view's snapshot.
    public init(_ rule: Rule, of process: ProcessRecord, in view: SnapshotView) {
        self.rule = rule.id
        source = rule.source
        title = rule.title
        advice = rule.ownCommand()
        self.process = process.identity
        isByRecord = rule.recordsOwned
        if !rule.match.isEmpty {
            conditions = rule.match.trace(process, in: view.context)
            match = rule.match.evaluate(process, in: view.context)
            want(conditions, of: process)
        }
        isOfFiles = !rule.findsOrphans && !rule.protect
        traceFiles(rule, process, in: view)
        traceRecorded(rule, process, in: view)
        if match == .holds, rule.findsOrphans {
            traceOrphan(rule, process, in: view)
        } else if case .unreadable(let kind, let code) = match {
            unknown.append(HiddenFact(pid: process.pid, kind: kind, code: code))
        }
        conclude(rule, process, in: view)
    }

    private mutating func want(_ conditions: [TracedCondition], of process: ProcessRecord) {
        for case .needs(let kind) in conditions.map(\.answer) {
            wanted.insert(FactRequest(pid: process.pid, kind: kind))
        }
    }

    /// Looks for an owner, and collects what speaks for and against an orphan.
    mutating func traceEvidence(
        _ rule: Rule,
        _ process: ProcessRecord,
        in view: SnapshotView
    ) {
        for kind in OrphanDetector.deciding where process.isUnread(kind) {
            wanted.insert(FactRequest(pid: process.pid, kind: kind))
        }
        if let pattern = rule.owner {
            var trace = OwnerTrace()
            for ancestor in view.tree.ancestors(of: process) where trace.alive == nil {
                let conditions = pattern.trace(ancestor, in: view.context)
                want(conditions, of: ancestor)
                trace.ancestors.append(
                    OwnerTrace.Ancestor(
                        process: ancestor.identity,
                        name: ancestor.name,
                        conditions: conditions,
                        answer: pattern.evaluate(ancestor, in: view.context)
                    )
                )
            }
            owner = trace
        }
        var evidence = OrphanEvidence()
        evidence.collectAbandonment(process, rule, in: view)
        evidence.collectVetoes(process, rule, in: view)
        evidence.collectOwnership(process, rule, in: view)
        ownership = evidence.ownership
        abandonment = evidence.abandonment
        vetoes = evidence.vetoes
        service = evidence.keeper(by: rule)
    }

    private mutating func traceOrphan(
        _ rule: Rule,
        _ process: ProcessRecord,
        in view: SnapshotView
    ) {
        traceEvidence(rule, process, in: view)
        let detector = OrphanDetector(rules: [rule])
        guard detector.interest(in: process, view.context) == .candidate,
            let index = view.snapshot.index(of: process.pid)
        else { return }
        let detection = detector.detect([index], in: view)
        finding = detection.findings.first
        unknown = detection.hidden
        wanted.formUnion(detection.wanted)
    }
}

extension InstanceEntry {
    /// Whether the process is in a session or group of the recorded number.
    fileprivate func mayHaveLed(_ process: ProcessRecord) -> Bool {
        pid == process.session || pid == process.processGroup
    }
}

extension RecordedAnswer {
    /// What a rule's `match` says of the process that an instance file names.
    init(of rule: Rule, about process: ProcessRecord, in context: MatchContext) {
        guard !rule.match.isEmpty else {
            self = .holds
            return
        }
        self =
            switch rule.match.evaluate(process, in: context) {
            case .holds: .holds
            case .fails: .fails
            case .needs(let kind): .unknown("\(kind.fileName) was not read")
            case .unreadable(let kind, let code):
                .unknown("\(kind.fileName): \(reasonText(code))")
            }
    }
}
