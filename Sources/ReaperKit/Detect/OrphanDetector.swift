/// Finds processes that a rule recognises and that nobody looks after any more.
public struct OrphanDetector: Detector {
    private let rules: [Rule]
    private let patterns: [ProcessPattern]

    /// Uses the rules that describe processes by themselves, in order.
    ///
    /// A rule that only describes instance files says nothing about what may run without a parent:
    /// a healthy daemon has none. Of what files record, ``RecordedOrphans`` looks after.
    public init(rules: [Rule]) {
        self.rules = rules.filter(\.findsOrphans)
        patterns = self.rules.map(\.match)
    }

    /// Also in those of which a deciding fact was refused; every rule is decided, in order.
    public func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest {
        context.interest(in: process, ofAny: patterns)
    }

    /// The first rule that matches and finds no veto of its own names the finding; one that finds
    /// the owner alive settles that there is none.
    public func detect(_ candidates: [Int], in view: SnapshotView) -> Detection {
        var detection = Detection()
        for index in candidates {
            let process = view.snapshot.processes[index]
            for rule in rules {
                switch rule.match.evaluate(process, in: view.context) {
                case .fails, .needs: continue
                case .unreadable(let kind, let code):
                    detection.hide(process.pid, kind, code)
                    continue
                case .holds: break
                }
                switch judge(process, by: rule, in: view, &detection) {
                case .passed: continue
                case .settled: break
                case .found(let finding): detection.findings.append(finding)
                }
                break
            }
        }
        dropCompany(of: &detection, in: view)
        return detection
    }

    /// Leaves out the suspects below what was found: a node's workers have its environment, and go
    /// with it.
    private func dropCompany(of detection: inout Detection, in view: SnapshotView) {
        let heads = Set(detection.findings.filter { $0.verdict != .suspect }.compactMap(\.process))
        guard !heads.isEmpty else { return }
        detection.findings.removeAll { finding in
            guard finding.verdict == .suspect,
                let process = finding.process.flatMap({ view.snapshot.process($0.pid) })
            else { return false }
            return view.tree.ancestors(of: process).contains { heads.contains($0.identity) }
        }
    }

    static let deciding: [FactKind] = [
        .executable, .status, .namespaces, .cgroups, .environment,
    ]

    enum Judgment {
        /// This rule has nothing against it; another may.
        case passed
        /// It is nobody's orphan, or more has to be read first.
        case settled
        case found(Finding)
    }

    /// What `rule` says of a process that it recognises, or that a file of it records.
    func judge(
        _ process: ProcessRecord,
        by rule: Rule,
        in view: SnapshotView,
        _ detection: inout Detection
    ) -> Judgment {
        var evidence = OrphanEvidence()
        // Looked at first: most candidates of a rule are somebody's living children.
        evidence.collectAbandonment(process, rule, in: view)
        guard evidence.abandonmentWeight > .none || rule.owner != nil else { return .passed }
        var isUndecided = false
        for kind in Self.deciding {
            switch process.state(of: kind) {
            case .unread:
                detection.wanted.insert(FactRequest(pid: process.pid, kind: kind))
                isUndecided = true
            case .refused(let code):
                evidence.unknown.append(HiddenFact(pid: process.pid, kind: kind, code: code))
            case .read: break
            }
        }
        if isUndecided { return .settled }
        evidence.collectVetoes(process, rule, in: view)
        evidence.collectOwnership(process, rule, in: view)
        evidence.collectDoubts(process, rule, in: view)
        switch owner(of: process, by: rule, in: view, &detection, &evidence) {
        case .alive, .undecided: return .settled
        case .absent: break
        }
        guard evidence.vetoes.isEmpty, evidence.keeper(by: rule) == nil else { return .passed }
        if isProtected(process, in: view, &detection) { return .settled }
        detection.hidden += evidence.unknown
        guard evidence.verdict != .suspect || rule.owner != nil || !evidence.unknown.isEmpty else {
            return .passed
        }
        return .found(finding(process, rule, evidence, in: view))
    }

