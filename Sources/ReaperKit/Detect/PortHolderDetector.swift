/// Finds who holds the ports that were asked about.
public struct PortHolderDetector: Detector {
    private let ports: PortSet
    private let pattern: ProcessPattern
    /// ``pattern`` and ``ports``.
    private let holder: ProcessPattern

    /// Looks for these ports, among the processes of `pattern` if that has conditions.
    public init(ports: PortSet, among pattern: ProcessPattern) {
        self.ports = ports
        self.pattern = pattern
        var holder = pattern
        holder.ports = ports
        self.holder = holder
    }

    /// Also in those whose descriptors were refused: they could hold one.
    public func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest {
        guard !process.isKernelThread else { return .none }
        let interest = holder.evaluate(process, in: context).interest
        // What a zombie had open is closed: nothing is read of it.
        if process.isZombie, case .needs = interest { return .none }
        return interest
    }

    /// One finding per holder, and one per socket whose holder cannot be seen.
    public func detect(_ candidates: [Int], in view: SnapshotView) -> Detection {
        var detection = Detection()
        var refused: [HiddenFact] = []
        for index in candidates {
            let process = view.snapshot.processes[index]
            if case .unreadable(let kind, let code) = holder.evaluate(process, in: view.context) {
                refused.append(HiddenFact(pid: process.pid, kind: kind, code: code))
                continue
            }
            let sockets = wanted(in: view).filter {
                process.socketInodes?.known?.contains($0.inode) == true
            }
            guard !sockets.isEmpty else { continue }
            detection.findings.append(finding(process, sockets, in: view))
        }
        // Who could not be looked at matters only while a socket has no known holder.
        let held = Set(view.snapshot.processes.flatMap { $0.socketInodes?.known ?? [] })
        let unheld = wanted(in: view).filter { !held.contains($0.inode) }
        if !unheld.isEmpty { detection.hidden = refused }
        // With other conditions an unseen holder is not known to meet them.
        if pattern.isEmpty { detection.findings += unheld.map { unseen($0, in: view) } }
        return detection
    }

    private func wanted(in view: SnapshotView) -> [SocketRecord] {
        view.snapshot.sockets.filter { socket in
            guard socket.inode != 0, socket.state != .bound else { return false }
            let isNamed = ports.contains(socket.port, socket.transport)
            if isNamed, socket.holdsPort { return true }
            return view.context.includesPeers
                && (isNamed || ports.contains(socket.peerPort, socket.transport))
        }
    }

    private func finding(
        _ process: ProcessRecord,
        _ sockets: [SocketRecord],
        in view: SnapshotView
    ) -> Finding {
        let holding = sockets.filter(\.holdsPort)
        let names = Set((holding.isEmpty ? sockets : holding).map(askedName)).sorted()
        let verb = holding.isEmpty ? "is connected to" : "holds port"
        return Finding(
            kind: .portHolder,
            process: process.identity,
            severity: .warning,
            verdict: .confirmed,
            summary: "\(verb) \(names.joined(separator: ", "))",
            evidence: sockets.map {
                Evidence(
                    "it has the socket of \($0.portName) open (\($0.state.name))",
                    source: process.source("fd"),
                    value: ByteString("socket:[\($0.inode)]")
                )
            } + merelyBound(beside: holding, in: view),
            remedy: Remedy(.stop, command: remedy(process, holding, in: view))
        )
    }

    /// One command for all who share a listener: stopping one of them frees nothing.
    private func remedy(
        _ process: ProcessRecord,
        _ sockets: [SocketRecord],
        in view: SnapshotView
    ) -> String {
        let shared = sockets.filter { socket in
            view.snapshot.processes.count {
                $0.socketInodes?.known?.contains(socket.inode) ?? false
            } > 1
        }
        guard pattern.isEmpty, !shared.isEmpty else {
            return "reaper clean --pid \(process.identity)"
        }
        let names = Set(shared.map(\.portName)).sorted()
        return "reaper clean --ports \(names.joined(separator: ","))"
    }

    /// Sockets on the same ports that do not listen, and keep others from them all the same.
    private func merelyBound(
        beside sockets: [SocketRecord],
        in view: SnapshotView
    ) -> [Evidence] {
        view.snapshot.sockets.filter { socket in
            socket.state == .bound && sockets.contains { $0.portName == socket.portName }
        }.map {
            Evidence(
                "another socket is bound to \($0.portName) and does not listen",
                source: "sock_diag",
                value: ByteString("socket:[\($0.inode)]")
            )
        }
    }

    /// The port of a connection that was asked about: its own, or else its peer's.
    private func askedName(_ socket: SocketRecord) -> String {
        guard !ports.contains(socket.port, socket.transport) else { return socket.portName }
        return "\(socket.peerPort)/\(socket.transport.rawValue)"
    }

    private func unseen(_ socket: SocketRecord, in view: SnapshotView) -> Finding {
        let user = view.snapshot.host.userNames[socket.user] ?? "\(socket.user)"
        let name = askedName(socket)
        let receivers = (view.snapshot.receivers[socket.inode] ?? [])
            .compactMap(view.snapshot.process)
        let advice = view.snapshot.host.effectiveUser == 0 ? "" : "; run as root to see it"
        let flight = SocketFlight.text(to: receivers.map(\.label))
        let summary =
            if let flight, advice.isEmpty {
                "no process has the socket of \(name) open, which is of user \(user): \(flight)"
            } else if let flight {
                "a process that cannot be seen has the socket of \(name), which is of user "
                    + "\(user), or \(flight)\(advice)"
            } else if socket.holdsPort {
                "port \(name) is held by a process that cannot be seen, of user \(user)\(advice)"
            } else {
                "a process that cannot be seen, of user \(user), is connected to \(name)\(advice)"
            }
        var finding = Finding(
            kind: .portHolder,
            severity: .warning,
            verdict: .suspect,
            summary: summary,
            evidence: [
                Evidence(
                    "no readable process has this socket open",
                    source: "sock_diag",
                    value: ByteString("socket:[\(socket.inode)]")
                )
            ] + receivers.map(SocketFlight.evidence),
            remedy: Remedy(.none)
        )
        finding.port = name
        return finding
    }
}

extension SocketRecord {
    /// How sentences name it: `8080/tcp`.
    public var portName: String { "\(port)/\(transport.rawValue)" }
}
