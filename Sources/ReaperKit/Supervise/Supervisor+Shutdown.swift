import CLinux
import Glibc

/// How everything is ended.
struct Ending {
    /// Whether nobody is asked before being killed.
    var isForced: Bool
    /// When the time is up.
    var end: Duration?
    /// What proves that nobody is left.
    var proof = Proof.none
    /// Who is left, or why that is not known.
    var left: [String] = []
    var deadlinePassed = false
    var unproven: String?

    mutating func take(_ result: ServiceEndingResult) {
        left += result.parts.flatMap { part in part.left.map { "\(part.name): \($0)" } }
        left += result.parts.flatMap { part in part.held.map { "\(part.name): \($0)" } }
        deadlinePassed = deadlinePassed || result.deadlinePassed
        unproven = unproven ?? result.unproven
    }

    /// What to tell whoever asked for it.
    var status: ExitStatus {
        if !left.isEmpty { return deadlinePassed ? .deadline : .leftOver }
        return proof == .none ? .incomplete : .clean
    }

    var message: String? {
        left.isEmpty
            ? (proof == .none ? unproven ?? "not proven" : nil) : left.joined(separator: "; ")
    }
}

/// The end of everything.
extension Supervisor {
    /// Ends every service, then whoever else descends from this process, then this process.
    ///
    /// A second time it kills what is left: so two Ctrl-C do what one signal of a manager does not.
    func endAll(isForced: Bool, isInterrupt: Bool) {
        guard ending == nil else {
            guard isInterrupt || isForced else { return }
            // Twice within the engine's own count: the first of them it takes for a request to end.
            for pid in workers.keys { for _ in 0..<2 { interrupt(pid) } }
            ending?.isForced = true
            return
        }
        tellMessage(nil, "ending every service")
        ending = Ending(isForced: isForced, end: Clock.monotonic() + Self.deadline)
        perform(supervision.endAll(at: Clock.monotonic()))
    }

    /// The time that the end of everything may take.
    static let deadline = Duration.seconds(30)

    /// The engine counts signals, and two of the same kind may become one: so two kinds.
    private func interrupt(_ pid: Int32) {
        _ = kill(pid, SIGINT)
        _ = kill(pid, SIGTERM)
        _ = kill(pid, SIGCONT)
    }

    /// Whatever is to be done because nothing else is going on.
    func goOn() {
        endRemains()
        answerOperations()
        guard workers.isEmpty else { return }
        if ending != nil {
            guard supervision.isOver else { return }
            endStrays()
        } else if options.endsWhenIdle, !wasStoppedByHand, operations.isEmpty,
            supervision.names.allSatisfy({ name in
                supervision.isSettled(name) && supervision.state(of: name) != .running
            })
        {
            let failed = supervision.names.contains { supervision.state(of: $0) != .finished }
            endAll(isForced: false, isInterrupt: false)
            if failed { ending?.left.append("not every service has done its work") }
        }
    }

    /// Ends who belongs to no service any more: started by one, and rid of its mark.
    private func endStrays() {
        collectChildren()
        guard ending?.proof != .subreaper, !isDone else { return }
        switch ChildEvent.next() {
        case .childless:
            if !hasAdopted {
                ending?.proof = .subreaper
                ending?.unproven = nil
            } else if ending?.unproven == nil {
                // What adopted services had let go was no child of its: what counts is what the
                // engine has proven of each.
                ending?.proof = .tree
            }
            isDone = true
            answerOperations()
            return
        case .ended, .stopped: return endStrays()
        case .nothing: break
        }
        let left = (try? Descendants.now())?.identities ?? []
        guard !left.isEmpty, strayRounds < 5, !strays else {
            // Zombies only: the next look waits for them.
            if left.isEmpty, strayRounds < 50 {
                strayRounds += 1
                Polling.wait(until: Clock.monotonic() + .milliseconds(10))
                return endStrays()
            }
            if ending?.left.isEmpty == true {
                ending?.left = left.map { "process \($0) is still there" }
            }
            isDone = true
            answerOperations()
            return
        }
        strayRounds += 1
        strays = true
        tellMessage(nil, "ending \(counted(left.count, "process", "processes")) of no service")
        startWorker(
            ServiceEnding(strays: left, isForced: ending?.isForced ?? false),
            for: .strays
        )
    }

    /// Leaves without having run: the directory is as if nobody had been here.
    ///
    /// - Parameter isOver: Whether nothing is left that its records tell of.
    public func leave(isOver: Bool) {
        if isOver { directory.remove("supervisor.json") }
        directory.remove(StateDirectory.socketName)
    }

    /// Leaves nothing behind.
    func conclude() -> ExitStatus {
        server.drain(until: Clock.monotonic() + .seconds(2))
        for console in options.consoles { console.drain(until: Clock.monotonic() + .seconds(1)) }
        // What another has there by now is its own.
        if directory.holds(lock, as: "lock") {
            if supervision.names.allSatisfy({ running[$0] == nil }) {
                directory.remove("supervisor.json")
            }
            directory.remove(StateDirectory.socketName)
        }
        return ending?.status ?? .clean
    }

    /// Takes on what the service file says now.
    ///
    /// - Returns: Why not; then everything stays as it is.
    func reload() -> String? {
        guard ending == nil else { return "the supervisor is ending" }
        switch options.reload() {
        case .failure(let failure):
            tellMessage(nil, "nothing was changed: \(failure.message)")
            return failure.message
        case .success(let services):
            tellMessage(nil, "read \(options.source) again")
            let effects = supervision.reload(services, at: Clock.monotonic())
            writeOwnRecord()
            perform(effects)
            writeStops()
            return nil
        }
    }
}
