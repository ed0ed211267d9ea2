extension Supervision {
    /// Takes in what has happened to a service, or is asked of it.
    ///
    /// - Parameters:
    ///   - event: What.
    ///   - name: To which; one that is not known is passed over.
    ///   - now: When.
    ///   - reason: Why, for people.
    /// - Returns: What is to be done, in order.
    public mutating func handle(
        _ event: ServiceEvent,
        of name: String,
        at now: Duration,
        reason: String? = nil
    ) -> [Effect] {
        var queue = [Step(name: name, event: event, reason: reason)]
        var effects: [Effect] = []
        var index = 0
        while index < queue.count {
            let step = queue[index]
            index += 1
            take(step, at: now, &queue, &effects)
        }
        return merged(effects)
    }

    /// Takes in that the same is asked of several, once of each.
    ///
    /// Those that may run, or are ready, come first, then those that others come after: so nobody is
    /// started because another is ready that is to end, or is only to be started itself.
    public mutating func ask(
        _ event: ServiceEvent,
        of names: [String],
        at now: Duration
    ) -> [Effect] {
        let order = startOrder(of: names)
        let early = Set(
            order.filter { entries[$0].map { $0.state.isActive || $0.state.isReady } ?? false }
        )
        var effects: [Effect] = []
        for name in order where early.contains(name) { effects += handle(event, of: name, at: now) }
        for name in order where !early.contains(name) {
            // Whoever was started meanwhile, because another needs it, has been asked so.
            if entries[name]?.state.isActive ?? false { continue }
            effects += handle(event, of: name, at: now)
        }
        return merged(effects)
    }

    /// Events that follow from one, in the order in which they are taken in.
    private struct Step {
        var name: String
        var event: ServiceEvent
        var reason: String?
    }

    /// Takes in that the process of a service has ended by itself, and decides what that means.
    public mutating func noteEnd(
        of name: String,
        _ ending: CommandEnding?,
        at now: Duration
    ) -> [Effect] {
        guard let entry = entries[name] else { return [] }
        let isClean = ending == .exited(0)
        let isReady = entry.state == .running || entry.started.ready.sign == .exit
        var reason = ending?.sentence ?? "ended while nobody was told how"
        if isClean, !isReady { reason += " before it was ready" }
        var isCrash = !(isClean && isReady)
        let again = mayRestart(entry, isCrash: isCrash, at: now)
        // One that is to run always has failed when it may not be started again.
        if entry.started.restart.mode == .always, !again, !isEnding { isCrash = true }
        if isCrash, !again, entry.row > 0 { reason += ", after \(entry.row) restarts in a row" }
        let event = isCrash ? ServiceEvent.crashed(again: again) : .completed(again: again)
        return handle(event, of: name, at: now, reason: reason)
    }

    /// Takes in that a service was not ready in time, or could not be started.
    public mutating func noteFailure(
        of name: String,
        toStart: Bool,
        _ reason: String,
        at now: Duration
    ) -> [Effect] {
        guard let entry = entries[name] else { return [] }
        let again = mayRestart(entry, isCrash: true, at: now)
        let event = toStart ? ServiceEvent.notStarted(again: again) : .late(again: again)
        return handle(event, of: name, at: now, reason: reason)
    }

    private func mayRestart(_ entry: Entry, isCrash: Bool, at now: Duration) -> Bool {
        guard !isEnding else { return false }
        switch entry.started.restart.mode {
        case .never: return false
        case .onFailure where !isCrash: return false
        case .onFailure, .always: return row(of: entry, at: now) < entry.started.restart.limit
        }
    }

    /// Restarts in a row; who stayed ready for a while begins a new one.
    private func row(of entry: Entry, at now: Duration) -> Int {
        let isStable = entry.state == .running && now - entry.since >= RestartPolicy.stability
        return isStable ? 0 : entry.row
    }

    private mutating func take(
        _ step: Step,
        at now: Duration,
        _ queue: inout [Step],
        _ effects: inout [Effect]
    ) {
        let name = step.name
        guard let old = entries[name] else { return }
        // Nothing is started any more.
        if isEnding, step.event.asksForStart { return }
        let (state, consequences) = old.state.after(step.event)
        if state != old.state {
            let row = row(of: old, at: now)
            // Whoever asks for a start by hand has done something about what went wrong.
            entries[name]?.row = step.event == .startAsked || step.event == .restartAsked ? 0 : row
            entries[name]?.state = state
            entries[name]?.since = now
            // Why it ends tells also why it waits, pauses or has failed afterwards.
            if step.reason != nil || !old.state.isEndingForCause {
                entries[name]?.reason = step.reason
            }
            effects.append(.changed(name))
        }
        for effect in consequences { follow(effect, of: name, at: now, &queue, &effects) }
        if state == .waiting { startIfReady(name, &queue) }
        effects += forgetIfOver(name)
    }

    private mutating func follow(
        _ effect: ServiceEffect,
        of name: String,
        at now: Duration,
        _ queue: inout [Step],
        _ effects: inout [Effect]
    ) {
        guard let entry = entries[name] else { return }
        switch effect {
        case .askNeeds:
            for need in entry.service.after {
                switch entries[need]?.state {
                case .stopped, .failed, .survived, .stopping:
                    queue.append(Step(name: need, event: .startAsked))
                default: continue
                }
            }
        case .launch:
            entries[name]?.started = entry.service
            effects.append(.launch(entry.service))
        case .end: effects.append(.end([name]))
        case .pause:
            entries[name]?.row += 1
            entries[name]?.restarts += 1
            let pause = entry.started.restart.pause(before: entry.row + 1)
            effects.append(.pause(name, until: now + pause))
        case .freeDependents:
            for next in dependents(of: name) where entries[next]?.state == .waiting {
                startIfReady(next, &queue)
            }
        case .haltDependents:
            for next in dependents(of: name) {
                let reason = "\(name), which it comes after, has crashed"
                queue.append(Step(name: next, event: .needLost, reason: reason))
            }
        }
    }

    private func startIfReady(_ name: String, _ queue: inout [Step]) {
        guard let entry = entries[name] else { return }
        let isReady = entry.service.after.allSatisfy { entries[$0]?.state.isReady ?? false }
        if isReady { queue.append(Step(name: name, event: .needsMet)) }
    }
}

extension ServiceEvent {
    /// Whether it leads to a start.
    fileprivate var asksForStart: Bool {
        switch self {
        case .startAsked, .restartAsked, .needsMet, .pauseOver: true
        default: false
        }
    }
}

extension ServiceState {
    /// Whether the reason for which it ends stays of interest when it has.
    fileprivate var isEndingForCause: Bool {
        switch self {
        case .stopping(.failed), .stopping(.pausing), .stopping(.waiting): true
        default: false
        }
    }
}

extension CommandEnding {
    /// What became of a process, such as `ended with code 3`.
    public var sentence: String {
        switch self {
        case .exited(let code): "ended with code \(code)"
        case .signaled(let number): "was ended by \(Signal(number: number))"
        }
    }
}
