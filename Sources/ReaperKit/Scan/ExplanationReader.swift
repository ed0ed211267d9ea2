import Glibc

/// Reads what an explanation of a target needs, and hands it to the functions that explain.
///
/// Nothing is changed, and nothing is signalled.
public struct ExplanationReader: ~Copyable {
    /// At most this many processes of one name, or holders of one port, are explained in full.
    public static let limit = 10

    let rules: [Rule]
    let ruleFlags: String
    let userNames: [UInt32: String]
    var files: [InstanceFile]?
    var listing: InstanceListing?
    /// What a reader of the answers has to know beside them, one sentence each.
    public internal(set) var notes: [String] = []

    /// Prepares to explain.
    ///
    /// - Parameters:
    ///   - rules: The rules in force.
    ///   - ruleFlags: The flags that lead to them, each after a space.
    public init(rules: [Rule], ruleFlags: String = "") {
        self.rules = rules
        self.ruleFlags = ruleFlags
        userNames = UserNames.read().names
    }

    /// Explains one target; a name may be that of several processes.
    ///
    /// - Parameters:
    ///   - target: What is asked about.
    ///   - text: How it was typed.
    /// - Returns: One explanation at least.
    /// - Throws: Why `/proc` or the sockets could not be read.
    public mutating func explain(
        _ target: ExplanationTarget,
        typed text: String
    ) throws(SystemError) -> [Explanation] {
        try explanations(of: target, typed: text).map { explanation in
            var explanation = explanation
            let commands = explanation.advice?.commands.map { $0.naming(ruleFlags) }
            explanation.advice?.commands = commands ?? []
            return explanation
        }
    }

    private mutating func explanations(
        of target: ExplanationTarget,
        typed text: String
    ) throws(SystemError) -> [Explanation] {
        switch target {
        case .process(let condition):
            return try instance(typed: text, unless: try explain(condition, typed: text))
        case .port(let ports): return [Explanation(try account(of: ports), target: text)]
        case .path(let path):
            let file = Explanation(try account(of: path), target: text)
            return try instance(typed: text, unless: file)
        case .name(let glob): return try explain(glob, typed: text)
        }
    }

    // MARK: - A process

    private mutating func explain(
        _ condition: PidCondition,
        typed text: String
    ) throws(SystemError) -> Explanation {
        if let account = try account(of: condition) { return Explanation(account, target: text) }
        var summary = "there is no process \(condition.text)"
        var procfs = try Procfs()
        if let now = procfs.record(numbered: condition.pid) {
            summary += ": number \(condition.pid) names \(now.label) now"
        } else if PidLiveness(probing: condition.pid) == .alive {
            // Under hidepid, or a number of a thread that leads no process.
            var hidden = Explanation(
                target: text,
                kind: .process,
                answer: .incomplete,
                summary: "number \(condition.pid) is in use, but /proc does not show by whom"
            )
            hidden.unknown = ["who has number \(condition.pid); run as root to see it"]
            return hidden
        }
        var none = Explanation(target: text, kind: .process, answer: .notFound, summary: summary)
        if condition.startTime == nil, UInt16(exactly: condition.pid) != nil {
            none.advice = Advice(
                .none,
                ["reaper explain :\(condition.pid)"],
                reason: "a number alone is a process; a port has a colon before it"
            )
        }
        return none
    }

    /// Reads everything about one process; `nil` when there is none, or another one has its number.
    mutating func account(
        of condition: PidCondition
    ) throws(SystemError) -> ProcessAccount? {
        var selection = Selection()
        selection.process.pids = [condition]
        var scanner = try Scanner(ScanRequest(selection: selection, rules: rules))
        scanner.host.userNames = userNames
        var result = try scanner.scan()
        result.snapshot.host.userNames = userNames
        guard let index = result.snapshot.index(of: condition.pid),
            condition.startTime.map({ $0 == result.snapshot.processes[index].identity.startTime })
                ?? true
        else { return nil }
        let identity = result.snapshot.processes[index].identity
        var options = PlanningOptions()
        options.isSelected = true
        let plan = scanner.plan(for: &result, options: options)
        scanner.held = [:]
        let details = try scanner.complete(identity, in: &result.snapshot)
        var account = ProcessAccount(
            result.snapshot.processes[index],
            in: result.snapshot,
            details: details,
            plan: plan
        )
        // A process that has ended meanwhile has the same record as before; its number may not.
        if let (snapshot, traces) = try trace(identity) {
            account.rules = traces
            account.findings = findings(about: identity, in: snapshot)
        }
        account.standings = InstanceStanding.all(
            of: identity,
            in: try instances(),
            rules: rules,
            flags: ruleFlags
        )
        return account
    }

    private mutating func trace(
        _ identity: ProcessIdentity
    ) throws(SystemError) -> (Snapshot, [RuleTrace])? {
        let files = try instanceFiles()
        var scanner = try Scanner(ScanRequest(rules: rules))
        guard let (snapshot, traces) = try scanner.trace(rules, of: identity.pid, files: files),
            snapshot.process(identity.pid)?.identity == identity
        else { return nil }
        return (snapshot, traces)
    }

    /// What all rules together find: the first that describes a process may settle it.
    private func findings(about identity: ProcessIdentity, in snapshot: Snapshot) -> [Finding] {
        let view = SnapshotView(snapshot, rules: rules)
        let detector = OrphanDetector(rules: rules)
        var found: [Finding] = []
        if let index = snapshot.index(of: identity.pid),
            detector.interest(in: snapshot.processes[index], view.context) == .candidate
        {
            found = detector.detect([index], in: view).findings
        }
        guard !snapshot.instanceFiles.isEmpty else { return found }
        let judgments = FileDetection(request: ScanRequest(rules: rules)).judgments(in: view)
        let known = Set(found.compactMap(\.process))
        let recorded = RecordedOrphans(judgments: judgments).detect(in: view, besides: known)
        return found + recorded.findings.filter { $0.process == identity }
    }

    /// The files that rules name, read once.
    mutating func instanceFiles() throws(SystemError) -> [InstanceFile] {
        if let files { return files }
        guard rules.contains(where: { $0.instance?.files.isEmpty == false }) else { return [] }
        var reader = try InstanceFileReader()
        let found = reader.scan(rules).files
        files = found
        return found
    }
}
