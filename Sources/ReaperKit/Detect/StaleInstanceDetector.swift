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
            warn(&finding, file, rule, judgment, in: snapshot)
            return finding
        }
    }

    /// The longest time after which a file that is too young to judge can be judged; `nil` when
    /// there is none.
    public func lookAgain(in snapshot: Snapshot) -> Duration? {
        judgments(in: snapshot).flatMap { item in
            // What cannot be understood in a file keeps nobody beside it from being judged.
            let isFlawed = item.judgment.whole.answer == .report
            return [item.judgment.whole] + (isFlawed ? item.judgment.entries : [])
        }.compactMap { judgment in
            if case .settling(let wait) = judgment.answer { wait } else { nil }
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

    /// Of a file that alone tells whose remainder it is who still runs, and leads to them.
    private func doubt(
        _ finding: inout Finding,
        _ file: InstanceFile,
        _ judgment: InstanceFileJudgment,
        in snapshot: Snapshot
    ) {
        guard finding.remedy.action == .remove, case .entries(let entries) = file.contents else {
            return
        }
        var seen: Set<ProcessIdentity> = []
        let left = zip(entries, judgment.entries).flatMap {
            snapshot.remnants(of: $0, $1, in: file)
        }.filter { seen.insert($0).inserted }
        guard let first = left.first.flatMap({ snapshot.process($0.pid) }) else { return }
        let others = left.count - 1
        let whom = first.label + (others > 0 ? " and \(counted(others, "other", "others"))" : "")
        finding.verdict = .suspect
        // What a rule finds by such records is a finding of its own.
        let isFoundAnyway = rules.contains { $0.id == finding.rule && $0.recordsOwned }
        if !isFoundAnyway { finding.severity = max(finding.severity, .warning) }
        finding.summary += ", but of the session or group that it led \(whom) still runs"
        finding.evidence.append(
            Evidence(
                "\(whom) is in the session or group that its process led",
                source: "/proc/\(first.pid)/stat"
            )
        )
        let numbers = left.map(\.description).joined(separator: ",")
        finding.remedy = Remedy(.none, command: "reaper clean --pid \(numbers)")
    }

    /// Of a file that alone tells of a process, and seems to be of an earlier boot: somebody has the
    /// recorded number and the recorded start, and a clock may have been set.
    private func warn(
        _ finding: inout Finding,
        _ file: InstanceFile,
        _ rule: Rule,
        _ judgment: InstanceFileJudgment,
        in snapshot: Snapshot
    ) {
        guard rule.recordsOwned, case .entries(let entries) = file.contents else { return }
        for (entry, answer) in zip(entries, judgment.entries) {
            guard answer.answer == .recycled, answer.certainty != .confirmed,
                let process = answer.process.flatMap({ snapshot.process($0.pid) }),
                entry.startTicks == process.identity.startTime
            else { continue }
            finding.verdict = .suspect
            finding.severity = max(finding.severity, .warning)
            finding.summary +=
                "; but \(process.label) started when recorded, and is the one if a clock was set"
            finding.remedy = Remedy(.none, command: "reaper explain \(process.identity)")
            return
        }
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
            if rule.recordsOwned {
                finding.severity = min(finding.severity, .info)
            } else {
                finding.hint = rule.hint
            }
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
