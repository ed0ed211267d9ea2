/// Which processes belong to what was found, and in which order they are stopped.
extension ShutdownPlanner {
    struct Root {
        var index: Int
        var finding: Finding
        var rule: Rule?
    }

    func waves(of roots: [Root], _ plan: inout ShutdownPlan) -> [[ShutdownTarget]] {
        // A root inside another root's tree is stopped with that tree.
        var claimed: Set<Int> = []
        let indices = Set(roots.map(\.index))
        let outermost = roots.filter { root in
            let process = view.snapshot.processes[root.index]
            return !view.tree.ancestors(of: process).contains {
                view.tree.position(of: $0.pid).map(indices.contains) ?? false
            }
        }
        // Listed once: there can be as many roots as processes.
        let processes = view.snapshot.processes
        let sessions = Dictionary(grouping: processes.indices) { processes[$0].session }
        let groups = Dictionary(grouping: processes.indices) { processes[$0].processGroup }
        var waves: [Int: [ShutdownTarget]] = [:]
        var order = RuleOrder(rules)
        // Then those whom no such tree took along: inside a cycle, or behind a reused number.
        for root in outermost + roots where !claimed.contains(root.index) {
            let number = processes[root.index].pid
            let company = processes[root.index].session == number ? sessions : groups
            let targets = tree(of: root, company[number] ?? [], &claimed, &plan)
            waves[order.wave(of: root.rule), default: []] += targets
        }
        return waves.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The root's descendants, and the members of its session and group if it leads them, deepest
    /// first; `company` is who is in the session of its number if it leads one, else in the group.
    private func tree(
        of root: Root,
        _ company: [Int],
        _ claimed: inout Set<Int>,
        _ plan: inout ShutdownPlan
    ) -> [ShutdownTarget] {
        let head = view.snapshot.processes[root.index]
        var members = [(index: root.index, depth: 0)] + view.tree.descendants(of: root.index)
        var known = Set(members.map(\.index))
        for index in company where !known.contains(index) {
            let process = view.snapshot.processes[index]
            // Everybody in a session came after its leader, and a group lies within one session.
            let leadsSession = head.session == head.pid
            let isInSession =
                leadsSession && process.session == head.pid
                && process.identity.startTime >= head.identity.startTime
            let isInGroup =
                !leadsSession && head.processGroup == head.pid
                && process.processGroup == head.pid && process.session == head.session
            guard isInSession || isInGroup, process.pid != head.parent else { continue }
            for member in [(index: index, depth: 0)] + view.tree.descendants(of: index)
            where known.insert(member.index).inserted {
                members.append((member.index, member.depth + 1))
            }
        }
        var targets: [ShutdownTarget] = []
        var sheltered: Set<Int> = []
        for (index, depth) in members where !claimed.contains(index) && !sheltered.contains(index) {
            let process = view.snapshot.processes[index]
            guard !process.isZombie else { continue }
            if depth > 0, let reason = refusal(of: process) {
                // Reaper's own chain inside a session was never asked for.
                if !view.isOwnChain(process.identity) {
                    plan.refuse(process.identity, reason, of: head.identity)
                    // What a protected process runs is its own affair.
                    sheltered.formUnion(view.tree.descendants(of: index).map(\.index))
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
            signal: signal(of: stop),
            timeout: timeout(of: stop),
            reason: depth == 0 ? root.finding.summary : "belongs to \(head.label)",
            name: process.name
        )
        target.note = note(on: process, target.signal, target.timeout)
        target.order = options.order ?? stop.order
        // Reaper's own belong to it whatever they run: a shell line ends in `exec server`.
        target.executable = options.isOfDescendants ? nil : process.executable?.known?.path
        target.user = process.status?.known?.realUser ?? process.owner
        target.pidfdInode = process.pidfdInode
        target.parent = process.parent
        target.session = process.session
        target.leadsSession = process.session == process.pid
        target.leadsGroup = process.processGroup == process.pid
        return target
    }
}
