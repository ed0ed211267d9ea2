extension ShutdownPlanner {
    /// Plans to remove the records, such as the lease of a `run`, that tell of nobody any more once
    /// everybody in the plan has gone: the next `clean` would.
    ///
    /// Each is judged again before it goes, as every file is.
    ///
    /// - Parameters:
    ///   - plan: Who is stopped.
    ///   - judgments: On the snapshot's files.
    func planRecords(
        of plan: inout ShutdownPlan,
        among judgments: [(file: InstanceFile, rule: Rule, judgment: InstanceFileJudgment)]
    ) {
        let planned = Set(plan.targets.map(\.identity))
        var known = Set(plan.removals.map(\.path))
        for (file, rule, judgment) in judgments where rule.recordsOwned && !rule.keep {
            guard case .entries(let entries) = file.contents, judgment.whole.answer != .report,
                let who = recorded(entries, judgment.entries, in: file),
                !who.isEmpty, planned.isSuperset(of: who), known.insert(file.path).inserted
            else { continue }
            plan.removals.append(
                FileRemoval(
                    path: file.path,
                    file: file.file,
                    rule: rule.id,
                    reason: "whom it records is stopped"
                )
            )
            plan.leftAlone.removeAll { $0.path == file.path }
        }
        plan.removals = view.snapshot.socketsLast(plan.removals)
    }

    /// Everybody whom a file leads to and who is there; `nil` where that is not known.
    private func recorded(
        _ entries: [InstanceEntry],
        _ judgments: [StalenessJudgment],
        in file: InstanceFile
    ) -> Set<ProcessIdentity>? {
        var who: Set<ProcessIdentity> = []
        for (entry, judgment) in zip(entries, judgments) {
            if judgment.isDead {
                who.formUnion(view.snapshot.remnants(of: entry, judgment, in: file))
            } else {
                guard let process = judgment.process else { return nil }
                who.insert(process)
            }
        }
        return who
    }
}
