extension Scanner {
    /// Plans for what was found.
    ///
    /// Members that nothing was found about were listed by number only; they are identified, and
    /// planned for once more.
    public mutating func plan(
        for result: inout ScanResult,
        options: PlanningOptions
    ) -> ShutdownPlan {
        let planner = ShutdownPlanner(result.snapshot, rules: request.rules, options: options)
        var plan = planner.plan(for: result.findings)
        // Who was held while it was listed is identified already.
        if isOwnNamespace, plan.targets.contains(where: { $0.pidfdInode == nil }) {
            identify(plan.targets.map(\.identity), in: &result.snapshot)
            plan = ShutdownPlanner(result.snapshot, rules: request.rules, options: options)
                .plan(for: result.findings)
        }
        if isDescribing, isOwnNamespace, !plan.targets.isEmpty {
            FreezeForesight().annotate(&plan, result.snapshot)
        }
        return plan
    }
}
