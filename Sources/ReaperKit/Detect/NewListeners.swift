/// Finds ports that are held since a snapshot was taken.
///
/// A port is shown with the new process that holds it. What is found here is what no process that
/// is found tells: somebody who was there before holds it, or nobody who can be seen.
struct NewListeners {
    /// What was there.
    let baseline: Baseline
    /// Who is found for itself.
    let found: Set<ProcessIdentity>
    /// Who is set aside, with whatever it holds.
    var excused: Set<ProcessIdentity> = []
    /// The holders of each socket, by inode.
    let holders: [UInt64: [SocketHolder]]
    /// Everybody who holds one of them, by number.
    let processes: [Int32: ProcessRecord]
    /// How many processes the kernel lets nobody look into.
    let refusals: Int
    /// Where the sockets were read, such as `sock_diag`.
    let source: String
    /// The machine.
    let host: HostFacts

    /// One finding per port, in their order.
    func findings(about sockets: [SocketRecord]) -> [Finding] {
        var ports: [String] = []
        var groups: [String: [SocketRecord]] = [:]
        for socket in sockets where !isTold(socket) {
            if groups[socket.portName] == nil { ports.append(socket.portName) }
            groups[socket.portName, default: []].append(socket)
        }
        return ports.compactMap { groups[$0].map(finding) }
    }

    /// Whether only processes that are found or set aside, or run this comparison, have it.
    func isTold(_ socket: SocketRecord) -> Bool {
        let all = certain(socket)
        return !all.isEmpty
            && all.allSatisfy { process in
                found.contains(process.identity) || excused.contains(process.identity)
                    || isOwnLaunch(process)
            }
    }

    /// Whoever runs the comparison came since, and is no leak.
    private func isOwnLaunch(_ process: ProcessRecord) -> Bool {
        host.ownChain.contains(process.identity) && !baseline.contains(process.identity)
    }

    /// Who certainly holds a socket.
    func certain(_ socket: SocketRecord) -> [ProcessRecord] {
        (holders[socket.inode] ?? []).filter(\.hold.isCertain).compactMap { processes[$0.pid] }
    }

    private func finding(_ sockets: [SocketRecord]) -> Finding {
        var seen: Set<ProcessIdentity> = []
        let known = sockets.flatMap(certain).filter {
            !isOwnLaunch($0) && seen.insert($0.identity).inserted
        }
        let name = sockets.first?.portName ?? ""
        var finding = Finding(
            kind: .leakedPort,
            severity: .warning,
            verdict: .confirmed,
            summary: "port \(name) on \(places(of: sockets)) was not held before; "
                + (known.isEmpty ? unknown(sockets) : "it is held by \(list(known))"),
            evidence: sockets.flatMap(evidence),
            remedy: Remedy(.none, command: "reaper explain :\(name)")
        )
        finding.port = name
        finding.holders = known.map(\.identity)
        return finding
    }

    private func places(of sockets: [SocketRecord]) -> String {
        let names = sockets.map { socket in
            socket.isOnEveryAddress ? "every address" : socket.addressText ?? "an unknown address"
        }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.joined(separator: ", ")
    }

    private func list(_ known: [ProcessRecord]) -> String {
        let names = known.prefix(3).map { process in
            if found.contains(process.identity) { return process.label }
            return baseline.contains(process.identity)
                ? "\(process.label), which was there before" : "\(process.label), which came since"
        }
        let rest = known.count > 3 ? " and \(counted(known.count - 3, "other", "others"))" : ""
        return names.joined(separator: ", and by ") + rest
    }

    /// Why nobody is named.
    private func unknown(_ sockets: [SocketRecord]) -> String {
        let users = Set(sockets.map(\.user)).sorted().map { host.userNames[$0] ?? "\($0)" }
        let whose = "holder unknown, of user \(users.joined(separator: ", "))"
        if let flight = SocketFlight.text(to: receivers(sockets).map(\.label)) {
            return "\(whose): \(flight)"
        }
        guard refusals > 0 else {
            return "\(whose): no process that can be seen has it open; one of another pid"
                + " namespace can, or a message between sockets (SCM_RIGHTS)"
        }
        let advice = host.effectiveUser == 0 ? "" : "; run as root to see it"
        return "\(whose): the descriptors of \(counted(refusals, "process", "processes")) are not"
            + " readable\(advice)"
    }

    private func receivers(_ sockets: [SocketRecord]) -> [ProcessRecord] {
        let pids = sockets.flatMap { holders[$0.inode] ?? [] }.filter { !$0.hold.isCertain }
        return Set(pids.map(\.pid)).sorted().compactMap { processes[$0] }
    }

    private func evidence(about socket: SocketRecord) -> [Evidence] {
        let verb = socket.transport == .tcp ? "listens on" : "is bound to"
        let facts = [
            Evidence(
                "a socket that is not in the snapshot \(verb) \(socket.endpointText)",
                source: source,
                value: ByteString("socket:[\(socket.inode)]")
            )
        ]
        return facts
            + (holders[socket.inode] ?? []).compactMap { holder in
                guard let process = processes[holder.pid] else { return nil }
                guard holder.hold.isCertain else { return SocketFlight.evidence(process) }
                return Evidence(
                    "\(process.label) has it open",
                    source: holder.hold.source(pid: holder.pid)
                )
            }
    }
}
