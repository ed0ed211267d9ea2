/// What stopping some instances takes: whom, with whom, and who is left alone and why.
///
/// A function of values; what comes of it goes through ``ShutdownPlanner`` like everything else.
public struct InstanceStop: Sendable {
    /// An instance that is not stopped.
    public struct Objection: Sendable, Equatable {
        /// Which.
        public var instance: Instance
        /// Why not, and what to do instead.
        public var reason: String
    }

    /// An instance that somebody looks after who may start it again.
    public struct Keeper: Sendable, Equatable {
        /// Which.
        public var instance: Instance
        /// How sentences name its keeper, such as `dora (4127@88213)`.
        public var label: String
    }

    /// Whom to stop, supervisors included.
    public private(set) var targets: [Instance] = []
    /// The supervisors among them that nobody named: they would start what they look after again.
    public private(set) var supervisors: [Instance] = []
    /// Whom there is nothing left to stop of.
    public private(set) var over: [Instance] = []
    /// Who is left alone.
    public private(set) var refused: [Objection] = []
    /// Who asks to be left alone, or would take along who does; only where all were chosen.
    public private(set) var kept: [Objection] = []
    /// Who has a living owner that no supervisor's rule stops.
    public private(set) var keepers: [Keeper] = []

    let listing: InstanceListing
    let view: SnapshotView
    let rules: [String: Rule]
    let isOfAll: Bool
    /// Everything that was named, and not only what has been sorted by now.
    let chosen: [Instance]

    /// Sorts the chosen instances of a listing.
    ///
    /// Where nobody was named, and all are meant, who asks to be left alone is, and so is whom no
    /// rule says how to stop while its owner looks after it.
    public init(
        _ chosen: [Instance],
        in listing: InstanceListing,
        rules: [Rule],
        isOfAll: Bool = false
    ) {
        self.listing = listing
        self.isOfAll = isOfAll
        self.chosen = chosen
        view = SnapshotView(listing.snapshot, rules: rules)
        self.rules = Dictionary(rules.map { ($0.id, $0) }) { first, _ in first }
        for instance in chosen where !instance.isSocket { add(instance) }
        for instance in chosen where instance.isSocket {
            // A socket names no process: it goes with its system, and is no instance besides that.
            let isBound = instance.state == .running
            if isOfAll, isBound, targets.contains(where: { $0.system == instance.system }) {
                continue
            }
            add(instance)
        }
    }

    // MARK: - Whom

    private mutating func add(_ instance: Instance) {
        guard !targets.contains(instance), !over.contains(instance) else { return }
        if instance.isOver {
            over.append(instance)
            return
        }
        if isOfAll, rules[instance.rule]?.stop == nil, owner(of: instance) != nil { return }
        // A supervisor that lives was asked itself, or is another state directory's affair.
        if isOfAll, serviceSupervisor(of: instance) != nil { return }
        if let optOut = optOut(of: instance) {
            kept.append(Objection(instance: instance, reason: optOut))
            return
        }
        if let reason = objection(to: instance) {
            refused.append(Objection(instance: instance, reason: reason))
            return
        }
        let above = supervisors(of: instance)
        for supervisor in above {
            let label = "\(supervisor.name) (PID \(supervisor.pid ?? 0))"
            if let reason = optOut(of: supervisor) {
                let whole = "its supervisor \(label) would start it again, and is \(reason)"
                kept.append(Objection(instance: instance, reason: whole))
                return
            }
            guard let reason = objection(to: supervisor) else { continue }
            refused.append(
                Objection(
                    instance: instance,
                    reason: "its supervisor \(label) would start it again, and cannot be stopped: "
                        + reason
                )
            )
            return
        }
        for supervisor in above where !targets.contains(supervisor) {
            supervisors.append(supervisor)
            targets.append(supervisor)
        }
        // Who was added as a supervisor before may have been named after all.
        supervisors.removeAll { $0 == instance }
        targets.append(instance)
        if above.isEmpty, let label = owner(of: instance)?.label {
            keepers.append(Keeper(instance: instance, label: label))
        }
    }

    /// The instances above this one whose processes its rule wants stopped first: they look after
    /// it, and would start it again.
    private func supervisors(of instance: Instance) -> [Instance] {
        let earlier = Set(instance.rules.flatMap { rules[$0]?.after ?? [] })
        guard !earlier.isEmpty else { return [] }
        let above = Set(instance.processes.flatMap { ancestors(of: $0).map(\.identity) })
        return listing.instances.filter { other in
            earlier.contains(other.rule) && !other.isOver
                && other.processes.contains(where: above.contains)
        }
    }

