/// How a plan is to be made, beyond what rules say.
public struct PlanningOptions: Sendable, Equatable {
    /// Instead of every rule's signal.
    public var signal: Signal?
    /// Instead of every rule's grace.
    public var timeout: Duration?
    /// Instead of every rule's order.
    public var order: StopOrder?
    /// SIGKILL at once.
    public var isForced = false
    /// Whether findings that are only probable are acted on.
    public var includesProbable = false
    /// Whether the user selected: then findings without a rule are acted on too.
    public var isSelected = false
    /// Whether the user only said what kind of thing, or whose, and not which: that is no consent
    /// to stop what its rule only reports.
    public var isSelectedByKind = false
    /// Whether everybody asked for descends from reaper: no namespace makes a stranger of them.
    public var isOfDescendants = false
    /// Whether zombies were asked for.
    public var remindsParents = false

    /// Creates the defaults.
    public init() {}
}

/// Turns findings into a plan: whom to stop, in which order, and whom never to touch.
public struct ShutdownPlanner: Sendable {
    let view: SnapshotView
    let rules: [String: Rule]
    let options: PlanningOptions

    /// Prepares a planner for one snapshot.
    public init(_ snapshot: Snapshot, rules: [Rule], options: PlanningOptions) {
        view = SnapshotView(snapshot, rules: rules)
        self.rules = Dictionary(rules.map { ($0.id, $0) }) { first, _ in first }
        self.options = options
    }

    /// Plans for the findings that may be acted on; the others are left alone.
    public func plan(for findings: [Finding]) -> ShutdownPlan {
        var plan = ShutdownPlan()
        var roots: [Root] = []
        for finding in findings where mayAct(on: finding) {
            if let path = finding.file { planRemoval(path, finding, &plan) }
            guard let identity = finding.process,
                let index = view.tree.position(of: identity.pid),
                view.snapshot.processes[index].identity == identity
            else { continue }
            let process = view.snapshot.processes[index]
            let rule = finding.rule.flatMap { rules[$0] }
            if process.isZombie {
                planReminder(process, &plan)
            } else if let reason = refusal(of: process) ?? namespaceRefusal(of: process, rule) {
                plan.refuse(identity, reason)
            } else {
                roots.append(Root(index: index, finding: finding, rule: rule))
            }
        }
        plan.removals = view.snapshot.socketsLast(plan.removals)
        plan.waves = waves(of: roots, &plan)
        plan.sweeps = sweeps(of: roots, plan)
        plan.leftAlone = leftAlone(of: findings, plan)
        return plan
    }

    /// Holds an earlier plan against what is there now: what changed is refused, with the reason.
    ///
    /// Who is gone stays in it, and comes out as already gone. Of those who have what a rule wants
    /// nobody to have, whoever is named in it and still the same may be stopped; others are told.
    public func hold(_ earlier: ShutdownPlan) -> ShutdownPlan {
        var plan = earlier
        plan.follows = false
        plan.sweeps = earlier.sweeps.map { sweep in
            var sweep = sweep
            let others = sweep.others?.targets ?? []
            var named: Set<ProcessIdentity> = []
            for target in others where view.snapshot.process(target.identity.pid) != nil {
                if let reason = objection(to: target) {
                    plan.refuse(target.identity, reason)
                } else {
                    named.insert(target.identity)
                }
            }
            sweep.named = named
            sweep.others?.targets.removeAll { !named.contains($0.identity) }
            return sweep
        }
        let heads = Set(earlier.targets.map(\.root))
        plan.refused = plan.refused.map { refusal in
            var refusal = refusal
            refusal.root = refusal.identity.flatMap { head(of: $0, among: heads) }
            return refusal
        }
        plan.waves = earlier.waves.map { wave in
            wave.compactMap { target in
                if let reason = objection(to: target) {
                    plan.refuse(target.identity, reason, of: target.root)
                    return nil
                }
                var target = target
                let process = view.snapshot.process(target.identity.pid)
                target.isGone = process == nil
                target.note = process.flatMap { note(on: $0, target.signal, target.timeout) }
                return target
            }
        }.filter { !$0.isEmpty }
        plan.zombies = earlier.zombies.compactMap { zombie in
            // Who was waited for since needs nobody's reminder, and the engine sends none.
            guard let process = view.snapshot.process(zombie.identity.pid),
                process.identity == zombie.identity
            else {
                var zombie = zombie
                zombie.isGone = true
                return zombie
            }
            if let reason = objection(to: zombie, process) {
                plan.refuse(zombie.identity, reason)
                return nil
            }
            var zombie = zombie
            zombie.isParentStopped =
                view.snapshot.process(zombie.parent.pid)?.state == UInt8(ascii: "T")
            return zombie
        }
        return plan
    }

    /// Whose tree it is in: a plan file does not say of whom it refuses.
    private func head(
        of identity: ProcessIdentity,
        among heads: Set<ProcessIdentity>
    ) -> ProcessIdentity? {
        guard let process = view.snapshot.process(identity.pid), process.identity == identity
        else { return nil }
        return view.tree.ancestors(of: process).map(\.identity).first(where: heads.contains)
            ?? heads.first { $0.pid == process.session || $0.pid == process.processGroup }
    }

    private func objection(to zombie: ZombieTarget, _ process: ProcessRecord) -> String? {
        guard process.isZombie else { return "it is no zombie: it runs" }
        guard let parent = view.parent(of: process), parent.identity == zombie.parent else {
            return "its parent is another process now"
        }
        return reminderRefusal(of: parent, for: process)
    }

