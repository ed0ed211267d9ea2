import Glibc

extension Scanner {
    mutating func judge(
        _ first: Snapshot,
        _ candidates: [[Int]]
    ) throws(SystemError) -> ScanResult {
        var snapshot = first
        var detection = try settle(&snapshot, candidates)
        var unreached: [Finding] = []
        if isOwnNamespace, !detection.findings.isEmpty {
            unreached = prove(&detection, in: &snapshot)
            if !unreached.isEmpty { _ = try isTimeUp() }
            let proven = Set(detection.findings.compactMap(\.process))
            // What was read again may differ, and then other facts decide.
            detection = try settle(&snapshot, candidates)
            detection.findings.removeAll { finding in
                finding.process.map { !proven.contains($0) } ?? false
            }
        }
        if try isTimeUp() {
            snapshot.unreadable.notes.append("there was no time left to look at everybody")
        }
        dropReaders(&detection, in: snapshot)
        for fact in stillHidden(Set(detection.hidden), in: snapshot) {
            snapshot.unreadable.add(
                pid: fact.pid,
                fact: fact.kind.fileName,
                reason: reasonText(fact.code)
            )
        }
        snapshot.unreadable.notes += detection.findings.compactMap { finding in
            finding.process.flatMap { detection.doubts[$0] }
        }.map(\.escapedForTerminal)
        var result = ScanResult(snapshot: snapshot, findings: detection.findings)
        result.ignored = detection.ignored
        result.unreached = unreached
        return result
    }

    /// Leaves out what was refused of who was dying while it was looked at, as if the look had come
    /// a little later.
    ///
    /// It is no gap in a proof scan: whom the dying bore has a number of its own, and is looked at
    /// for its own sake. Of a parent it stays: it can have been the reason to spare a child. One
    /// fact that stays makes the view incomplete, whatever became of the others: an ordinary user is
    /// refused thousands, and to ask again costs as much as their listing did.
    private mutating func stillHidden(
        _ facts: Set<HiddenFact>,
        in snapshot: Snapshot
    ) -> Set<HiddenFact> {
        guard !facts.isEmpty else { return facts }
        let parents = Set(snapshot.processes.map(\.parent))
        var rest = facts
        for fact in facts {
            if parents.contains(fact.pid) { return rest }
            switch procfs.record(of: ProcessPlace(pid: fact.pid)) {
            case .gone: break
            case .value(let now) where now.hasLost(fact.kind): break
            case .value, .denied: return rest
            }
            rest.remove(fact)
        }
        return rest
    }

    /// Reads what the detectors want to know until they have decided.
    private mutating func settle(
        _ snapshot: inout Snapshot,
        _ candidates: [[Int]]
    ) throws(SystemError) -> Detection {
        var detection = detect(snapshot, candidates)
        // Every fact is read once, so this ends; the bound is for a detector that forgets it.
        for _ in 0..<32 where !detection.wanted.isEmpty {
            let hasReadAll = read(detection.wanted, into: &snapshot)
            if !hasReadAll, try isTimeUp() { break }
            detection = detect(snapshot, candidates)
        }
        return detection
    }

    private func detect(_ snapshot: Snapshot, _ candidates: [[Int]]) -> Detection {
        var all = Detection()
        // The usual answer: then nobody needs the tree that a view holds.
        guard
            !snapshot.instanceFiles.isEmpty || !snapshot.sockets.isEmpty
                || candidates.contains(where: { !$0.isEmpty })
        else { return all }
        let view = SnapshotView(
            snapshot,
            rules: request.rules,
            includesPeers: request.selection.includesPeers
        )
        if !snapshot.instanceFiles.isEmpty {
            let files = FileDetection(request: request)
            all.wanted.formUnion(files.wanted(in: view))
            all.findings += files.findings(in: view)
        }
        for (detector, indices) in zip(detectors, candidates) where !indices.isEmpty {
            let one = detector.detect(indices, in: view)
            all.findings += one.findings
            all.wanted.formUnion(one.wanted)
            all.hidden += one.hidden
        }
        // A socket without any candidate is still held by somebody.
        if candidates.allSatisfy(\.isEmpty) {
            for detector in detectors { all.findings += detector.detect([], in: view).findings }
        }
        if request.wants(.orphan), !snapshot.instanceFiles.isEmpty {
            let judgments = FileDetection(request: request)
                .judgments(in: view, withWitnesses: true)
            let known = all.findings.filter { $0.kind == .orphan }.compactMap(\.process)
            let one = RecordedOrphans(judgments: judgments).detect(in: view, besides: Set(known))
            all.findings += one.findings
            all.wanted.formUnion(one.wanted)
            all.hidden += one.hidden
            all.doubts = one.doubts
        }
        if all.findings.contains(where: { $0.rule.map(ServiceMarks.isRule) == true }) {
            let records = FileDetection(request: request).judgments(in: view, withWitnesses: true)
            SupervisedOrphans(records: records.map { ($0.file, $0.rule) })
                .settle(&all, in: view)
        }
        if let pattern = request.narrowing { narrow(&all, to: pattern, in: view) }
        if request.compares(.leakedFile), let baseline = request.selection.process.absentFrom {
            let files = FileDetection(request: request)
            let findsProcesses = request.compares(.leakedProcess)
            let users = request.selection.process.users
            let judgments = files.judgments(in: view).filter { $0.file.belongs(to: users) }
            NewFiles(baseline: baseline, findsProcesses: findsProcesses)
                .add(judgments, to: &all, in: view)
        }
        if !request.selection.exemptions.isEmpty {
            all.setAside(request.selection.exemptions, in: view)
        }
        if let scope = request.instances?.scope, !scope.isEmpty {
            dropHidden(of: &all, outside: scope, in: view)
        }
        return all
    }

