import Glibc

/// Something that a client waits for.
struct Operation {
    /// Who waits.
    var client: Int
    /// What for.
    var request: ControlRequest
    /// About which services it is.
    var names: Set<String>
    /// What went wrong besides the services' states, one sentence each.
    var problems: [String] = []
    /// Why it is not known that nothing is left of them, one sentence each.
    var doubts: [String] = []
    /// Whether what stopped services may have left was looked for, and is being ended.
    var hasLooked = false
    var isEndingRemains = false

    func concerns(_ name: String) -> Bool { names.contains(name) }
}

/// What others ask over the socket.
extension Supervisor {
    func take(_ line: [UInt8], from client: Int) {
        do throws(JSONError) {
            try answer(ControlRequest(reading: line), to: client)
        } catch {
            server.refuse(client, "\(error.position): \(error.message)")
        }
    }

    private func answer(_ request: ControlRequest, to client: Int) throws(JSONError) {
        switch request {
        case .status: server.finish(finalLine(.clean, nil, supervision.names), to: client)
        case .start(let given):
            guard let names = known(given, client), mayStart(client) else { return }
            begin(request, supervision.withNeeds(names), client)
            // Who is named is to do its work once more; what it comes after has done it.
            let done = given.filter { supervision.state(of: $0) == .finished }
            start(names)
            perform(supervision.ask(.restartAsked, of: done, at: Clock.monotonic()))
        case .restart(let names):
            guard let names = known(names, client), mayStart(client) else { return }
            begin(request, names, client)
            perform(supervision.ask(.restartAsked, of: names, at: Clock.monotonic()))
        case .stop(let names, let cascade, let isForced):
            guard var names = known(names, client) else { return }
            if cascade { names = supervision.withDependents(names) }
            if isForced { forced.formUnion(names) }
            begin(request, names, client)
            wasStoppedByHand = true
            perform(supervision.ask(.stopAsked, of: names, at: Clock.monotonic()))
        case .reload:
            guard mayStart(client) else { return }
            if let failure = reload() {
                server.refuse(client, failure)
                return
            }
            begin(request, supervision.names, client)
        case .shutdown(let isForced):
            begin(request, supervision.names, client)
            endAll(isForced: isForced, isInterrupt: false)
        }
    }

    private func begin(_ request: ControlRequest, _ names: [String], _ client: Int) {
        operations.append(Operation(client: client, request: request, names: Set(names)))
    }

    private func known(_ names: [String], _ client: Int) -> [String]? {
        let all = supervision.names
        for name in names where supervision.state(of: name) == nil {
            let hint = nearestName(to: name, in: all).map { "; did you mean '\($0)'?" } ?? ""
            server.refuse(
                client,
                "there is no service '\(name.escapedForTerminal)'\(hint)"
                    + "; 'reaper reload' reads \(options.source.escapedForTerminal) again",
                .leftOver
            )
            return nil
        }
        return names.isEmpty ? all : names
    }

    private func mayStart(_ client: Int) -> Bool {
        guard supervision.isEnding else { return true }
        server.refuse(client, "the supervisor is ending: nothing is started any more", .leftOver)
        return false
    }

    /// Answers those whose wish has come about, or cannot.
    func answerOperations() {
        guard !operations.isEmpty else { return }
        // Whoever has gone away waits for nothing.
        operations.removeAll { server.clients[$0.client] == nil }
        var rest: [Operation] = []
        for operation in operations {
            guard isOver(operation) else {
                rest.append(operation)
                continue
            }
            let (status, message) = outcome(of: operation)
            let names = supervision.names.filter(operation.concerns)
            server.finish(finalLine(status, message, names), to: operation.client)
        }
        operations = rest
    }

    private func isOver(_ operation: Operation) -> Bool {
        switch operation.request {
        case .shutdown: isDone
        // One that somebody has started again meanwhile is not waited for.
        case .stop: areStopped(operation) && !operation.isEndingRemains
        case .status: true
        case .start, .restart, .reload: operation.names.allSatisfy(supervision.isSettled)
        }
    }

    func areStopped(_ operation: Operation) -> Bool {
        operation.names.allSatisfy { supervision.state(of: $0)?.isStopping != true }
    }

    private func outcome(of operation: Operation) -> (ExitStatus, String?) {
        switch operation.request {
        case .shutdown: return (ending?.status ?? .clean, ending?.message)
        case .status: return (.clean, nil)
        case .stop, .start, .restart, .reload:
            let isStart = operation.request.isStart
            let isStop = operation.request.isStop
            let failed = supervision.names.filter(operation.concerns).filter { name in
                switch supervision.state(of: name) {
                case .failed, .survived, .waiting: true
                case .stopped: isStart
                case .starting, .running: isStop
                default: false
                }
            }
            guard !failed.isEmpty || !operation.problems.isEmpty else {
                guard !operation.doubts.isEmpty else { return (.clean, nil) }
                return (.incomplete, operation.doubts.joined(separator: "; "))
            }
            let list =
                operation.problems + operation.doubts
                + failed.prefix(5).map { name in
                    let reason = supervision.standing(of: name)?.reason
                    return reason.map { "\(name): \($0)" } ?? name
                }
            return (.leftOver, list.joined(separator: "; "))
        }
    }

    // MARK: - Lines

    func stateLine(of standing: Supervision.Standing) -> [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("event", "state")
            json.member("service", standing.service.name)
            json.member("state", standing.state.word)
            json.member("reason", standing.reason)
        }
        json.endLine()
        return json.bytes
    }

    private func finalLine(
        _ status: ExitStatus,
        _ message: String?,
        _ names: [String]
    ) -> [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("done", true)
            json.member("ok", status == .clean)
            json.member("status", status.rawValue)
            json.member("message", message)
            json.member("supervisor", facts.identity.description)
            json.member("source", options.source)
            json.member("proof", ending?.proof.rawValue)
            json.array("instances") { json in
                for name in names { json.object { write(name, to: &$0) } }
            }
        }
        json.endLine()
        return json.bytes
    }

    private func write(_ name: String, to json: inout JSONWriter) {
        guard let standing = supervision.standing(of: name) else { return }
        let record = running[name]?.record
        json.member("system", "reaper")
        json.member("rule", "reaper.service")
        json.member("id", name)
        json.member("identity", record?.identity.description)
        json.member("pid", record?.identity.pid)
        json.member("state", standing.state.word)
        json.member("reason", standing.reason)
        json.member("file", record.map { "\(directory.path)/\($0.fileName)" })
        if let record {
            if let ports = standing.service.stop.ports {
                probe.sockets(of: ports, below: record.identity.pid).write(
                    to: &json,
                    inNetwork: nil
                )
            }
            json.member("started_at", record.startedAt.rfc3339())
            let uptime = Clock.wall() - record.startedAt
            json.member("uptime_ms", max(uptime.milliseconds, 0))
            json.member("memory_bytes", MemoryUse.ofTree(below: record.identity.pid))
        }
        if standing.state == .finished { json.member("finished", true) }
        json.member("restarts", standing.restarts)
        json.member("class", standing.service.serviceClass.rawValue)
        json.member("log", ServiceLog(of: standing.service, in: directory.path).path)
    }
}

extension ControlRequest {
    var isStop: Bool { if case .stop = self { true } else { false } }

    var isStart: Bool {
        switch self {
        case .start, .restart: true
        case .status, .stop, .reload, .shutdown: false
        }
    }
}
