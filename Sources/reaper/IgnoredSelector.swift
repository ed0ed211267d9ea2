import ReaperKit

/// What `--ignore` takes before an equals sign: the names of selectors.
enum IgnoredSelector: String, CaseIterable {
    case name, exe, command, cwd, `in`, env, cgroup, user, pid, port, file

    /// Another name by which a flag is known.
    private static let aliases = ["ports": IgnoredSelector.port]

    /// All of them, as help lists them.
    static var list: String { allCases.map { "\($0.rawValue)=" }.joined(separator: ", ") }

    init(parsing name: String, of text: String) throws(ValueError) {
        guard let selector = IgnoredSelector(rawValue: name) ?? Self.aliases[name] else {
            let names = Self.allCases.map(\.rawValue)
            let hint = nearestName(to: name, in: names).map { " (did you mean '\($0)='?)" } ?? ""
            throw ValueError(
                text,
                isNot: "a selector",
                expected: "a rule, or one of \(Self.list)" + hint
            )
        }
        self = selector
    }

    /// What a value of it describes; the same as the flag of that name.
    func subject(
        _ value: String,
        in context: ParsingContext
    ) throws(ValueError) -> Exemption.Subject {
        if self == .file {
            let path = try context.inHome(value) ?? ByteString(value)
            return .files(try Glob(parsing: path, as: .path))
        }
        var options = Options()
        guard let flag = Flag.all.first(where: { $0.names.contains(rawValue) }),
            case .value(_, let apply) = flag.argument
        else { throw ValueError(rawValue, isNot: "a selector", expected: Self.list) }
        try apply(&options, value, context)
        if let ports = options.selection.ports { return .ports(ports) }
        return .processes(options.selection.process)
    }
}

extension Flag {
    fileprivate var names: [String] { topic == .selectors ? [long] + aliases : [] }
}

extension Exemption {
    /// Reads `wasmcloud.*` or `name=GLOB`.
    init(parsing text: String, in context: ParsingContext) throws(ValueError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        let name = parts.first ?? ""
        guard parts.count == 2 else {
            // `--ignore port` is no rule, whatever rules there are.
            guard IgnoredSelector(rawValue: name) == nil else {
                throw ValueError(text, isNot: "complete", expected: "a value, as in \(name)=VALUE")
            }
            self.init(text, .rules(try Glob(parsing: ByteString(text), as: .text)))
            return
        }
        let selector = try IgnoredSelector(parsing: name, of: text)
        guard !parts[1].isEmpty else {
            throw ValueError(text, isNot: "complete", expected: "a value, as in \(name)=VALUE")
        }
        self.init(text, try selector.subject(parts[1], in: context))
    }
}
