extension Detection {
    /// Sets aside the findings that one of several exemptions describes.
    ///
    /// What cannot be said because a fact was refused stays a finding.
    mutating func setAside(_ exemptions: [Exemption], in view: SnapshotView) {
        var kept: [Finding] = []
        for finding in findings {
            if let exemption = exemptions.first(where: { covers($0, finding, in: view) }) {
                ignored.append(IgnoredFinding(finding, by: exemption.text))
            } else {
                kept.append(finding)
            }
        }
        findings = kept
    }

    private mutating func covers(
        _ exemption: Exemption,
        _ finding: Finding,
        in view: SnapshotView
    ) -> Bool {
        if exemption.covers(rule: finding.rule, file: finding.file) { return true }
        guard let process = finding.process.flatMap({ view.snapshot.process($0.pid) }) else {
            return false
        }
        var subjects = [process]
        // Of a zombie there is little left to describe but whose it is.
        if finding.kind == .zombie, let parent = view.parent(of: process) {
            subjects.append(parent)
        }
        for subject in subjects {
            if view.snapshot.instanceFiles.contains(where: { file in
                exemption.covers(rule: file.rule, file: nil) && file.records(subject.pid)
            }) {
                return true
            }
            for pattern in exemption.patterns {
                switch pattern.evaluate(subject, in: view.context) {
                case .holds: return true
                case .needs(let kind): wanted.insert(FactRequest(pid: subject.pid, kind: kind))
                case .fails, .unreadable: continue
                }
            }
        }
        return false
    }
}

extension InstanceFile {
    fileprivate func records(_ pid: Int32) -> Bool {
        guard case .entries(let entries) = contents else { return false }
        return entries.contains { $0.pid == pid }
    }
}
