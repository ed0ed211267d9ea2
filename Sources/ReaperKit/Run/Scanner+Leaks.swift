extension Scanner {
    /// Says of findings about selected processes that the command left them behind.
    ///
    /// Those about zombies go: reaper waits for its children itself.
    ///
    /// - Parameters:
    ///   - result: About exactly the processes that descend from reaper.
    ///   - tag: What marks the command's environment.
    public mutating func describeLeaks(in result: inout ScanResult, tag: String) {
        result.findings.removeAll { $0.kind != .leakedProcess }
        let wanted = result.findings.compactMap(\.process).map {
            FactRequest(pid: $0.pid, kind: .environment)
        }
        read(Set(wanted), into: &result.snapshot)
        for index in result.findings.indices {
            guard let identity = result.findings[index].process,
                let process = result.snapshot.process(identity.pid)
            else { continue }
            result.findings[index].severity = .error
            var summary = "outlived the command"
            let own = result.snapshot.host.ownChain.first?.pid
            if process.parent != own, let parent = result.snapshot.process(process.parent) {
                summary = "is a child of \(parent.name.text) \(parent.pid)"
            }
            if let link = process.executable?.known { summary += ", runs \(link.path.text)" }
            let paths = OpenPaths.of(process.pid)
            if let path = paths.first {
                summary += ", has \(path.text) open"
                if paths.count > 1 { summary += " and \(paths.count - 1) more" }
            }
            result.findings[index].summary = summary
            result.findings[index].evidence =
                Leak.evidence(process, in: result.snapshot, tag)
                + paths.prefix(Leak.pathLimit).map {
                    Evidence("it has a file open", source: process.source("fd"), value: $0)
                }
        }
    }
}

/// The facts that make a process a leak.
private enum Leak {
    /// How many open files are told of each.
    static let pathLimit = 20

    static func evidence(
        _ process: ProcessRecord,
        in snapshot: Snapshot,
        _ tag: String
    ) -> [Evidence] {
        let own = snapshot.host.ownChain.first?.pid
        let parent = snapshot.process(process.parent)
        var facts = [
            Evidence(
                process.parent == own
                    ? "whoever started it is gone: reaper adopted it"
                    : "it descends from the command, and its parent is "
                        + (parent?.label ?? "process \(process.parent)"),
                source: process.source("stat"),
                value: ByteString("\(process.parent)")
            )
        ]
        let mark = ByteString("\(CommandRun.variable)=\(tag)")
        if let entries = process.environment?.known, entries.contains(mark) {
            facts.append(
                Evidence(
                    "the command's mark is in its environment",
                    source: process.source("environ")
                )
            )
        }
        return facts
    }
}