    private func objection(to target: ShutdownTarget) -> String? {
        guard let process = view.snapshot.process(target.identity.pid) else { return nil }
        if process.identity != target.identity {
            return "number \(process.pid) names \(process.label) now"
        }
        var isSame = false
        if let planned = target.pidfdInode, let inode = process.pidfdInode {
            guard planned == inode else {
                return "number \(process.pid) names another process of the same start time now"
            }
            isSame = true
        }
        if let planned = target.executable, let now = process.executable?.known?.path,
            planned != now
        {
            return "it ran \(planned.text) when it was planned and runs \(now.text) now"
        }
        if let planned = target.user, let now = process.status?.known?.realUser, planned != now {
            return "it belonged to user \(planned) when it was planned and to \(now) now"
        }
        // A number can be used again within one tick: then only these tell.
        let isComparable =
            target.executable != nil && process.executable?.known != nil
            && target.user != nil && process.status?.known != nil
        guard isSame || isComparable else {
            return "nothing but its number and start time could be compared"
        }
        return refusal(of: process)
    }

    /// PID 1 and every ancestor of the targets: who may adopt what a dying tree lets go.
    public func adopters(of plan: ShutdownPlan) -> Set<Int32> {
        var adopters: Set<Int32> = [1]
        for target in plan.targets {
            guard let process = view.snapshot.process(target.identity.pid) else { continue }
            var next = process.parent
            // Most targets share their ancestors: whoever is in it already has brought theirs.
            while next > 0, adopters.insert(next).inserted,
                let parent = view.snapshot.process(next)
            {
                next = parent.parent
            }
        }
        return adopters
    }

    // MARK: - Files and zombies

    private func planRemoval(_ path: ByteString, _ finding: Finding, _ plan: inout ShutdownPlan) {
        guard let file = view.snapshot.instanceFiles.first(where: { $0.path == path }) else {
            return
        }
        plan.removals.append(
            FileRemoval(
                path: path,
                file: file.file,
                rule: finding.rule,
                reason: finding.shortSummary
            )
        )
    }

    private func planReminder(_ zombie: ProcessRecord, _ plan: inout ShutdownPlan) {
        guard let parent = view.parent(of: zombie) else {
            plan.refuse(zombie.identity, "its parent, process \(zombie.parent), was not seen")
            return
        }
        if let reason = reminderRefusal(of: parent, for: zombie) {
            plan.refuse(zombie.identity, reason)
            return
        }
        plan.zombies.append(
            ZombieTarget(
                identity: zombie.identity,
                parent: parent.identity,
                isParentStopped: parent.state == UInt8(ascii: "T"),
                name: zombie.name
            )
        )
    }

    private func reminderRefusal(of parent: ProcessRecord, for zombie: ProcessRecord) -> String? {
        guard parent.pid > 1, !parent.isKernelThread, !view.isOwnChain(parent.identity) else {
            return "its parent is \(parent.label), left alone"
        }
        guard parent.identity.startTime <= zombie.identity.startTime else {
            return "its parent's number was used again: \(parent.label) started after it"
        }
        return nil
    }

    // MARK: - Who is never touched

    /// Why `process` must not be stopped; `nil` when it may be.
    ///
    /// What a protecting rule needs and nobody has read yet is asked when the process is pinned.
    func refusal(of process: ProcessRecord) -> String? {
        if process.pid == 1 { return "PID 1 is never stopped" }
        if process.isKernelThread { return "\(process.label) is a kernel thread" }
        if let position = view.snapshot.host.ownChain.firstIndex(of: process.identity) {
            return position == 0
                ? "this is reaper itself" : "\(process.label) is an ancestor of reaper"
        }
        // Whoever was hidden among the ancestors, and those above, are older than those we know.
        if !view.snapshot.host.isOwnChainComplete, !options.isOfDescendants,
            process.identity.startTime <= view.snapshot.host.ownChain.last?.startTime ?? .max
        {
            return "reaper's own ancestors could not all be read, and it may be one of them"
        }
        for rule in view.protections {
            switch rule.match.evaluate(process, in: view.context) {
            case .holds: return "rule \(rule.id) protects it: \(rule.title)"
            case .unreadable(let kind, _) where rule.protectsInDoubt:
                return "whether rule \(rule.id) protects it is unknown: "
                    + "\(kind.fileName) is not readable"
            case .fails, .needs, .unreadable: continue
            }
        }
        return nil
    }

    /// Descendants in a namespace of their own belong to the tree that made it; a root in one was
    /// judged by facts that mean something else there, unless its rule is about such processes.
    private func namespaceRefusal(of process: ProcessRecord, _ rule: Rule?) -> String? {
        if rule?.containers == true || options.isOfDescendants { return nil }
        if process.isInOtherPids(than: view.snapshot.host) {
            return "it lives in another pid namespace, as in a container: stop it from inside, "
                + "or stop the container"
        }
        guard process.isInOtherMounts(than: view.snapshot.host) else { return nil }
        return "it lives in another mount namespace, where its path is another file: "
            + "run reaper inside it (nsenter -t \(process.pid) -m)"
    }
}

extension ShutdownPlan {
    /// Says once of each process why it is not stopped.
    ///
    /// - Parameters:
    ///   - identity: Which process.
    ///   - reason: Why not.
    ///   - root: The target to whose tree it belongs: that is not gone while it lives.
    mutating func refuse(
        _ identity: ProcessIdentity,
        _ reason: String,
        of root: ProcessIdentity? = nil
    ) {
        guard !refused.contains(where: { $0.identity == identity }) else { return }
        var refusal = Refusal(identity, reason: reason)
        refusal.root = root
        refused.append(refusal)
    }
}
