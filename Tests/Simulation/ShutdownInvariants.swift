import ReaperKit

/// What must hold when a shutdown has ended, judged by the machine's truth; the rest was checked
/// as it went, by ``SimulatedKernel``.
struct ShutdownInvariants {
    let scene: ShutdownScene
    let outcome: ShutdownOutcome

    private var kernel: SimulatedKernel { scene.kernel }
    private var machine: SimulatedMachine { scene.machine }

    /// Everything that does not hold.
    var violations: [Violation] {
        kernel.violations + outcomes + survivors + time + proof + files + thaw
    }

    private func violation(_ invariant: Invariant, _ text: String) -> Violation {
        Violation(invariant: invariant, time: machine.time, text: text)
    }

    // MARK: - Outcomes

    private var outcomes: [Violation] {
        var violations: [Violation] = []
        var counts: [ProcessIdentity: Int] = [:]
        for target in outcome.targets { counts[target.identity, default: 0] += 1 }
        for process in kernel.planned where counts[process.identity] == nil {
            violations.append(violation(.outcome, "\(process.name) has none"))
        }
        for (identity, count) in counts where count > 1 {
            violations.append(violation(.outcome, "\(identity) has \(count)"))
        }
        for target in outcome.targets {
            guard
                let process = scene.planned[target.identity] ?? kernel.process(target.identity)
            else { continue }
            if !isTrue(target, process) {
                violations.append(
                    violation(
                        .truth,
                        "\(process.name) is called \(target.result) and is \(process.state), "
                            + "\(process.asked == nil ? "not " : "")asked, "
                            + "\(process.wasKilled ? "" : "not ")killed"
                    )
                )
            }
            if let after = target.after, !isTime(after, of: process) {
                violations.append(
                    violation(.truth, "\(process.name) is said to have gone after \(after)")
                )
            }
        }
        return violations
    }

    private func isTrue(_ target: TargetOutcome, _ process: SimulatedProcess) -> Bool {
        if process.isReminded { return true }
        return switch target.result {
        case .exited:
            !process.isAlive && process.asked != nil
                && !process.wasKilled
        case .killed: !process.isAlive && process.wasKilled
        case .alreadyGone: !process.isAlive && process.asked == nil && !process.wasKilled
        case .survived: process.isAlive || isFresh(process) || isPassedOver(target)
        case .denied: process.wasDenied
        case .refused:
            process.hasChanged || process.isProtected
                || scene.options.excluded.contains(process.identity)
        }
    }

    /// Whether nothing more is said of it than that there was no time to look.
    private func isPassedOver(_ target: TargetOutcome) -> Bool {
        target.signal == nil
            && target.reason?.hasPrefix("it was not looked at before the deadline") == true
    }

    /// Whether it died while the account was drawn up.
    private func isFresh(_ process: SimulatedProcess) -> Bool {
        process.death.map { machine.time < $0 + .milliseconds(1) } ?? false
    }

    private func isTime(_ after: Duration, of process: SimulatedProcess) -> Bool {
        guard let death = process.death else { return false }
        return scene.start + after >= death && scene.start + after <= machine.time
    }

    /// Whoever was in the set and lives is told.
    private var survivors: [Violation] {
        let told = Set(outcome.targets.map(\.identity))
        var violations: [Violation] = []
        for handle in kernel.handles.values where handle.isPinned {
            guard let process = handle.seen, !process.isReminded, process.isAlive,
                process.isOurs || process.isGuest, !told.contains(process.identity)
            else { continue }
            violations.append(violation(.survivor, "\(process.name) lives, and is not told"))
        }
        for process in machine.all where process.wasKilled && !told.contains(process.identity) {
            violations.append(violation(.survivor, "\(process.name) was killed without a word"))
        }
        let kept = told.union(outcome.kept.compactMap(\.identity))
        for (owner, answer) in kernel.latestOthers.sorted(by: { $0.key < $1.key }) {
            // Of a tree its root is enough.
            let trees = answer.targets.filter { $0.root == $0.identity || !kept.contains($0.root) }
            let named = trees.map(\.identity) + answer.refused.compactMap(\.identity)
            for identity in named where !kept.contains(identity) {
                violations.append(
                    violation(.survivor, "\(owner) found \(identity), and it is not told")
                )
            }
            if answer.unknown != nil, outcome.proof != .none {
                violations.append(violation(.proof, "who else is there is unknown to \(owner)"))
            }
        }
        return violations
    }

    // MARK: - Claims

    private var time: [Violation] {
        let isLate = machine.time >= scene.start + scene.options.deadline
        if outcome.deadlinePassed, !isLate {
            return [violation(.deadline, "it is said to have passed")]
        }
        let left = outcome.targets.first { target in
            guard target.result == .survived, let process = kernel.process(target.identity) else {
                return false
            }
            return process.isAlive && !process.isReminded
        }
        if let left, isLate, !outcome.deadlinePassed {
            let name = left.name.text
            return [violation(.deadline, "it has passed with \(name) left, and that is not said")]
        }
        return []
    }

    private var proof: [Violation] {
        switch outcome.proof {
        case .none: return []
        case .tree:
            return kernel.aliveAtProof.filter { !isHarmless($0) }.map {
                violation(.proof, "the tree is proven gone, and \(describe($0)) lives")
            }
        case .proofScan:
            return kernel.matchingAtProof.filter { !isHarmless($0) }.map {
                violation(.proof, "no match is proven, and \(describe($0)) lives")
            } + membersAlive
        case .port:
            let held = scene.plan.ports.map(kernel.portsHeldForLong) ?? []
            return held.map { violation(.proof, "port \($0.port) is proven free, and held") }
                + membersAlive
        case .cgroup:
            if !kernel.sawEmptyGroups {
                return [violation(.proof, "the groups are empty by proof, and nobody looked")]
            }
            return kernel.aliveInEmptyGroups.filter { !isHarmless($0) }.map {
                violation(.proof, "the groups are empty by proof, and \(describe($0)) lives")
            } + membersAlive
        case .subreaper:
            return [violation(.proof, "\(outcome.proof) cannot be proven here")]
        }
    }

    private func describe(_ process: SimulatedProcess) -> String {
        "\(process.name) \(process.identity) (serial \(process.serial), born to "
            + "\(process.bornTo), parent \(process.parent?.pid ?? 0), session "
            + "\(process.session), group \(process.group))"
    }

    private func isHarmless(_ process: SimulatedProcess) -> Bool {
        scene.options.excluded.contains(process.identity)
    }

    private var membersAlive: [Violation] {
        outcome.targets.compactMap { kernel.process($0.identity) }
            .filter { $0.isAlive && !$0.isReminded }
            .map { violation(.proof, "\(outcome.proof) is claimed, and \($0.name) lives") }
    }

    private var files: [Violation] {
        guard !kernel.removed.isEmpty, let ports = scene.plan.ports else { return [] }
        return kernel.portsHeldForLong(ports).map {
            violation(.files, "a file was removed, and port \($0.port) is held")
        }
    }

    private var thaw: [Violation] {
        machine.all.filter {
            $0.isAlive && $0.isHeldByUs && !$0.isDoomed && !$0.temperament.isForeign
        }.map { violation(.thaw, "\($0.name) \($0.identity) is left stopped") }
            + kernel.heldGroups.sorted().map {
                violation(.thaw, "control group \($0) is left frozen")
            }
    }
}
