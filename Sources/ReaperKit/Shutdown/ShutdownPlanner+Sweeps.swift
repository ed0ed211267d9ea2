/// What rules want nobody to have when their own processes are gone.
extension ShutdownPlanner {
    /// One sweep for each rule that has a target or a removal in `plan` and names ports or names.
    func sweeps(of roots: [Root], _ plan: ShutdownPlan) -> [FinalSweep] {
        let planned = Set(plan.targets.map(\.identity))
        var ids = roots.filter { root in
            root.finding.process.map(planned.contains) ?? false
        }.compactMap { $0.rule?.id }
        ids += plan.removals.compactMap(\.rule)
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }.compactMap { id in
            guard let stop = rules[id]?.stop else { return nil }
            // What the environment made unusable names nobody.
            let names = stop.processFilters.filter { !$0.matchesNothing }
            guard stop.ports != nil || !names.isEmpty else { return nil }
            return FinalSweep(
                owner: "rule \(id)",
                ports: stop.ports,
                names: names,
                killsOthers: stop.killsOthers,
                signal: signal(of: stop),
                timeout: timeout(of: stop)
            )
        }
    }

    /// What the command line says goes before what a rule says.
    func signal(of stop: StopAction) -> Signal {
        options.isForced ? .kill : options.signal ?? stop.signal
    }

    /// The grace that goes with ``signal(of:)``.
    func timeout(of stop: StopAction) -> Duration {
        options.isForced ? .zero : options.timeout ?? stop.timeout
    }

    /// What is to be expected of `process` when it gets the signal; `nil`: that it ends.
    func note(on process: ProcessRecord, _ signal: Signal, _ grace: Duration) -> String? {
        let tracer = process.status?.known?.tracer ?? 0
        let user = process.status?.known?.realUser ?? process.owner
        return process.foresight(
            of: signal,
            grace: grace,
            tracer: tracer == 0 ? nil : view.snapshot.process(tracer)?.label,
            owner: user.flatMap { view.snapshot.host.userNames[$0] }
        )
    }
}
