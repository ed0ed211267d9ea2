/// What `clean` and `stop` would do about the holders of a port.
struct PortForecast {
    private(set) var statements: [Statement] = []

    init(_ account: PortAccount, _ holders: PortHolders) {
        let accounts = holders.pids.compactMap(account.account)
        guard !accounts.isEmpty else { return }
        var told: Set<String> = []
        statements = accounts.flatMap(\.standings).map { StopForecast($0).statement }
            .filter { told.insert($0.text).inserted }
        guard !account.plan.isEmpty else {
            // Nobody can reach it: clean knows its holders by their numbers alone.
            statements += accounts.flatMap { one in
                CleanForecast(one).withNumber().map { statement in
                    var statement = statement
                    statement.label = statement.label.map { "\($0) \(one.process.identity)" }
                    return statement
                }
            }
            return
        }
        let plan = account.plan
        let label = "clean --ports \(account.name)"
        let source = "reaper clean --dry-run --ports \(account.name)"
        let count = plan.targets.count
        guard count > 0 else {
            statements += plan.refused.compactMap { refusal in
                refusal.identity.map { identity in
                    Statement(
                        "refuses \(account.label(identity.pid)): \(refusal.reason)",
                        label: label,
                        source: source,
                        mark: .decisive,
                        process: identity
                    )
                }
            }
            return
        }
        statements.append(
            Statement(
                count == 1 ? "stops one process" : "stops \(count) processes, in this order",
                label: label,
                source: source
            )
        )
        let steps = PlanSteps(plan: plan) { account.label($0.pid) }
        statements += steps.statements(source: source)
    }

    /// What to do where every holder may be stopped: whole instances first, by their own command.
    ///
    /// - Parameters:
    ///   - forecasts: What would be done about each holder.
    ///   - command: What stops the holders alone.
    ///   - isOfAll: Whether these are all holders.
    /// - Returns: What stops them all.
    static func advice(
        _ forecasts: [CleanForecast],
        besides command: String,
        isOfAll: Bool
    ) -> Advice {
        let standings = forecasts.compactMap(\.standing)
        let commands = distinct(standings.compactMap(\.command))
        guard !commands.isEmpty else {
            let reason = forecasts.compactMap { $0.advice?.reason }.first
            return Advice(.stop, [command], reason: reason)
        }
        let isWhole = isOfAll && standings.count == forecasts.count
        let whose = distinct(standings.map(\.label)).joined(separator: " and ")
        var reasons =
            isWhole
            ? ["the port belongs to \(whose); '\(command)' stops its holders alone"]
            : ["not every holder belongs to \(whose): the last command stops the others"]
        reasons += distinct(standings.compactMap { StopForecast($0).caution })
        reasons += distinct(forecasts.flatMap(\.cautions))
        return Advice(
            .stop,
            isWhole ? commands : commands + [command],
            reason: reasons.joined(separator: "; ")
        )
    }

    private static func distinct(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }
}
