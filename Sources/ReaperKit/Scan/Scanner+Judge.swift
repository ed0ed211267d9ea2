import Glibc

extension Scanner {
    mutating func judge(
        _ first: Snapshot,
        _ candidates: [[Int]]
    ) throws(SystemError) -> ScanResult {
        var snapshot = first
        var detection = settle(&snapshot, candidates)
        if isOwnNamespace, !detection.findings.isEmpty {
            prove(&detection, in: &snapshot)
            let proven = Set(detection.findings.compactMap(\.process))
            // What was read again may differ, and then other facts decide.
            detection = settle(&snapshot, candidates)
            detection.findings.removeAll { finding in
                finding.process.map { !proven.contains($0) } ?? false
            }
        }
        for fact in Set(detection.hidden) {
            snapshot.unreadable.add(
                pid: fact.pid,
                fact: fact.kind.fileName,
                reason: reasonText(fact.code)
            )
        }
        return ScanResult(snapshot: snapshot, findings: detection.findings)
    }

    /// Reads what the detectors want to know until they have decided.
    private mutating func settle(_ snapshot: inout Snapshot, _ candidates: [[Int]]) -> Detection {
        var detection = detect(snapshot, candidates)
        // Every fact is read once, so this ends; the bound is for a detector that forgets it.
        for _ in 0..<32 where !detection.wanted.isEmpty {
            read(detection.wanted, into: &snapshot)
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
            let judgments = FileDetection(request: request).judgments(in: view)
            let known = all.findings.filter { $0.kind == .orphan }.compactMap(\.process)
            let one = RecordedOrphans(judgments: judgments).detect(in: view, besides: Set(known))
            all.findings += one.findings
            all.wanted.formUnion(one.wanted)
            all.hidden += one.hidden
        }
        if let pattern = request.narrowing { narrow(&all, to: pattern, in: view) }
        return all
    }

    private func narrow(
        _ detection: inout Detection,
        to pattern: ProcessPattern,
        in view: SnapshotView
    ) {
        var kept: [Finding] = []
        for finding in detection.findings {
            guard let identity = finding.process else {
                if isNewFile(finding, pattern) { kept.append(finding) }
                continue
            }
            guard let process = view.snapshot.process(identity.pid) else { continue }
            switch pattern.evaluate(process, in: view.context) {
            case .holds: kept.append(finding)
            case .fails: break
            case .needs(let kind):
                detection.wanted.insert(FactRequest(pid: process.pid, kind: kind))
            case .unreadable(let kind, let code): detection.hide(process.pid, kind, code)
            }
        }
        // What was refused of processes that the pattern rules out hides nothing asked for.
        detection.hidden.removeAll { fact in
            guard let process = view.snapshot.process(fact.pid) else { return false }
            switch pattern.evaluate(process, in: view.context) {
            case .fails: return true
            case .needs(let kind):
                detection.wanted.insert(FactRequest(pid: process.pid, kind: kind))
                return false
            case .holds, .unreadable: return false
            }
        }
        detection.findings = kept
    }

    /// Of the conditions only "not there before" can be asked of a file.
    private func isNewFile(_ finding: Finding, _ pattern: ProcessPattern) -> Bool {
        guard let path = finding.file, let baseline = pattern.absentFrom else { return false }
        var rest = pattern
        rest.absentFrom = nil
        return rest.isEmpty && !baseline.files.contains(path)
    }

    /// Reads more facts, each through a directory that still shows the process that was listed.
    private mutating func read(_ wanted: Set<FactRequest>, into snapshot: inout Snapshot) {
        let kinds = Dictionary(grouping: wanted, by: \.pid).mapValues { $0.map(\.kind) }
        for (pid, kinds) in kinds {
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
    }
}
