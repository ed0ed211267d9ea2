/// What became of a pattern's variables: `${NAME}`, `${NAME:-default}` and a leading `~`.
///
/// Expansion happens once, before globbing. A value is literal text: wildcards in it are escaped.
/// A variable that is not set, or empty, makes the whole pattern unusable rather than empty:
/// `${X}/cache/**` must never become `/cache/**`.
public enum Expansion: Sendable, Hashable {
    /// The pattern, values escaped, and whether any value from the environment is in it.
    case pattern(ByteString, usesEnvironment: Bool)
    /// A variable without default that is not set, or is empty: nothing may match.
    case unset(variable: String)

    private static let maximumNesting = 16

    /// Expands `template` with the variables of `environment` and nothing else.
    ///
    /// A `$` that does not begin `${` is literal, as is `\$`; `\~` is a literal tilde. For
    /// paths, values lose the slashes at their end and doubled ones, so `TMPDIR=/tmp/` does as
    /// well as `/tmp`; for text, `~` is literal.
    ///
    /// - Throws: `ValueError` for grammar that is not the above, the environment apart.
    public init(
        of template: ByteString,
        as subject: Glob.Subject,
        environment: [String: ByteString]
    ) throws(ValueError) {
        try self.init(of: template, as: subject) { environment[$0] }
    }

    /// Expands `template` with what `lookUp` says of each variable.
    init(
        of template: ByteString,
        as subject: Glob.Subject,
        lookUp: @escaping (String) -> ByteString?
    ) throws(ValueError) {
        var expander = Expander(template: template, subject: subject, lookUp: lookUp)
        let bytes = try expander.expand(template.bytes[...], depth: 0)
        if let variable = expander.unset {
            self = .unset(variable: variable)
        } else {
            self = .pattern(ByteString(bytes), usesEnvironment: expander.usesEnvironment)
        }
    }

    /// Expands a text that is no pattern: nothing in it is escaped.
    ///
    /// A backslash is one, except before `$`, before `}` in a default, and before `~` at the start
    /// of a path. A default may be empty unless the text is a path.
    ///
    /// - Throws: `ValueError` for wrong grammar, and for a variable that is not set, or empty, and
    ///   has no default.
    static func text(
        of template: ByteString,
        as subject: Glob.Subject,
        environment: [String: ByteString]
    ) throws(ValueError) -> ByteString {
        var expander = Expander(template: template, subject: subject) { environment[$0] }
        expander.isPattern = false
        let bytes = try expander.expand(template.bytes[...], depth: 0)
        guard let variable = expander.unset else { return ByteString(bytes) }
        throw ValueError(
            template.text,
            isNot: "usable here",
            expected: "'\(variable)' to be set, or a default, as in '${\(variable):-default}'"
        )
    }

    private struct Expander {
        let template: ByteString
        let subject: Glob.Subject
        let lookUp: (String) -> ByteString?
        /// The first variable that was needed and had no value.
        var unset: String?
        var usesEnvironment = false
        /// Whether what comes of it is a glob, in which values must be escaped.
        var isPattern = true

        mutating func expand(
            _ text: ArraySlice<UInt8>,
            depth: Int
        ) throws(ValueError) -> [UInt8] {
            guard depth <= maximumNesting else {
                throw error("at most \(maximumNesting) nested defaults")
            }
            let slash = UInt8(ascii: "/")
            var out: [UInt8] = []
            var rest = text
            if subject == .path, rest.first == UInt8(ascii: "~") {
                rest.removeFirst()
                guard rest.isEmpty || rest.first == UInt8(ascii: "/") else {
                    throw error("'~/' or '\\~': other users' homes are not looked up")
                }
                out += value(of: "HOME")
            }
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\\"), let next = rest.first,
                    isPattern || isEscapable(next, depth: depth, atStart: out.isEmpty)
                {
                    rest.removeFirst()
                    out += isPattern ? [byte, next] : [next]
                } else if byte == UInt8(ascii: "$"), rest.first == UInt8(ascii: "{") {
                    rest.removeFirst()
                    var piece = try variable(&rest, depth: depth)[...]
                    // `/run/${X}` with X=/a means /run/a.
                    while subject == .path, out.last == slash, piece.first == slash {
                        piece.removeFirst()
                    }
                    out += piece
                } else {
                    out.append(byte)
                }
            }
            // A value may be `/` alone, which lost its only slash.
            if subject == .path, out.isEmpty, usesEnvironment { out = [UInt8(ascii: "/")] }
            return out
        }

