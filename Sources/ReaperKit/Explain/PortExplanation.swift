extension Explanation {
    /// Explains a port.
    ///
    /// - Parameters:
    ///   - account: What was read about it.
    ///   - target: What was typed.
    public init(_ account: PortAccount, target: String) {
        self.init(target: target, kind: .port, summary: "")
        port = account.name
        let holders = PortHolders(account, in: account.own)
        add(.holders, holders.statements)
        add(.lingering, LingeringSockets.statements(of: account.own))
        add(.namespaces, PortNamespaces.statements(of: account))
        add(.cleaning, PortForecast(account, holders).statements)
        advice = holders.advice
        let elsewhere = account.others.contains { place in
            place.sockets.contains(where: \.isInTheWay)
        }
        let isThere = !account.own.sockets.isEmpty || elsewhere
        if !holders.unseen.isEmpty {
            unknown += holders.unseen
            answer = .incomplete
        } else if !account.notes.isEmpty, !holders.isHeld {
            unknown += account.notes
            answer = .incomplete
        } else if !isThere {
            answer = .notFound
        }
        summary = "port \(account.name) " + verdict(holders, elsewhere, account)
    }

    private func verdict(
        _ holders: PortHolders,
        _ elsewhere: Bool,
        _ account: PortAccount
    ) -> String {
        let names = holders.pids.map(account.label)
        if let first = names.first {
            let verb =
                holders.isServed
                ? "is held by"
                : holders.isHeld
                    ? "is bound, but not served, by" : "is one end of a connection of"
            let rest = names.count - 1
            return rest == 0
                ? "\(verb) \(first)"
                : "\(verb) \(first) and \(counted(rest, "other process", "others"))"
        }
        if let flight = SocketFlight.text(to: holders.receivers.map(account.label)) {
            return account.refusals.isEmpty
                ? "is held by no process that has it open; \(flight)"
                : "is held by a process that cannot be seen, or \(flight)"
        }
        if !holders.unseen.isEmpty { return "is held by a process that cannot be seen" }
        if holders.isHeld { return "is held, but no process was found to hold it" }
        if !account.own.sockets.isEmpty {
            return "is held by no process; the kernel still keeps closed connections of it"
        }
        if elsewhere { return "is held in another network namespace, and by nobody in this one" }
        return "is held by nobody in this network namespace"
    }
}

/// Who holds the sockets of a port that keep others from it.
struct PortHolders {
    private(set) var statements: [Statement] = []
    /// Everybody who certainly holds one, by number.
    private(set) var pids: [Int32] = []
    /// Everybody to whom one that nobody has open may be on its way, by number.
    private(set) var receivers: [Int32] = []
    /// What could not be learned, one sentence per socket.
    private(set) var unseen: [String] = []
    /// Whether there is any socket that has to be held by somebody.
    let isHeld: Bool
    /// Whether anybody can reach it.
    let isServed: Bool
    private(set) var advice: Advice?

    private let account: PortAccount

    init(_ account: PortAccount, in place: PortAccount.Place) {
        self.account = account
        let sockets = account.telling(in: place)
        isHeld = sockets.contains(where: \.isInTheWay)
        isServed = sockets.contains(where: \.holdsPort)
        var seen: Set<Int32> = []
        for socket in sockets {
            for holder in account.holders[socket.inode] ?? []
            where holder.hold.isCertain && seen.insert(holder.pid).inserted {
                pids.append(holder.pid)
            }
        }
        pids.sort()
        for pid in pids { statements += self.statements(of: pid, sockets) }
        for socket in sockets { addUnheld(socket, place) }
        addSharing(sockets, place)
        addConnections(place)
        advice = makeAdvice(sockets)
    }

    private func statements(of pid: Int32, _ sockets: [SocketRecord]) -> [Statement] {
        let holding = sockets.filter { socket in
            account.holders[socket.inode]?.contains { $0.pid == pid && $0.hold.isCertain } == true
        }
        let known = account.account(of: pid)
        var list = [
            Statement(
                known.map(ProcessSummary.text) ?? account.label(pid),
                source: "/proc/\(pid)/stat",
                mark: .decisive,
                process: known?.process.identity
            )
        ]
        for socket in holding {
            let holder = account.holders[socket.inode]?.first { $0.pid == pid }
            let hold = holder?.hold ?? .descriptor
            list.append(
                Statement(
                    socket.sentence + hold.suffix,
                    source: hold.source(pid: pid),
                    value: ByteString("socket:[\(socket.inode)]"),
                    depth: 1
                )
            )
        }
        guard let known else { return list }
        if let port = holding.first?.port, let forwarder = Forwarder(known.process, port: port) {
            list.append(
                Statement(
                    "it \(forwarder.text)",
                    source: known.process.source("cmdline"),
                    mark: .decisive,
                    depth: 1
                )
            )
        }
        list += known.standings.map { standing in
            Statement(
                standing.holderSentence,
                source: standing.source,
                mark: .decisive,
                depth: 1
            )
        }
        list += Oddity.all(of: known).map { statement in
            var statement = statement
            statement.depth = 1
            return statement
        }
        let orphan = known.findings.first {
            $0.kind == .orphan && $0.process == known.process.identity
        }
        if let orphan, let rule = orphan.rule {
            list.append(
                Statement(
                    "rule \(rule) finds it: \(orphan.summary) (\(orphan.verdict.rawValue))",
                    source: known.rules.first { $0.rule == rule }?.source ?? "reaper scan",
                    mark: .decisive,
                    depth: 1
                )
            )
        }
        return list
    }