    private enum Owner {
        case alive, absent, undecided
    }

    private func owner(
        of process: ProcessRecord,
        by rule: Rule,
        in view: SnapshotView,
        _ detection: inout Detection,
        _ evidence: inout OrphanEvidence
    ) -> Owner {
        guard let pattern = rule.owner else { return .absent }
        var isUndecided = false
        for ancestor in view.tree.ancestors(of: process) {
            switch pattern.evaluate(ancestor, in: view.context) {
            case .holds: return .alive
            case .fails: break
            case .needs(let kind):
                detection.wanted.insert(FactRequest(pid: ancestor.pid, kind: kind))
                isUndecided = true
            // Some hosts let nobody look at init; it is an owner only where its name says so.
            case .unreadable where ancestor.pid == 1: break
            case .unreadable(let kind, let code):
                evidence.unknown.append(HiddenFact(pid: ancestor.pid, kind: kind, code: code))
            }
        }
        if isUndecided { return .undecided }
        evidence.abandonment.append(
            Evidence("no owner that \(rule.id) names is among its ancestors", source: "/proc")
        )
        return .absent
    }

    private func isProtected(
        _ process: ProcessRecord,
        in view: SnapshotView,
        _ detection: inout Detection
    ) -> Bool {
        for rule in view.protections {
            switch rule.match.evaluate(process, in: view.context) {
            case .holds: return true
            case .fails: continue
            case .needs(let kind):
                detection.wanted.insert(FactRequest(pid: process.pid, kind: kind))
                return true
            // Unknown is not evidence: it may be protected.
            case .unreadable(let kind, let code):
                detection.hide(process.pid, kind, code)
                return true
            }
        }
        return false
    }

    private func finding(
        _ process: ProcessRecord,
        _ rule: Rule,
        _ evidence: OrphanEvidence,
        in view: SnapshotView
    ) -> Finding {
        let verdict = evidence.verdict
        var facts = evidence.ownership + evidence.abandonment + evidence.doubts
        var remedy = Remedy(
            rule.stop != nil && verdict != .suspect ? .stop : .none,
            command: "reaper clean --pid \(process.identity)"
        )
        // What is only reported its own system knows how to end.
        if rule.stop == nil, let own = rule.ownCommand() { remedy.command = own }
        if let unit = evidence.unit {
            facts.append(Evidence("it belongs to \(unit)", source: process.source("cgroup")))
            remedy.command = "systemctl stop \(unit)"
        }
        facts += evidence.unknown.map {
            Evidence(
                "\($0.kind.fileName) of \($0.pid) could not be read",
                source: "/proc/\($0.pid)/\($0.kind.fileName)"
            )
        }
        var finding = Finding(
            kind: .orphan,
            process: process.identity,
            rule: rule.id,
            severity: verdict == .suspect ? min(rule.severity, .info) : rule.severity,
            verdict: verdict,
            summary: rule.title,
            evidence: facts,
            remedy: remedy
        )
        finding.hint = rule.hint
        return finding
    }
}

extension Rule {
    /// Whether its processes can be orphans at all.
    var findsOrphans: Bool {
        !protect && !match.isEmpty
            && (instance == nil || owner != nil || instance?.environment != nil)
    }
}

extension ProcessRecord {
    /// Whether a fact has been asked for, and what came of it.
    enum FactState {
        case unread
        case read
        case refused(Int32)
    }

    func state(of kind: FactKind) -> FactState {
        switch kind {
        case .executable: factState(executable)
        case .arguments: factState(arguments)
        case .workingDirectory: factState(workingDirectory)
        case .status: factState(status)
        case .cgroups: factState(cgroups)
        case .namespaces: factState(namespaces)
        case .environment: factState(environment)
        case .sockets: factState(socketInodes)
        }
    }

    private func factState<Value>(_ fact: Reading<Value>?) -> FactState {
        switch fact {
        case nil: .unread
        case .some(.denied(let code)): .refused(code)
        case .some(.value), .some(.gone): .read
        }
    }
}