    private func narrow(
        _ detection: inout Detection,
        to pattern: ProcessPattern,
        in view: SnapshotView
    ) {
        var kept: [Finding] = []
        var hidden: [HiddenFact] = []
        for finding in detection.findings {
            guard let identity = finding.process else {
                if isNewFile(finding, pattern, in: view) { kept.append(finding) }
                continue
            }
            guard let process = view.snapshot.process(identity.pid) else { continue }
            var answer = (process, pattern.evaluate(process, in: view.context))
            if finding.kind == .zombie, answer.1 != .holds, let parent = view.parent(of: process) {
                answer = (parent, pattern.evaluate(parentOf: process, parent, in: view.context))
            }
            switch answer.1 {
            case .holds: kept.append(finding)
            case .fails: break
            case .needs(let kind):
                detection.wanted.insert(FactRequest(pid: answer.0.pid, kind: kind))
            case .unreadable(let kind, let code):
                hidden.append(HiddenFact(pid: answer.0.pid, kind: kind, code: code))
            }
        }
        dropHidden(of: &detection, outside: pattern, in: view)
        detection.hidden += hidden
        detection.findings = kept
    }

    /// What was refused of processes that the pattern rules out hides nothing asked for.
    private func dropHidden(
        of detection: inout Detection,
        outside pattern: ProcessPattern,
        in view: SnapshotView
    ) {
        var wanted: Set<FactRequest> = []
        detection.hidden.removeAll { fact in
            guard let process = view.snapshot.process(fact.pid) else { return false }
            switch pattern.evaluate(process, in: view.context) {
            case .fails: return true
            case .needs(let kind):
                wanted.insert(FactRequest(pid: process.pid, kind: kind))
                return false
            case .holds, .unreadable: return false
            }
        }
        detection.wanted.formUnion(wanted)
    }

    /// Of the conditions only "not there before", and then whose it is, can be asked of a file.
    private func isNewFile(
        _ finding: Finding,
        _ pattern: ProcessPattern,
        in view: SnapshotView
    ) -> Bool {
        guard let path = finding.file, let baseline = pattern.absentFrom,
            let file = view.snapshot.instanceFiles.first(where: { $0.path == path })
        else { return false }
        var rest = pattern
        rest.absentFrom = nil
        rest.users = []
        return rest.isEmpty && file.belongs(to: pattern.users)
            && baseline.files[path] == nil
    }

    /// Reads more facts, each through a directory that still shows the process that was listed.
    ///
    /// - Returns: Whether there was time for all of them.
    @discardableResult
    mutating func read(
        _ wanted: Set<FactRequest>,
        into snapshot: inout Snapshot
    ) -> Bool {
        let kinds = Dictionary(grouping: wanted, by: \.pid).mapValues { $0.map(\.kind) }
        for (pid, kinds) in kinds {
            if isLate { return false }
            guard let index = snapshot.index(of: pid) else { continue }
            let expected = snapshot.processes[index].identity
            do throws(SystemError) {
                let directory = try procfs.directory(of: pid)
                let place = ProcessPlace(pid: pid, directory: directory.raw)
                guard case .value(let now) = procfs.record(of: place), now.identity == expected
                else {
                    throw SystemError(call: "read", subject: "pid \(expected) stat", code: ESRCH)
                }
                for kind in kinds { read(kind, of: &snapshot.processes[index], at: place) }
            } catch {
                for kind in kinds { snapshot.processes[index].mark(kind, failed: error.code) }
            }
        }
        return true
    }
}

extension InstanceFile {
    /// Whether one of these users owns it; no users stand for all.
    fileprivate func belongs(to users: [UInt32]) -> Bool {
        users.isEmpty || users.contains(owner)
    }
}

extension ProcessPattern {
    /// Evaluates the pattern for a zombie by its parent, of whom alone there is more to know than a
    /// name: `--zombies --pid PARENT` means the zombies of that parent.
    ///
    /// Only whether it was there before is asked of the zombie itself.
    fileprivate func evaluate(
        parentOf zombie: ProcessRecord,
        _ parent: ProcessRecord,
        in context: MatchContext
    ) -> MatchAnswer {
        if absentFrom?.contains(zombie.identity) == true { return .fails }
        var rest = self
        rest.absentFrom = nil
        return rest.evaluate(parent, in: context)
    }
}