    private mutating func addUnheld(_ socket: SocketRecord, _ place: PortAccount.Place) {
        let holders = account.holders[socket.inode] ?? []
        guard !holders.contains(where: \.hold.isCertain) else { return }
        let user = account.host.userText(socket.user)
        for holder in holders {
            if !receivers.contains(holder.pid) { receivers.append(holder.pid) }
            statements.append(
                Statement(
                    "\(account.label(holder.pid)) has a descriptor on its way to it that may be this "
                        + "socket (SCM_RIGHTS)",
                    source: holder.hold.source(pid: holder.pid),
                    value: ByteString("socket:[\(socket.inode)]"),
                    mark: .unknown,
                    process: account.account(of: holder.pid)?.process.identity
                )
            )
        }
        let why =
            !account.refusals.isEmpty
            ? account.refusals.sentence(on: account.host)
            : "everybody who can be seen was looked at: it may be held by the kernel itself (NFS, "
                + "WireGuard), or from another pid namespace"
        let sentence = "\(socket.sentence), for user \(user), and no process was seen that has it"
        statements.append(
            Statement(
                "\(sentence): \(why)",
                source: place.source,
                value: ByteString("socket:[\(socket.inode)]"),
                mark: .unknown
            )
        )
        let question = "who holds \(socket.endpointText)/\(socket.transport.rawValue): \(why)"
        if !unseen.contains(question) { unseen.append(question) }
    }

    private mutating func addSharing(_ sockets: [SocketRecord], _ place: PortAccount.Place) {
        for socket in sockets {
            let holders = (account.holders[socket.inode] ?? []).filter(\.hold.isCertain)
            guard holders.count > 1 else { continue }
            statements.append(
                Statement(
                    "\(holders.count) processes share one socket of \(socket.endpointText): it was "
                        + "inherited or handed over, and is free only when all let go of it",
                    source: "/proc/PID/fd",
                    value: ByteString("socket:[\(socket.inode)]")
                )
            )
        }
        let listening = sockets.filter(\.holdsPort)
        let endpoints = Dictionary(grouping: listening) {
            "\($0.endpointText)/\($0.transport.rawValue)"
        }
        for (endpoint, group) in endpoints.sorted(by: { $0.key < $1.key }) where group.count > 1 {
            statements.append(
                Statement(
                    "\(group.count) sockets of their own have \(endpoint) at the same time "
                        + "(SO_REUSEPORT): each has to be closed",
                    source: place.source
                )
            )
        }
    }

    private mutating func addConnections(_ place: PortAccount.Place) {
        let connections = place.sockets.filter { $0.inode != 0 && !$0.isInTheWay }
        guard isHeld, !connections.isEmpty else { return }
        let number = account.ports.members.first?.ports.lowerBound
        let (own, others) = (
            connections.filter { $0.port == number }, connections.filter { $0.port != number }
        )
        if !own.isEmpty {
            statements.append(
                Statement(
                    "\(counted(own.count, "connection")) of it "
                        + "\(own.count == 1 ? "is" : "are") open; they hold nobody up who sets "
                        + "SO_REUSEADDR",
                    source: place.source,
                    isDetail: true
                )
            )
        }
        if !others.isEmpty {
            let verb =
                others.count == 1 ? "is connected to it, and holds" : "are connected, and hold"
            statements.append(
                Statement(
                    "\(counted(others.count, "other socket")) of this machine \(verb) nothing",
                    source: place.source,
                    isDetail: true
                )
            )
        }
    }

    // MARK: - What to do

    private func makeAdvice(_ sockets: [SocketRecord]) -> Advice? {
        guard !pids.isEmpty else { return nil }
        let accounts = pids.compactMap(account.account)
        for holder in accounts {
            if let port = sockets.first?.port, let forwarder = Forwarder(holder.process, port: port)
            {
                return Advice(
                    .none,
                    forwarder.command.map { [$0] } ?? [],
                    reason: "\(holder.process.label) \(forwarder.text)"
                )
            }
        }
        let forecasts = accounts.map(CleanForecast.init)
        // Where somebody would start it again, or may not be touched, that comes first.
        if let other = forecasts.compactMap(\.advice).first(where: { $0.action != .stop }) {
            return other
        }
        // Only who can be reached holds a port for clean; the others go by number.
        let identities = accounts.map { "\($0.process.identity)" }.joined(separator: ",")
        return PortForecast.advice(
            forecasts,
            besides: "reaper clean "
                + (isServed ? "--ports \(account.name)" : "--pid \(identities)"),
            isOfAll: accounts.count == pids.count
        )
    }
}
