extension LinuxKernel {
    /// Who holds these ports now, described for people.
    public func holders(of ports: PortSet) -> Result<[PortOutcome], SystemError> {
        do throws(SystemError) {
            let check = try PortCheck.look(at: ports)
            guard !check.isFree else {
                portNotes += check.notes.filter { !portNotes.contains($0) }
                return .success([])
            }
            portNotes = check.notes
            let map = HolderMap.read(
                of: check.held.flatMap { $0.sockets.map(\.inode) },
                among: (try? scanner.procfs.pids()) ?? [],
                procDirectory: scanner.procfs.directory.raw
            )
            return .success(check.held.map { outcome(of: $0, map) })
        } catch {
            return .failure(error)
        }
    }

    private func outcome(of held: PortCheck.HeldPort, _ map: HolderMap) -> PortOutcome {
        var outcome = PortOutcome(transport: held.transport, port: held.port, isFree: false)
        let pids = Set(held.sockets.flatMap { map.holders[$0.inode] ?? [] }.map(\.pid))
        let holders = pids.sorted().compactMap { holder($0, among: pids) }
        // Who is older than all this may have taken it just now, too: then the socket is new.
        let isTaken = scanner.knowsSockets && !held.sockets.contains { scanner.saw($0) }
        outcome.isHeldAgain =
            !holders.isEmpty && (holders.allSatisfy(\.isBack) || isTaken)
            && !holders.contains(where: \.wasToBeStopped)
        outcome.holder = holders.map(\.text).joined(separator: "; ")
        if holders.isEmpty, let pid = pids.min() {
            outcome.holder = "process \(pid), which was gone a moment later"
        } else if holders.isEmpty {
            let users = Set(held.sockets.map(\.user)).sorted()
            let names = UserNames.read().names
            let list = users.map { names[$0] ?? "\($0)" }.joined(separator: ", ")
            let advice = scanner.host.effectiveUser == 0 ? "" : "; run as root to see it"
            outcome.holder = "a process that cannot be seen, of user \(list)" + advice
        }
        return outcome
    }

    /// - Returns: `nil` when it is gone by now.
    private func holder(_ pid: Int32, among holders: Set<Int32>) -> PortHolder? {
        let place = ProcessPlace(pid: pid)
        switch scanner.procfs.record(of: place) {
        case .gone: return nil
        case .denied: return PortHolder(label: "process \(pid)")
        case .value(var process):
            scanner.procfs.read(.cgroups, of: &process, at: place)
            var holder = PortHolder(
                process,
                ancestors: ancestors(of: process),
                holders: holders,
                on: scanner.host
            )
            holder.wasToBeStopped = wasToBeStopped(process.identity)
            holder.isNew = process.identity.startTime >= beginning
            return holder
        }
    }

    /// Nearest first, up to one that cannot be seen or whose number was used again.
    private func ancestors(of process: ProcessRecord) -> [ProcessRecord] {
        var ancestors: [ProcessRecord] = []
        var child = process
        while child.parent > 0, ancestors.count < 64,
            let parent = scanner.procfs.record(of: ProcessPlace(pid: child.parent)).known,
            parent.identity.startTime <= child.identity.startTime
        {
            ancestors.append(parent)
            child = parent
        }
        return ancestors
    }
}
