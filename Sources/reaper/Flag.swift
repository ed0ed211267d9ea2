import ReaperKit

/// One row per flag.
///
/// Parsing, help and the manual page read only this table, in this order.
struct Flag: Sendable {
    /// What a flag is about; the headings of help.
    enum Topic: String, Sendable, CaseIterable {
        case selectors = "Selectors"
        case action = "Action"
        case output = "Output"
        case sources = "Sources"
        case general = "General"
    }

    /// What follows the flag.
    enum Argument: Sendable {
        /// Nothing: it is a switch.
        case none(@Sendable (inout Options) -> Void)
        /// A value, named in help, such as `LIST`.
        case value(
            String,
            @Sendable (inout Options, String, ParsingContext) throws(ValueError) -> Void
        )
    }

    var long: String
    var short: Character?
    /// Other long names that are accepted, but shown only in the manual page.
    var aliases: [String] = []
    var topic: Topic
    /// The subcommands that take it; most flags are selectors, and these have selectors.
    var commands: [Subcommand.Name] = [.scan, .clean, .list, .wait]
    /// One line, without a full stop.
    var summary: String
    /// What the manual page adds.
    var details: String?
    var argument: Argument

    /// The placeholder of its value, `nil` for a switch.
    var placeholder: String? {
        if case .value(let name, _) = argument { name } else { nil }
    }

    /// Every flag there is.
    static let all =
        selectors + comparison + actions + runs + services + outputs + sources + general

    /// The flag of this long name or alias that `command` takes, else anybody's.
    static func long(_ name: String, for command: Subcommand.Name) -> Flag? {
        let flags = all.filter { $0.long == name || $0.aliases.contains(name) }
        return flags.first { $0.commands.contains(command) } ?? flags.first
    }

    /// The flag of this letter that `command` takes, else anybody's.
    static func short(_ letter: Character, for command: Subcommand.Name) -> Flag? {
        let flags = all.filter { $0.short == letter }
        return flags.first { $0.commands.contains(command) } ?? flags.first
    }

    static let general: [Flag] = [
        Flag(
            long: "help",
            short: "h",
            topic: .general,
            commands: Subcommand.Name.allCases,
            summary: "show this help",
            argument: .none { $0.request = .help }
        ),
        Flag(
            long: "version",
            short: "V",
            topic: .general,
            commands: Subcommand.Name.allCases,
            summary: "show the version",
            argument: .none { $0.request = .version }
        ),
    ]
}

/// The value of an enumeration by its name, or what would have been accepted.
func choice<Value: RawRepresentable & CaseIterable>(
    _ text: String,
    _ kind: String,
    of _: Value.Type = Value.self
) throws(ValueError) -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: text) else {
        let names = Value.allCases.map(\.rawValue)
        let hint = nearestName(to: text, in: names).map { " (did you mean '\($0)'?)" } ?? ""
        throw ValueError(text, isNot: kind, expected: names.joined(separator: ", ") + hint)
    }
    return value
}

/// The members of a comma-separated list; an empty one is an error like an empty value.
func members(of text: String, _ kind: String) throws(ValueError) -> [String] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else {
        throw ValueError(text, isNot: "a list", expected: "\(kind), separated by single commas")
    }
    return parts
}
