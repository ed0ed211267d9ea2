import Glibc

/// Whoever descends from reaper itself, which has adopted what lost its parent below it.
public enum Descendants {
    /// Looks for them; who has exited, and is waited for by reaper alone, is not among them.
    ///
    /// - Returns: They, sorted by number.
    /// - Throws: Why `/proc` could not be read.
    public static func now() throws(SystemError) -> [ProcessIdentity] {
        var procfs = try Procfs()
        let own = getpid()
        var walk = ChildWalk()
        if let records = walk.records(below: [own], in: &procfs) {
            return identities(of: records, besides: own)
        }
        var records: [ProcessRecord] = []
        for pid in try procfs.pids() {
            if let record = procfs.record(of: ProcessPlace(pid: pid)).known {
                records.append(record)
            }
        }
        let tree = ProcessTree(records)
        guard let position = tree.position(of: own) else { return [] }
        let below = tree.descendants(of: position).map { records[$0.index] }
        return identities(of: below.sorted { $0.pid < $1.pid }, besides: own)
    }

    private static func identities(
        of records: [ProcessRecord],
        besides own: Int32
    ) -> [ProcessIdentity] {
        records.filter { !$0.isZombie && $0.pid != own }.map(\.identity)
    }
}
