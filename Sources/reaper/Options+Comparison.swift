import ReaperKit

extension Options {
    /// Refuses what makes no sense without a snapshot, or with it; settles the kinds of leaks.
    mutating func checkComparison(for command: Subcommand) throws(UsageError) {
        if baselineFile == nil {
            if settlingTime != nil, command.name == .scan {
                throw UsageError(argument: "--settle", message: "needs --since")
            }
            if let first = selection.exemptions.first, command.name != .run {
                throw UsageError(argument: "--ignore \(first.text)", message: "needs --since")
            }
        }
        // Waiting is for whoever can go.
        if command.name == .wait, baselineFile != nil, selection.kinds.isEmpty,
            selection.rules.isEmpty
        {
            selection.kinds = [.leakedProcess]
        }
    }

    /// Refuses kinds of leaks that nothing could find here.
    mutating func settleLeakKinds() throws(UsageError) {
        let leaks = selection.kinds.filter(\.isLeak)
        guard let leak = FindingKind.allCases.first(where: leaks.contains) else { return }
        let argument = "--kind \(leak.rawValue)"
        guard leaks == selection.kinds else {
            throw UsageError(
                argument: argument,
                message: "cannot be combined with kinds that rules or detectors find"
            )
        }
        if leaks.contains(.leakedProcess), selection.ports != nil {
            throw UsageError(argument: argument, message: "cannot be combined with --ports")
        }
        if baselineFile != nil {
            if leaks == [.leakedFile], !selection.isOfFiles {
                throw UsageError(
                    argument: argument,
                    message: "can be narrowed by --user only: nothing else is known of a file"
                )
            }
            return
        }
        guard leaks == [.leakedProcess] else {
            throw UsageError(
                argument: "--kind \(leaks.contains(.leakedPort) ? "leaked_port" : "leaked_file")",
                message: "needs --since"
            )
        }
        guard !selection.process.isEmpty else {
            throw UsageError(
                argument: argument,
                message: "needs --since or a selector of processes, such as --in"
            )
        }
        // Whatever the selectors select is one.
        selection.kinds = []
    }
}

extension Selection {
    /// Whether files can be asked about every selector there is.
    fileprivate var isOfFiles: Bool {
        var rest = process
        rest.users = []
        return rest.isEmpty && ports == nil
    }
}
