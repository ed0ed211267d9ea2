extension Scanner {
    /// Plans for what was found.
    ///
    /// Members that nothing was found about were listed by number only; they are identified, and
    /// planned for once more.
    public mutating func plan(
        for result: inout ScanResult,
        options: PlanningOptions
    ) -> ShutdownPlan {
        let rules = request.planningRules
        let planner = ShutdownPlanner(result.snapshot, rules: rules, options: options)
        var plan = planner.plan(for: result.findings)
        // Who was held while it was listed is identified already.
        if isOwnNamespace, plan.targets.contains(where: { $0.pidfdInode == nil }) {
            identify(plan.targets.map(\.identity), in: &result.snapshot)
            plan = ShutdownPlanner(result.snapshot, rules: rules, options: options)
                .plan(for: result.findings)
        }
        foresee(&plan, in: result.snapshot)
        return plan
    }

    /// Adds to the notes of a plan that is to be read who stands still in a frozen control group.
    public func foresee(_ plan: inout ShutdownPlan, in snapshot: Snapshot) {
        guard isDescribing, isOwnNamespace, !plan.targets.isEmpty else { return }
        FreezeForesight().annotate(&plan, snapshot)
    }
}
