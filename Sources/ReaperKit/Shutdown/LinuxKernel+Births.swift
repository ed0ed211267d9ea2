import CLinux
import Glibc

// Which process a number names is known from both ends at once:
//
// 1. A handle is open on a number: from its birth until it is reaped, the number is this process's.
// 2. It is seen to have run. Its birth was told before: the kernel sends the event, and only then
//    wakes the child. (It is in /proc a little earlier, so a process that has not run yet may be
//    one whose birth, and whose predecessor's end, are not told yet.)
// 3. What was told is read. Its own birth is in it, if it is not older than the subscription.
// 4. `stat` is read through the handle: not reaped yet, so nobody else's birth under that number is
//    in what was read.
//
// So the latest birth under the number is its own, or there is none and it is older. Its start
// time is not needed for that: two processes of one number can start in the same clock tick, and
// events carry another clock than /proc does.
extension LinuxKernel {
    /// How often a process that was just born is looked at until it has run, a moment apart.
    private static let patience = 50
    /// How often a line of births is followed whose every process is gone when it is looked at.
    private static let rounds = 16

    /// Whether births are told here.
    var hearsBirths: Bool { feed != nil }

    /// Takes in what was told.
    ///
    /// - Returns: Whether nothing is missing; once something is, nobody is asked any more.
    @discardableResult
    func drainBirths() -> Bool {
        guard feed?.drain() == true else {
            feed = nil
            return false
        }
        return true
    }

    /// Ties the process behind a handle to its birth, so that its children are known as such.
    ///
    /// - Parameters:
    ///   - handle: What was just opened for a member.
    ///   - isUnreaped: Whether `stat` was read through it after ``drainBirths()``.
    /// - Returns: Whether it is who was told of, if anybody of that identity was.
    func tieBirths(to handle: ProcessHandle, isUnreaped: Bool) -> Bool {
        guard hearsBirths else { return true }
        var known: BirthLedger.Node?
        if handle.hadRun, isUnreaped {
            known = feed?.node(of: handle.identity.pid)
        } else if case .process(let node) = birth(behind: handle) {
            known = node
        }
        // Without a tie nothing is claimed of its children.
        guard let known else { return true }
        return feed?.tie(known, to: handle.identity) ?? true
    }

    /// Ties everybody whom the scanner holds, in one go: what was told is read once, and then all
    /// are looked at who have not exited, and so have not been reaped.
    func tieHeld() {
        let held = scanner.held.values.filter(\.hadRun)
        guard held.count > 1, drainBirths() else { return }
        var entries = held.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        // Where that fails nobody is known not to have exited.
        guard unsafe clinux_poll(&entries, UInt(entries.count), 0) >= 0 else { return }
        for (handle, entry) in zip(held, entries) where entry.revents == 0 {
            guard let node = feed?.node(of: handle.identity.pid),
                feed?.tie(node, to: handle.identity) == true
            else { continue }
            tied.insert(handle.identity)
        }
    }

    /// Asks the process events connector; linux/cn_proc.h.
    ///
    /// Children that a member's maker adopts at birth (`CLONE_PARENT`) are told as the maker's.
    public func births(to members: [ProcessIdentity], until end: Duration) -> Births? {
        for _ in 0..<Self.rounds {
            guard drainBirths(), let descendants = feed?.descendants(of: members) else {
                return nil
            }
            if descendants.isEmpty { return Births([]) }
            var births = Births([])
            for descendant in descendants {
                guard now() < end else { return nil }
                switch examine(descendant.node) {
                case .lives(let record):
                    births.living.append(Birth(child: record, ancestor: descendant.ancestor))
                case .ended:
                    // It may have had a child before that, which is told by now.
                    births.areAll = false
                    feed?.end(descendant.node)
                case .unknown: return nil
                }
            }
            if !births.living.isEmpty { return births }
        }
        return Births([], areAll: false)
    }

    /// Compares with `processes` in `/proc/stat`.
    public func hasHeardAll() -> Bool {
        if feed?.hasHeardAll() == true { return true }
        feed = nil
        return false
    }

