extension Scanner {
    /// Notes who has the sockets open that instances are, as far as descriptors can be read.
    ///
    /// A file of such a kind names nobody, but the kernel knows which sockets are bound to it, and
    /// `/proc/PID/fd` who has them. Nobody is asked by connecting: that would wake a server.
    mutating func noteHolders(in listing: inout InstanceListing) {
        let files = Dictionary(listing.snapshot.instanceFiles.map { ($0.path, $0) }) { first, _ in
            first
        }
        var sockets: [Int: [UInt64]] = [:]
        for (index, instance) in listing.instances.enumerated()
        where instance.isSocket && instance.state == .running {
            sockets[index] = instance.file.flatMap { files[$0] }?.sockets
        }
        let inodes = Set(sockets.values.joined())
        guard isOwnNamespace, !inodes.isEmpty else { return }
        let map = HolderMap.read(
            of: inodes,
            among: listing.snapshot.processes.filter { !$0.isKernelThread && !$0.isZombie }
                .map(\.pid),
            procDirectory: procfs.directory.raw,
            depth: .descriptors
        )
        // Who was looked at is who was listed, if the number is still that process's.
        let identities = Set(map.holders.values.joined().map(\.pid))
            .compactMap { listing.snapshot.process($0)?.identity }
            .filter { identity in
                let start = identity.startTime
                return
                    (try? ProcessHandle(opening: identity.pid, startTime: start, in: &procfs))
                    != nil
            }
        let known = Dictionary(uniqueKeysWithValues: identities.map { ($0.pid, $0) })
        read(
            Set(identities.map { FactRequest(pid: $0.pid, kind: .status) }),
            into: &listing.snapshot
        )
        for (index, inodes) in sockets {
            let all = Set(inodes.flatMap { map.holders[$0] ?? [] }.compactMap { known[$0.pid] })
            listing.instances[index].note(holders: all, in: listing.snapshot)
        }
    }
}

extension Instance {
    /// Takes in who has its socket; of a parent and children that inherited it, the parent.
    mutating func note(holders all: Set<ProcessIdentity>, in snapshot: Snapshot) {
        let records = all.sorted().compactMap { snapshot.process($0.pid) }
        let numbers = Set(records.map(\.pid))
        let first = records.filter { !numbers.contains($0.parent) }
        holders = first.map(\.identity)
        guard !first.isEmpty else { return }
        reason += ": " + first.map(\.label).joined(separator: ", ")
        for process in first {
            evidence.append(
                Evidence("\(process.label) has it open", source: "/proc/\(process.pid)/fd")
            )
            if let standstill = Standstill(of: process) {
                standstills[process.identity] = standstill
            }
        }
    }
}
