/// An instance file that speaks of a process, and whether what it says is still so.
public struct TracedFile: Sendable, Equatable {
    /// What the file has to do with the process.
    public enum Relation: String, Sendable, CaseIterable {
        /// It records this very process, as far as it tells.
        case process
        /// It records the leader of the process's session, who is gone.
        case session
        /// It records the leader of the process's group, who is gone.
        case group
        /// It has the process's number, but was not written about it, or that cannot be said.
        case number
        /// It could not be read, and may record anybody.
        case unknown
    }

    /// The file.
    public var path: ByteString
    /// The judgment on the entry that speaks of the process; on the file where it was not read.
    public var judgment: StalenessJudgment
    /// What it has to do with the process.
    public var relation: Relation
}

extension TracedFile {
    /// Whether it records the process, or who led it.
    var isRecord: Bool {
        switch relation {
        case .process, .session, .group: true
        case .number, .unknown: false
        }
    }

    /// What the judgment says, and of whom if not of the process itself; for a sentence that has
    /// named the file.
    var account: String {
        switch relation {
        case .process, .number, .unknown: judgment.reason
        case .session: "\(judgment.reason), and it led this one's session"
        case .group: "\(judgment.reason), and it led this one's group"
        }
    }
}

extension RuleTrace {
    /// Finds the files of the rule that speak of the process, in the snapshot's order.
    mutating func traceFiles(_ rule: Rule, _ process: ProcessRecord, in view: SnapshotView) {
        let judge = StalenessJudge(snapshot: view.snapshot, rule: rule) { other in
            RecordedAnswer(of: rule, about: other, in: view.context)
        }
        for file in view.snapshot.instanceFiles where file.rule == rule.id {
            switch file.contents {
            case .denied, .oversized:
                guard mayBeRecorded(in: file, rule, view) else { continue }
                let whole = judge.judge(file).whole
                files.append(TracedFile(path: file.path, judgment: whole, relation: .unknown))
            case .malformed, .unsafe, .socket: break
            case .entries(let entries):
                for entry in entries where entry.mayConcern(process, rule) {
                    let judgment = judge.judge(entry, of: file)
                    let relation =
                        rule.recordsOwned
                        ? RecordedOrphans.relation(
                            of: process,
                            to: entry,
                            judgment,
                            in: file,
                            view.snapshot
                        )
                        : judgment.process == process.identity && judgment.answer == .keep
                            ? .process : nil
                    guard let relation = relation ?? entry.numberRelation(to: process) else {
                        continue
                    }
                    files.append(
                        TracedFile(path: file.path, judgment: judgment, relation: relation)
                    )
                }
            }
        }
    }

    /// Whether a file that could not be read may record the process, and be believed.
    private func mayBeRecorded(in file: InstanceFile, _ rule: Rule, _ view: SnapshotView) -> Bool {
        // What the rule says its processes look like, this one does not.
        if !rule.match.isEmpty, match == .fails { return false }
        guard case .oversized = file.contents else { return true }
        // No number is that long; and who is not believed may write what he likes.
        return file.format != .pid && file.isBelieved(by: view.snapshot.host.effectiveUser)
    }

    /// Whether the rule is about whom its files record, and they record the process.
    public var isRecorded: Bool { isByRecord && files.contains(where: \.isRecord) }

    /// What a scan with this rule alone would find because a file records the process.
    mutating func traceRecorded(
        _ rule: Rule,
        _ process: ProcessRecord,
        in view: SnapshotView
    ) {
        guard isRecorded else { return }
        traceEvidence(rule, process, in: view)
        var detection = Detection()
        let judgment = OrphanDetector(rules: []).judge(process, by: rule, in: view, &detection)
        if case .found(var finding) = judgment {
            if let evidence = neighborhood(rule, in: view) {
                finding.doubt(evidence)
                neighbor = evidence
            }
            self.finding = finding
        }
        unknown = detection.hidden
        wanted.formUnion(detection.wanted)
    }
}

extension RuleTrace {
    /// Who is recorded beside the first file that records the process, and is what the rule calls
    /// an owner, or may be: a scan asks the same.
    private mutating func neighborhood(_ rule: Rule, in view: SnapshotView) -> Evidence? {
        let path = files.first(where: \.isRecord)?.path
        guard let file = view.snapshot.instanceFiles.first(where: { $0.path == path }) else {
            return nil
        }
        let records = view.snapshot.instanceFiles.compactMap { file in
            view.rules.first { $0.id == file.rule }.map { (file: file, rule: $0) }
        }
        return RecordedOwner(beside: file, of: rule, among: records, in: view, &wanted)
            .evidence(from: file)
    }
}

extension InstanceEntry {
    /// Whether the entry has a number that means the process, or who led it.
    fileprivate func mayConcern(_ process: ProcessRecord, _ rule: Rule) -> Bool {
        guard let pid else { return false }
        return pid == process.pid
            || rule.recordsOwned && (pid == process.session || pid == process.processGroup)
    }

    fileprivate func numberRelation(to process: ProcessRecord) -> TracedFile.Relation? {
        pid == process.pid ? .number : nil
    }
}
