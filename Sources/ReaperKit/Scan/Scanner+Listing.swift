/// Looks that judge nothing.
extension Scanner {
    /// Reads `stat` of every process and judges nothing.
    ///
    /// - Parameter known: Numbers of whom nothing has to be read; they are left out.
    /// - Returns: The processes by number, and the numbers of those that the kernel refused.
    /// - Throws: Why `/proc` could not be listed.
    public mutating func listing(
        besides known: Set<Int32> = []
    ) throws(SystemError) -> (records: [ProcessRecord], refused: Set<Int32>) {
        var records: [ProcessRecord] = []
        var refused: Set<Int32> = []
        for (index, pid) in try procfs.pids().enumerated() where !known.contains(pid) {
            // The clock is asked now and then.
            if index & 255 == 255, try isTimeUp() { break }
            let answer = procfs.appendRecord(of: ProcessPlace(pid: pid), to: &records)
            if case .denied = answer { refused.insert(pid) }
        }
        return (records, refused)
    }

    /// The numbers of the children of kthreadd.
    mutating func kernelChildren() -> Set<Int32> { Set(childWalk.kernelChildren(in: &procfs)) }

    /// Reads everybody's `stat` and every socket that holds a port, and judges nothing.
    ///
    /// - Returns: What was seen, and what of it was not.
    /// - Throws: Why `/proc` could not be listed, or sockets not be read.
    public mutating func inventory(
        files: [InstanceFile]
    ) throws(SystemError) -> (snapshot: Snapshot, gaps: Baseline.Gaps) {
        var snapshot = Snapshot(host: host, instanceFiles: files)
        let (records, refused) = try listing()
        snapshot.processes = records
        // Later than the processes: whoever has a port by now and is not among them is new.
        let query = SocketQuery(includesBound: false)
        let table = try SocketTable.read(query, procRoot: procfs.root)
        snapshot.sockets = table.sockets
        var gaps = Baseline.Gaps()
        gaps.processes = procfs.limits(for: host)
        if !refused.isEmpty {
            let whom = counted(refused.count, "process", "processes")
            gaps.processes.append("\(whom) could not be looked at")
        }
        gaps.listeners = table.notes
        return (snapshot, gaps)
    }
}
