extension Scanner {
    /// Plans for what was found.
    ///
    /// Members that nothing was found about were listed by number only; they are identified, and
    /// planned for once more.
    public mutating func plan(
        for result: inout ScanResult,
        options: PlanningOptions
    ) -> ShutdownPlan {
        let first = ShutdownPlanner(result.snapshot, rules: request.rules, options: options)
        let members = first.plan(for: result.findings).targets.map(\.identity)
        identify(members, in: &result.snapshot)
        var plan = ShutdownPlanner(result.snapshot, rules: request.rules, options: options)
            .plan(for: result.findings)
        if isDescribing, isOwnNamespace, !plan.targets.isEmpty {
            FreezeForesight().annotate(&plan, result.snapshot)
        }
        return plan
    }
}
