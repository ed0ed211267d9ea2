extension RunChanges {
    /// One finding per file that came and is there still, and what is expected of them.
    public func fileFindings(
        besides exemptions: [Exemption]
    ) -> (findings: [Finding], ignored: [IgnoredFinding]) {
        var kept: [Finding] = []
        var ignored: [IgnoredFinding] = []
        for finding in fileFindings {
            if let one = exemptions.first(where: { $0.covers(rule: nil, file: finding.file) }) {
                ignored.append(IgnoredFinding(finding, by: one.text))
            } else {
                kept.append(finding)
            }
        }
        return (kept, ignored)
    }

    private var fileFindings: [Finding] {
        files.sorted { $0.key < $1.key }.map { path, facts in
            var evidence = [
                Evidence("it was not there before the command ran", source: path.text)
            ]
            if let facts {
                evidence.append(
                    Evidence(
                        "it is \(facts.kind.name), last changed at \(facts.modified.rfc3339() ?? "an unknown time")",
                        source: path.text
                    )
                )
            }
            return Finding(
                kind: .leakedFile,
                file: path,
                severity: .warning,
                verdict: .confirmed,
                summary: "\(path.text): was left by the command",
                evidence: evidence,
                remedy: Remedy(.none)
            )
        }
    }

    /// Keeps of findings about port holders those about sockets that came.
    ///
    /// - Parameters:
    ///   - findings: Of the ports of ``sockets``.
    ///   - known: Processes that have been told already.
    ///   - exemptions: What is expected; ports count here, processes are the scanner's to leave out.
    /// - Returns: One per holder, or per socket whose holder cannot be seen.
    public func portFindings(
        among findings: [Finding],
        besides known: Set<ProcessIdentity>,
        _ exemptions: [Exemption]
    ) -> [Finding] {
        findings.compactMap { found in
            let new = sockets.filter { socket in
                guard !exemptions.contains(where: { $0.covers(socket) }) else { return false }
                let value = ByteString("socket:[\(socket.inode)]")
                return found.evidence.contains { $0.value == value }
            }
            let isKnown = found.process.map(known.contains) ?? false
            guard found.kind == .portHolder, !isKnown, let socket = new.first else { return nil }
            var finding = found
            finding.kind = .leakedPort
            let names = Set(new.map(\.portName)).sorted().joined(separator: ", ")
            if found.process != nil {
                finding.verdict = .probable
                finding.summary = "holds port \(names), opened while the command ran"
            }
            finding.evidence.insert(
                Evidence("the socket was not there before the command ran", source: "sock_diag"),
                at: 0
            )
            finding.evidence.append(
                Evidence("it does not descend from the command", source: "/proc")
            )
            finding.remedy = Remedy(.none, command: "reaper explain :\(socket.port)")
            return finding
        }
    }
}
