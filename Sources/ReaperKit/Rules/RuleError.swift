/// Why a rule file cannot be used, and where.
public struct RuleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path, or `embedded:NAME.json5`.
    public var file: String
    /// The place; `nil` when it is about the file as a whole.
    public var position: TextPosition?
    /// What is wrong and what was expected.
    public var message: String

    /// Creates an error.
    public init(file: String, position: TextPosition? = nil, message: String) {
        self.file = file
        self.position = position
        self.message = message
    }

    /// A rule whose id another one has that came before it.
    static func doubled(_ rule: Rule, firstAt place: String) -> RuleError {
        RuleError(
            file: rule.source,
            message: "expected each rule once, found '\(rule.id)' again; it first stood at"
                + " \(place.escapedForTerminal)"
        )
    }

    /// `FILE:LINE:COLUMN: message`, the form editors jump to.
    public var description: String {
        let place = position.map { ":\($0)" } ?? ""
        return "\(file.escapedForTerminal)\(place): \(message)"
    }
}

/// What in a rule file has no effect here, though it is correct.
///
/// A variable that is not set, or a user who does not exist: part of the rule matches nothing.
public struct RuleWarning: Sendable, Hashable, CustomStringConvertible {
    /// The path, or `embedded:NAME.json5`.
    public var file: String
    /// The place.
    public var position: TextPosition
    /// What has no effect and why.
    public var message: String

    /// Creates a warning.
    public init(file: String, position: TextPosition, message: String) {
        self.file = file
        self.position = position
        self.message = message
    }

    /// `FILE:LINE:COLUMN: message`.
    public var description: String { "\(file.escapedForTerminal):\(position): \(message)" }
}
