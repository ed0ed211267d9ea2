import ReaperKit

/// What `stop` says before and after, on stderr; meanwhile ``StopProgress`` does.
struct StopNotices {
    private let isQuiet: Bool
    private let isForced: Bool
    private let isForAll: Bool
    private let options: Options

    init(_ options: Options) {
        self.options = options
        isQuiet = options.output.isQuiet
        isForced = options.action.isForced
        isForAll = options.instanceNames.isEmpty
    }

    /// Says who was found, what is not done and why, and what may surprise.
    func announce(_ stop: InstanceStop, _ choice: StopChoice, _ report: Report) {
        let plan = report.plan ?? ShutdownPlan()
        for objection in stop.refused {
            let reason = objection.reason.escapedForTerminal
            Diagnostics.report("\(objection.instance.label) is left alone: \(reason)")
        }
        for objection in stop.kept {
            let reason = objection.reason.escapedForTerminal
            Diagnostics.report("\(objection.instance.label) \(reason)")
        }
        for refusal in plan.refused where !stop.refusals.contains(refusal) {
            let who = refusal.identity?.description ?? refusal.path?.text ?? ""
            let reason = refusal.reason.escapedForTerminal
            Diagnostics.report("\(who.escapedForTerminal) is left alone: \(reason)")
        }
        let isDone = !options.action.isDryRun && !StopConsent.isAwaited(for: stop, plan, options)
        for instance in stop.over { announce(instance, plan, isDone: isDone) }
        if isQuiet { return }
        for instance in choice.found {
            say("Found matching instance: \(instance.id.escapedForTerminal)")
        }
        if isForAll { announceAll(stop, isComplete: report.isComplete) }
        for instance in stop.supervisors {
            say("\(instance.label) is a supervisor that would start it again: it goes first")
        }
        for keeper in stop.keepers {
            let owner = keeper.label.escapedForTerminal
            say("\(keeper.instance.label) is looked after by \(owner), which may start it again")
        }
        for stray in stop.strays(besides: plan) { announce(stray) }
        if options.output.isVerbose { explain(stop, report) }
        guard isForced, !stop.targets.isEmpty else { return }
        say("warning: forced termination may lose data: nothing is asked to save or finish first")
    }

    /// What tells that each is the one, and what is going to be done; a dry run shows that itself.
    private func explain(_ stop: InstanceStop, _ report: Report) {
        var style = Terminal.standardError().style(for: options.output)
        let listing = InstanceReport(snapshot: report.snapshot, instances: stop.targets)
        for instance in stop.targets {
            Diagnostics.write(InstanceTable.renderDetails(of: instance, in: listing, style: style))
        }
        if options.action.isDryRun || stop.targets.isEmpty { return }
        style.isQuiet = false
        Diagnostics.write(TableReport.renderPlan(report, style: style))
    }

    /// Says what could not be read, where no report does.
    static func explainGaps(in report: Report, _ options: OutputOptions) {
        let style = Terminal.standardError().style(for: options)
        Diagnostics.write(
            TableReport.renderGaps(report, claim: "no other instance", style: style)
        )
    }

    /// Says that it begins, once it is agreed.
    func begin(_ stop: InstanceStop) {
        if isQuiet { return }
        if isForAll, stop.targets.count > 1 { say("Stopping all instances...") }
        for instance in stop.targets where instance.members.count > 1 {
            let count = instance.members.count
            say("Stopping \(instance.label): \(count) processes")
        }
    }

    private func announceAll(_ stop: InstanceStop, isComplete: Bool) {
        switch stop.targets.count {
        case 0 where !stop.refused.isEmpty || !stop.kept.isEmpty: say("No instance is stopped.")
        case 0 where !isComplete: say("No running instances found, as far as could be read.")
        case 0: say("No running instances found.")
        case 1: say("Found 1 running instance: \(stop.targets[0].line)")
        case let count:
            say("Found \(count) running instances:")
            for instance in stop.targets { say("  - \(instance.line)") }
        }
    }

    /// Whoever may be of an instance, and is not stopped with it.
    private func announce(_ stray: InstanceStop.Stray) {
        let shown = 4
        var names = stray.processes.prefix(shown).map(\.label)
        let more = stray.processes.count - names.count
        if more > 0 { names.append("\(more) more") }
        let who = names.joined(separator: ", ").escapedForTerminal
        let (verb, pronoun) = stray.processes.count == 1 ? ("is", "it") : ("are", "they")
        say(
            "\(who) \(verb) in the session of \(stray.instance.label), left by whoever started "
                + "\(pronoun == "it" ? "it" : "them"): \(pronoun) may be of it, and \(verb) not stopped; "
                + "'reaper explain \(stray.processes[0].pid)' tells more"
        )
    }

    /// An instance that was stopped already; among all of them, only what is cleaned up is told.
    private func announce(_ instance: Instance, _ plan: ShutdownPlan, isDone: Bool) {
        let path = instance.file?.text.escapedForTerminal ?? ""
        let isRemoved = plan.removals.contains { $0.path == instance.file }
        let reason = instance.reason.escapedForTerminal
        guard isRemoved || !isForAll else { return }
        let what = isDone ? "cleaning up its file \(path)" : "its file \(path) is to be cleaned up"
        let rest = isRemoved ? "; \(what)" : "; its file \(path) stays"
        Diagnostics.report(
            "warning: \(instance.label) was already stopped: \(reason)"
                + (instance.file == nil ? "" : rest)
        )
    }

    /// Says what became of each, as far as that is no success, and how many were stopped.
    func conclude(_ instances: [Instance], _ stop: InstanceStop) {
        let done = instances.prefix(stop.targets.count)
        for instance in done where instance.state != .stopped {
            let reason = instance.reason.escapedForTerminal
            say("✗ \(instance.label) was not stopped: \(reason)")
        }
        guard !isQuiet, done.count > 1 else { return }
        let stopped = done.count { $0.state == .stopped }
        say(
            stopped == done.count
                ? "All \(stopped) instances stopped"
                : "\(stopped) of \(done.count) instances stopped"
        )
    }

    private func say(_ line: String) { Diagnostics.write("\(line)\n") }
}
