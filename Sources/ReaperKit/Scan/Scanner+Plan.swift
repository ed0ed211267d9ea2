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
        planRecords(of: &plan, in: result.snapshot, options)
        foresee(&plan, in: result.snapshot)
        return plan
    }

    /// Adds the records that end with whom they record.
    private func planRecords(
        of plan: inout ShutdownPlan,
        in snapshot: Snapshot,
        _ options: PlanningOptions
    ) {
        guard request.isJudged, request.wants(.staleInstance), !snapshot.instanceFiles.isEmpty,
            !plan.targets.isEmpty
        else { return }
        let view = SnapshotView(snapshot, rules: request.rules)
        ShutdownPlanner(snapshot, rules: request.planningRules, options: options)
            .planRecords(of: &plan, among: FileDetection(request: request).judgments(in: view))
    }

    /// Adds to the notes of a plan that is to be read who stands still in a frozen control group.
    public func foresee(_ plan: inout ShutdownPlan, in snapshot: Snapshot) {
        guard isDescribing, isOwnNamespace, !plan.targets.isEmpty else { return }
        FreezeForesight().annotate(&plan, snapshot)
    }
}
