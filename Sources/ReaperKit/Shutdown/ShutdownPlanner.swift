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
            if process.isZombie {
                planReminder(process, &plan)
            } else if let reason = refusal(of: process, isRoot: true) {
                plan.refused.append(Refusal(identity, reason: reason))
            } else {
                let rule = finding.rule.flatMap { rules[$0] }
                roots.append(Root(index: index, finding: finding, rule: rule))
            }
        }
        plan.waves = waves(of: roots, &plan)
        return plan
    }

    /// Holds an earlier plan against what is there now: what changed is refused, with the reason.
    ///
    /// Who is gone stays in it, and comes out as already gone.
    public func hold(_ earlier: ShutdownPlan) -> ShutdownPlan {
        var plan = earlier
        plan.follows = false
        plan.waves = earlier.waves.map { wave in
            wave.filter { target in
                guard let reason = objection(to: target) else { return true }
                plan.refused.append(Refusal(target.identity, reason: reason))
                return false
            }
        }.filter { !$0.isEmpty }
        return plan
    }

    private func objection(to target: ShutdownTarget) -> String? {
        guard let process = view.snapshot.process(target.identity.pid) else { return nil }
        if process.identity != target.identity {
            return "number \(process.pid) names \(process.label) now"
        }
        if let planned = target.pidfdInode, let inode = process.pidfdInode, planned != inode {
            return "number \(process.pid) names another process of the same start time now"
        }
        if let planned = target.executable, let now = process.executable?.known?.path,
            planned != now
        {
            return "it ran \(planned.text) when it was planned and runs \(now.text) now"
        }
        if let planned = target.user, let now = process.status?.known?.realUser, planned != now {
            return "it belonged to user \(planned) when it was planned and to \(now) now"
        }
        return refusal(of: process, isRoot: false)
    }

    /// PID 1 and every ancestor of the targets: who may adopt what a dying tree lets go.
    public func adopters(of plan: ShutdownPlan) -> Set<Int32> {
        var adopters: Set<Int32> = [1]
        for target in plan.targets {
            guard let process = view.snapshot.process(target.identity.pid) else { continue }
            adopters.formUnion(view.tree.ancestors(of: process).map(\.pid))
        }
        return adopters
    }

    private func mayAct(on finding: Finding) -> Bool {
        switch finding.verdict {
        case .suspect: return false
        case .probable where !options.includesProbable && finding.rule != nil: return false
        case .probable, .confirmed: break
        }
        switch finding.remedy.action {
        case .remove: return true
        case .signalParent: return options.remindsParents || options.isSelected
        case .stop: return options.isSelected || finding.rule != nil
        case .none: return options.isSelected && finding.kind == .orphan
        }
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
        guard let parent = view.parent(of: zombie) else { return }
        guard parent.pid > 1, !view.isOwnChain(parent.identity) else {
            plan.refused.append(
                Refusal(zombie.identity, reason: "its parent is \(parent.label), left alone")
            )
            return
        }
        plan.zombies.append(
            ZombieTarget(
                identity: zombie.identity,
                parent: parent.identity,
                isParentStopped: parent.state == UInt8(ascii: "T")
            )
        )
    }

    // MARK: - Who is never touched

    /// Why `process` must not be stopped; `nil` when it may be.
    ///
    /// Descendants in a namespace of their own belong to the tree that made it; a root in one was
    /// judged by facts that mean something else there.
    func refusal(of process: ProcessRecord, isRoot: Bool) -> String? {
        if process.pid == 1 { return "PID 1 is never stopped" }
        if process.isKernelThread { return "\(process.label) is a kernel thread" }
        if let position = view.snapshot.host.ownChain.firstIndex(of: process.identity) {
            return position == 0
                ? "this is reaper itself" : "\(process.label) is an ancestor of reaper"
        }
        for rule in view.protections {
            switch rule.match.evaluate(process, in: view.context) {
            case .holds: return "rule \(rule.id) protects it: \(rule.title)"
            case .unreadable(let kind, _):
                return "whether rule \(rule.id) protects it is unknown: "
                    + "\(kind.fileName) is not readable"
            case .fails, .needs: continue
            }
        }
        return isRoot ? namespaceRefusal(of: process) : nil
    }

    private func namespaceRefusal(of process: ProcessRecord) -> String? {
        if let status = process.status?.known, status.namespacePids.count > 1 {
            return "it lives in another pid namespace, as in a container: stop it from inside, "
                + "or stop the container"
        }
        guard let own = view.snapshot.host.namespaces, let its = process.namespaces?.known,
            its.mount != own.mount, !its.sharesExecutable
        else { return nil }
        return "it lives in another mount namespace, where its path is another file: "
            + "run reaper inside it (nsenter -t \(process.pid) -m)"
    }

    // MARK: - Trees

    struct Root {
        var index: Int
        var finding: Finding
        var rule: Rule?
    }

    private func waves(of roots: [Root], _ plan: inout ShutdownPlan) -> [[ShutdownTarget]] {
        // A root inside another root's tree is stopped with that tree.
        var claimed: Set<Int> = []
        let indices = Set(roots.map(\.index))
        let outermost = roots.filter { root in
            let process = view.snapshot.processes[root.index]
            return !view.tree.ancestors(of: process).contains {
                view.tree.position(of: $0.pid).map(indices.contains) ?? false
            }
        }
        var waves: [Int: [ShutdownTarget]] = [:]
        for root in outermost where !claimed.contains(root.index) {
            let targets = tree(of: root, &claimed, &plan)
            waves[wave(of: root.rule), default: []] += targets
        }
        return waves.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The root's descendants, and the members of its session and group if it leads them, deepest
    /// first.
    private func tree(
        of root: Root,
        _ claimed: inout Set<Int>,
        _ plan: inout ShutdownPlan
    ) -> [ShutdownTarget] {
        let head = view.snapshot.processes[root.index]
        var members = [(index: root.index, depth: 0)] + view.tree.descendants(of: root.index)
        var known = Set(members.map(\.index))
        for index in view.snapshot.processes.indices where !known.contains(index) {
            let process = view.snapshot.processes[index]
            let isInSession = head.session == head.pid && process.session == head.pid
            let isInGroup = head.processGroup == head.pid && process.processGroup == head.pid
            guard isInSession || isInGroup, process.pid != head.parent else { continue }
            for member in [(index: index, depth: 0)] + view.tree.descendants(of: index)
            where known.insert(member.index).inserted {
                members.append((member.index, member.depth + 1))
            }
        }
        var targets: [ShutdownTarget] = []
        for (index, depth) in members where !claimed.contains(index) {
            let process = view.snapshot.processes[index]
            guard !process.isZombie else { continue }
            if depth > 0, let reason = refusal(of: process, isRoot: false) {
                // Reaper's own chain inside a session was never asked for.
                if !view.isOwnChain(process.identity) {
                    plan.refused.append(Refusal(process.identity, reason: reason))
                }
                continue
            }
            claimed.insert(index)
            targets.append(target(process, depth, root, head))
        }
        return targets.sorted { ($0.depth, $1.identity.pid) > ($1.depth, $0.identity.pid) }
    }

    private func target(
        _ process: ProcessRecord,
        _ depth: Int,
        _ root: Root,
        _ head: ProcessRecord
    ) -> ShutdownTarget {
        let stop = root.rule?.stop ?? StopAction()
        var target = ShutdownTarget(
            identity: process.identity,
            depth: depth,
            root: head.identity,
            signal: options.isForced ? .kill : options.signal ?? stop.signal,
            timeout: options.isForced ? .zero : options.timeout ?? stop.timeout,
            reason: depth == 0 ? root.finding.summary : "belongs to \(head.label)",
            name: process.name
        )
        target.order = options.order ?? stop.order
        target.executable = process.executable?.known?.path
        target.user = process.status?.known?.realUser
        target.pidfdInode = process.pidfdInode
        target.leadsSession = process.session == process.pid
        target.leadsGroup = process.processGroup == process.pid
        return target
    }

    /// The length of the longest chain of rules whose processes are stopped before this rule's.
    private func wave(of rule: Rule?) -> Int {
        guard let rule else { return 0 }
        var wave = 0
        var seen: Set<String> = [rule.id]
        var level = rule.after
        while !level.isEmpty {
            wave += 1
            level = level.filter { seen.insert($0).inserted }.flatMap { rules[$0]?.after ?? [] }
        }
        return wave
    }
}
