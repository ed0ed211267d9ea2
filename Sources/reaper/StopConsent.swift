import ReaperKit

/// Whether the user has agreed to stopping instances: naming one is consent, on a terminal several
/// are asked about, and all of them have to be asked for.
enum StopConsent {
    /// Whether it may come to a question.
    static func mayAsk(_ options: Options) -> Bool {
        // Who would start the one that is named again is stopped, too.
        Consent.mayAsk(options)
    }

    /// Whether nothing is done before somebody agrees; to remove a file is to do something.
    static func isAwaited(
        for stop: InstanceStop,
        _ plan: ShutdownPlan,
        _ options: Options
    ) -> Bool {
        let count = stop.targets.count
        guard count > 0 else { return !plan.removals.isEmpty && mayBeAccident(options) }
        if mayBeAccident(options) { return true }
        if options.action.assumesYes { return false }
        if options.action.isInteractive { return true }
        return count > 1 && (Consent.hasTerminal || options.instanceNames.isEmpty)
    }

    /// Whether a script's command line says nothing at all of whom it means, as `stop $(cat ids)` does
    /// where the file is empty; that nothing is asked by default makes it mean no more.
    private static func mayBeAccident(_ options: Options) -> Bool {
        let action = options.action
        return options.instanceNames.isEmpty && !options.instances.isAll && !Consent.hasTerminal
            && (!action.assumesYes || action.assumesYesByVariable)
    }

    /// Asks where asking is due: about several, and about any with `--interactive`.
    static func answer(
        to stop: InstanceStop,
        _ plan: ShutdownPlan,
        _ options: Options
    ) -> Consent.Answer {
        guard isAwaited(for: stop, plan, options) else { return .given }
        guard Consent.mayAsk(options) else {
            let message = refusal(of: stop, plan, options)
            return .refused(Consent.Refusal(message: message, status: .usage))
        }
        switch Consent.reply(to: question(about: stop, options)) {
        case .yes: return .asked
        case .no:
            let message = "stop: not confirmed, nothing was done"
            return .refused(Consent.Refusal(message: message, status: .leftOver))
        case .interrupted:
            Diagnostics.write("\n")
            let message = "interrupted: nothing was done"
            return .refused(Consent.Refusal(message: message, status: .leftOver))
        }
    }

    /// Asks about one by its name; several stand above the question, one below the other.
    private static func question(about stop: InstanceStop, _ options: Options) -> String {
        let targets = stop.targets
        if targets.count == 1 { return "Stop \(targets[0].label)? [y/N] " }
        // Whoever wants no more lines still has to know what is asked.
        let isListed = options.instanceNames.isEmpty && !options.output.isQuiet
        let list = isListed ? "" : targets.map { "  - \($0.line)\n" }.joined()
        return "\(list)Stop these \(targets.count)? [y/N] "
    }

    /// Why nothing is done where nobody can be asked.
    private static func refusal(
        of stop: InstanceStop,
        _ plan: ShutdownPlan,
        _ options: Options
    ) -> String {
        let count = stop.targets.count
        let end = "--dry-run shows what it would do; nothing was done"
        guard count > 0 else {
            let files = plan.removals.count == 1 ? "a file" : "\(plan.removals.count) files"
            return "stop: none is named, which would clean up \(files) of what was stopped "
                + "already, and there is no terminal to ask on: name one, or say --all, or --yes; "
                + end
        }
        guard options.action.isInteractive || !mayBeAccident(options) else {
            let whom = count == 1 ? stop.targets[0].label : "\(count) instances"
            let isAllEnough = count == 1 || options.action.assumesYes
            let flag = isAllEnough ? "--all, or --yes" : "--yes"
            return "stop: none is named, which would stop \(whom), and there is no terminal to ask "
                + "on: name one, or say \(flag); \(end)"
        }
        guard options.action.isInteractive else {
            return "stop: would stop \(count) instances, and has no terminal to ask on: name one, "
                + "or say --yes; \(end)"
        }
        let whom = count == 1 ? stop.targets[0].label : "\(count) instances"
        if let variable = options.action.interactiveVariable {
            return "stop: \(variable) is true: it asks before it stops \(whom), and has no "
                + "terminal to ask on: say --yes, or set \(variable) to false; \(end)"
        }
        return "stop: --interactive asks before it stops \(whom), and has no terminal to ask on: "
            + "leave it out; \(end)"
    }
}
