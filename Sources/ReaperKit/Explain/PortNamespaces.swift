/// Sockets that no process holds: closed connections that the kernel keeps for a while, and
/// connections that nobody has accepted yet.
enum LingeringSockets {
    static func statements(of place: PortAccount.Place) -> [Statement] {
        let lingering = place.sockets.filter { $0.inode == 0 }
        let groups = Dictionary(grouping: lingering, by: \.state)
        return groups.sorted { $0.key.rawValue < $1.key.rawValue }.map { state, sockets in
            Statement(
                "\(counted(sockets.count, "socket")) in state \(state.kernelName): "
                    + state.ownerlessMeaning,
                source: place.source,
                value: "inode 0"
            )
        }
    }
}

extension SocketState {
    /// As ss(8) and tcp(7) write it.
    fileprivate var kernelName: String { name.uppercased() }

    /// What it means that nobody holds a socket in this state; tcp(7), RFC 9293.
    fileprivate var ownerlessMeaning: String {
        switch self {
        case .timeWait:
            "no process holds it; it goes away within 60 s; SO_REUSEADDR lets a server bind now"
        case .finWait2:
            "no process holds it; the other end has not closed yet; it goes away within 60 s "
                + "(tcp_fin_timeout)"
        case .finWait1, .lastAck, .closing:
            "no process holds it; the other end has not acknowledged the close; the kernel gives up "
                + "after some retries, at most some minutes"
        case .established, .closeWait, .synReceived, .newSynReceived:
            "a connection that the server has not accepted yet; it goes with the listening socket"
        case .synSent, .listen, .close, .bound:
            "no process holds it"
        }
    }
}

/// What other network namespaces say of a port.
enum PortNamespaces {
    static func statements(of account: PortAccount) -> [Statement] {
        var list: [Statement] = []
        let own = account.own.namespace.map { " (net:[\($0)])" } ?? ""
        for place in account.others where !place.sockets.filter(\.isInTheWay).isEmpty {
            list += found(place, account)
        }
        var looked = "reaper's own network namespace\(own) was looked at"
        let empty = account.others.count { !$0.sockets.contains(where: \.isInTheWay) }
        if empty > 0 {
            looked += ", and \(counted(empty, "other")) in which nobody holds the port"
        }
        list.append(Statement(looked, source: account.own.source))
        if !account.hiddenNamespaces.isEmpty {
            list.append(
                Statement(
                    "of \(account.hiddenNamespaces.text) the network namespace could not be "
                        + "read, so there may be others",
                    source: "/proc/PID/ns/net",
                    mark: .unknown,
                    isDetail: account.own.sockets.contains(where: \.isInTheWay)
                )
            )
        }
        return list
    }

    private static func found(
        _ place: PortAccount.Place,
        _ account: PortAccount
    ) -> [Statement] {
        let name = place.namespace.map { "net:[\($0)]" } ?? "another network namespace"
        var list: [Statement] = []
        for socket in place.sockets.filter(\.isInTheWay) {
            let holders = (account.holders[socket.inode] ?? []).filter(\.hold.isCertain)
            let who =
                holders.isEmpty
                ? "a process that was not seen, of user \(account.host.userText(socket.user))"
                : holders.map { account.label($0.pid) }.joined(separator: ", ")
            list.append(
                Statement(
                    "in \(name) \(who) has \(socket.endpointText)/\(socket.transport.rawValue) "
                        + "(\(socket.state == .close ? "bound" : socket.state.name)); that keeps "
                        + "nobody in this namespace from the port",
                    source: place.source,
                    value: ByteString("socket:[\(socket.inode)]"),
                    mark: .decisive,
                    process: holders.first.flatMap { account.account(of: $0.pid)?.process.identity }
                )
            )
            if let holder = holders.first, let known = account.account(of: holder.pid) {
                list.append(
                    Statement(
                        ProcessSummary.text(of: known),
                        source: known.process.source("stat"),
                        depth: 1,
                        process: known.process.identity
                    )
                )
            }
        }
        return list
    }
}