        /// Reads what follows `${`, up to and including the brace that ends it.
        private mutating func variable(
            _ rest: inout ArraySlice<UInt8>,
            depth: Int
        ) throws(ValueError) -> [UInt8] {
            let name = rest.prefix(while: Expander.isNameByte)
            guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
            else {
                throw error("a variable's name after '${', or '\\$'")
            }
            rest = rest.dropFirst(name.count)
            let variable = String(decoding: name, as: UTF8.self)
            if rest.first == UInt8(ascii: "}") {
                rest.removeFirst()
                return value(of: variable)
            }
            guard rest.starts(with: Array(":-".utf8)) else {
                throw error("'}' or ':-' after '${\(variable)'")
            }
            rest = rest.dropFirst(2)
            let fallback = try takeDefault(&rest)
            guard !fallback.isEmpty || (!isPattern && subject == .text) else {
                let effect = isPattern ? "widen the pattern" : "lead elsewhere"
                throw error("a default after ':-'; an empty one would \(effect)")
            }
            // Expanded in any case: whether a file is correct must not depend on the environment.
            var other = self
            let expanded = try other.expand(fallback, depth: depth + 1)
            if let value = lookUp(variable), !value.isEmpty { return self.value(of: variable) }
            self = other
            return expanded
        }

        /// Takes the text up to the `}` that belongs to the `${` before it.
        private func takeDefault(
            _ rest: inout ArraySlice<UInt8>
        ) throws(ValueError) -> ArraySlice<UInt8> {
            let start = rest.startIndex
            var depth = 0
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "\\"): _ = rest.popFirst()
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}") where depth == 0:
                    return template.bytes[start..<(rest.startIndex - 1)]
                case UInt8(ascii: "}"): depth -= 1
                default: break
                }
            }
            throw error("a '}' for its '${'")
        }

        private mutating func value(of variable: String) -> [UInt8] {
            guard let value = lookUp(variable), !value.isEmpty else {
                unset = unset ?? variable
                return []
            }
            usesEnvironment = true
            var escaped: [UInt8] = []
            let slash = UInt8(ascii: "/")
            let bytes = subject == .path ? value.bytes.trimmingSlashes : value.bytes[...]
            for (index, byte) in bytes.enumerated() {
                if subject == .path, byte == slash, index > 0, bytes[index - 1] == slash {
                    continue
                }
                if isPattern, byte < 0x80, byte != slash, !Expander.isNameByte(byte) {
                    escaped.append(UInt8(ascii: "\\"))
                }
                escaped.append(byte)
            }
            return escaped
        }

        /// Whether a backslash before this byte takes its meaning from it, in a text.
        private func isEscapable(_ byte: UInt8, depth: Int, atStart: Bool) -> Bool {
            switch byte {
            case UInt8(ascii: "$"): true
            case UInt8(ascii: "}"): depth > 0
            case UInt8(ascii: "~"): subject == .path && atStart
            default: false
            }
        }

        private static func isNameByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }

        private func error(_ expected: String) -> ValueError {
            ValueError(
                template.text,
                isNot: isPattern ? "a pattern" : "a text with variables",
                expected: expected
            )
        }
    }
}

extension [UInt8] {
    /// Without the slashes at its end.
    fileprivate var trimmingSlashes: ArraySlice<UInt8> {
        self[..<(lastIndex { $0 != UInt8(ascii: "/") }.map { $0 + 1 } ?? startIndex)]
    }
}
