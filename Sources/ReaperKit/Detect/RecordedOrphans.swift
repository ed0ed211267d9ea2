/// Finds processes that instance files record and that run although their owner does not.
///
/// For rules that name files and an `owner`, and say nothing of what the process looks like: a
/// supervisor's service may be any program. Only who is recorded counts, never who resembles it.
struct RecordedOrphans {
    /// The rules, in order: the first whose file records a process names the finding.
    var rules: [Rule]
    /// The judgments on the snapshot's files.
    var judgments: [(file: InstanceFile, rule: Rule, judgment: InstanceFileJudgment)]

    /// One finding at most per process, none for those in `known`.
    func detect(in view: SnapshotView, besides known: Set<ProcessIdentity>) -> Detection {
        var detection = Detection()
        var seen = known
        let detector = OrphanDetector(rules: [])
        for rule in rules where rule.recordsOwned {
            for (file, owner, judgment) in judgments where owner.id == rule.id {
                guard case .entries(let entries) = file.contents else { continue }
                for (entry, answer) in zip(entries, judgment.entries) {
                    for process in RecordedOrphans.processes(of: entry, answer, in: view.snapshot)
                    where seen.insert(process.identity).inserted {
                        let one = detector.judge(process, by: rule, in: view, &detection)
                        if case .found(let finding) = one { detection.findings.append(finding) }
                    }
                }
            }
        }
        return detection
    }

    /// The recorded process itself; when it is gone, who remains of its session and group.
    static func processes(
        of entry: InstanceEntry,
        _ judgment: StalenessJudgment,
        in snapshot: Snapshot
    ) -> [ProcessRecord] {
        guard let pid = entry.pid else { return [] }
        switch judgment.answer {
        case .keep:
            // In a nested pid namespace the number is another one.
            guard let process = snapshot.process(pid), process.identity == judgment.process else {
                return []
            }
            return [process]
        case .stale, .settling:
            return snapshot.processes.filter { process in
                process.pid != pid && !process.isZombie
                    && (process.session == pid || process.processGroup == pid)
            }
        case .recycled, .report: return []
        }
    }
}

extension Rule {
    /// Whether its files record processes of any kind that have an owner.
    var recordsOwned: Bool {
        match.isEmpty && owner != nil && !protect && instance?.files.isEmpty == false
    }
}
