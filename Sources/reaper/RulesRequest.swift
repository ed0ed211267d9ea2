import ReaperKit

/// What `reaper rules` was asked, understood: the second word, and what belongs to it.
enum RulesRequest: Sendable, Equatable {
    case list([Glob])
    case show([Glob])
    /// These files and directories; none stands for the files that count.
    case check([String])
    case test(Subject, [PidCondition])

    /// Which rules are held against a process.
    enum Subject: Sendable, Equatable {
        /// Those of a file or directory.
        case file(String)
        /// Those of the loaded ones that this names; `nil` stands for all.
        case loaded(Glob?)
    }

    /// The words after `rules`.
    enum Verb: String, Sendable, CaseIterable {
        case list
        case show
        case check
        case test
    }

    /// Reads the operands, and refuses flags that the second word has no use for.
    init(_ options: Options) throws(UsageError) {
        var operands = options.operands[...]
        let verb = try RulesRequest.verb(operands.popFirst())
        if options.output.format == .ndjson {
            throw RulesRequest.error("--format ndjson", "is not a format of 'rules'")
        }
        let pids = options.selection.process.pids
        if verb != .test, !pids.isEmpty {
            throw RulesRequest.error("--pid", "belongs to 'rules test'")
        }
        switch verb {
        case .list: self = .list(try operands.map(RulesRequest.glob))
        case .show:
            guard !operands.isEmpty else {
                throw RulesRequest.error("show", "needs the id of a rule, such as 'dora.node'")
            }
            self = .show(try operands.map(RulesRequest.glob))
        case .check:
            let namesRules = !options.rules.paths.isEmpty || !options.rules.usesDefaults
            if namesRules, !operands.isEmpty {
                throw RulesRequest.error(
                    "check",
                    "takes either FILE or --rules and --no-default-rules, which say what is loaded"
                )
            }
            self = .check(Array(operands))
        case .test:
            guard !pids.isEmpty else { throw RulesRequest.error("test", "needs --pid PID[@START]") }
            let subject = operands.popFirst()
            if let other = operands.first {
                throw RulesRequest.error("'\(other)'", "is one operand too many")
            }
            self = .test(try RulesRequest.subject(subject), pids)
        }
    }

    private static func verb(_ word: String?) throws(UsageError) -> Verb {
        guard let word else { return .list }
        if let verb = Verb(rawValue: word) { return verb }
        let names = Verb.allCases.map(\.rawValue)
        let hint =
            nearestName(to: word, in: names).map { " (did you mean '\($0)'?)" }
            ?? ": expected \(names.joined(separator: ", "))"
        throw error("'\(word)'", "is not a command of 'rules'\(hint)")
    }

    private static func subject(_ word: String?) throws(UsageError) -> Subject {
        guard let word else { return .loaded(nil) }
        // Not by looking for a file of this name: what a word means must not depend on where one
        // stands.
        if word.contains("/") || word.hasSuffix(".json5") || word == "." { return .file(word) }
        return .loaded(try glob(word))
    }

    private static func glob(_ word: String) throws(UsageError) -> Glob {
        do {
            return try Glob(parsing: ByteString(word), as: .text)
        } catch {
            throw self.error("'\(word)'", error.description)
        }
    }

    private static func error(_ argument: String, _ message: String) -> UsageError {
        UsageError(argument: argument, message: message, page: "reaper help rules")
    }
}
