/// Takes the findings about services whose supervisor is no ancestor of theirs: it has adopted them,
/// and its record lies beside theirs.
struct SupervisedOrphans {
    /// Files with the rules that name them.
    var records: [(file: InstanceFile, rule: Rule)]

    /// Drops those that are looked after, and doubts those of which that is unknown.
    func settle(_ detection: inout Detection, in view: SnapshotView) {
        for index in detection.findings.indices.reversed() {
            guard detection.findings[index].kind == .orphan,
                detection.findings[index].rule.map(ServiceMarks.isRule) == true,
                let identity = detection.findings[index].process,
                let process = view.snapshot.process(identity.pid)
            else { continue }
            guard let (file, rule) = record(of: process, for: view.snapshot.host.effectiveUser)
            else {
                tellSupervisor(&detection.findings[index], in: view.snapshot)
                continue
            }
            let owner = RecordedOwner(
                beside: file,
                of: rule,
                among: records,
                in: view,
                &detection.wanted
            )
            switch owner {
            case .none: tellSupervisor(&detection.findings[index], in: view.snapshot)
            case .runs: detection.findings.remove(at: index)
            case .unknown:
                if let evidence = owner.evidence(from: file) {
                    detection.findings[index].doubt(evidence)
                }
            }
        }
    }

    /// Says whose service it was.
    private func tellSupervisor(_ finding: inout Finding, in snapshot: Snapshot) {
        guard let process = finding.process.flatMap({ snapshot.process($0.pid) }),
            let supervisor = FormerSupervisor(of: process)
        else { return }
        finding.evidence.append(supervisor.evidence(about: process, in: snapshot))
    }

    /// The record that has the process's mark for its name.
    private func record(
        of process: ProcessRecord,
        for user: UInt32
    ) -> (file: InstanceFile, rule: Rule)? {
        let prefix = Array("\(ServiceMarks.variable)=".utf8)
        guard let entries = process.environment?.known,
            let mark = entries.first(where: { $0.bytes.starts(with: prefix) })
        else { return nil }
        let id = String(decoding: mark.bytes.dropFirst(prefix.count), as: UTF8.self)
        return records.first { file, rule in
            guard ServiceMarks.isRule(rule.id),
                file.isBelieved(by: user) || file.owner == process.status?.known?.realUser,
                case .entries(let entries) = file.contents
            else { return false }
            return entries.contains { $0.id == id }
        }
    }
}