    /// By the births that were told; else by how far the kernel is from handing it out again.
    public func mayHavePassedOn(_ number: Int32) -> Bool {
        if drainBirths(), hasHeardAll(), let parent = feed?.birthParent(of: number) {
            return parent > 0
        }
        if hearsBirths { return false }
        return counters.mayHavePassedOn(number, since: marks)
    }

    /// A child that its maker's parent adopts at birth (`CLONE_PARENT`) is told as that one's.
    ///
    /// Where it stays in that parent's session it is that one's in every respect: a script that goes
    /// on after its child was stopped makes such children. An exit is told a moment after the parent
    /// can know of it (exit_notify() comes before proc_exit_connector()), so time alone cannot tell.
    public func mayBeBorn(
        _ stray: ProcessRecord,
        to adopters: Set<Int32>,
        by members: [ProcessIdentity]
    ) -> Bool {
        drainBirths()
        guard let parent = feed?.birthParent(of: stray.pid) else { return true }
        guard adopters.contains(parent), feed?.canBeMade(stray.pid, by: members) ?? true else {
            return false
        }
        let session = scanner.procfs.record(of: ProcessPlace(pid: parent)).known?.session
        return session != stray.session
    }

    /// Only asked of who was seen a moment ago.
    public func birthParent(of identity: ProcessIdentity) -> Int32? {
        drainBirths()
        return feed?.birthParent(of: identity.pid)
    }

    /// By the ends that were told.
    public func bereaved(
        _ members: [ProcessIdentity],
        besides known: Set<Int32>
    ) -> [ProcessIdentity] {
        drainBirths()
        return feed?.bereaved(members, besides: known) ?? []
    }

    /// Whether its birth was not told, though all were.
    public func isOlderThanHearing(_ identity: ProcessIdentity) -> Bool? {
        guard drainBirths() else { return nil }
        return feed?.isOlder(identity)
    }

    private enum Life {
        case lives(ProcessRecord)
        case ended
        /// It cannot be told now.
        case unknown
    }

    /// Opens a handle on a process that was born, proves it, and keeps it.
    private func examine(_ node: BirthLedger.Node) -> Life {
        if let identity = feed?.identity(of: node), let handle = handles[identity] {
            return life(behind: handle)
        }
        for _ in 0..<Self.patience {
            guard hearsBirths else { return .unknown }
            guard let number = feed?.number(of: node) else { return .ended }
            let handle: ProcessHandle
            do throws(SystemError) {
                handle = try ProcessHandle(opening: number, startTime: nil, in: &scanner.procfs)
            } catch {
                // What /proc does not show may live, and a number may name a thread.
                if !PidLiveness.isProcess(number) { return .ended }
                guard error.isGone else { return .unknown }
                feed?.waitBriefly()
                drainBirths()
                continue
            }
            switch birth(behind: handle) {
            case .process(let proven) where proven == node:
                guard feed?.tie(node, to: handle.identity) == true else { return .unknown }
                let life = life(behind: handle)
                if case .lives = life { keep(handle) }
                return life
            case .process: return .ended
            // By whoever it was: the number is looked at again.
            case .reaped: drainBirths()
            case .unknown: return .unknown
            }
        }
        return .unknown
    }

    private func life(behind handle: ProcessHandle) -> Life {
        guard var record = record(through: handle, []), !record.isZombie, !record.isKernelThread
        else { return .ended }
        record.pidfdInode = handle.pidfdInode
        return .lives(record)
    }

    private enum Provenance {
        case process(BirthLedger.Node)
        case reaped
        case unknown
    }

    /// Which process of the ledger a handle is open on; steps 2 to 4 above.
    private func birth(behind handle: ProcessHandle) -> Provenance {
        for attempt in 0..<Self.patience {
            if attempt > 0 { feed?.waitBriefly() }
            let hasRun = handle.hadRun || handle.hasRun(in: &scanner.procfs)
            guard drainBirths() else { return .unknown }
            guard record(through: handle, []) != nil else { return .reaped }
            guard hasRun else { continue }
            return feed?.node(of: handle.identity.pid).map { .process($0) } ?? .unknown
        }
        return .unknown
    }
}
