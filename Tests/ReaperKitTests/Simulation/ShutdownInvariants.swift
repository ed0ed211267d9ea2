import Testing

@testable import ReaperKit

/// What must hold of every shutdown, whatever the processes do; judged by the machine's truth.
struct ShutdownInvariants {
    let scene: ShutdownScene
    let outcome: ShutdownOutcome
    private let signals: [Int: [Signal]]

    init(scene: ShutdownScene, outcome: ShutdownOutcome) {
        self.scene = scene
        self.outcome = outcome
        signals = Dictionary(grouping: scene.kernel.sendings, by: \.process.serial)
            .mapValues { $0.map(\.signal) }
    }

    private var kernel: SimulatedKernel { scene.kernel }
    private var machine: SimulatedMachine { scene.machine }

    /// Everything that does not hold, one sentence each.
    var violations: [String] {
        kernel.violations + order + time + truth + completeness + proof + files + frozen
    }

    /// A parent is asked after the children that were known, or after their grace.
    private var order: [String] {
        var asked: [Int: Duration] = [:]
        var violations: [String] = []
        let targets = Dictionary(
            scene.plan.targets.map { ($0.identity, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for sending in kernel.sendings where sending.signal == .terminate {
            let parent = sending.process
            asked[parent.serial] = sending.time
            guard let target = targets[parent.identity], target.order == .deepestFirst,
                !machine.answeringTrees.contains(parent.tree)
            else { continue }
            for child in scene.planned.values
            where child.bornTo === parent && child.parent === parent {
                guard let childTarget = targets[child.identity], child.isOurs,
                    kernel.process(child.identity) === child,
                    !(machine.deaths[child.serial].map { $0 <= sending.time } ?? false),
                    !child.temperament.isForeign, child.tree == parent.tree
                else { continue }
                let grace = asked[child.serial].map { $0 + childTarget.timeout }
                if grace.map({ sending.time >= $0 }) ?? false { continue }
                violations.append("\(parent.name) was asked before its child \(child.name)")
            }
        }
        return violations
    }

    private var time: [String] {
        let end = scene.start + scene.options.deadline
        var violations: [String] = []
        for sending in kernel.sendings where sending.time > end {
            if sending.signal != .kill && sending.signal != .continue {
                violations.append("\(sending.signal) at \(sending.time), after the deadline")
            }
            if sending.time > end + .milliseconds(200) {
                violations.append("\(sending.signal) at \(sending.time), long after the deadline")
            }
        }
        if machine.time > end + .milliseconds(1500) {
            violations.append("it ended at \(machine.time), long after the deadline")
        }
        return violations
    }

    private var truth: [String] {
        var violations: [String] = []
        let byIdentity = Dictionary(grouping: outcome.targets, by: \.identity)
        for (identity, process) in scene.planned {
            let outcomes = byIdentity[identity] ?? []
            if outcomes.count != 1 {
                violations.append("\(process.name) has \(outcomes.count) outcomes")
            }
            for outcome in outcomes { violations += disagreement(outcome, process) }
        }
        for outcome in outcome.targets where scene.planned[outcome.identity] == nil {
            guard let process = kernel.process(outcome.identity) else { continue }
            violations += disagreement(outcome, process)
        }
        return violations
    }

    private func disagreement(_ outcome: TargetOutcome, _ process: SimulatedProcess) -> [String] {
        let sent = signals[process.serial] ?? []
        let isTrue =
            switch outcome.result {
            case .exited: !process.isAlive && sent.contains { $0 != .kill }
            case .killed: !process.isAlive && sent.contains(.kill)
            case .alreadyGone: !process.isAlive && !sent.contains(.kill)
            case .survived: process.isAlive
            case .denied: process.temperament.isForeign || process.temperament.cannotBeHeld
            case .refused:
                process.hasChanged || process.isProtected
                    || scene.options.excluded.contains(process.identity)
            }
        return isTrue
            ? [] : ["\(process.name) is called \(outcome.result) and is \(process.state)"]
    }

    /// Whoever was sent anything has an outcome.
    private var completeness: [String] {
        let told = Set(outcome.targets.map(\.identity))
        return Set(kernel.sendings.filter { $0.signal == .kill }.map { $0.process.identity })
            .subtracting(told).map { "\($0) was killed without a word" }
    }

    private var proof: [String] {
        switch outcome.proof {
        case .none: return []
        case .tree:
            return kernel.aliveAtProof.filter { !isHarmless($0) }
                .map { "tree is proven, and \($0.name) \($0.identity) lives" }
        case .proofScan:
            return kernel.matchingAtProof.filter { !isHarmless($0) }
                .map { "nothing matches by proof, and \($0.name) \($0.identity) lives" }
                + membersAlive
        case .port:
            let held = scene.plan.ports.map(kernel.heldPorts) ?? []
            return held.map { "port \($0.port) is free by proof, and held" } + membersAlive
        case .cgroup:
            return kernel.aliveInEmptyGroups.filter { !isHarmless($0) }
                .map { "the groups are empty by proof, and \($0.name) \($0.identity) lives" }
                + membersAlive
        case .subreaper: return ["\(outcome.proof) cannot be proven here"]
        }
    }

    private func isHarmless(_ process: SimulatedProcess) -> Bool {
        scene.options.excluded.contains(process.identity)
    }

    private var membersAlive: [String] {
        outcome.targets.compactMap { kernel.process($0.identity) }
            .filter { $0.isAlive && !$0.isReminded }
            .map { "\(outcome.proof) is proven, and \($0.name) \($0.identity) lives" }
    }

    private var files: [String] {
        var violations: [String] = []
        for removal in kernel.removed {
            for (_, process) in scene.planned where process.isAlive {
                violations.append("\(removal.path.text) was removed while \(process.name) lives")
            }
            if let ports = scene.plan.ports, !kernel.heldPorts(ports).isEmpty {
                violations.append("\(removal.path.text) was removed while a port is held")
            }
        }
        return violations
    }

    private var frozen: [String] {
        machine.all.filter {
            $0.isAlive && $0.isHeldByUs && !$0.isDoomed && !$0.temperament.isForeign
        }.map { "\($0.name) \($0.identity) is left stopped" }
            + kernel.heldGroups.sorted().map { "control group \($0) is left frozen" }
    }
}
