@testable import ReaperKit
@testable import Simulation

/// A small world that does what a supervision says, in virtual time, and in which things happen.
///
/// Everything about it follows from the seed. What must hold is checked as it goes.
final class SupervisionWorld {
    let seed: UInt64
    var random: SplitMix
    var supervision: Supervision
    private(set) var violations: [String] = []
    /// What happened, for replaying a seed.
    private(set) var log: [String] = []
    var now = Duration.zero
    private var events: [(time: Duration, order: Int, action: Action)] = []
    private var order = 0
    /// Whose processes are there, by service.
    private(set) var processes: [String: Process] = [:]
    private(set) var endings: [Int: [String]] = [:]
    private var births = 0
    private(set) var launches = 0
    private(set) var crashes = 0
    private(set) var survivals = 0
    private(set) var reloads = 0
    /// Whether everything is to end.
    private(set) var isEnding = false
    private(set) var services: [Service]

    /// What there is of a service.
    struct Process {
        var number: Int
        /// Whether the one that was started runs; otherwise only what it has left.
        var isAlive = true
    }

    private enum Action {
        case ready(String, Int)
        case late(String, Int)
        case exit(String, Int, CommandEnding)
        case ended(Int)
        case pauseOver(String)
        case wish
        case endAll
    }

    init(seed: UInt64) {
        self.seed = seed
        var random = SplitMix(state: seed)
        var services: [Service] = []
        for index in 0..<random.number(1...7) {
            services.append(Self.service(index, after: services.map(\.name), &random))
        }
        // What comes first in a file need not be needed first.
        services.shuffle(using: &random)
        self.services = services
        self.random = random
        supervision = Supervision(services, at: .zero)
    }

    private static func service(
        _ index: Int,
        after earlier: [String],
        _ random: inout SplitMix
    ) -> Service {
        var service = Service(name: "s\(index)", command: ["x"])
        service.after = earlier.filter { _ in random.chance(35) }
        service.restart.mode = random.pick(RestartPolicy.Mode.allCases) ?? .never
        service.restart.limit = random.number(0...3)
        service.restart.backoff = .milliseconds(random.number(0...2_000))
        service.ready.sign = random.pick([.started, .exit, .file("/ready")]) ?? .started
        return service
    }

    // MARK: - Time

    private func schedule(_ action: Action, in delay: Duration) {
        order += 1
        let entry = (time: now + delay, order: order, action: action)
        let place = events.firstIndex { ($0.time, $0.order) > (entry.time, entry.order) }
        events.insert(entry, at: place ?? events.endIndex)
    }

    private func delay(_ longest: Int) -> Duration { .milliseconds(random.number(0...longest)) }

    /// Lets everything happen.
    func run() {
        note("start all")
        ask(.startAsked, supervision.withNeeds(supervision.names))
        for _ in 0..<random.number(0...10) { schedule(.wish, in: delay(30_000)) }
        if random.chance(60) { schedule(.endAll, in: delay(40_000)) }
        var steps = 0
        while !events.isEmpty {
            let event = events.removeFirst()
            now = event.time
            steps += 1
            guard steps < 5_000 else {
                violate("it never comes to rest")
                return
            }
            happen(event.action)
            checkProcesses()
            if !violations.isEmpty { return }
        }
        checkRest()
    }

    private func happen(_ action: Action) {
        switch action {
        case .ready(let name, let number):
            guard processes[name]?.number == number, processes[name]?.isAlive == true else {
                return
            }
            perform(handle(.ready, name))
        case .late(let name, let number):
            // As a probe is forgotten when its service is in another state.
            guard processes[name]?.number == number, supervision.state(of: name) == .starting
            else { return }
            let chain = activeDependents(of: name)
            note("\(name) is late")
            let effects = supervision.noteFailure(of: name, toStart: false, "late", at: now)
            checkHalted(chain, by: name)
            perform(checked(effects))
        case .exit(let name, let number, let end):
            guard processes[name]?.number == number, processes[name]?.isAlive == true else {
                return
            }
            processes[name]?.isAlive = false
            exit(name, end)
        case .ended(let number): ended(number)
        case .pauseOver(let name): perform(handle(.pauseOver, name))
        case .wish: wish()
        case .endAll:
            guard !isEnding else { return }
            isEnding = true
            note("end all")
            perform(checked(supervision.endAll(at: now)))
        }
    }

    private func exit(_ name: String, _ end: CommandEnding) {
        note("\(name) \(end.sentence)")
        let before = supervision.state(of: name)
        let chain = activeDependents(of: name)
        let effects = supervision.noteEnd(of: name, end, at: now)
        let wasActive = before == .starting || before == .running
        let isClean = end == .exited(0) && (before == .running || !isFailedOrPausing(name))
        if wasActive, !isClean {
            crashes += 1
            checkHalted(chain, by: name)
        }
        perform(checked(effects))
    }

    private func isFailedOrPausing(_ name: String) -> Bool {
        switch supervision.state(of: name) {
        case .stopping(.finished): false
        case .stopping(.pausing): supervision.startedForm(of: name)?.ready.sign != .exit
        default: true
        }
    }

    // MARK: - What somebody wants

