/// Judges the instance files of a snapshot among the other detectors' work.
struct FileDetection {
    let request: ScanRequest

    /// What must be read before the files can be judged.
    ///
    /// A number that nobody has here may be somebody's inside a nested pid namespace: then every
    /// process's own numbers matter.
    func wanted(in view: SnapshotView) -> Set<FactRequest> {
        var wanted: Set<FactRequest> = []
        let rules = Dictionary(request.rules.map { ($0.id, $0) }) { first, _ in first }
        var needsAllNumbers = false
        var needsNamespaces = false
        for file in view.snapshot.instanceFiles {
            guard case .entries(let entries) = file.contents, let rule = rules[file.rule] else {
                continue
            }
            let own = view.snapshot.host.namespaces?.pid
            if entries.contains(where: { $0.pidNamespace != nil && $0.pidNamespace != own }) {
                needsNamespaces = true
            }
            for pid in entries.compactMap(\.pid) {
                guard let process = view.snapshot.process(pid) else {
                    needsAllNumbers = true
                    continue
                }
                for kind in [FactKind.status, .executable] where process.isUnread(kind) {
                    wanted.insert(FactRequest(pid: pid, kind: kind))
                }
                if !rule.match.isEmpty,
                    case .needs(let kind) = rule.match.evaluate(process, in: view.context)
                {
                    wanted.insert(FactRequest(pid: pid, kind: kind))
                }
                needsAllNumbers = true
            }
        }
        if needsAllNumbers {
            for process in view.snapshot.processes
            where !process.isKernelThread && process.isUnread(.status) {
                wanted.insert(FactRequest(pid: process.pid, kind: .status))
            }
        }
        if needsNamespaces {
            for process in view.snapshot.processes
            where process.isUnread(.namespaces)
                && (process.status?.known?.namespacePids.count ?? 0) > 1
            {
                wanted.insert(FactRequest(pid: process.pid, kind: .namespaces))
            }
        }
        return wanted
    }

    func findings(in view: SnapshotView) -> [Finding] {
        detector(in: view).findings(in: view.snapshot).filter { request.wants($0.kind) }
    }

    /// The judgment on every file, in the snapshot's order.
    ///
    /// - Parameters:
    ///   - view: What was seen.
    ///   - hasWitnesses: Whether those that only tell of others are among them.
    /// - Returns: Each with its rule.
    func judgments(
        in view: SnapshotView,
        withWitnesses hasWitnesses: Bool = false
    ) -> [(file: InstanceFile, rule: Rule, judgment: InstanceFileJudgment)] {
        detector(in: view, besides: hasWitnesses ? request.witnesses : [])
            .judgments(in: view.snapshot)
    }

    /// How long until files that are too young to be judged can be; `nil` when there are none.
    func settlingTime(in view: SnapshotView) -> Duration? {
        detector(in: view).lookAgain(in: view.snapshot)
    }

    func detector(
        in view: SnapshotView,
        besides witnesses: [Rule] = []
    ) -> StaleInstanceDetector {
        StaleInstanceDetector(rules: request.rules + witnesses) { rule, process in
            RecordedAnswer(of: rule, about: process, in: view.context)
        }
    }
}

extension ProcessRecord {
    func isUnread(_ kind: FactKind) -> Bool {
        if case .unread = state(of: kind) { true } else { false }
    }
}
