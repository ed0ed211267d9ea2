extension Scanner {
    /// What is shown of a traced process, beyond what rules ask about.
    private static let described: [FactKind] = [
        .executable, .arguments, .workingDirectory, .status, .cgroups,
    ]

    /// Holds rules against one process, and reads whatever they want to know for that.
    ///
    /// Everybody's `stat` is read as well: whose child a process is, and whether the leader of its
    /// session lives, are facts about others.
    ///
    /// - Parameters:
    ///   - rules: The rules to trace, all of them rules of the scanner's request.
    ///   - pid: The process; with a start time in mind, compare the snapshot's record.
    ///   - files: Instance files, read by whoever knows how.
    /// - Returns: What was seen, and one trace per rule; `nil` when there is no such process.
    /// - Throws: Why `/proc` could not be listed, or sockets not be read although they matter.
    public mutating func trace(
        _ rules: [Rule],
        of pid: Int32,
        files: [InstanceFile] = []
    ) throws(SystemError) -> (snapshot: Snapshot, traces: [RuleTrace])? {
        var snapshot = begin(files)
        // A rule that asks for a port is answered with the ports that the process does have.
        if request.ports != nil { try readSockets(SocketQuery(), into: &snapshot) }
        for number in try procfs.pids() {
            _ = readProcess(ProcessPlace(pid: number), into: &snapshot)
        }
        guard let process = snapshot.process(pid) else { return nil }
        var wanted = Set(Self.described.map { FactRequest(pid: pid, kind: $0) })
        if !process.isKernelThread, !files.isEmpty {
            let view = SnapshotView(snapshot, rules: request.rules)
            wanted.formUnion(FileDetection(request: request).wanted(in: view))
        }
        var traces: [RuleTrace] = []
        // Every fact is read once, so this ends; the bound is for a trace that forgets it.
        for _ in 0..<32 {
            read(wanted, into: &snapshot)
            guard let record = snapshot.process(pid), record.identity == process.identity else {
                return nil
            }
            let view = SnapshotView(snapshot, rules: request.rules)
            traces = RuleTrace.traces(of: record, by: rules, in: view)
            wanted = traces.reduce(into: []) { $0.formUnion($1.wanted) }
            if wanted.isEmpty { break }
        }
        return (snapshot, traces)
    }
}
