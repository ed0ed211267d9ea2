extension Scanner {
    /// Does what a plan says, through the shutdown engine.
    ///
    /// - Parameters:
    ///   - plan: What to do.
    ///   - snapshot: What it was made from.
    ///   - planning: How it was made, and how matches that appear meanwhile are to be stopped.
    ///   - deadline: The time that all of it may take.
    ///   - beginning: Clock ticks after boot when looking began.
    ///   - files: Instance files that serve as evidence.
    ///   - interrupts: Counts what the user's terminal sends.
    ///   - observe: Is told what happens meanwhile.
    /// - Returns: What came of it.
    public consuming func execute(
        _ plan: ShutdownPlan,
        in snapshot: Snapshot,
        _ planning: PlanningOptions,
        deadline: Duration,
        beginning: UInt64,
        files: [InstanceFile],
        interrupts: InterruptCounter,
        observe: @escaping (ShutdownProgress) -> Void
    ) -> ShutdownOutcome {
        var options = ShutdownOptions()
        options.deadline = deadline
        options.isForced = planning.isForced
        options.excluded = Set(host.ownChain).union(plan.refused.compactMap(\.identity))
        options.hearsSince = hearsSince
        options.beginning = options.hearsSince ?? beginning
        options.hasPattern = plan.follows && request.isPattern
        let planner = ShutdownPlanner(snapshot, rules: request.rules, options: planning)
        options.adopters = planner.adopters(of: plan)
        let kernel = LinuxKernel(
            scanner: self,
            planning: planning,
            followsPattern: options.hasPattern,
            files: files,
            groups: plan.groups,
            hidden: snapshot.unreadable.processes,
            isExact: !plan.follows,
            end: Clock.monotonic() + deadline + ShutdownOptions.overtime,
            interrupts: interrupts
        )
        kernel.tick = { observe(.waiting) }
        var engine = ShutdownEngine(kernel: kernel, options: options, observe: observe)
        var outcome = engine.run(plan)
        // What was said of the first look need not be said again.
        outcome.portNotes = kernel.portNotes.filter { !snapshot.unreadable.notes.contains($0) }
        return outcome
    }
}
