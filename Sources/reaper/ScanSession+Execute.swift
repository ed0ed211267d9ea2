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
        let planning = options.planning
        let host = scanner.host
        var shutdown = ShutdownOptions()
        shutdown.deadline = options.action.effectiveDeadline
        shutdown.isForced = options.action.isForced
        shutdown.excluded = Set(host.ownChain)
            .union(plan.refused.compactMap(\.identity))
        shutdown.hearsSince = scanner.hearsSince
        shutdown.beginning = shutdown.hearsSince ?? beginning
        shutdown.hasPattern = plan.follows && scanner.request.isPattern
        let rules = request.rules
        shutdown.adopters = ShutdownPlanner(snapshot, rules: rules, options: planning)
            .adopters(of: plan)
        // Files are evidence about orphans; an instance that one names is stopped for its own sake.
        let evidence = request.instances == nil ? files : []
        let kernel = LinuxKernel(
            scanner: takeScanner(),
            planning: planning,
            followsPattern: shutdown.hasPattern,
            files: evidence,
            groups: plan.groups,
            hidden: snapshot.unreadable.processes,
            isExact: !plan.follows,
            end: Clock.monotonic() + shutdown.deadline + ShutdownOptions.overtime,
            interrupts: interrupts
        )
        ShutdownPriority.raise()
        var engine = ShutdownEngine(kernel: kernel, options: shutdown, observe: observe)
        var outcome = engine.run(plan)
        interrupts.conclude()
        // What was said of the first look need not be said again.
        outcome.portNotes = kernel.portNotes.filter { !snapshot.unreadable.notes.contains($0) }
        return outcome
    }
}
