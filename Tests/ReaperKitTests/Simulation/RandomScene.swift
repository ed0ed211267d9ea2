@testable import ReaperKit

/// Makes a machine full of trouble from one seed, and a plan for part of it.
struct RandomScene {
    private var random: SplitMix
    private(set) var scene: ShutdownScene
    private var roots: [SimulatedProcess] = []

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        scene = ShutdownScene(pidLimit: Int32(random.number(1_000...1_400)))
        addBystanders()
        addTrees()
        choosePattern()
        choosePlan()
        scheduleTrouble()
        choosePorts()
        chooseInterrupts()
        chooseHearing()
        addGroups()
    }

    // MARK: - Who is there

    private mutating func addBystanders() {
        let machine = scene.machine
        let manager = machine.fork(machine.initProcess, "manager", ownSession: true)
        manager.isSubreaper = random.chance(40)
        let shell = machine.fork(manager, "shell", ownSession: true)
        let reaper = machine.fork(shell, "reaper", ownGroup: true)
        scene.options.excluded = [shell.identity, reaper.identity, machine.initProcess.identity]
        for index in 0..<random.number(0...8) {
            let other = machine.fork(
                random.chance(30) ? shell : machine.initProcess,
                "other\(index)",
                ownSession: random.chance(30)
            )
            other.isElsewhere = random.chance(70)
            // A busy machine.
            if random.chance(20) { churn(other, random.number(1...40)) }
        }
    }

    /// Starts a child every now and then that exits soon.
    private mutating func churn(_ process: SimulatedProcess, _ count: Int) {
        let machine = scene.machine
        var time = Duration.zero
        for _ in 0..<count {
            time += random.microseconds(100...40_000)
            let life = random.microseconds(0...5_000)
            let isProtected = random.chance(3)
            machine.after(time) {
                guard process.state == .running, !process.isDoomed, !process.hasChanged else {
                    return
                }
                let child = machine.fork(process, "brief")
                if isProtected { child.protect() }
                machine.exit(child, in: life)
            }
        }
    }

    private mutating func addTrees() {
        for index in 0..<random.number(1...4) {
            let names = ["shell", "manager", "init"]
            let parents = scene.machine.all.filter { names.contains($0.name) }
            let parent = random.pick(parents) ?? scene.machine.initProcess
            let root = grow(parent, "tree\(index)", depth: random.number(0...4), isRoot: true)
            roots.append(root)
            // Reaper itself can run inside what it stops.
            if random.chance(15) {
                let kept = scene.machine.fork(root, "kept", ownGroup: random.chance(50))
                scene.options.excluded.insert(kept.identity)
            }
        }
    }

    private mutating func grow(
        _ parent: SimulatedProcess,
        _ name: String,
        depth: Int,
        isRoot: Bool = false
    ) -> SimulatedProcess {
        let process = scene.machine.fork(
            parent,
            name,
            temperament(),
            ownSession: random.chance(isRoot ? 40 : 10),
            ownGroup: random.chance(20)
        )
        if random.chance(8) { process.state = .stopped }
        process.isSubreaper = random.chance(3)
        if random.chance(10) { churn(process, random.number(1...20)) }
        if random.chance(4) {
            scene.machine.exit(process, in: random.microseconds(0...20_000))
        }
        guard depth > 0 else { return process }
        for index in 0..<random.number(0...3) {
            _ = grow(process, "\(name).\(index)", depth: depth - 1)
        }
        return process
    }

    private mutating func temperament() -> Temperament {
        var temperament = Temperament()
        temperament.answerToTerm =
            switch random.number(0...9) {
            case 0...3: .exits(after: random.microseconds(0...500))
            case 4...6: .exits(after: random.microseconds(500...400_000))
            case 7: .ignores
            default:
                .leavesSuccessor(
                    ownSession: random.chance(60),
                    after: random.microseconds(0...50_000)
                )
            }
        if random.chance(8) { temperament.respawns = random.number(1...60) }
        temperament.dying = random.microseconds(0...300)
        if random.chance(8) { temperament.dying = random.microseconds(1_000...800_000) }
        if random.chance(2) { temperament.dying = nil }
        temperament.stopping = random.microseconds(0...3_000)
        temperament.forksWhileStopping = random.chance(10)
        temperament.isForeign = random.chance(3)
        temperament.cannotBeHeld = random.chance(2)
        if random.chance(4) { temperament.vanishing = .beforePin }
        if random.chance(4) { temperament.vanishing = .beforeSend }
        temperament.burial = random.microseconds(0...3_000)
        if random.chance(5) { temperament.burial = nil }
        return temperament
    }

    // MARK: - What is asked for

    private mutating func choosePattern() {
        guard random.chance(50) else { return }
        scene.options.hasPattern = true
        scene.kernel.matchTimeout = random.microseconds(0...500_000)
        for root in roots where random.chance(80) { root.matches = true }
    }

    private mutating func choosePlan() {
        let orders: [StopOrder] = [.deepestFirst, .deepestFirst, .rootFirst, .atOnce]
        for root in roots where root.isAlive && random.chance(85) {
            scene.stop(
                root,
                timeout: random.microseconds(0...3_000_000),
                order: random.pick(orders) ?? .deepestFirst,
                inNewWave: random.chance(40)
            )
        }
        scene.plan.follows = scene.options.hasPattern || random.chance(85)
        scene.options.isForced = random.chance(10)
        scene.options.deadline = .milliseconds(random.number(500...12_000))
        if random.chance(50) { scene.remove("/run/random.pid") }
    }

    // MARK: - What happens meanwhile

    private mutating func scheduleTrouble() {
        let machine = scene.machine
        let members = scene.planned.values.sorted { $0.serial < $1.serial }
        for process in members where random.chance(3) {
            // Runs another program from now on: no longer what was judged.
            machine.after(random.microseconds(0...200_000)) {
                guard process.state == .running, process.children.isEmpty else { return }
                process.execute("/bin/another")
            }
        }
        if random.chance(20) { scene.kernel.failingLooks = random.number(1...2) }
        guard scene.options.hasPattern else { return }
        for _ in 0..<random.number(0...3) {
            var comet = temperament()
            comet.vanishing = nil
            comet.hops = random.number(0...200)
            comet.hopInterval = random.microseconds(100...5_000)
            let delay = random.microseconds(0...900_000)
            machine.after(delay) { [comet] in
                let late = machine.fork(machine.initProcess, "late", comet, ownSession: true)
                late.matches = true
            }
        }
    }

    private mutating func choosePorts() {
        guard random.chance(30), let holder = random.pick(Array(roots)) else { return }
        scene.plan.ports = ShutdownScene.ports(8080)
        scene.kernel.ports = [(8080, holder, random.microseconds(0...60_000))]
        scene.kernel.socketsAreUnreadable = random.chance(10)
    }

    private mutating func chooseInterrupts() {
        var time = Duration.zero
        for _ in 0..<random.number(0...3) where random.chance(40) {
            time += random.microseconds(1_000...1_500_000)
            scene.kernel.interruptTimes.append(time)
        }
    }

    private mutating func chooseHearing() {
        scene.kernel.tellsBirths = random.chance(60)
        if random.chance(20) { scene.kernel.birthLoss = random.microseconds(0...2_000_000) }
    }

    // MARK: - Control groups

    /// Groups of one tree each: wholly its own, joined by strangers at some time, made by reaper, or
    /// frozen by somebody else.
    private mutating func addGroups() {
        let machine = scene.machine
        for (index, root) in roots.enumerated() where random.chance(35) {
            let group = index + 1
            var next = [root]
            while let process = next.popLast() {
                process.cgroup = group
                next += process.children
            }
            if scene.plan.follows, random.chance(25) { scene.kernel.madeGroups.insert(group) }
            if random.chance(10) { machine.freeze(group) }
            let strangers = machine.all.filter { $0.name.hasPrefix("other") }
            guard random.chance(30), let stranger = random.pick(strangers) else { continue }
            machine.after(random.microseconds(0...500_000)) {
                if stranger.isAlive { machine.move(stranger, to: group) }
            }
        }
    }
}
