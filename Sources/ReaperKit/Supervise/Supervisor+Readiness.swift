import Glibc

extension Readiness.Sign {
    /// Whether what the service prints tells.
    var isLine: Bool {
        if case .line = self { true } else { false }
    }
}

/// A service that is looked at until it is ready.
struct Probe {
    /// When it has failed.
    var end: Duration
    /// The command that looks, while it runs.
    var check: Int32?
    /// The regular expression that is looked for in its log, where that is its sign.
    var expression: String?
}

/// Looking whether services are ready.
extension Supervisor {
    func awaitReadiness(of service: Service) -> [Supervision.Effect] {
        let now = Clock.monotonic()
        let ready = service.ready
        switch ready.sign {
        case .started: return supervision.handle(.ready, of: service.name, at: now)
        case .exit: break
        case .port, .file, .command:
            timers.add(.readiness(service.name), at: now + ReadinessProbe.pause)
        case .line: break
        }
        var probe = Probe(end: now + ready.timeout)
        if case .line(let pattern) = ready.sign {
            probe.expression = pattern
        }
        probes[service.name] = probe
        timers.add(.readiness(service.name), at: probe.end)
        return []
    }

    func forgetProbe(of name: String) {
        guard let probe = probes.removeValue(forKey: name) else { return }
        timers.remove(.readiness(name))
        if let check = probe.check { _ = kill(check, SIGKILL) }
    }

    /// Looks once, and again after a while.
    func look(at name: String) {
        guard let probe = probes[name], let service = supervision.startedForm(of: name),
            let running = running[name]
        else { return }
        let now = Clock.monotonic()
        guard now < probe.end else { return tooLate(service) }
        switch service.ready.sign {
        case .started, .exit, .line: return
        case .file(let path):
            if ReadinessProbe.exists(path) { return isReady(name) }
        case .port(let ports):
            if self.probe.serves(ports, below: running.record.identity.pid) {
                return isReady(name)
            }
        case .command(let command):
            guard probe.check == nil else { return }
            startCheck(command, of: service)
            return
        }
        timers.add(.readiness(name), at: now + ReadinessProbe.pause)
    }

    func isReady(_ name: String) {
        forgetProbe(of: name)
        if !options.followsLogs { readers[name] = nil }
        perform(supervision.handle(.ready, of: name, at: Clock.monotonic()))
    }

    private func tooLate(_ service: Service) {
        var reason = "not ready within \(service.ready.timeout.shortText)"
        if case .port(let ports) = service.ready.sign, let hint = probe.hint(ports) {
            reason += ": \(hint)"
        }
        forgetProbe(of: service.name)
        perform(
            supervision.noteFailure(
                of: service.name,
                toStart: false,
                reason,
                at: Clock.monotonic()
            )
        )
    }

    private func startCheck(_ command: [ByteString], of service: Service) {
        let launch = ServiceLaunch(
            service: service,
            mark: running[service.name]?.record.mark ?? "",
            supervisor: tag,
            mask: signals.previous
        )
        do {
            let output = try ServiceLog(of: service, in: directory.path).open()
            let pid = try launch.start(command, output: output.raw)
            children[pid] = .check(service.name)
            probes[service.name]?.check = pid
        } catch {
            timers.add(.readiness(service.name), at: Clock.monotonic() + Self.failedCheckPause)
        }
    }

    private static let failedCheckPause = Duration.seconds(1)

    func checkEnded(_ pid: Int32, _ name: String, _ end: CommandEnding) {
        guard probes[name]?.check == pid else { return }
        probes[name]?.check = nil
        if end == .exited(0) { return isReady(name) }
        timers.add(.readiness(name), at: Clock.monotonic() + ReadinessProbe.commandPause)
    }

    /// Takes in a line that a service has printed.
    func take(_ line: ByteString, of name: String) {
        if options.followsLogs { observe(.line(name, line)) }
        guard let expression = probes[name]?.expression else { return }
        let text = String(decoding: line.bytes.prefix(Self.lineLimit), as: UTF8.self)
        // An expression may take time that grows much faster than its text.
        let isFound = TimedWork.run(for: .seconds(1)) {
            (try? Regex(expression)).map {
                text.contains($0.matchingSemantics(.unicodeScalar))
            } ?? false
        }
        switch isFound {
        case true?: isReady(name)
        case false?: return
        case nil:
            let reason = "the pattern of its 'ready.line' takes too long for what it printed"
            forgetProbe(of: name)
            let now = Clock.monotonic()
            perform(supervision.noteFailure(of: name, toStart: false, reason, at: now))
        }
    }

    /// How much of a line is searched, in bytes.
    private static let lineLimit = 4096
}
