import ReaperKit

/// Reads a subcommand's arguments by the conventions of GNU getopt_long(3).
///
/// `--flag=value`, `--flag value`, `-s value`, `-svalue`, bundles such as `-nv`, operands anywhere,
/// and `--` before operands that begin with a dash. Abbreviated names are not accepted: a script
/// that uses one breaks when a flag is added.
struct ArgumentParser {
    private let command: Subcommand
    private let context: ParsingContext
    private var options = Options()
    private var rest: ArraySlice<String>

    /// The options in `arguments`, what comes after the subcommand's name.
    static func parse(
        _ arguments: [String],
        for command: Subcommand,
        in context: ParsingContext = .system
    ) throws(UsageError) -> Options {
        var parser = ArgumentParser(command: command, context: context, rest: arguments[...])
        do {
            try parser.run()
            if parser.options.request == nil { try parser.options.checkCombinations(for: command) }
        } catch {
            throw UsageError(argument: error.argument, message: error.message, page: command.page)
        }
        return parser.options
    }

    private init(command: Subcommand, context: ParsingContext, rest: ArraySlice<String>) {
        self.command = command
        self.context = context
        self.rest = rest
    }

    private mutating func run() throws(UsageError) {
        while let argument = rest.popFirst() {
            if argument == "--" {
                for operand in rest { try self.operand(operand) }
                return
            } else if argument.hasPrefix("--") {
                try longFlag(argument)
            } else if argument.hasPrefix("-"), argument != "-" {
                try shortFlags(argument.dropFirst())
            } else {
                try operand(argument)
                if command.name == .run {
                    // As with env(1): what follows is the command's own.
                    options.operands += rest
                    return
                }
            }
            // `reaper clean --help` with half a command line before it is a question, not an error.
            if options.request != nil { return }
        }
    }

    private mutating func longFlag(_ argument: String) throws(UsageError) {
        let parts = argument.dropFirst(2)
            .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? ""
        let typed = "--\(name)"
        guard let flag = Flag.long(name, for: command.name) else { throw unknown(typed, name) }
        try checkTakes(flag, typed)
        switch flag.argument {
        case .none(let apply):
            guard parts.count == 1 else {
                throw UsageError(argument: typed, message: "takes no value")
            }
            apply(&options)
        case .value(let placeholder, let apply):
            let value = try parts.count > 1 ? parts[1] : next(typed, placeholder)
            try self.apply(apply, value, typed, placeholder)
        }
    }

    private mutating func shortFlags(_ bundle: Substring) throws(UsageError) {
        var letters = bundle
        while let letter = letters.popFirst() {
            let typed = "-\(letter)"
            guard let flag = Flag.short(letter, for: command.name) else {
                throw UsageError(argument: typed, message: "is not a flag")
            }
            try checkTakes(flag, typed)
            switch flag.argument {
            case .none(let apply): apply(&options)
            case .value(let placeholder, let apply):
                let value = try letters.isEmpty ? next(typed, placeholder) : String(letters)
                try self.apply(apply, value, typed, placeholder)
                return
            }
        }
    }

    private mutating func next(
        _ typed: String,
        _ placeholder: String
    ) throws(UsageError) -> String {
        guard let value = rest.popFirst() else {
            throw UsageError(argument: typed, message: "needs a value: expected \(placeholder)")
        }
        return value
    }

    private mutating func apply(
        _ apply: (inout Options, String, ParsingContext) throws(ValueError) -> Void,
        _ value: String,
        _ typed: String,
        _ placeholder: String
    ) throws(UsageError) {
        // `--ports "$PORTS"` with an unset variable must not select everything, or nothing.
        guard !value.isEmpty else {
            throw UsageError(argument: typed, message: "is empty: expected \(placeholder)")
        }
        do {
            try apply(&options, value, context)
        } catch {
            throw UsageError(argument: typed, message: error.description)
        }
    }

    private mutating func operand(_ text: String) throws(UsageError) {
        guard command.operands == nil else {
            options.operands.append(text)
            return
        }
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let hint =
            isNumber ? "did you mean '--ports \(text)' or '--pid \(text)'?" : "expected a flag"
        throw UsageError(argument: "'\(text)'", message: "is not expected here (\(hint))")
    }

    private func checkTakes(_ flag: Flag, _ typed: String) throws(UsageError) {
        guard !flag.commands.contains(command.name) else { return }
        let others = Subcommand.all.filter { flag.commands.contains($0.name) }
            .map { "'\($0.name.rawValue)'" }
        throw UsageError(
            argument: typed,
            message: "is not a flag of '\(command.name.rawValue)' but of "
                + others.joined(separator: ", ")
        )
    }

    private func unknown(_ typed: String, _ name: String) -> UsageError {
        let names = Flag.all.filter { $0.commands.contains(command.name) }
            .flatMap { [$0.long] + $0.aliases }
        let hint = nearestName(to: name, in: names).map { " (did you mean '--\($0)'?)" } ?? ""
        return UsageError(argument: typed, message: "is not a flag\(hint)")
    }
}

extension Options {
    /// Refuses kinds that nothing could find; what finds nothing must not look clean.
    private mutating func settleKinds() throws(UsageError) {
        let kinds = selection.kinds
        if kinds.contains(.portHolder), selection.ports == nil {
            throw UsageError(argument: "--kind port_holder", message: "needs --ports")
        }
        // Since a snapshot a rule's new files are found, stale or not.
        let other = FindingKind.allCases.first { kind in
            kinds.contains(kind) && !kind.isOfRules
                && (kind != .leakedFile || baselineFile == nil)
        }
        if let other, !selection.rules.isEmpty {
            throw UsageError(
                argument: "--rule",
                message: "cannot be combined with --kind \(other.rawValue): a rule finds "
                    + "orphans and stale files only"
            )
        }
        try settleLeakKinds()
    }

    /// Refuses flags that contradict each other: guessing which one was meant could stop something.
    fileprivate mutating func checkCombinations(for command: Subcommand) throws(UsageError) {
        // Of instances kinds only say how they are.
        if command.name != .list { try settleKinds() }
        try checkComparison(for: command)
        try checkReports(for: command)
        try checkInstances(for: command)
        if selection.includesPeers, selection.ports == nil {
            throw UsageError(argument: "--peers", message: "needs --ports")
        }
        if action.isForced, let signal = action.signal {
            throw UsageError(
                argument: "--force",
                message: "means SIGKILL at once and cannot be combined with --signal \(signal.name)"
            )
        }
        if action.isForced, action.timeout != nil {
            throw UsageError(
                argument: "--force",
                message: "leaves no grace and cannot be combined with --timeout"
            )
        }
        if let timeout = action.timeout, let deadline = action.deadline, timeout > deadline {
            throw UsageError(
                argument: "--deadline",
                message: "\(deadline.shortText) is shorter than --timeout \(timeout.shortText)"
            )
        }
        guard action.planFile != nil else { return }
        guard !isSelected else {
            throw UsageError(
                argument: "--plan",
                message: "names its targets and cannot be combined with a selector"
            )
        }
        let changesPlan =
            action.isForced || action.signal != nil || action.timeout != nil
            || action.order != nil || action.includesProbable
        if changesPlan {
            throw UsageError(
                argument: "--plan",
                message: "is executed exactly as it was written and cannot be combined with "
                    + "--signal, --timeout, --force, --order or --include-probable"
            )
        }
    }
}

extension FindingKind {
    /// Whether rules find it.
    fileprivate var isOfRules: Bool {
        switch self {
        case .orphan, .staleInstance, .staleSocket: true
        default: false
        }
    }
}
