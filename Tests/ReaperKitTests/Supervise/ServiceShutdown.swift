@testable import ReaperKit
@testable import Simulation

/// Services with processes on the simulated machine, which are ended by the shutdown engine.
///
/// Everything follows from the seed.
struct ServiceShutdown {
    private(set) var ending: ServiceEnding
    private(set) var scene = ShutdownScene(pidLimit: 900)
    /// The process of each service that the supervisor started.
    private(set) var roots: [String: SimulatedProcess] = [:]
    private var random: SplitMix
    /// The longest that an answer, or a grace, takes, in microseconds.
    private let pace: Int

    init(seed: UInt64) {
        var random = SplitMix(state: seed)
        let pace = random.chance(10) ? 8_000_000 : 200_000
        var names = (0..<random.number(1...6)).map { "s\($0)" }
        var targets: [ServiceEnding.Target] = []
        for (index, name) in names.enumerated() {
            let stop = StopAction(
                timeout: random.microseconds(0...pace),
                order: random.pick([.deepestFirst, .deepestFirst, .rootFirst, .atOnce])
                    ?? .deepestFirst
            )
            // Those that end before it.
            let after = names[..<index].filter { _ in random.chance(40) }
            targets.append(
                ServiceEnding.Target(
                    name: name,
                    identity: nil,
                    mark: "",
                    stop: stop,
                    after: Array(after)
                )
            )
        }
        names.shuffle(using: &random)
        targets.shuffle(using: &random)
        ending = ServiceEnding(targets, deadline: .seconds(random.chance(20) ? 5 : 30))
        self.random = random
        self.pace = pace
        scene.kernel.seed = seed
        addProcesses()
        for index in ending.targets.indices {
            ending.targets[index].identity = roots[ending.targets[index].name]?.identity
        }
        plan()
    }

    private mutating func addProcesses() {
        let machine = scene.machine
        let supervisor = machine.fork(machine.initProcess, "supervisor", ownSession: true)
        let worker = machine.fork(supervisor, "reaper", ownSession: true)
        scene.options.excluded = [
            machine.initProcess.identity, supervisor.identity, worker.identity,
        ]
        for target in ending.targets {
            let root = machine.fork(supervisor, target.name, temperament(), ownSession: true)
            roots[target.name] = root
            for _ in 0..<random.number(0...3) {
                let child = machine.fork(root, target.name + "+", temperament())
                if random.chance(30) { machine.fork(child, target.name + "++", temperament()) }
            }
        }
        machine.spend(.milliseconds(50))
    }

    private mutating func temperament() -> Temperament {
        var temperament = Temperament()
        temperament.answerToTerm =
            switch random.number(0...9) {
            case 0...6: .exits(after: random.microseconds(0...pace))
            case 7, 8: .ignores
            default: .leavesSuccessor(ownSession: false, after: random.microseconds(0...pace / 8))
            }
        temperament.dying = random.chance(4) ? nil : random.microseconds(0...500)
        temperament.stopping = random.microseconds(0...2_000)
        if random.chance(5) { temperament.respawns = random.number(1...3) }
        return temperament
    }

    private mutating func plan() {
        scene.options.deadline = ending.deadline
        for wave in ending.waves {
            for (index, target) in wave.enumerated() {
                guard let root = roots[target.name] else { continue }
                scene.stop(
                    root,
                    timeout: target.stop.timeout,
                    order: target.stop.order,
                    inNewWave: index == 0
                )
            }
        }
    }

    /// What is wrong: with the plan, the order of signals, or the result; empty as it should be.
    mutating func run() -> [String] {
        var findings: [Finding] = []
        for target in ending.targets {
            findings.append(
                Finding(
                    kind: .leakedProcess,
                    process: target.identity,
                    rule: ServiceEnding.rule(of: target.name),
                    severity: .info,
                    verdict: .confirmed,
                    summary: "is the service",
                    evidence: [],
                    remedy: Remedy(.stop)
                )
            )
        }
        let owners = ServiceOwners(ending, findings, scene.plan)
        scene.observe = { progress in
            if case .appeared(let target) = progress { owners.take(target) }
        }
        let problems = checkPlan(findings)
        let outcome = scene.run()
        let result = ending.conclude(outcome, scene.plan, owners, Unreadable())
        let invariants = ShutdownInvariants(scene: scene, outcome: outcome).violations
        defer { scene.machine.dismantle() }
        return problems + invariants.map(\.description) + order + check(result, outcome)
    }

