import CLinux
import Glibc

/// Starting services, and doing what follows.
extension Supervisor {
    /// Wants these to run, with what they come after.
    func start(_ names: [String]) {
        let wanted = supervision.withNeeds(names)
        perform(supervision.ask(.startAsked, of: wanted, at: Clock.monotonic()))
    }

    /// Does what has to be done, and what follows from that.
    func perform(_ effects: [Supervision.Effect]) {
        var queue = effects
        var index = 0
        while index < queue.count {
            let effect = queue[index]
            index += 1
            switch effect {
            // What was done before it in this row may have ended it already.
            case .launch(let service) where supervision.state(of: service.name) == .starting:
                queue += launch(service)
            case .launch: continue
            case .end(let names): end(names)
            case .pause(let name, let time):
                // One that was cut short by a start must not cut this one short.
                timers.remove(.pauseOver(name))
                timers.add(.pauseOver(name), at: time)
            case .changed(let name): tell(of: name)
            case .forget(let name): tellMessage(name, "is not in the service file any more")
            }
        }
    }

    private func tell(of name: String) {
        guard let standing = supervision.standing(of: name) else { return }
        if standing.state != .starting { forgetProbe(of: name) }
        observe(.changed(standing, running[name]?.record.identity))
        for operation in operations where operation.concerns(name) {
            server.send(stateLine(of: standing), to: operation.client)
        }
    }

    func tellMessage(_ name: String?, _ message: String) { observe(.message(name, message)) }

    // MARK: - Launching

    private func launch(
        _ service: Service,
        isCleared: Bool = false
    ) -> [Supervision.Effect] {
        let name = service.name
        let now = Clock.monotonic()
        let others = others(than: service)
        if let first = others.first {
            // Its own services are ended for nobody's sake.
            let own = Set((try? Descendants.now())?.identities ?? [])
            let isOwn = others.contains { own.contains($0.identity) }
            if service.stop.killsOthers, !isCleared, !isOwn {
                clear(others, for: service)
                return []
            }
            let who = others.map { "\($0.name.text) (\($0.identity))" }.joined(separator: ", ")
            let advice =
                isOwn
                ? ", and of this supervisor"
                : service.stop.killsOthers ? "" : "; 'kill_others: true' would end it first"
            let reason = "\(who) is in its way: \(first.reason)\(advice)"
            return supervision.noteFailure(of: name, toStart: true, reason, at: now)
        }
        let mark = "\(name):\(tag)"
        let log = log(of: service)
        do {
            let output = try log.open()
            if options.followsLogs || service.ready.sign.isLine { follow(log, of: name) }
            let launch = ServiceLaunch(
                service: service,
                mark: mark,
                supervisor: FormerSupervisor(
                    identity: facts.identity,
                    directory: directory.path
                ).text,
                mask: signals.previous
            )
            let pid = try launch.start(service.command, output: output.raw)
            children[pid] = .service(name)
            running[name] = RunningService(
                record: record(of: service, pid: pid, mark: mark),
                log: log,
                fingerprint: service.fingerprint,
                since: facts.identity.startTime
            )
            let start = running[name]?.record.identity.startTime ?? 0
            if firstStarts[name] == nil { firstStarts[name] = start }
            lookAtLogsSoon()
            try write(name)
        } catch let error as ServiceLaunch.Failure {
            return notStarted(name, error.reason, mayPass: error.mayPass)
        } catch let error as SystemError {
            guard running[name] != nil else {
                return notStarted(name, "\(error)", mayPass: error.isShortage)
            }
            tellMessage(name, "no record of it: \(error)")
        } catch {
            return notStarted(name, "\(error)", mayPass: false)
        }
        observe(.message(name, "started as \(running[name].map { "\($0.record.identity)" } ?? "")"))
        return awaitReadiness(of: service)
    }

    /// Takes in that a service could not be started: what does not pass is not tried again.
    private func notStarted(
        _ name: String,
        _ reason: String,
        mayPass: Bool
    ) -> [Supervision.Effect] {
        let now = Clock.monotonic()
        guard !mayPass else {
            return supervision.noteFailure(of: name, toStart: true, reason, at: now)
        }
        return supervision.handle(.notStarted(again: false), of: name, at: now, reason: reason)
    }

    private func record(of service: Service, pid: Int32, mark: String) -> ServiceRecord {
        var start: UInt64 = 0
        if var procfs = try? Procfs(),
            let record = procfs.record(of: ProcessPlace(pid: pid)).known
        {
            start = record.identity.startTime
        }
        return ServiceRecord(
            name: service.name,
            identity: ProcessIdentity(pid: pid, startTime: start),
            bootID: facts.bootID,
            namespace: facts.namespace,
            mark: mark,
            supervisor: facts.identity,
            startedAt: Clock.wall(),
            ports: service.stop.ports
        )
    }

    func write(_ name: String) throws(SystemError) {
        guard let record = running[name]?.record else { return }
        try directory.write(record.json, to: record.fileName)
        try writeStop(of: name)
    }

    /// Who has a port or a name that the service wants for itself.
    private func others(than service: Service) -> [ShutdownTarget] {
        let stop = service.stop
        guard stop.ports != nil || !stop.processFilters.isEmpty else { return [] }
        let sweep = FinalSweep(
            owner: "service \(service.name)",
            ports: stop.ports,
            names: stop.processFilters.filter { !$0.matchesNothing },
            killsOthers: stop.killsOthers
        )
        return OthersSearch(sweep, rules: []).run().targets.filter { $0.depth == 0 }
    }

    /// Has those ended first who are in a service's way, where its file says so.
    private func clear(_ others: [ShutdownTarget], for service: Service) {
        let targets = others.map { other in
            ServiceEnding.Target(
                name: "\(other.name.text.escapedForTerminal) \(other.identity)",
                identity: other.identity,
                mark: "",
                stop: StopAction(signal: service.stop.signal, timeout: service.stop.timeout)
            )
        }
        let list = targets.map(\.name).joined(separator: ", ")
        tellMessage(service.name, "\(list) is in its way, and is ended first")
        startWorker(ServiceEnding(targets), for: .clearing(service.name))
    }

    /// Starts a service whose way has been cleared, if that is wanted still.
    func launchCleared(_ name: String) {
        guard supervision.state(of: name) == .starting, running[name] == nil,
            let service = supervision.startedForm(of: name)
        else { return }
        perform(launch(service, isCleared: true))
    }
}