    func ancestors(of identity: ProcessIdentity) -> [ProcessRecord] {
        guard let process = view.snapshot.process(identity.pid) else { return [] }
        var child = process
        // A parent that is younger has a number that was used again.
        return view.tree.ancestors(of: process).prefix { parent in
            defer { child = parent }
            return parent.identity.startTime <= child.identity.startTime
        }
    }

    // MARK: - What is done

    /// The marks of the targets that are known by their processes' environments.
    public var marks: Set<InstanceKey> {
        Set(targets.filter { !$0.members.isEmpty }.map(\.key))
    }

    /// What the planner is to act on: the processes of targets, and files of what is over.
    public var findings: [Finding] {
        targets.flatMap { findings(of: $0) }
            + listing.findings.filter { finding in
                finding.file != nil && finding.remedy.action == .remove
                    && over.contains { $0.file == finding.file }
                    && !listing.instances.contains { $0.file == finding.file && !$0.isOver }
            }.map { finding in
                // That it was there is no failure of stopping it.
                var finding = finding
                finding.severity = .info
                return finding
            }
    }

    private func findings(of instance: Instance) -> [Finding] {
        let members = instance.members.map { ($0.identity, $0.rule, $0.node) }
        let processes = instance.process.map { [($0, instance.rule, nil)] } ?? members
        return processes.map { identity, rule, node in
            let whole = "\(instance.system) instance \(instance.id)"
            return Finding(
                kind: .leakedProcess,
                process: identity,
                rule: rule,
                severity: .info,
                verdict: .confirmed,
                summary: node.map { "is \($0) of \(whole)" } ?? "is \(whole)",
                evidence: instance.evidence,
                remedy: Remedy(.stop, command: "reaper stop \(instance.id.quotedForShell)")
            )
        }
    }

    /// The files of those targets that `plan` stops, unless they tell of anybody else who runs.
    public func removals(with plan: ShutdownPlan) -> [FileRemoval] {
        let planned = Set(plan.targets.map(\.identity))
        func goes(_ instance: Instance) -> Bool {
            instance.isOver
                || targets.contains(instance) && instance.processes.allSatisfy(planned.contains)
        }
        let removals: [FileRemoval] = listing.snapshot.instanceFiles.compactMap { file in
            let named = listing.instances.filter { $0.file == file.path }
            guard targets.contains(where: { $0.file == file.path }), named.allSatisfy(goes),
                let rule = rules[file.rule], !rule.keep
            else { return nil }
            return FileRemoval(
                path: file.path,
                file: file.file,
                rule: file.rule,
                reason: "its process is stopped"
            )
        }
        return listing.snapshot.socketsLast(removals)
    }

    /// The rules that nothing runs of once the targets are gone.
    public func endedRules(of rules: [Rule]) -> [Rule] {
        rules.filter { rule in
            listing.instances.allSatisfy { instance in
                instance.rule != rule.id || instance.isOver || targets.contains(instance)
            }
        }
    }

    /// The same instances as `chosen` in a later listing, supervisors that were added left out.
    public func renewed(_ chosen: [Instance], in later: InstanceListing) -> [Instance] {
        later.instances.filter { instance in
            chosen.contains { $0.key == instance.key && $0.file == instance.file }
        }
    }

    /// What is not stopped: what was over, what is left alone, and what asks to be.
    public var rest: [Instance] {
        over + refused.map(\.instance)
            + kept.map { objection in
                var instance = objection.instance
                instance.reason = objection.reason
                return instance
            }
    }

    /// What is left alone, as a plan tells it.
    public var refusals: [Refusal] {
        refused.flatMap { objection -> [Refusal] in
            let what = "\(objection.instance.name): \(objection.reason)"
            let heads = objection.instance.heads
            guard heads.isEmpty else { return heads.map { Refusal($0, reason: what) } }
            return objection.instance.file.map { [Refusal(path: $0, reason: what)] } ?? []
        }
    }
}

extension Instance {
    /// Every rule that knows one of its processes.
    var rules: [String] {
        var rules = [rule]
        for member in members where !rules.contains(member.rule) { rules.append(member.rule) }
        return rules
    }

    /// Everybody who goes when it is stopped, as far as a snapshot shows: its processes, those in
    /// their sessions and groups, and whoever is below them.
    func whole(in snapshot: Snapshot) -> [ProcessRecord] {
        let company = company(in: snapshot).compactMap { identity in
            snapshot.index(of: identity.pid).flatMap {
                snapshot.processes[$0].identity == identity ? $0 : nil
            }
        }
        guard !company.isEmpty else { return [] }
        let tree = ProcessTree(snapshot.processes)
        var seen: Set<Int> = []
        return company.flatMap { [$0] + tree.descendants(of: $0).map(\.index) }
            .filter { seen.insert($0).inserted }.map { snapshot.processes[$0] }
    }
}