    // MARK: - What must hold

    /// The planner, given the services as rules, makes the waves that this made.
    private func checkPlan(_ findings: [Finding]) -> [String] {
        let machine = scene.machine
        var snapshot = Snapshot(host: HostFacts())
        snapshot.processes = machine.byNumber.values.map(\.record).sorted { $0.pid < $1.pid }
        snapshot.host.ownChain = [scene.options.excluded.max { $0.pid < $1.pid }].compactMap(\.self)
        var options = PlanningOptions()
        options.isSelected = true
        options.isOfDescendants = true
        let plan = ShutdownPlanner(snapshot, rules: ending.rules, options: options)
            .plan(for: findings)
        let planned = plan.waves.map { Set($0.map(\.identity)) }
        let expected = scene.plan.waves.map { Set($0.map(\.identity)) }
        guard planned == expected else { return ["planned \(planned), and not \(expected)"] }
        return plan.targets.compactMap { target in
            guard let process = machine.byNumber[target.identity.pid],
                let name = roots.first(where: { $0.value.serial == process.tree })?.key,
                let service = ending.targets.first(where: { $0.name == name })
            else { return "\(target.identity) is planned, and nobody's" }
            guard target.timeout == service.stop.timeout, target.order == service.stop.order,
                target.signal == service.stop.signal
            else { return "\(target.name.text) is not stopped as its service says" }
            return nil
        }
    }

    /// Who ends before a service, directly or through others.
    private func earlier(than name: String) -> Set<String> {
        var found: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            for other in ending.targets.first(where: { $0.name == next })?.after ?? []
            where found.insert(other).inserted { open.append(other) }
        }
        return found
    }

    /// No process is signalled before those of all services that end first are gone, or were killed.
    private var order: [String] {
        var problems: [String] = []
        var killed: [Int: Duration] = [:]
        let kernel = scene.kernel
        for sending in kernel.sendings where sending.signal == .kill {
            killed[sending.process.serial] = min(
                killed[sending.process.serial] ?? sending.time,
                sending.time
            )
        }
        let names = Dictionary(uniqueKeysWithValues: roots.map { ($0.value.serial, $0.key) })
        for sending in kernel.sendings {
            guard let name = names[sending.process.tree] else { continue }
            for other in earlier(than: name) {
                guard let root = roots[other] else { continue }
                let left = kernel.planned.filter { process in
                    process.tree == root.serial
                        && process.death.map { $0 > sending.time } ?? true
                        && killed[process.serial].map { $0 > sending.time } ?? true
                }
                guard let process = left.first else { continue }
                problems.append(
                    "\(sending.time): \(sending.signal) to \(name), and \(process.name) is there"
                )
            }
        }
        return problems
    }

    /// Each service has one result, and it is true.
    private func check(_ result: ServiceEndingResult, _ outcome: ShutdownOutcome) -> [String] {
        var problems: [String] = []
        if result.parts.map(\.name) != ending.targets.map(\.name) {
            problems.append("the results are of \(result.parts.map(\.name))")
        }
        for part in result.parts {
            guard let root = roots[part.name] else { continue }
            let all = scene.machine.all.filter { $0.tree == root.serial }
            let alive = all.filter(\.isAlive)
            if part.left.isEmpty, !alive.isEmpty, result.proof != .none {
                problems.append("\(part.name) is called ended, and \(alive[0].identity) lives")
            }
            let told = outcome.targets.filter { target in
                scene.kernel.process(target.identity)?.tree == root.serial
            }
            let gone = told.filter(\.result.isGone)
            if part.left.isEmpty != (gone.count == told.count) {
                problems.append("\(part.name): \(part.left), and \(told.map(\.result))")
            }
            if part.ended != gone.count {
                problems.append("\(part.name): \(part.ended) ended, and it were \(gone.count)")
            }
            if part.killed != told.count(where: { $0.result == .killed }) {
                problems.append("\(part.name): \(part.killed) killed, and \(told.map(\.result))")
            }
        }
        if result.proof != outcome.proof { problems.append("proof: \(result.proof)") }
        return problems
    }
}
