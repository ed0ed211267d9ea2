/// What a scan is to look for.
public struct ScanRequest: Sendable {
    /// What the user asked for; empty looks for everything that rules and detectors know.
    public var selection: Selection
    /// The rules that count, in order; `protect` rules always do.
    public var rules: [Rule]
    /// Rules that `--rule` leaves out and whose files tell who looks after what the others record.
    public let witnesses: [Rule]
    /// Instances, which are looked for instead of what is left over; `nil` for that.
    public var instances: InstanceQuery?
    /// Services whose marked processes are looked for instead; `nil` for that.
    public var services: ServiceMarks?

    /// Creates a request; `--rule` leaves out the rules that it does not name.
    public init(selection: Selection = Selection(), rules: [Rule]) {
        self.selection = selection
        self.selection.exemptions = selection.exemptions.map { $0.resolved(by: rules) }
        let isNamed = { (rule: Rule) in
            selection.rules.isEmpty || selection.rules.contains { $0.matches(ByteString(rule.id)) }
        }
        self.rules = rules.filter { $0.protect || isNamed($0) }
        let systems = Set(rules.filter { isNamed($0) && $0.recordsOwned }.map(\.system))
        let hasServices = rules.contains { isNamed($0) && ServiceMarks.isRule($0.id) }
        witnesses = rules.filter { rule in
            let isWitness =
                systems.contains(rule.system) && !rule.match.isEmpty
                || hasServices && ServiceMarks.isWitness(rule.id)
            return !rule.protect && !isNamed(rule) && isWitness
                && rule.instance?.files.isEmpty == false
        }
    }

    /// The rules that a plan is held to: what is expected goes with nobody who is stopped.
    var planningRules: [Rule] { rules + selection.exemptions.flatMap(\.protection) }

    /// Whether rules and detectors decide what is a finding, and selectors only narrow it.
    ///
    /// Otherwise whatever the selectors select is a finding: the user said so.
    public var isJudged: Bool {
        instances == nil && services == nil && !isComparison
            && (selection.isEmpty || !selection.kinds.isEmpty || !selection.rules.isEmpty)
    }

    /// Whether whatever came since a snapshot is a finding.
    public var isComparison: Bool { instances == nil && selection.isComparison }

    /// Whether leaks of this kind are looked for: all of them unless kinds were named.
    ///
    /// A rule's name leaves its files: which new processes are its own the rule judges.
    public func compares(_ kind: FindingKind) -> Bool {
        guard kind.isLeak, isComparison || (kind == .leakedFile && isOfRules) else { return false }
        // No condition on ports or processes can be asked of a file.
        if kind == .leakedFile, !selection.describesFiles { return false }
        return selection.kinds.isEmpty || selection.kinds.contains(kind)
    }

    /// Whether rules were named, and what of them came since a snapshot is asked for.
    private var isOfRules: Bool {
        instances == nil && selection.process.absentFrom != nil && !selection.rules.isEmpty
    }

    /// Whether nothing but numbers of processes was asked for.
    public var isOnlyPids: Bool {
        instances == nil && !isJudged && selection.ports == nil && selection.process.isOnlyPids
    }

    /// Whether processes that nobody has seen yet can come to match what was asked for.
    ///
    /// Exact processes cannot, and neither can a port: whoever takes it next is somebody else.
    public var isPattern: Bool {
        if let services { return !services.rules.isEmpty }
        if instances != nil { return !detectors.isEmpty }
        if isJudged { return wants(.orphan) }
        return selection.ports == nil && !selection.process.isOnlyPids
    }

    /// Whether a finding of this kind is wanted.
    public func wants(_ kind: FindingKind) -> Bool {
        if instances != nil { return kind == .staleInstance || kind == .staleSocket }
        // A new file that is stale is found as that.
        let isStale = kind == .staleInstance || kind == .staleSocket
        if isStale, compares(.leakedFile) { return true }
        if !isJudged { return false }
        if !selection.rules.isEmpty, !Self.ruleKinds.contains(kind) { return false }
        return selection.kinds.isEmpty || selection.kinds.contains(kind)
    }

    private static let ruleKinds: Set<FindingKind> = [.orphan, .staleInstance, .staleSocket]

    /// Whether instance files must be read: for themselves, or as evidence about orphans.
    public var wantsInstanceFiles: Bool {
        wants(.staleInstance) || wants(.staleSocket) || wants(.orphan)
    }

    /// Who looks, in the order in which findings are shown.
    public var detectors: [any Detector] {
        var list: [any Detector] = []
        if let services { return [ServiceProcessDetector(marks: services)] }
        if let instances {
            let detector = MarkedProcessDetector(rules: rules, query: instances)
            return detector.isIdle ? [] : [detector]
        }
        if wants(.orphan) { list.append(OrphanDetector(rules: rules)) }
        if wants(.zombie) { list.append(ZombieDetector()) }
        if wants(.deletedExecutable) { list.append(DeletedExecutableDetector()) }
        let asksForHolders = asksForProcesses || selection.kinds.contains(.portHolder)
        if let ports = selection.ports, asksForHolders {
            list.append(PortHolderDetector(ports: ports, among: selection.process))
        } else if asksForProcesses {
            list.append(SelectedProcessDetector(selection.process))
        }
        return list
    }

    /// Whether whoever is selected is a finding.
    private var asksForProcesses: Bool {
        if isComparison { return compares(.leakedProcess) }
        return !isJudged && (selection.ports != nil || !selection.process.isEmpty)
    }

    /// What narrows findings that were judged.
    public var narrowing: ProcessPattern? {
        guard isJudged else { return nil }
        var pattern = selection.process
        pattern.ports = selection.ports
        return pattern.isEmpty ? nil : pattern
    }

    /// The ports that matter to any pattern; `nil` when none does and no socket need be read.
    public var ports: PortSet? {
        // Which ports an instance has is read of the few processes that are one.
        var members = instances == nil ? selection.ports?.members ?? [] : []
        // Who is expected to hold a port, by its number or by what a rule says.
        if instances == nil {
            for pattern in selection.exemptions.flatMap(\.patterns) {
                members += pattern.ports?.members ?? []
            }
        }
        if instances != nil || (isJudged && wants(.orphan)) {
            for rule in rules {
                members += rule.match.ports?.members ?? []
                members += rule.owner?.ports?.members ?? []
            }
        }
        return members.isEmpty ? nil : PortSet(members: members)
    }
}

/// What a scan found.
public struct ScanResult: Sendable {
    /// What was seen.
    public var snapshot: Snapshot
    /// What is wrong.
    public var findings: [Finding]
    /// What would be, and is expected.
    public var ignored: [IgnoredFinding] = []
    /// What seemed to be wrong, and was not looked at again before the time was up.
    public internal(set) var unreached: [Finding] = []
    /// Whether everything that could hide something asked for was read.
    public var isComplete: Bool { snapshot.unreadable.isEmpty }

    /// Creates a result.
    public init(snapshot: Snapshot, findings: [Finding]) {
        self.snapshot = snapshot
        self.findings = findings
    }
}
