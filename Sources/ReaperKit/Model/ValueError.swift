/// A piece of text, typed by a person or read from a rule file, that is not what it must be.
///
/// The caller adds where the text came from: a flag's name, or a file, line and column.
public struct ValueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text as it was given.
    public let value: String
    /// What it was taken for, such as `a port`.
    public let kind: String
    /// What would have been accepted.
    public let expected: String

    /// Creates an error that reads `'70000' is not a port: expected 1 to 65535`.
    public init(_ value: String, isNot kind: String, expected: String) {
        self.value = value
        self.kind = kind
        self.expected = expected
    }

    /// One line: the text, what it is not, what was expected.
    public var description: String {
        "'\(value.escapedForTerminal)' is not \(kind): expected \(expected)"
    }
}
