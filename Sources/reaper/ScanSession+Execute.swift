import ReaperKit

extension Options {
    /// How a plan is to be made.
    var planning: PlanningOptions {
        var planning = PlanningOptions()
        planning.signal = action.signal
        planning.timeout = action.timeout
        planning.order = action.order
        planning.isForced = action.isForced
        planning.includesProbable = action.includesProbable
        planning.isSelected = isSelected
        planning.isSelectedByKind = !selection.namesSomething
        planning.isOfDescendants = action.isOfDescendants
        planning.remindsParents = selection.kinds.contains(.zombie)
        return planning
    }

    /// What the deadline leaves of anybody's grace in the first wave of a plan.
    func longestGrace(of plan: ShutdownPlan) -> Duration {
        var shutdown = ShutdownOptions()
        shutdown.deadline = action.effectiveDeadline
        return shutdown.longestGrace(ofWaves: plan.waves.count)
    }
}

extension ShutdownPlan {
    /// Notes who else would be stopped as of now, for whoever reads the plan or agrees to it.
    mutating func lookForOthers(_ planning: PlanningOptions, _ rules: [Rule]) {
        let known = Set(targets.map(\.identity) + refused.compactMap(\.identity))
        for index in sweeps.indices {
            sweeps[index].others =
                OthersSearch(
                    sweeps[index],
                    rules: rules,
                    order: planning.order,
                    besides: known
                ).run()
        }
    }

    /// What the rules of the planned processes want gone with them.
    func companions(of findings: [Finding], _ rules: [Rule]) -> [FileRemoval] {
        let roots = Set(targets.map(\.root))
        let ids = Set(
            findings.filter { $0.process.map(roots.contains) ?? false }.compactMap(\.rule)
        )
        let concerned = rules.filter { ids.contains($0.id) && !$0.remove.isEmpty }
        guard !concerned.isEmpty, let reader = try? CompanionFiles() else { return [] }
        return concerned.flatMap { reader.files(of: $0) }
    }
}

extension ScanSession {
    /// Does what a plan says, and tells `observe` about it meanwhile.
    consuming func execute(
        _ plan: ShutdownPlan,
        in snapshot: Snapshot,
        _ options: Options,
        _ interrupts: InterruptCounter,
        observe: @escaping (ShutdownProgress) -> Void
    ) -> ShutdownOutcome {
        // Files are evidence about orphans; an instance that one names is stopped for its own sake.
        let evidence = request.instances == nil ? files : []
        let beginning = beginning
        ShutdownPriority.raise()
        let outcome = takeScanner().execute(
            plan,
            in: snapshot,
            options.planning,
            deadline: options.action.effectiveDeadline,
            beginning: beginning,
            files: evidence,
            interrupts: interrupts,
            observe: observe
        )
        interrupts.conclude()
        return outcome
    }
}
