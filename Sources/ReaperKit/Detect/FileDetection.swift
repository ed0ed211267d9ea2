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
        for file in view.snapshot.instanceFiles {
            guard case .entries(let entries) = file.contents, let rule = rules[file.rule] else {
                continue
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
        return wanted
    }

    func findings(in view: SnapshotView) -> [Finding] {
        detector(in: view).findings(in: view.snapshot).filter { request.wants($0.kind) }
    }

    /// The judgment on every file, in the snapshot's order.
    func judgments(
        in view: SnapshotView
    ) -> [(file: InstanceFile, rule: Rule, judgment: InstanceFileJudgment)] {
        detector(in: view).judgments(in: view.snapshot)
    }

    /// How long until files that are too young to be judged can be; `nil` when there are none.
    func settlingTime(in view: SnapshotView) -> Duration? {
        detector(in: view).lookAgain(in: view.snapshot)
    }

    private func detector(in view: SnapshotView) -> StaleInstanceDetector {
        StaleInstanceDetector(rules: request.rules) { rule, process in
            guard !rule.match.isEmpty else { return .holds }
            return switch rule.match.evaluate(process, in: view.context) {
            case .holds: .holds
            case .fails: .fails
            case .needs(let kind): .unknown("\(kind.fileName) was not read")
            case .unreadable(let kind, let code):
                .unknown("\(kind.fileName): \(reasonText(code))")
            }
        }
    }
}

extension ProcessRecord {
    func isUnread(_ kind: FactKind) -> Bool {
        if case .unread = state(of: kind) { true } else { false }
    }
}
