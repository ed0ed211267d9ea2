import Glibc

extension ServiceEnding {
    /// Ends them, through the shutdown engine.
    ///
    /// Where one has a command of its own that asks it to end, each wave is asked by those first, and
    /// the engine ends what is left of it; what remains of the time is shared among the waves.
    ///
    /// - Parameters:
    ///   - protecting: Rules that say who is never stopped.
    ///   - observe: Is told what happens meanwhile, with the service where that is known.
    /// - Returns: What came of it.
    /// - Throws: Why nothing could be looked at; then nothing was done.
    public func run(
        protecting: [Rule],
        observe: @escaping (ShutdownProgress, String?) -> Void
    ) throws(SystemError) -> ServiceEndingResult {
        guard !isForced, targets.contains(where: { !$0.stopCommand.isEmpty }) else {
            return try runAtOnce(protecting: protecting, observe: observe)
        }
        let start = Clock.monotonic()
        let end = start + deadline
        // A second Ctrl-C ends the commands, too, and what is left is killed.
        let interrupts = InterruptCounter()
        let waves = waves
        var result: ServiceEndingResult?
        for (index, wave) in waves.enumerated() {
            let share = (end - Clock.monotonic()) / (waves.count - index)
            if interrupts.count == 0 {
                StopCommands(wave, until: Clock.monotonic() + share / 2).run(unless: interrupts)
            }
            let left = max((end - Clock.monotonic()) / (waves.count - index), .milliseconds(100))
            let begun = Clock.monotonic() - start
            var ending = ServiceEnding(wave, deadline: left, isForced: interrupts.count > 0)
            ending.areDescendants = areDescendants
            var part = try ending.runAtOnce(protecting: protecting, observe: observe)
            for index in part.parts.indices where part.parts[index].ended > 0 {
                part.parts[index].time += begun
            }
            result = result.map { $0.followed(by: part) } ?? part
        }
        var places: [String: Int] = [:]
        for (place, target) in targets.enumerated() { places[target.name] = place }
        result?.parts.sort { places[$0.name] ?? 0 < places[$1.name] ?? 0 }
        return result ?? ServiceEndingResult([])
    }

    /// Those that end together, dependents first.
    var waves: [[Target]] {
        var order = RuleOrder(Dictionary(rules.map { ($0.id, $0) }) { first, _ in first })
        var waves: [Int: [Target]] = [:]
        for (target, rule) in zip(targets, rules) {
            waves[order.wave(of: rule), default: []].append(target)
        }
        return waves.sorted { $0.key < $1.key }.map(\.value)
    }

    private func runAtOnce(
        protecting: [Rule],
        observe: @escaping (ShutdownProgress, String?) -> Void
    ) throws(SystemError) -> ServiceEndingResult {
        var request = ScanRequest(rules: rules + protecting.filter(\.protect))
        request.services = marks
        let interrupts = InterruptCounter()
        var scanner = try Scanner(request)
        scanner.isDescribing = false
        scanner.followBirths()
        let beginning = scanner.host.ticks(at: Clock.sinceBoot())
        var result = try scanner.scan()
        addHeads(to: &result)
        var planning = PlanningOptions()
        planning.isSelected = true
        planning.isForced = isForced
        // Their supervisor is the parent of this process, and not of a stranger.
        planning.isOfDescendants = true
        var plan = scanner.plan(for: &result, options: planning)
        plan.sweeps = sweeps
        plan.ports = ports
        let owners = ServiceOwners(self, result.findings, plan)
        let outcome = scanner.execute(
            plan,
            in: result.snapshot,
            planning,
            deadline: deadline,
            beginning: beginning,
            files: [],
            interrupts: interrupts
        ) { progress in
            if case .appeared(let target) = progress { owners.note(target) }
            observe(progress, progress.target.flatMap { owners.name(of: $0) })
        }
        return conclude(outcome, plan, owners, result.snapshot.unreadable)
    }

    /// The processes that the supervisor started itself, whatever their environment says by now.
    private func addHeads(to result: inout ScanResult) {
        let known = Set(result.findings.compactMap(\.process))
        for target in targets {
            guard let identity = target.identity, !known.contains(identity),
                let index = result.snapshot.index(of: identity.pid),
                result.snapshot.processes[index].identity == identity,
                !result.snapshot.processes[index].isZombie
            else { continue }
            result.findings.append(
                Finding(
                    kind: .leakedProcess,
                    process: identity,
                    rule: Self.rule(of: target.name),
                    severity: .info,
                    verdict: .confirmed,
                    summary: "is the service",
                    evidence: [
                        Evidence("the supervisor started it", source: "/proc/\(identity.pid)/stat")
                    ],
                    remedy: Remedy(.stop)
                )
            )
        }
    }

