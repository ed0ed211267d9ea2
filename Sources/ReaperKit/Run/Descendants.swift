import Glibc

/// Whoever descends from reaper itself, which has adopted what lost its parent below it.
public struct Descendants: Sendable {
    /// Those that run, sorted by number.
    public var identities: [ProcessIdentity]
    /// Numbers that the kernel names as children of one of them, and `/proc` does not show.
    public var hidden: [Int32] = []
    /// Whether everybody could be seen whom the kernel names as a child of one of them, and nobody
    /// has been adopted meanwhile.
    public var isComplete: Bool

    /// Looks for them; who has exited, and is waited for by reaper alone, is not among them.
    ///
    /// - Throws: Why `/proc` could not be read.
    public static func now() throws(SystemError) -> Descendants {
        var procfs = try Procfs()
        let own = getpid()
        var walk = ChildWalk()
        var hidden: [Int32] = []
        let seen = walk.records(below: [own], in: &procfs) { pid, procfs in
            let answer = procfs.record(of: ProcessPlace(pid: pid))
            if case .value = answer { return answer }
            // With hidepid= who is hidden looks as if gone, or is refused.
            if PidLiveness.isProcess(pid) { hidden.append(pid) }
            return .gone
        }
        if let seen {
            // Whoever exits gives its children to reaper, which may have been looked at before: a
            // chain of forks and exits would stay one step ahead.
            let known = Set(seen.map(\.pid) + hidden)
            let isSettled = walk.directChildren(of: own, in: &procfs).map(known.isSuperset) ?? false
            return Descendants(
                identities: identities(of: seen, besides: own),
                hidden: hidden,
                isComplete: hidden.isEmpty && isSettled
            )
        }
        var records: [ProcessRecord] = []
        for pid in try procfs.pids() {
            if let record = procfs.record(of: ProcessPlace(pid: pid)).known {
                records.append(record)
            }
        }
        let tree = ProcessTree(records)
        guard let position = tree.position(of: own) else {
            return Descendants(identities: [], isComplete: false)
        }
        let below = tree.descendants(of: position).map { records[$0.index] }
        let known = identities(of: below.sorted { $0.pid < $1.pid }, besides: own)
        // A listing does not say whom it leaves out.
        return Descendants(identities: known, isComplete: geteuid() == 0)
    }

    /// Whether one of these has executed no program yet: who it is may be about to change.
    public static func areBeforeExec(_ identities: [ProcessIdentity]) -> Bool {
        guard var procfs = try? Procfs() else { return false }
        return identities.contains { identity in
            let record = procfs.record(of: ProcessPlace(pid: identity.pid)).known
            return record.map { $0.identity == identity && $0.isBeforeExec } ?? false
        }
    }

    private static func identities(
        of records: [ProcessRecord],
        besides own: Int32
    ) -> [ProcessIdentity] {
        records.filter { !$0.isZombie && $0.pid != own }.map(\.identity)
    }
}
