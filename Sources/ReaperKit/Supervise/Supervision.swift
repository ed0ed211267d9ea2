/// Every service of a supervisor: how each is, and what has to be done next.
///
/// It is a value and touches nothing: events go in, effects come out, and whoever has effects does
/// them. Time is given to it.
public struct Supervision: Sendable {
    /// In file order.
    public private(set) var services: [Service] = []
    var entries: [String: Entry] = [:]
    private var graph = ServiceGraph([])
    private var dependents: [String: [String]] = [:]
    /// Whether everything is being ended, and nothing is started any more.
    public private(set) var isEnding = false

    /// One service, from the first moment on.
    struct Entry: Sendable {
        var service: Service
        /// As it was when it was last started: it ends as it was started.
        var started: Service
        var state = ServiceState.stopped
        /// Since when, on the clock that never jumps.
        var since: Duration
        /// Why it is so, for people.
        var reason: String?
        /// Restarts in a row.
        var row = 0
        /// Restarts altogether.
        var restarts = 0
        /// Whether it goes from the file, and is forgotten once it has ended.
        var isLeaving = false
    }

    /// Something to do.
    public enum Effect: Sendable, Equatable {
        /// Start the service's program, then say ``Supervision/handle(_:of:at:reason:)`` when it is
        /// ready.
        case launch(Service)
        /// End these, dependents first, and then say of each that it is gone, or survived.
        case end([String])
        /// Say that the pause is over at this time.
        case pause(String, until: Duration)
        /// Tell people, and whoever waits: it is in another state.
        case changed(String)
        /// Nothing of it is left to know.
        case forget(String)
    }

    /// Begins with services of which none runs.
    ///
    /// - Parameters:
    ///   - services: Without circles, and with every name in `after` among them.
    ///   - now: The time.
    public init(_ services: [Service], at now: Duration) {
        for service in services { add(service, at: now) }
        connect()
    }

    /// The services' names.
    public var names: [String] { services.map(\.name) }

    /// How a service is; `nil` where there is none of that name.
    public func state(of name: String) -> ServiceState? { entries[name]?.state }

    /// As it was when it was last started.
    public func startedForm(of name: String) -> Service? { entries[name]?.started }

    /// How one is, for reports.
    public func standing(of name: String) -> Standing? {
        guard let entry = entries[name] else { return nil }
        return Standing(
            service: entry.service,
            state: entry.state,
            since: entry.since,
            reason: entry.reason ?? waitingReason(of: entry),
            restarts: entry.restarts
        )
    }

    /// How one service is.
    public struct Standing: Sendable {
        /// Which.
        public var service: Service
        /// How.
        public var state: ServiceState
        /// Since when.
        public var since: Duration
        /// Why; `nil` where the state says it all.
        public var reason: String?
        /// How often it was started again by itself.
        public var restarts: Int
    }

    /// Whether nothing will become of it unless something happens.
    public func isSettled(_ name: String) -> Bool {
        guard let entry = entries[name] else { return true }
        guard entry.state == .waiting else { return entry.state.isSettled }
        // Each is looked at once, on however many ways it is come to.
        var seen: Set<String> = [name]
        var open = [entry]
        while let entry = open.popLast() {
            for need in entry.service.after where seen.insert(need).inserted {
                guard let other = entries[need] else { return true }
                switch other.state {
                case .failed, .survived, .stopped: return true
                case .waiting: open.append(other)
                default: continue
                }
            }
        }
        return false
    }

    /// Whether no process of any service can be left.
    public var isOver: Bool { entries.values.allSatisfy { !$0.state.isActive } }

    /// Those that come after it, directly.
    public func dependents(of name: String) -> [String] { dependents[name] ?? [] }

    /// It and all that come after it, however far, in no order.
    public func withDependents(_ names: [String]) -> [String] {
        names + graph.dependents(of: Set(names)).subtracting(names).sorted()
    }

    /// It and all that it comes after, however far, in no order.
    public func withNeeds(_ names: [String]) -> [String] {
        names + graph.needs(of: Set(names)).subtracting(names).sorted()
    }

