/// Finds processes that instance files record and that run although their owner does not.
///
/// For rules that name files and an `owner`, and say nothing of what the process looks like: a
/// supervisor's service may be any program. Only who is recorded counts, never who resembles it.
struct RecordedOrphans {
    /// The judgments on the snapshot's files.
    var judgments: [(file: InstanceFile, rule: Rule, judgment: InstanceFileJudgment)]

    /// One finding at most per process, none for those in `known`.
    func detect(in view: SnapshotView, besides known: Set<ProcessIdentity>) -> Detection {
        var detection = Detection()
        var seen = known
        let detector = OrphanDetector(rules: [])
        for (file, rule, judgment) in judgments where rule.recordsOwned {
            guard case .entries(let entries) = file.contents else { continue }
            for (entry, answer) in zip(entries, judgment.entries) {
                for process in processes(of: entry, answer, in: file, view.snapshot)
                where seen.insert(process.identity).inserted {
                    let one = detector.judge(process, by: rule, in: view, &detection)
                    guard case .found(var finding) = one else { continue }
                    let owner = RecordedOwner(
                        beside: file,
                        of: rule,
                        among: judgments.map { ($0.file, $0.rule) },
                        in: view,
                        &detection.wanted
                    )
                    if let evidence = owner.evidence(from: file) {
                        finding.doubt(evidence)
                        if case .unknown = owner {
                            detection.doubts[process.identity] =
                                "\(process.label): \(evidence.fact)"
                        }
                    }
                    detection.findings.append(finding)
                }
            }
        }
        return detection
    }

    /// The recorded process itself; when it is gone, who remains of its session and group.
    private func processes(
        of entry: InstanceEntry,
        _ judgment: StalenessJudgment,
        in file: InstanceFile,
        _ snapshot: Snapshot
    ) -> [ProcessRecord] {
        guard let pid = entry.pid else { return [] }
        switch judgment.answer {
        case .keep:
            return snapshot.process(pid).map { [$0] }?.filter { process in
                Self.relation(of: process, to: entry, judgment, in: file, snapshot) != nil
            } ?? []
        case .stale, .settling:
            return snapshot.processes.filter { process in
                (process.session == pid || process.processGroup == pid)
                    && Self.relation(of: process, to: entry, judgment, in: file, snapshot) != nil
            }
        case .recycled, .report: return []
        }
    }

    /// How an entry leads to a process; `nil` where it does not.
    static func relation(
        of process: ProcessRecord,
        to entry: InstanceEntry,
        _ judgment: StalenessJudgment,
        in file: InstanceFile,
        _ snapshot: Snapshot
    ) -> TracedFile.Relation? {
        switch judgment.answer {
        case .keep:
            // In a nested pid namespace the number is another one.
            return process.pid == entry.pid && process.identity == judgment.process
                ? .process : nil
        case .stale, .settling:
            guard !process.isZombie, process.pid != entry.pid else { return nil }
            // What another boot or host recorded has led nobody here.
            return switch file.record(of: process, among: [entry], in: snapshot) {
            case .session: .session
            case .processGroup: .group
            case .identity, .number, nil: nil
            }
        case .recycled, .report: return nil
        }
    }
}

extension Finding {
    /// Says that somebody looks after it, or may, though not from above.
    mutating func doubt(_ evidence: Evidence) {
        verdict = .suspect
        severity = min(severity, .info)
        self.evidence.append(evidence)
        remedy = Remedy(.none)
    }
}

extension InstanceFile {
    /// Whether it lies in a directory that `other` lies in or below.
    func isAbove(_ other: InstanceFile) -> Bool {
        guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")), path != other.path else {
            return false
        }
        return other.path.bytes.starts(with: path.bytes[...slash])
    }
}

extension Snapshot {
    /// Who is still in the session or process group that a recorded process led which is gone.
    func remnants(
        of entry: InstanceEntry,
        _ judgment: StalenessJudgment,
        in file: InstanceFile
    ) -> [ProcessIdentity] {
        guard case .stale = judgment.answer, let pid = entry.pid else { return [] }
        return processes.filter { process in
            guard process.session == pid || process.processGroup == pid,
                !host.ownChain.contains(process.identity)
            else { return false }
            switch RecordedOrphans.relation(of: process, to: entry, judgment, in: file, self) {
            case .session, .group: return true
            case .process, .number, .unknown, nil: return false
            }
        }.map(\.identity)
    }
}

extension Rule {
    /// Whether its files record processes of any kind that have an owner.
    var recordsOwned: Bool {
        match.isEmpty && owner != nil && !protect && instance?.files.isEmpty == false
    }
}
