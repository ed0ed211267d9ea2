/// Whom a plan stops, in order, and whom not.
struct PlanSteps {
    let plan: ShutdownPlan
    /// How sentences name a process.
    let label: (ProcessIdentity) -> String

    /// One line for each process, below the one that says what all this is.
    func statements(source: String) -> [Statement] {
        plan.waves.flatMap(PlanTable.killOrder).map(statement)
            + plan.refused.compactMap { refusal in
                refusal.identity.map { identity in
                    Statement(
                        "not \(label(identity)): \(refusal.reason)",
                        source: source,
                        depth: 1,
                        process: identity
                    )
                }
            }
    }

    private func statement(_ target: ShutdownTarget) -> Statement {
        var text = "\(target.name.text) (\(target.identity)): \(target.signal)"
        if target.signal != .kill { text += ", SIGKILL after \(target.timeout.roughText)" }
        if let note = target.note { text += "; \(note)" }
        return Statement(
            text,
            source: "/proc/\(target.identity.pid)/status",
            depth: 1,
            process: target.identity
        )
    }
}