    private var sweeps: [FinalSweep] {
        targets.compactMap { target in
            let stop = target.stop
            let names = stop.processFilters.filter { !$0.matchesNothing }
            guard stop.ports != nil || !names.isEmpty else { return nil }
            return FinalSweep(
                owner: "service \(target.name)",
                ports: stop.ports,
                names: names,
                killsOthers: stop.killsOthers,
                signal: isForced ? .kill : stop.signal,
                timeout: isForced ? .zero : stop.timeout
            )
        }
    }

    private var ports: PortSet? {
        let members = targets.flatMap { $0.stop.ports?.members ?? [] }
        return members.isEmpty ? nil : PortSet(members: members)
    }

    /// Tells of each service what came of the processes that belong to it.
    func conclude(
        _ outcome: ShutdownOutcome,
        _ plan: ShutdownPlan,
        _ owners: ServiceOwners,
        _ unreadable: Unreadable
    ) -> ServiceEndingResult {
        var outcome = outcome
        outcome.doubt(unreadable)
        var places: [String: Int] = [:]
        var parts: [ServiceEndingResult.Part] = []
        for target in targets {
            places[target.name] = parts.count
            parts.append(ServiceEndingResult.Part(name: target.name))
        }
        func note(_ identity: ProcessIdentity?, _ change: (inout ServiceEndingResult.Part) -> Void)
        {
            // Of whom nobody knows to which it belongs, it is all the same to which it is told.
            let name = identity.flatMap { owners.name(of: $0) } ?? targets.first?.name ?? ""
            if let place = places[name] { change(&parts[place]) }
        }
        for target in outcome.targets {
            note(target.identity) { part in
                part.time = max(part.time, target.after ?? .zero)
                guard target.result.isGone else {
                    let why = target.reason.map { ": \($0)" } ?? ""
                    let what = "\(target.name.text) (\(target.identity)) \(target.result.rawValue)"
                    part.left.append(what + why)
                    return
                }
                part.ended += 1
                if target.result == .killed { part.killed += 1 }
            }
        }
        for refusal in plan.refused {
            note(refusal.identity) { part in
                part.left.append("\(refusal.identity.map { "\($0) " } ?? "")\(refusal.reason)")
            }
        }
        var result = ServiceEndingResult(parts)
        result.proof = outcome.proof
        result.unproven = outcome.unproven
        result.deadlinePassed = outcome.deadlinePassed
        for port in outcome.ports where !port.isFree {
            let sentence =
                "port \(port.port) is held \(port.isHeldAgain ? "again " : "")by "
                + (port.holder ?? "somebody")
            for (index, target) in targets.enumerated()
            where target.stop.ports?.contains(port.port, port.transport) == true {
                result.parts[index].held.append(sentence)
            }
        }
        return result
    }
}

/// To which service each process belongs that is ended.
final class ServiceOwners {
    private var names: [ProcessIdentity: String] = [:]
    private var roots: [ProcessIdentity: ProcessIdentity] = [:]
    private let marks: ServiceMarks

    init(_ ending: ServiceEnding, _ findings: [Finding], _ plan: ShutdownPlan) {
        marks = ending.marks
        for finding in findings {
            if let identity = finding.process, let rule = finding.rule {
                names[identity] = String(rule.dropFirst("service.".utf8.count))
            }
        }
        for target in plan.targets { roots[target.identity] = target.root }
    }

    /// Takes in somebody who was not planned for; who belongs to none by descent has a mark.
    func note(_ target: ShutdownTarget) {
        take(target)
        guard name(of: target.identity) == nil,
            var procfs = try? Procfs(),
            case .value(var record) = procfs.record(of: ProcessPlace(pid: target.identity.pid)),
            record.identity == target.identity
        else { return }
        procfs.read(.environment, of: &record, at: ProcessPlace(pid: target.identity.pid))
        if let rule = record.environment?.known.flatMap({ marks.rule(of: $0) }) {
            names[target.identity] = String(rule.dropFirst("service.".utf8.count))
        }
    }

    /// Takes in somebody who belongs to what was planned for by descent.
    func take(_ target: ShutdownTarget) { roots[target.identity] = target.root }

    func name(of identity: ProcessIdentity) -> String? {
        names[identity] ?? roots[identity].flatMap { names[$0] }
    }
}

extension ShutdownProgress {
    /// About whom it is.
    fileprivate var target: ProcessIdentity? {
        switch self {
        case .sent(_, let target), .exited(let target, _), .appeared(let target): target.identity
        case .killing, .waiting, .interrupted: nil
        }
    }
}
