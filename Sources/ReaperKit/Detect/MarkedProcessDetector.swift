/// Finds the processes that carry an instance's mark in their environment.
public struct MarkedProcessDetector: Detector {
    private let rules: [MarkingRule]
    private let patterns: [ProcessPattern]
    private let query: InstanceQuery

    /// Uses the rules that mark processes, for the instances of `query`.
    public init(rules: [Rule], query: InstanceQuery) {
        self.rules = rules.compactMap { MarkingRule($0, of: query.scope.users) }
        patterns = self.rules.map(\.pattern)
        self.query = query
    }

    /// Whether there is anything to look for.
    var isIdle: Bool { rules.isEmpty || query.marks?.isEmpty == true }

    /// Also in those whose environment was refused: they could carry it.
    public func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest {
        context.interest(in: process, ofAny: patterns)
    }

    /// One finding per process, never reaper itself, which may have inherited a mark.
    public func detect(_ candidates: [Int], in view: SnapshotView) -> Detection {
        var detection = Detection()
        let readers = rules.map { InstanceMarkReader($0.rule) }
        for index in candidates {
            let process = view.snapshot.processes[index]
            guard process.identity != view.snapshot.host.ownChain.first else { continue }
            for (marking, reader) in zip(rules, readers) {
                switch marking.pattern.evaluate(process, in: view.context) {
                case .fails, .needs: continue
                case .unreadable(let kind, let code):
                    detection.hide(process.pid, kind, code)
                    continue
                case .holds: break
                }
                guard let reader, let entries = process.environment?.known,
                    let mark = reader.mark(in: entries), isWanted(mark, marking.rule)
                else { continue }
                detection.findings.append(finding(process, marking.rule, mark))
                break
            }
        }
        return detection
    }

    private func isWanted(_ mark: InstanceMark, _ rule: Rule) -> Bool {
        query.marks?.contains(InstanceKey(system: rule.system, id: mark.id)) ?? true
    }

    private func finding(
        _ process: ProcessRecord,
        _ rule: Rule,
        _ mark: InstanceMark
    ) -> Finding {
        let whole = "\(rule.system) instance \(mark.id)"
        return Finding(
            kind: .leakedProcess,
            process: process.identity,
            rule: rule.id,
            severity: .info,
            verdict: .confirmed,
            summary: mark.node.map { "is \($0) of \(whole)" } ?? "belongs to \(whole)",
            evidence: [
                Evidence(
                    "its environment says so",
                    source: process.source("environ"),
                    value: rule.instance?.environment.map { ByteString($0) }
                )
            ],
            remedy: Remedy(rule.stop == nil ? .none : .stop)
        )
    }
}

/// A rule that marks its processes, and what one that may carry the mark looks like.
struct MarkingRule: Sendable {
    let rule: Rule
    /// The rule's `match`, and its variable.
    let pattern: ProcessPattern

    /// Means the processes of `users`, of everybody where that is empty; `nil` for a rule that marks
    /// none of them.
    init?(_ rule: Rule, of users: [UInt32] = []) {
        guard let variable = rule.instance?.environment, !rule.protect else { return nil }
        var pattern = rule.match
        if pattern.environment.isEmpty {
            pattern.environment = [EnvironmentCondition(name: ByteString(variable))]
        }
        if pattern.users.isEmpty {
            pattern.users = users
        } else if !users.isEmpty {
            pattern.users.removeAll { !users.contains($0) }
            // Nobody is of both; and a pattern without users would mean everybody.
            if pattern.users.isEmpty { return nil }
        }
        self.rule = rule
        self.pattern = pattern
    }
}
