import ReaperKit

/// What is asked for, and what happens meanwhile.
extension RandomScene {
    mutating func choosePattern() {
        guard random.chance(50) else { return }
        scene.options.hasPattern = true
        scene.kernel.matchTimeout = random.microseconds(0...pace)
        for root in roots where random.chance(80) { root.matches = true }
    }

    mutating func choosePlan() {
        let orders: [StopOrder] = [.deepestFirst, .deepestFirst, .rootFirst, .atOnce]
        // Where only numbers are asked for, nobody but their trees is looked at.
        let isNarrow = !scene.options.hasPattern && random.chance(40)
        scene.machine.census.isNarrow = isNarrow
        var signals = SplitMix(state: ~random.state)
        for root in roots where root.isAlive && random.chance(90) {
            scene.stop(
                root,
                signal: signals.chance(8) ? .kill : .terminate,
                timeout: random.microseconds(0...pace),
                order: random.pick(orders) ?? .deepestFirst,
                inNewWave: random.chance(40),
                isNarrow: isNarrow
            )
        }
        scene.plan.follows = scene.options.hasPattern || random.chance(85)
        scene.options.isForced = random.chance(8)
        scene.options.deadline = .microseconds(random.number(pace...4 * pace))
        // Now and then there is hardly time for anything.
        if random.chance(4) { scene.options.deadline = random.microseconds(500...20_000) }
        if random.chance(5) {
            let crowding = random.microseconds(10_000...3_000_000)
            scene.kernel.crowding = crowding
            // What has begun when the time is up is finished.
            scene.kernel.terms.slack += crowding
        }
        if random.chance(30) { scene.planningDelay = random.microseconds(0...30_000) }
        if random.chance(50) { scene.remove("/run/random.pid") }
    }

    mutating func scheduleTrouble() {
        let machine = scene.machine
        for process in scene.kernel.planned where random.chance(3) {
            // Runs another program from now on: no longer what was judged.
            machine.after(random.microseconds(0...pace)) {
                guard process.state == .running, process.children.isEmpty else { return }
                machine.census.execs += 1
                process.execute("/bin/another")
            }
        }
        for leader in roots where leader.group == leader.pid && random.chance(10) {
            guard let parent = leader.parent, leader.session == parent.session else { continue }
            let guest = machine.fork(parent, "guest", temperament())
            machine.after(random.microseconds(0...pace / 4)) { machine.join(guest, leader) }
        }
        guard scene.options.hasPattern else { return }
        for _ in 0..<random.number(0...2) where random.chance(40) {
            var comet = temperament()
            comet.vanishing = nil
            comet.hops = random.chance(60) ? random.number(1...100) : 0
            comet.hopInterval = random.microseconds(100...5_000)
            machine.after(random.microseconds(0...pace)) { [comet] in
                let late = machine.fork(machine.initProcess, "late", comet, ownSession: true)
                late.matches = true
            }
        }
    }

    mutating func chooseShortages() {
        let kernel = scene.kernel
        if random.chance(15) { kernel.failingLooks = random.number(1...2) }
        if random.chance(10) { kernel.handleLimit = random.number(0...3) }
        if random.chance(4) { kernel.shortCalls = random.number(1...4) }
        for process in scene.kernel.planned where random.chance(3) {
            if random.chance(50) {
                process.temperament.cannotBeHeld = true
            } else {
                process.temperament.deniedPins = random.number(1...2)
            }
        }
    }

    /// Each process takes long to identify: rules ask much, or others want the processor, too.
    mutating func chooseJudging() {
        guard random.chance(5) else { return }
        let judging = random.microseconds(100...30_000)
        scene.kernel.judging = judging
        // Whoever was held last is sent the last signals.
        scene.kernel.terms.slack += judging + .milliseconds(50)
    }

    mutating func choosePorts() {
        guard random.chance(30), let holder = random.pick(roots) else { return }
        scene.plan.ports = ShutdownScene.ports(8080)
        scene.kernel.ports = [(8080, holder, random.microseconds(0...60_000))]
        scene.kernel.socketsAreUnreadable = random.chance(10)
        // A supervisor that starts the next holder, soon or late.
        guard random.chance(20) else { return }
        let (machine, kernel) = (scene.machine, scene.kernel)
        let delay = random.microseconds(0...max(pace * 4, 400_000))
        machine.after(delay) { [unowned kernel] in
            guard !holder.isAlive else { return }
            kernel.ports.append((8080, machine.fork(machine.initProcess, "next"), .zero))
        }
    }

    /// A parent that does not wait for its children.
    mutating func chooseZombies() {
        guard random.chance(6) else { return }
        var careless = Temperament()
        careless.buriesWhenTold = random.chance(60)
        let machine = scene.machine
        let parent = machine.fork(machine.initProcess, "parent", careless)
        if random.chance(30) { parent.state = .stopped }
        parent.isReminded = true
        var unburied = Temperament()
        unburied.burial = nil
        let zombie = machine.fork(parent, "zombie", unburied)
        machine.exit(zombie)
        scene.plan.zombies = [
            ZombieTarget(
                identity: zombie.identity,
                parent: parent.identity,
                isParentStopped: parent.state == .stopped
            )
        ]
    }

    mutating func chooseInterrupts() {
        guard random.chance(20) else { return }
        var time = scene.machine.time
        for _ in 0..<random.number(1...3) {
            time += random.microseconds(100...pace / 2)
            scene.kernel.interruptTimes.append(time)
        }
    }
}