    private func ask(_ event: ServiceEvent, _ names: [String]) {
        note("\(event) \(names.joined(separator: " "))")
        perform(checked(supervision.ask(event, of: names, at: now)))
    }

    private func wish() {
        guard let name = random.pick(supervision.names) else { return }
        switch random.number(0...9) {
        case 0...2: ask(.startAsked, supervision.withNeeds([name]))
        case 3, 4: ask(.restartAsked, random.chance(50) ? [name] : supervision.names)
        case 5: ask(.stopAsked, supervision.withDependents([name]))
        case 6, 7:
            let others = supervision.names.filter { $0 != name }
            let before = others.map { supervision.state(of: $0) }
            ask(.stopAsked, [name])
            let after = others.map { supervision.state(of: $0) }
            if before != after { violate("a stop of \(name) by hand reaches others") }
        default: if !isEnding { reload() }
        }
    }

    private func reload() {
        reloads += 1
        var next: [Service] = []
        for index in 0..<8 {
            let name = "s\(index)"
            let old = services.first { $0.name == name }
            guard random.chance(old == nil ? 20 : 85) else { continue }
            let earlier = next.map(\.name)
            if var old, random.chance(70), old.after.allSatisfy(earlier.contains) {
                if random.chance(15) { old.command.append("more") }
                next.append(old)
            } else {
                next.append(Self.service(index, after: earlier, &random))
            }
        }
        next.shuffle(using: &random)
        note("reload \(next.map { "\($0.name)\($0.after)" }.joined(separator: " "))")
        let before = supervision
        let old = services
        services = next
        let effects = supervision.reload(next, at: now)
        for service in next where old.contains(service) && before.state(of: service.name) != nil {
            // What has not changed stays, unless it waited for something.
            let name = service.name
            guard before.state(of: name) == .running, supervision.state(of: name) != .running
            else { continue }
            violate("a reload that does not concern \(name) ends it")
        }
        for service in next where !old.contains(where: { $0.name == service.name }) {
            switch supervision.state(of: service.name) {
            case .waiting, .starting, .stopping(.waiting), .running, .finished: continue
            case let state: violate("\(service.name) is new, and \(state as Any)")
            }
        }
        perform(checked(effects))
    }

    // MARK: - Doing what is to be done

    private func handle(_ event: ServiceEvent, _ name: String) -> [Supervision.Effect] {
        note("\(event) \(name)")
        return checked(supervision.handle(event, of: name, at: now))
    }

    private func perform(_ effects: [Supervision.Effect]) {
        var queue = effects
        var index = 0
        while index < queue.count {
            if index > 1_000 { return violate("one event has no end of effects") }
            let effect = queue[index]
            index += 1
            switch effect {
            // As the supervisor does: what came before it may have ended it already.
            case .launch(let service) where supervision.state(of: service.name) == .starting:
                queue += launch(service)
            case .launch: continue
            case .end(let names): end(names)
            case .pause(let name, let time):
                events.removeAll {
                    if case .pauseOver(let other) = $0.action { other == name } else { false }
                }
                schedule(.pauseOver(name), in: time - now)
            case .changed, .forget: continue
            }
        }
    }

    private func launch(_ service: Service) -> [Supervision.Effect] {
        let name = service.name
        note("launch \(name)")
        launches += 1
        if isEnding { violate("\(name) is launched while everything ends") }
        if processes[name] != nil { violate("\(name) is launched beside what is left of it") }
        for need in service.after where supervision.state(of: need)?.isReady != true {
            violate("\(name) is launched before \(need) is ready")
        }
        if random.chance(6) {
            note("\(name) cannot be started")
            let effects = supervision.noteFailure(of: name, toStart: true, "no program", at: now)
            return checked(effects)
        }
        births += 1
        let number = births
        processes[name] = Process(number: number)
        let isBad = random.chance(30)
        if service.ready.sign == .exit || random.chance(40) {
            let end: CommandEnding =
                isBad ? .signaled(9) : random.chance(20) ? .exited(1) : .exited(0)
            schedule(.exit(name, number, end), in: delay(isBad ? 500 : 30_000))
        }
        switch service.ready.sign {
        case .started: return handle(.ready, name)
        case .exit: schedule(.late(name, number), in: .seconds(30))
        default:
            schedule(.late(name, number), in: .seconds(5))
            if random.chance(90) { schedule(.ready(name, number), in: delay(4_000)) }
        }
        return []
    }

    private func end(_ names: [String]) {
        order += 1
        let number = order
        endings[number] = names
        note("end \(names.joined(separator: " "))")
        for name in names {
            guard let process = processes[name], process.isAlive, random.chance(70) else {
                continue
            }
            schedule(.exit(name, process.number, .signaled(15)), in: .zero)
        }
        schedule(.ended(number), in: delay(5_000))
    }

    private func ended(_ number: Int) {
        guard let names = endings.removeValue(forKey: number) else { return }
        var effects: [Supervision.Effect] = []
        for name in names {
            if processes[name] != nil, random.chance(5) {
                survivals += 1
                effects += handle(.survived, name)
                continue
            }
            processes[name] = nil
            effects += handle(.gone, name)
        }
        perform(supervision.merged(effects))
    }

    func violate(_ text: String) { violations.append("\(now): \(text)") }

    private func note(_ text: String) { log.append("\(now): \(text)") }
}
