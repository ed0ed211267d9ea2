/// Finds instance files that came since a snapshot and are not stale.
///
/// A file that is stale is found as that. One in use belongs to whoever it names: a new process is
/// found for itself, and the file is a fact about it. What is left is a file of a process that was
/// there before, or of nobody who is known.
struct NewFiles {
    /// What was there.
    let baseline: Baseline
    /// Whether new processes are found for themselves.
    let findsProcesses: Bool

    /// Adds what it finds, or says it of findings that are there.
    func add(
        _ judgments: [(file: InstanceFile, rule: Rule, judgment: InstanceFileJudgment)],
        to detection: inout Detection,
        in view: SnapshotView
    ) {
        let known = Set(detection.findings.compactMap(\.file))
        let processes = Set(
            detection.findings.filter { $0.rule != nil }.compactMap(\.process)
        )
        // One that was put in the place of another is no more than a new version of it.
        for (file, rule, judgment) in judgments
        where !known.contains(file.path) && baseline.files[file.path] == nil {
            let owners = owners(of: file, judgment, in: view)
            let new = owners.filter { !baseline.contains($0.identity) }
            // A rule's own process is found whatever else is asked for.
            let isFound = new.contains { processes.contains($0.identity) }
            guard new.isEmpty || !(findsProcesses || isFound) else {
                for process in new { note(file, rule, on: process, in: &detection) }
                continue
            }
            detection.findings.append(finding(file, rule, judgment, owners))
        }
    }

    /// The processes that a file names and that are there.
    private func owners(
        of file: InstanceFile,
        _ judgment: InstanceFileJudgment,
        in view: SnapshotView
    ) -> [ProcessRecord] {
        guard case .entries(let entries) = file.contents else { return [] }
        return zip(entries, judgment.entries).compactMap { entry, judgment in
            judgment.isDead ? nil : entry.pid.flatMap { view.snapshot.process($0) }
        }
    }

    private func note(
        _ file: InstanceFile,
        _ rule: Rule,
        on process: ProcessRecord,
        in detection: inout Detection
    ) {
        guard
            let index = detection.findings.firstIndex(where: { $0.process == process.identity })
        else { return }
        detection.findings[index].evidence.append(NewFiles.evidence(of: file))
    }

    /// That a file of a new process is new, too.
    static func evidence(of file: InstanceFile) -> Evidence {
        Evidence("its instance file is new, too (rule \(file.rule))", source: file.path.text)
    }

    private func finding(
        _ file: InstanceFile,
        _ rule: Rule,
        _ judgment: InstanceFileJudgment,
        _ owners: [ProcessRecord]
    ) -> Finding {
        var reason = judgment.whole.reason
        if let owner = owners.first {
            reason = "it names \(owner.label)"
            if baseline.contains(owner.identity) { reason += ", which was there before" }
        }
        var finding = Finding(
            kind: .leakedFile,
            file: file.path,
            rule: rule.id,
            severity: .warning,
            verdict: .confirmed,
            summary: "\(file.path.text): was not there before; \(reason)",
            evidence: [
                Evidence("it is not in the snapshot", source: "--since", value: file.path)
            ] + judgment.whole.evidence,
            remedy: Remedy(.none, command: "reaper explain \(file.path.text.quotedForShell)")
        )
        finding.holders = owners.map(\.identity)
        return finding
    }
}

extension Finding {
    /// Says that the file which it is about came since the snapshot, which makes it a leak.
    ///
    /// - Parameter path: The file.
    public mutating func noteNewFile(_ path: ByteString) {
        severity = max(severity, .warning)
        guard !evidence.contains(where: { $0.source == "--since" }) else { return }
        evidence.append(Evidence("it is not in the snapshot", source: "--since", value: path))
    }
}
