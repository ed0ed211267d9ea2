/// A cursor over JSON or JSON5 text: bytes, white space, comments and places.
///
/// The text is known to be UTF-8, so a scalar at a scalar's start always decodes.
struct JSONScanner {
    let bytes: [UInt8]
    let dialect: JSON5Reader.Dialect
    var offset = 0
    /// Whether it goes on behind what is wrong, where it can.
    var isThorough = false
    /// What was wrong so far, where it goes on.
    var errors: [JSONError] = []
    /// The last place that was counted; the next count goes on from here.
    private var counted = (offset: 0, position: TextPosition(line: 1, column: 1))

    init(_ bytes: [UInt8], as dialect: JSON5Reader.Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    /// The byte at the cursor; `nil` at the end.
    var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// The byte after the cursor.
    var following: UInt8? { offset + 1 < bytes.count ? bytes[offset + 1] : nil }

    /// The scalar at the cursor; `nil` at the end.
    var scalar: Unicode.Scalar? {
        guard let first = current else { return nil }
        if first < 0x80 { return Unicode.Scalar(first) }
        let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        var value = UInt32(first) & (0x7f >> UInt32(length))
        for byte in bytes[offset...].dropFirst().prefix(length - 1) {
            value = value << 6 | UInt32(byte & 0x3f)
        }
        return Unicode.Scalar(value)
    }

    /// Moves the cursor behind `byte` if it stands there.
    mutating func accept(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        offset += 1
        return true
    }

    // MARK: Places

    /// The line and column of a byte; lines end with LF, CR LF or CR, as in editors.
    mutating func position(of target: Int) -> TextPosition {
        if target < counted.offset { counted = (0, TextPosition(line: 1, column: 1)) }
        var position = counted.position
        for index in counted.offset..<target {
            switch bytes[index] {
            case 0x0d where index + 1 < bytes.count && bytes[index + 1] == 0x0a: break
            case 0x0a, 0x0d: position = TextPosition(line: position.line + 1, column: 1)
            case 0x80..<0xc0: break  // inside a scalar
            default: position.column += 1
            }
        }
        counted = (target, position)
        return position
    }

    mutating func error(_ message: String, at target: Int? = nil) -> JSONError {
        JSONError(message, at: position(of: target ?? offset))
    }

    /// Notes what is wrong where it goes on, and throws it where it does not.
    mutating func note(_ error: JSONError) throws(JSONError) {
        guard isThorough else { throw error }
        errors.append(error)
    }

    /// Says what stands at the cursor, for messages.
    var found: String {
        guard let scalar else { return "the end of the text" }
        let name = JSONScanner.isIdentifierStart(scalar) ? word() : String(scalar)
        return "'\(name.escapedForTerminal)'"
    }

    /// The identifier or number at the cursor, at most 40 scalars of it.
    private func word() -> String {
        var rest = self
        var text = String.UnicodeScalarView()
        while let scalar = rest.scalar, JSONScanner.isIdentifierPart(scalar), text.count < 40 {
            text.append(scalar)
            rest.offset += UTF8.width(scalar)
        }
        return String(text)
    }

    // MARK: White space

    /// Moves behind white space and, in JSON5, comments.
    mutating func skipSpace() throws(JSONError) {
        while let byte = current {
            switch byte {
            case 0x20, 0x09, 0x0a, 0x0d: offset += 1
            case _ where dialect == .json: return
            case 0x0b, 0x0c: offset += 1
            case UInt8(ascii: "/"): try skipComment()
            case 0x80...:
                guard let scalar, JSONScanner.isSpace(scalar) else { return }
                offset += UTF8.width(scalar)
            default: return
            }
        }
    }

    private mutating func skipComment() throws(JSONError) {
        let start = offset
        switch following {
        case UInt8(ascii: "/"):
            while let scalar, !JSONScanner.endsLine(scalar) { offset += UTF8.width(scalar) }
        case UInt8(ascii: "*"):
            offset += 2
            while current != UInt8(ascii: "*") || following != UInt8(ascii: "/") {
                guard offset < bytes.count else {
                    throw error(
                        "expected '*/' at the end of the comment that begins here",
                        at: start
                    )
                }
                offset += 1
            }
            offset += 2
        default:
            throw error("expected '//' or '/*', found a single '/'")
        }
    }

    // MARK: Character classes of ECMAScript 5.1, section 7

    static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{a0}", "\u{feff}", "\u{2028}", "\u{2029}": true
        default: scalar.properties.generalCategory == .spaceSeparator
        }
    }

    static func isIdentifierStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "$", "_": return true
        case "\0"..."\u{7f}": return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .letterNumber:
            return true
        default: return false
        }
    }

    static func isIdentifierPart(_ scalar: Unicode.Scalar) -> Bool {
        if isIdentifierStart(scalar) { return true }
        switch scalar {
        case "0"..."9", "\u{200c}", "\u{200d}": return true
        case "\0"..."\u{7f}": return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }
}
