import ReaperKit

/// Makes a machine full of trouble from one seed, and a plan for part of it.
///
/// Most scenes are small and short, as most trees are: they show as much in a fraction of the time.
/// Some are big, and some take long.
struct RandomScene {
    /// How much there is of everything.
    struct Size {
        var bystanders: Int
        var trees: Int
        var depth: Int
        var children: Int
        var numbers: ClosedRange<Int>

        static let small = Size(
            bystanders: 3,
            trees: 2,
            depth: 2,
            children: 2,
            numbers: 400...700
        )
        static let medium = Size(
            bystanders: 6,
            trees: 3,
            depth: 3,
            children: 3,
            numbers: 600...1_000
        )
        static let big = Size(
            bystanders: 8,
            trees: 4,
            depth: 4,
            children: 3,
            numbers: 1_200...1_600
        )
    }

    var random: SplitMix
    var scene: ShutdownScene
    var roots: [SimulatedProcess] = []
    /// Who stays, whatever happens to the trees.
    var parents: [SimulatedProcess] = []
    let size: Size
    /// The longest that one answer, grace or pause takes, in microseconds.
    let pace: Int

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        size =
            switch random.number(0...99) {
            case 0..<75: .small
            case 75..<96: .medium
            default: .big
            }
        pace = random.chance(6) ? 3_000_000 : 100_000
        scene = ShutdownScene(pidLimit: Int32(random.number(size.numbers)))
        scene.kernel.seed = seed
        addBystanders()
        // Mostly, who is there when a plan is made was there long before.
        if random.chance(80) { scene.machine.spend(random.microseconds(10_000...60_000)) }
        addTrees()
        addCompany()
        if random.chance(80) { scene.machine.spend(random.microseconds(10_000...30_000)) }
        choosePattern()
        choosePlan()
        scheduleTrouble()
        chooseShortages()
        choosePorts()
        chooseZombies()
        chooseInterrupts()
        chooseHearing()
        scheduleCompany()
        addGroups()
        chooseSweeps()
        chooseJudging()
    }

    // MARK: - Who is there

    private mutating func addBystanders() {
        let machine = scene.machine
        let manager = machine.fork(machine.initProcess, "manager", ownSession: true)
        manager.isSubreaper = random.chance(40)
        let shell = machine.fork(manager, "shell", ownSession: true)
        let reaper = machine.fork(shell, "reaper", ownGroup: true)
        scene.options.excluded = [shell.identity, reaper.identity, machine.initProcess.identity]
        parents = [machine.initProcess, manager, shell]
        for _ in 0..<random.number(0...size.bystanders) {
            let other = machine.fork(
                random.chance(30) ? shell : machine.initProcess,
                "other",
                ownSession: random.chance(30)
            )
            other.isElsewhere = random.chance(70)
            // A busy machine.
            if random.chance(15) { churn(other, random.number(1...30)) }
        }
    }

    /// Starts a child every now and then that exits soon.
    private mutating func churn(_ process: SimulatedProcess, _ count: Int) {
        let machine = scene.machine
        var time = Duration.zero
        for _ in 0..<count {
            time += random.microseconds(100...20_000)
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
        for _ in 0..<random.number(1...size.trees) {
            let parent = random.pick(parents) ?? scene.machine.initProcess
            let depth = random.number(0...size.depth)
            let root = grow(parent, "tree", depth: depth, isRoot: true)
            roots.append(root)
            // Reaper itself can run inside what it stops.
            if random.chance(10) {
                let kept = scene.machine.fork(root, "kept", ownGroup: random.chance(50))
                scene.options.excluded.insert(kept.identity)
            }
        }
    }

    mutating func grow(
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
        if random.chance(8) { churn(process, random.number(1...20)) }
        if random.chance(4) {
            scene.machine.exit(process, in: random.microseconds(0...20_000))
        }
        guard depth > 0 else { return process }
        for _ in 0..<random.number(0...size.children) {
            _ = grow(process, name + "+", depth: depth - 1)
        }
        return process
    }

    mutating func temperament() -> Temperament {
        var temperament = Temperament()
        temperament.answerToTerm =
            switch random.number(0...19) {
            case 0...7: .exits(after: random.microseconds(0...500))
            case 8...13: .exits(after: random.microseconds(500...pace))
            case 14, 15: .ignores
            default:
                .leavesSuccessor(
                    ownSession: random.chance(60),
                    after: random.microseconds(0...pace / 8)
                )
            }
        if random.chance(6) { temperament.respawns = random.number(1...40) }
        temperament.dying = random.microseconds(0...300)
        if random.chance(6) { temperament.dying = random.microseconds(1_000...pace) }
        if random.chance(2) { temperament.dying = nil }
        temperament.stopping = random.microseconds(0...3_000)
        temperament.forksWhileStopping = random.chance(10)
        temperament.executesWhileStopping = random.chance(2)
        temperament.isForeign = random.chance(3)
        temperament.burial = random.microseconds(0...3_000)
        if random.chance(5) { temperament.burial = nil }
        if random.chance(8) { temperament.vanishing = Temperament.Vanishing.any(&random) }
        if random.chance(6) { temperament.legacy = Temperament.Vanishing.any(&random) }
        temperament.vanishesWithCompany = random.chance(30)
        return temperament
    }
}

extension Temperament.Vanishing {
    static func any(_ random: inout SplitMix) -> Self? { random.pick(allCases) }
}
