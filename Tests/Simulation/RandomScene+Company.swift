import ReaperKit

/// What the kernel tells and holds together: births, sessions, control groups; and who else there
/// is that a final sweep is about.
extension RandomScene {
    mutating func chooseHearing() {
        scene.kernel.tellsBirths = random.chance(60)
        scene.hearsEarly = random.chance(50)
        if random.chance(25) { scene.kernel.birthLoss = random.microseconds(0...pace * 2) }
    }

    // MARK: - Sessions and groups

    /// Members of sessions and groups who do not descend from the leader any more.
    ///
    /// The process between is gone. Some are there before anybody looks, some come about then, or
    /// later.
    mutating func addCompany() {
        for root in roots where root.isAlive && random.chance(30) {
            for _ in 0..<random.number(1...2) { addCompany(to: root, temperament()) }
        }
    }

    mutating func scheduleCompany() {
        let delay = scene.planningDelay
        for root in roots where root.isAlive && random.chance(30) {
            // Just before the first look, or while the shutdown is under way.
            let offset =
                random.chance(40)
                ? random.microseconds(0...4_000) - .milliseconds(3)
                : random.microseconds(0...30_000)
            let temperament = temperament()
            let scene = scene
            scene.machine.after(max(delay + offset, .zero)) {
                guard root.state == .running, !root.isDoomed, !root.hasChanged else { return }
                RandomScene.addCompany(to: root, temperament, in: scene)
            }
        }
    }

    private mutating func addCompany(to root: SimulatedProcess, _ temperament: Temperament) {
        RandomScene.addCompany(to: root, temperament, in: scene)
    }

    private static func addCompany(
        to root: SimulatedProcess,
        _ temperament: Temperament,
        in scene: ShutdownScene
    ) {
        guard root.session == root.pid || root.group == root.pid else { return }
        let middle = scene.machine.fork(root, "middle")
        let far = scene.machine.fork(middle, "far", temperament)
        scene.machine.exit(middle)
        if scene.machine.all[far.bornTo] === middle { scene.kernel.company.append(far) }
    }

    // MARK: - Control groups

    /// Groups of one tree each: wholly its own, joined by strangers at some time, made by reaper, or
    /// frozen by somebody else.
    mutating func addGroups() {
        let machine = scene.machine
        for (index, root) in roots.enumerated() where random.chance(30) {
            let group = index + 1
            var next = [root]
            if random.chance(50) {
                next += scene.kernel.company.filter { machine.all[$0.bornTo].bornTo == root.serial }
            }
            while let process = next.popLast() {
                machine.move(process, to: group)
                next += process.children
            }
            if scene.plan.follows, random.chance(30) {
                scene.kernel.madeGroups.insert(group)
                scene.plan.groups.append(ByteString("group \(group)"))
            }
            if random.chance(12) { machine.freeze(group) }
            let strangers = machine.all.filter { $0.name == "other" }
            guard random.chance(30), let stranger = random.pick(strangers) else { continue }
            machine.after(random.microseconds(0...pace)) {
                if stranger.isAlive { machine.move(stranger, to: group) }
            }
        }
    }

    // MARK: - Others

    /// Strangers who have a name or a port that is to be left to nobody.
    mutating func chooseSweeps() {
        guard random.chance(20) else { return }
        let (machine, kernel) = (scene.machine, scene.kernel)
        for _ in 0..<random.number(0...2) {
            let parent = random.pick(parents) ?? machine.initProcess
            let node = grow(parent, "node", depth: random.number(0...2), isRoot: true)
            if random.chance(10) { node.protect() }
            if random.chance(50) {
                kernel.ports.append((3000, node, random.microseconds(0...60_000)))
            }
        }
        // One that comes back, or comes late.
        if random.chance(30) {
            for _ in 0..<random.number(1...3) {
                let late = temperament()
                machine.after(random.microseconds(0...pace * 3)) {
                    machine.fork(machine.initProcess, "node", late, ownSession: true)
                }
            }
        }
        for owner in ["rule a.b", "rule c.d"] where owner == "rule a.b" || random.chance(20) {
            var sweep = FinalSweep(
                owner: owner,
                killsOthers: random.chance(65),
                timeout: random.microseconds(0...pace)
            )
            if random.chance(50) {
                sweep.ports =
                    random.chance(70)
                    ? ShutdownScene.ports(3000) : ShutdownScene.ports(3000, 8080)
            }
            let name = random.chance(10) ? "shell" : "node"
            if sweep.ports == nil || random.chance(50),
                let glob = try? Glob(parsing: ByteString(name), as: .text)
            {
                sweep.names = [glob]
            }
            scene.plan.sweeps.append(sweep)
        }
    }
}