    /// Each of these once, those that others of them come after first.
    func startOrder(of names: [String]) -> [String] {
        Array(graph.startWaves(of: Set(names)).joined())
    }

    private func waitingReason(of entry: Entry) -> String? {
        guard entry.state == .waiting else { return nil }
        let missing = entry.service.after.filter { entries[$0]?.state.isReady != true }
        guard !missing.isEmpty else { return nil }
        let parts = missing.prefix(3).map { name in
            switch entries[name]?.state {
            case .failed, .survived: "\(name), which has failed"
            case .stopped: "\(name), which is stopped"
            default: name
            }
        }
        let more = missing.count > 3 ? " and \(missing.count - 3) more" : ""
        return "waits for \(parts.joined(separator: ", "))\(more)"
    }

    // MARK: - The services themselves

    private mutating func add(_ service: Service, at now: Duration) {
        services.append(service)
        entries[service.name] = Entry(service: service, started: service, since: now)
    }

    private mutating func connect() {
        graph = ServiceGraph(services)
        dependents = [:]
        for service in services {
            for need in service.after { dependents[need, default: []].append(service.name) }
        }
    }

    /// Takes on what a service file says now: what is new is started, what has changed ends and is
    /// started again, what is missing ends; all else stays as it is.
    public mutating func reload(_ next: [Service], at now: Duration) -> [Effect] {
        let known = Dictionary(next.map { ($0.name, $0) }) { first, _ in first }
        var effects: [Effect] = []
        var leaving: [String] = []
        // Whoever was to go and is named again is as good as new.
        let fresh = next.map(\.name).filter { entries[$0]?.isLeaving ?? true }
        for service in services {
            entries[service.name]?.isLeaving = known[service.name] == nil
            if known[service.name] == nil { leaving.append(service.name) }
        }
        let stays = services.filter { known[$0.name] == nil }
        let changed = next.filter { service in
            guard var old = entries[service.name]?.service else { return false }
            // Where it stands in its file says nothing of what it does.
            old.position = service.position
            return old != service
        }
        services = []
        for service in next {
            if entries[service.name] == nil {
                add(service, at: now)
            } else {
                entries[service.name]?.service = service
                services.append(service)
            }
        }
        services += stays
        connect()
        for name in leaving { effects += handle(.stopAsked, of: name, at: now) }
        let wanted = changed.map(\.name).filter { name in
            switch entries[name]?.state {
            case .stopped, .stopping(.stopped), nil: false
            default: true
            }
        }
        effects += ask(.restartAsked, of: wanted, at: now)
        effects += ask(.startAsked, of: fresh, at: now)
        for name in leaving { effects += forgetIfOver(name) }
        return merged(effects)
    }

    mutating func forgetIfOver(_ name: String) -> [Effect] {
        guard let entry = entries[name], entry.isLeaving, !entry.state.isActive,
            entry.state != .survived
        else { return [] }
        entries[name] = nil
        services.removeAll { $0.name == name }
        connect()
        return [.forget(name)]
    }

    // MARK: - Ending all

    /// Ends everything.
    public mutating func endAll(at now: Duration) -> [Effect] {
        isEnding = true
        var effects: [Effect] = []
        // Who is ending already is ended once more with the others, so that their order holds.
        let ending = names.filter { entries[$0]?.state.isActive ?? false }
        for name in names { effects += handle(.stopAsked, of: name, at: now) }
        return merged(effects + (ending.isEmpty ? [] : [.end(ending)]))
    }

    /// One ending of many, so that the engine can keep their order; the rest in its order.
    func merged(_ effects: [Effect]) -> [Effect] {
        var names: [String] = []
        var rest: [Effect] = []
        var seen: Set<String> = []
        var told: Set<String> = []
        // Of states that follow each other at once only the last is told.
        for effect in effects.reversed() {
            switch effect {
            case .end(let some): names = some + names
            case .changed(let name) where !told.insert(name).inserted: continue
            default: rest.append(effect)
            }
        }
        names = names.filter { seen.insert($0).inserted }
        return rest.reversed() + (names.isEmpty ? [] : [.end(names)])
    }
}
