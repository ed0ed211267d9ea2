/// A pattern over bytes: `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, `**` and `\` before a literal byte.
///
/// | pattern | path | text |
/// |---|---|---|
/// | `*` | any bytes within a component | any bytes |
/// | `?`, `[...]` | one byte, never a slash | one byte |
/// | `**/x` | `x` in any directory, also `x` and `/x` | as `*` |
/// | `/a/**/b` | `/a/b` and `/a/x/y/b` | as `*` |
/// | `/a/**` | everything below `/a`, not `/a` | as `*` |
///
/// Unlike in a shell a leading dot is not special: `*` matches `.hidden`. Braces nest. Only ASCII
/// may stand in `[...]`, as it matches a single byte.
public struct Glob: Sendable, CustomStringConvertible {
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
    /// What decides; `nil` never matches.
    private let program: GlobProgram?

    /// Checks the pattern's grammar and compiles it; matching takes time linear in the text.
    ///
    /// - Throws: `ValueError` for a pattern that is empty, unbalanced, too long (4096 bytes) or
    ///   too intricate, or one for paths that no path can match (`a//b`, `a/`).
    public init(parsing pattern: ByteString, as subject: Subject) throws(ValueError) {
        var compiler = GlobCompiler(pattern, as: subject)
        self.pattern = pattern
        self.subject = subject
        program = try compiler.compile()
    }

    private init(neverMatching pattern: ByteString, as subject: Subject) {
        self.pattern = pattern
        self.subject = subject
        program = nil
    }

    /// A pattern that matches nothing, for one that needs a variable which is not set.
    ///
    /// Leaving such a pattern out would widen its rule: a kind without values holds always.
    public static func matchingNothing(_ pattern: ByteString, as subject: Subject) -> Glob {
        Glob(neverMatching: pattern, as: subject)
    }

    /// Whether the whole of `text` matches.
    public func matches(_ text: ByteString) -> Bool { program?.matches(text.bytes) ?? false }

    /// Whether the pattern's literal start does not rule out a text that begins with `start`:
    /// a cheap question to ask before the rest of a text is put together.
    func allows(start: ByteString) -> Bool { program?.allows(start: start.bytes) ?? false }

    /// Whether no text can match, see ``matchingNothing(_:as:)``.
    public var matchesNothing: Bool { program == nil }

    /// Whether it asks for nothing in particular, as `*`, `**`, `/**` or `?*`.
    public var isUnconstrained: Bool { program?.isUnconstrained ?? false }

    /// Whether nearly anything matches, be it by one alternative of several, as with `{*,x}`.
    public var isBroad: Bool { program?.isBroad ?? false }

    /// The one text that matches, escapes resolved; `nil` for a pattern with wildcards.
    public var literal: ByteString? {
        guard let program, program.isLiteral else { return nil }
        return ByteString(program.prefix)
    }

    /// The directory that every match lies in or below: where a walk begins.
    ///
    /// It is `/run` for `/run/*.pid`, and empty for `**/x`, which could be anywhere.
    public var literalPrefix: ByteString {
        guard let program, let slash = program.prefix.lastIndex(of: UInt8(ascii: "/")) else {
            return ""
        }
        return slash == 0 ? "/" : ByteString(program.prefix[..<slash])
    }

    /// Whether some path below `directory`, at any depth, could match: a walk skips the others.
    public func couldMatch(below directory: ByteString) -> Bool {
        guard let program else { return false }
        var path = directory.bytes
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        return program.couldMatch(startingWith: path + [UInt8(ascii: "/")])
    }

    /// The pattern as text.
    public var description: String { pattern.text }
}

// The program follows from the pattern, except for a glob that matches nothing.
extension Glob: Hashable {
    /// Whether both were written alike and are matched alike.
    public static func == (left: Glob, right: Glob) -> Bool {
        left.pattern == right.pattern && left.subject == right.subject
            && left.matchesNothing == right.matchesNothing
    }

    /// Hashes the pattern.
    public func hash(into hasher: inout Hasher) { hasher.combine(pattern) }
}
