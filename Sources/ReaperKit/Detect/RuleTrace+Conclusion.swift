extension RuleTrace {
    /// Holds several rules against a process, in their order: the first that decides is the one that
    /// counts, and the others say so.
    public static func traces(
        of process: ProcessRecord,
        by rules: [Rule],
        in view: SnapshotView
    ) -> [RuleTrace] {
        var decision: RuleTrace?
        var traces = rules.map { rule in
            var trace = RuleTrace(rule, of: process, in: view)
            guard !trace.isByRecord else { return trace }
            if let decision, trace.finding != nil { trace.yield(to: decision, "comes before it") }
            if trace.decides, decision == nil { decision = trace }
            return trace
        }
        // Files are asked last, in the order of their paths, about whoever is not found yet.
        var finder = decision?.finding == nil ? nil : decision
        let recorded = traces.indices.filter { traces[$0].isByRecord && traces[$0].finding != nil }
        for index in recorded.sorted(by: { traces[$0].recordPath < traces[$1].recordPath }) {
            if let finder { traces[index].yield(to: finder, "finds it") }
            finder = finder ?? traces[index]
        }
        return traces
    }

    /// Whether no rule after this one is asked about the process.
    private var decides: Bool { finding != nil || owner?.alive != nil }

    private var recordPath: ByteString { files.first(where: \.isRecord)?.path ?? "" }

    private mutating func yield(to decision: RuleTrace, _ how: String) {
        effect = .none
        reason = "\(decision.rule) \(how) and decides"
    }

    /// Says what follows, by the questions of ``OrphanDetector`` in their order.
    mutating func conclude(_ rule: Rule, _ process: ProcessRecord, in view: SnapshotView) {
        (effect, reason) =
            matchConclusion(rule, process)
            ?? innocence(rule, process, in: view)
            ?? consequence(rule, process, in: view)
    }

    private typealias Conclusion = (Effect, String)

    /// What follows from `match` and from what kind of rule it is, when that is enough.
    private func matchConclusion(_ rule: Rule, _ process: ProcessRecord) -> Conclusion? {
        if isByRecord { return recordConclusion }
        if rule.match.isEmpty { return fileConclusion }
        switch match {
        case .holds: break
        case .needs(let kind): return (.none, "\(kind.fileName) was not read yet")
        case .unreadable(let kind, let code):
            return (
                .none,
                "whether it is what the rule describes is unknown:"
                    + " \(process.source(kind.fileName)): \(reasonText(code))"
            )
        case .fails:
            let failing = conditions.filter { $0.answer == .fails }.map { "'\($0.name)'" }
            let verb = failing.count == 1 ? "does" : "do"
            let which = failing.joined(separator: " and ")
            return (.none, "it is not what the rule describes: \(which) \(verb) not hold")
        }
        if rule.protect { return (.protect, "nothing that the rule matches is ever stopped") }
        return rule.findsOrphans ? nil : fileConclusion
    }

    /// What follows for a rule that describes instance files alone.
    private var fileConclusion: Conclusion {
        guard let file = files.first else {
            return (
                .none, "the rule judges the files that record a process, and none records this one"
            )
        }
        return (.none, file.conclusion)
    }

    /// What follows for a rule about whoever its files record, unless they record the process.
    private var recordConclusion: Conclusion? {
        if isRecorded { return nil }
        guard let file = files.first(where: { $0.relation == .number }) ?? files.first else {
            return (.none, "the rule is about whom its files record, and none records this one")
        }
        return (.none, file.conclusion)
    }

    /// Why a process that matches is nobody's orphan.
    private func innocence(
        _ rule: Rule,
        _ process: ProcessRecord,
        in view: SnapshotView
    ) -> Conclusion? {
        if process.isZombie { return (.none, "it has exited: a zombie is its parent's affair") }
        if process.pid == 1 || process.isKernelThread {
            return (.none, "PID 1 and kernel threads are never orphans")
        }
        if !wanted.isEmpty { return (.none, "more has to be read first") }
        if abandonment.isEmpty, rule.owner == nil {
            return (.none, "nothing says that whoever looks after it is gone")
        }
        if let owner = owner?.alive {
            return (.none, "its owner \(owner.name.text) (\(owner.process)) is alive")
        }
        if let veto = vetoes.first { return (.none, veto.fact) }
        if let service { return (.none, "systemd runs it as \(service)") }
        if finding == nil {
            if let protection = protection(of: process, in: view) { return (.none, protection) }
            return (.none, "nothing proves that it belongs to what the rule is about")
        }
        return nil
    }

    private func protection(of process: ProcessRecord, in view: SnapshotView) -> String? {
        for rule in view.protections {
            switch rule.match.evaluate(process, in: view.context) {
            case .holds: return "rule \(rule.id) protects it: \(rule.title)"
            case .fails: continue
            case .needs, .unreadable: return "whether rule \(rule.id) protects it is unknown"
            }
        }
        return nil
    }

    /// What `clean` would do about the finding.
    private func consequence(
        _ rule: Rule,
        _ process: ProcessRecord,
        in view: SnapshotView
    ) -> Conclusion {
        guard let finding else { return (.none, "nothing is found") }
        if let neighbor {
            return (.report, "it is only suspect: \(neighbor.fact)")
        }
        if finding.verdict == .suspect {
            if let fact = unknown.first {
                let source = "/proc/\(fact.pid)/\(fact.kind.fileName)"
                let what =
                    owner?.undecided.contains { $0.process.pid == fact.pid } == true
                    ? "whether its owner is alive is unknown: " : ""
                return (.report, "it is only suspect: \(what)\(source): \(reasonText(fact.code))")
            }
            let missing =
                ownership.isEmpty
                ? "nothing proves that it belongs to what the rule is about"
                : "nothing says that whoever looked after it is gone"
            return (.report, "it is only suspect: \(missing)")
        }
        guard let stop = rule.stop else { return (.report, "the rule has no 'stop'") }
        var options = PlanningOptions()
        options.includesProbable = true
        let plan = ShutdownPlanner(
            view.snapshot,
            rules: [rule] + view.protections,
            options: options
        )
        .plan(for: [finding])
        if let refusal = plan.refused.first(where: { $0.identity == process.identity }) {
            return (.report, refusal.reason)
        }
        let below = plan.targets.count - 1
        let how =
            "\(stop.signal), and SIGKILL after \(stop.timeout.shortText)"
            + (below > 0 ? ", with \(counted(below, "process", "processes")) below it" : "")
        guard finding.verdict == .confirmed else {
            return (.report, "it is only probable; --include-probable would stop it: \(how)")
        }
        return (.stop, how)
    }
}

extension TracedFile {
    /// What it says of the process, as a sentence.
    fileprivate var conclusion: String {
        switch relation {
        case .process, .session, .group: "\(path.text) records it: \(account)"
        case .number: "\(path.text) has its number: \(account)"
        case .unknown: "whether \(path.text) records it is unknown: \(account)"
        }
    }
}
