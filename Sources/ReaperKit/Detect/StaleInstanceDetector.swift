/// Finds instance files and sockets whose process is gone.
public struct StaleInstanceDetector {
    /// The rules that the snapshot's files were found by.
    public var rules: [Rule]
    /// Asks a rule's `match` about a process.
    public var matches: (Rule, ProcessRecord) -> RecordedAnswer

    /// Creates a detector.
    public init(
        rules: [Rule],
        matches: @escaping (Rule, ProcessRecord) -> RecordedAnswer
    ) {
        self.rules = rules
        self.matches = matches
    }

    /// One finding at most per file, in the snapshot's order.
    public func findings(in snapshot: Snapshot) -> [Finding] {
        judgments(in: snapshot).compactMap { file, rule, judgment in
            guard var finding = finding(file, rule, judgment) else { return nil }
            doubt(&finding, file, judgment, in: snapshot)
            return finding
        }
    }

    /// The longest time after which a file that is too young to judge can be judged; `nil` when
    /// there is none.
    public func lookAgain(in snapshot: Snapshot) -> Duration? {
        judgments(in: snapshot).compactMap { item in
            if case .settling(let wait) = item.judgment.whole.answer { wait } else { nil }
        }.max()
    }

    /// The judgment on every file whose rule is known.
    public func judgments(
        in snapshot: Snapshot
    ) -> [(file: InstanceFile, rule: Rule, judgment: InstanceFileJudgment)] {
        let known = Dictionary(rules.map { ($0.id, $0) }) { first, _ in first }
        return snapshot.instanceFiles.compactMap { file in
            guard let rule = known[file.rule] else { return nil }
            let judge = StalenessJudge(snapshot: snapshot, rule: rule) { matches(rule, $0) }
            return (file, rule, judge.judge(file))
        }
    }

    /// Of a file that alone tells whose remainder it is who still runs, nobody is to be sure that it
    /// is of no use.
    private func doubt(
        _ finding: inout Finding,
        _ file: InstanceFile,
        _ judgment: InstanceFileJudgment,
        in snapshot: Snapshot
    ) {
        guard finding.remedy.action == .remove, case .entries(let entries) = file.contents else {
            return
        }
        let left = zip(entries, judgment.entries).flatMap {
            snapshot.remnants(of: $0, $1, in: file)
        }
        guard let first = left.first.flatMap({ snapshot.process($0.pid) }) else { return }
        if finding.verdict == .confirmed { finding.verdict = .probable }
        let others = Set(left).count - 1
        finding.evidence.append(
            Evidence(
                "\(first.label) is still in the session or group that its process led"
                    + (others > 0 ? ", and \(counted(others, "other", "others"))" : ""),
                source: "/proc/\(first.pid)/stat"
            )
        )
    }

    private func finding(
        _ file: InstanceFile,
        _ rule: Rule,
        _ judgment: InstanceFileJudgment
    ) -> Finding? {
        let whole = judgment.whole
        var finding = Finding(
            kind: file.format == .socket ? .staleSocket : .staleInstance,
            file: file.path,
            rule: rule.id,
            severity: rule.severity,
            verdict: whole.certainty,
            summary: "\(file.path.text): \(whole.reason)",
            evidence: whole.evidence,
            remedy: Remedy(.none)
        )
        switch whole.answer {
        case .stale, .recycled:
            // Such a rule is about processes that run without their owner; a record of who has gone
            // harms nobody.
            if rule.recordsOwned { finding.severity = min(finding.severity, .info) }
            if !rule.keep {
                finding.remedy = Remedy(
                    .remove,
                    command: "reaper clean --stale-files --rule \(rule.id)"
                )
            }
        case .report:
            finding.verdict = .suspect
            finding.severity = .info
            switch file.contents {
            case .malformed, .oversized: finding.severity = .warning
            case .entries(let entries) where entries.contains { $0.flaw != nil }:
                finding.severity = .warning
            case .entries, .unsafe, .denied, .socket: break
            }
        case .keep where judgment.entries.contains(where: \.isDead):
            finding.verdict = .suspect
            finding.severity = .info
        case .keep, .settling:
            return nil
        }
        return finding
    }
}
