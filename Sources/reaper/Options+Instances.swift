import ReaperKit

extension Options {
    /// The names of instances on the command line, wherever they stand.
    var instanceNames: [String] { operands + instances.names }

    /// Kinds of findings that are states of instances, too.
    private static let instanceKinds: Set<FindingKind> = [.staleInstance, .staleSocket, .zombie]

    /// Refuses what `list`, `stop` and `wait` cannot make sense of.
    func checkInstances(for command: Subcommand) throws(UsageError) {
        switch command.name {
        case .list: try checkList()
        case .stop: try checkStop()
        case .wait:
            guard operands.isEmpty, !isSelected else { return }
            throw UsageError(
                message: "needs a TARGET: PID, PID@START, :PORT or the name of an instance, or a "
                    + "selector"
            )
        case .run:
            guard operands.isEmpty else { return }
            throw UsageError(message: "needs a COMMAND: reaper run [OPTION...] -- COMMAND...")
        case .report: try checkFiles()
        case .up, .down, .status, .restart, .reload, .logs: try checkServices(for: command)
        case .scan, .clean, .explain, .snapshot, .rules, .completions, .help: return
        }
    }

    private func checkList() throws(UsageError) {
        if operands.count > 1 {
            throw UsageError(argument: "'\(operands[1])'", message: "is one pattern too many")
        }
        try refuseEmpty()
        guard let other = selection.kinds.first(where: { !Self.instanceKinds.contains($0) }) else {
            return
        }
        throw UsageError(
            argument: "--kind \(other.rawValue)",
            message: "is no state of an instance: expected stale_instance, stale_socket or zombie; "
                + "'reaper scan' finds the others"
        )
    }

    private func checkStop() throws(UsageError) {
        try refuseEmpty()
        if instances.isAll, let name = instanceNames.first {
            throw UsageError(
                argument: "--all",
                message: "stops every instance and cannot be combined with '\(name)'"
            )
        }
        if action.isInteractive, action.assumesYes {
            throw UsageError(argument: "--interactive", message: "contradicts --yes")
        }
        if action.planFile != nil, instances.isAll || !instanceNames.isEmpty {
            throw UsageError(
                argument: "--plan",
                message: "names its targets and cannot be combined with an instance or --all"
            )
        }
    }

    /// `reaper stop "$NAME"` with an unset variable must not stop everything, or anything.
    private func refuseEmpty() throws(UsageError) {
        guard operands.contains("") else { return }
        throw UsageError(argument: "''", message: "is empty: expected the name of an instance")
    }
}
