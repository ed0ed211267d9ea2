import ReaperKit

/// One shutdown of a random machine; everything about it follows from the seed.
package struct Trial {
    package let seed: UInt64
    /// Everything that does not hold; empty as it should be.
    package let violations: [Violation]
    /// Signals in order, and outcomes, one line each; empty unless asked for.
    package let log: [String]

    /// Runs it, and counts what happened.
    package init(seed: UInt64, census: inout Census, isLogged: Bool = false) {
        self.seed = seed
        var scene = RandomScene(seed: seed).scene
        let outcome = scene.run()
        violations = ShutdownInvariants(scene: scene, outcome: outcome).violations
        log = isLogged ? Trial.log(scene, outcome) : []
        let machine = scene.machine
        machine.census.processes = machine.all.count
        machine.census.interrupts = scene.kernel.interrupts
        if let tick = scene.kernel.firstTick {
            for process in scene.kernel.company
            where process.death.map({ $0 > scene.start }) ?? true {
                let age = process.identity.startTime
                machine.census.company[age < tick ? 0 : age == tick ? 1 : 2] = true
            }
        }
        census.add(machine.census, ending: Trial.ending(outcome, scene))
        machine.dismantle()
    }

    package init(seed: UInt64) {
        var census = Census()
        self.init(seed: seed, census: &census)
    }

    static let endings = [
        "members that survived",
        "files removed",
        "proven: the tree is gone",
        "proven: nothing matches",
        "proven: the port is free",
        "proven: the control groups are empty",
        "not proven",
        "the deadline passed",
    ]

    private static func ending(_ outcome: ShutdownOutcome, _ scene: ShutdownScene) -> [Bool] {
        [
            outcome.targets.contains { $0.result == .survived },
            !outcome.removed.isEmpty,
            outcome.proof == .tree,
            outcome.proof == .proofScan,
            outcome.proof == .port,
            outcome.proof == .cgroup,
            outcome.proof == .none,
            outcome.deadlinePassed || scene.machine.time >= scene.kernel.terms.end,
        ]
    }

    private static func describe(_ process: SimulatedProcess) -> String {
        "; serial \(process.serial), born at \(process.birth) to \(process.bornTo)"
            + (process.isOurs ? "" : ", not ours")
            + (process.death.map { ", died at \($0)" } ?? ", \(process.state)")
    }

    private static func log(_ scene: ShutdownScene, _ outcome: ShutdownOutcome) -> [String] {
        let kernel = scene.kernel
        var lines = [
            "deadline \(scene.options.deadline) from \(scene.start), pattern: "
                + "\(scene.options.hasPattern), follows: \(scene.plan.follows), "
                + "forced: \(scene.options.isForced), interrupts: \(kernel.interruptTimes)",
            "births told: \(kernel.tellsBirths), early: \(scene.hearsEarly), "
                + "loss: \(kernel.birthLoss.map { "\($0)" } ?? "none"), "
                + "made groups: \(kernel.madeGroups.sorted()), "
                + "sweeps: \(scene.plan.sweeps.map(\.owner)), "
                + "planning began in tick \(scene.options.beginning)",
        ]
        for (index, wave) in scene.plan.waves.enumerated() {
            for target in wave {
                lines.append(
                    "wave \(index): \(target.name.text) \(target.identity) depth \(target.depth) "
                        + "\(target.order) grace \(target.timeout)"
                )
            }
        }
        for sending in kernel.sendings {
            let process = sending.process
            lines.append(
                "\(sending.time): \(sending.signal.name) \(process.name) \(process.identity) "
                    + "(serial \(process.serial), born to \(process.bornTo))"
            )
        }
        for target in outcome.targets {
            lines.append(
                "\(target.name.text) \(target.identity): \(target.result)"
                    + (target.after.map { " after \($0)" } ?? "")
                    + (target.reason.map { ", \($0)" } ?? "")
                    + (kernel.process(target.identity).map(describe) ?? "")
            )
        }
        lines.append(
            "proof: \(outcome.proof), \(outcome.unproven ?? "complete"); \(outcome.rounds) rounds, "
                + "ended at \(scene.machine.time)"
        )
        return lines
    }
}
