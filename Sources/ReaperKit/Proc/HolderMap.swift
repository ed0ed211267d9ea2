/// Which processes hold which sockets.
public struct HolderMap: Sendable, Equatable {
    /// How far to look.
    public enum Depth: Sendable, Hashable {
        /// Descriptors of processes only.
        case descriptors
        /// Hidden holds too, if a socket is left that nobody was found to hold.
        case hiddenWhereNeeded
        /// Hidden holds of all processes: the whole list of holders, at several times the cost.
        case hiddenEverywhere
    }

    /// When to stop looking.
    public enum Extent: Sendable, Hashable {
        /// After every process was looked at: a socket can be shared.
        case everyHolder
        /// As soon as every socket has one certain holder; then others may be missing.
        case firstHolder
    }

    /// A process that could not be looked at, and the `errno`.
    public struct Refusal: Sendable, Hashable {
        /// Who.
        public var pid: Int32
        /// `fd`, or `fdinfo` for hidden holds.
        public var fact: String
        /// Why.
        public var code: Int32
    }

    /// For each inode its holders, ordered by pid; sockets without any are missing.
    public private(set) var holders: [UInt64: [SocketHolder]] = [:]
    /// Processes that may hold any of the sockets for all that is known.
    public private(set) var refusals: [Refusal] = []

    /// Looks for the holders of `sockets`.
    ///
    /// Nothing is read where no socket is given. Zombies and kernel threads have no descriptors
    /// and cost 4 us each where they are not left out; a leader that exited before its threads has
    /// none either, and shows in their tables, among the hidden holds. A process that may have the socket in flight is named only for
    /// sockets without a certain holder.
    ///
    /// - Parameters:
    ///   - sockets: Inodes; 0 is left out.
    ///   - pids: Whom to look at, in this order: newest first finds a leftover soonest.
    ///   - procDirectory: Descriptor of the procfs.
    ///   - depth: How far to look.
    ///   - extent: When to stop.
    ///   - isOwnNamespace: Whether its numbers are those of reaper's pid namespace.
    /// - Returns: What was found, and who could not be looked at.
    public static func read(
        of sockets: some Sequence<UInt64>,
        among pids: some Sequence<Int32>,
        procDirectory: Int32,
        depth: Depth = .hiddenWhereNeeded,
        extent: Extent = .everyHolder,
        isOwnNamespace: Bool = true
    ) -> HolderMap {
        var map = HolderMap()
        var table = DescriptorTable(interest: sockets, procDirectory: procDirectory)
        guard !table.interest.isEmpty else { return map }
        var present: [Int32] = []
        for pid in pids {
            switch table.sockets(below: procDirectory, "\(pid)/") {
            case .value(let inodes):
                for inode in inodes { map.add(inode, SocketHolder(pid: pid, hold: .descriptor)) }
                present.append(pid)
            case .gone: continue
            case .denied(let code):
                map.refusals.append(Refusal(pid: pid, fact: "fd", code: code))
                // The table of a leader that left is root's; its threads' are still their user's.
                present.append(pid)
            }
            if extent == .firstHolder, map.holders.count == table.interest.count { return map }
        }
        let unheld = table.interest.filter { map.holders[$0] == nil }
        switch depth {
        case .descriptors: break
        case .hiddenWhereNeeded where unheld.isEmpty: break
        case .hiddenWhereNeeded, .hiddenEverywhere:
            map.addHidden(
                of: depth == .hiddenEverywhere ? table.interest : unheld,
                among: present,
                procDirectory,
                isOwnNamespace
            )
        }
        for inode in map.holders.keys { map.holders[inode]?.sort { $0.pid < $1.pid } }
        return map
    }

    /// The inodes among `sockets` that nobody certainly holds.
    public func unheld(_ sockets: some Sequence<UInt64>) -> [UInt64] {
        sockets.filter { inode in
            inode != 0 && !(holders[inode] ?? []).contains { $0.hold.isCertain }
        }
    }

    private mutating func add(_ inode: UInt64, _ holder: SocketHolder) {
        holders[inode, default: []].append(holder)
    }

    private mutating func addHidden(
        of sockets: [UInt64],
        among pids: [Int32],
        _ procDirectory: Int32,
        _ isOwnNamespace: Bool
    ) {
        var hidden = HiddenHolds(interest: sockets, comparesTables: isOwnNamespace)
        var receivers: [Int32] = []
        for pid in pids {
            switch hidden.look(at: pid, below: procDirectory) {
            case .value(let found):
                for (inode, hold) in found.sockets {
                    add(inode, SocketHolder(pid: pid, hold: hold))
                }
                if !found.sockets.isEmpty { refusals.removeAll { $0.pid == pid } }
                if found.hasInFlight { receivers.append(pid) }
            case .gone: continue
            case .denied(let code):
                guard !refusals.contains(where: { $0.pid == pid }) else { continue }
                refusals.append(Refusal(pid: pid, fact: "fdinfo", code: code))
            }
        }
        for inode in unheld(sockets) {
            for pid in receivers { add(inode, SocketHolder(pid: pid, hold: .inFlight)) }
        }
    }
}
