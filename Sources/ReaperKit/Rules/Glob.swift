/// A pattern over bytes: `*`, `?`, `[a-z]`, `{a,b}` and `**`.
public struct Glob: Sendable, Hashable, CustomStringConvertible {
    /// How `*` and `?` treat a slash.
    public enum Subject: Sendable, Hashable {
        /// A path: only `**` crosses a slash.
        case path
        /// Any text, such as a name or a command line: every wildcard crosses slashes.
        case text
    }

    /// The pattern as it was written, after variables were expanded.
    public let pattern: ByteString
    /// What it is matched against.
    public let subject: Subject

    /// Checks the pattern's grammar.
    public init(parsing pattern: ByteString, as subject: Subject) throws(ValueError) {
        self.pattern = pattern
        self.subject = subject
    }

    /// Whether the whole of `text` matches.
    public func matches(_ text: ByteString) -> Bool { pattern == text }

    /// The pattern as text.
    public var description: String { pattern.text }
}
