/// Writes one JSON text front to back, so that a report of any size needs no tree in memory.
///
/// Absent values are not written: every `member` takes an optional and skips `nil`. Inside an
/// array, `element` and the nameless `object` and `array` are the counterparts.
public struct JSONWriter: Sendable {
    /// How the text is laid out.
    public enum Layout: Sendable {
        /// One value per line, two spaces per level.
        case pretty
        /// No spaces at all, for one value per line of a stream.
        case compact
    }

    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private let layout: Layout
    /// One entry per open object or array: whether something was written into it.
    private var hasContent: [Bool] = []

    /// Creates a writer of an empty text.
    public init(_ layout: Layout) { self.layout = layout }

    /// Writes an object: the text itself, or an element of an array.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        beginValue()
        nest("{", "}", body)
    }

    /// Writes a member that is an object.
    public mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        beginMember(name)
        nest("{", "}", body)
    }

    /// Writes an array that is an element of an array.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        beginValue()
        nest("[", "]", body)
    }

    /// Writes a member that is an array.
    public mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) {
        beginMember(name)
        nest("[", "]", body)
    }

    /// Writes a member that is text.
    public mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        beginMember(name)
        string(text)
    }

    /// Writes a member that is text of foreign origin.
    ///
    /// What is not UTF-8 becomes U+FFFD, and the bytes themselves go into `<name>_b64`.
    public mutating func member(_ name: String, _ text: ByteString?) {
        guard let text else { return }
        member(name, text.text)
        if !text.isUTF8 { member(name + "_b64", text.base64) }
    }

    /// Writes a member that is a list of foreign texts.
    ///
    /// If any of them is not UTF-8, `<name>_b64` holds the bytes of all of them, in order.
    public mutating func member(_ name: String, _ texts: [ByteString]?) {
        guard let texts else { return }
        array(name) { json in for text in texts { json.element(text.text) } }
        guard texts.contains(where: { !$0.isUTF8 }) else { return }
        array(name + "_b64") { json in for text in texts { json.element(text.base64) } }
    }

    /// Writes a member that is a whole number, exactly, whatever its size.
    public mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
        guard let number else { return }
        beginMember(name)
        raw(String(number))
    }

    /// Writes a member that is a number; JSON has no infinities and no NaN, they count as absent.
    public mutating func member(_ name: String, _ number: Double?) {
        guard let number, number.isFinite else { return }
        beginMember(name)
        raw("\(number)")
    }

    /// Writes a member that is `true` or `false`.
    public mutating func member(_ name: String, _ flag: Bool?) {
        guard let flag else { return }
        beginMember(name)
        raw(flag ? "true" : "false")
    }

    /// Writes text as an element of an array.
    public mutating func element(_ text: String) {
        beginValue()
        string(text)
    }

    /// Writes a whole number as an element of an array.
    public mutating func element(_ number: some BinaryInteger) {
        beginValue()
        raw(String(number))
    }

    /// Writes a value that was read, as a member.
    ///
    /// A number of more digits than 64 bits hold is written as the nearest that a `Double` holds.
    public mutating func member(_ name: String, _ value: JSONValue?) {
        guard let value else { return }
        beginMember(name)
        content(value)
    }

    /// Writes a value that was read, as an element of an array or as the text itself.
    public mutating func element(_ value: JSONValue) {
        beginValue()
        content(value)
    }

    /// Ends the line, between texts of a stream and at the end of a file.
    public mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }
}

extension JSONWriter {
    private mutating func nest(
        _ opening: Unicode.Scalar,
        _ closing: Unicode.Scalar,
        _ body: (inout JSONWriter) -> Void
    ) {
        bytes.append(UInt8(ascii: opening))
        hasContent.append(false)
        body(&self)
        if hasContent.removeLast() { breakLine() }
        bytes.append(UInt8(ascii: closing))
    }

    private mutating func beginMember(_ name: String) {
        beginValue()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        if layout == .pretty { bytes.append(UInt8(ascii: " ")) }
    }

    private mutating func beginValue() {
        guard let inner = hasContent.indices.last else { return }
        if hasContent[inner] { bytes.append(UInt8(ascii: ",")) }
        hasContent[inner] = true
        breakLine()
    }

    private mutating func breakLine() {
        guard layout == .pretty else { return }
        endLine()
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * hasContent.count))
    }

    private mutating func content(_ value: JSONValue) {
        switch value.kind {
        case .null: raw("null")
        case .bool(let flag): raw(flag ? "true" : "false")
        case .integer(let number): raw("\(number)")
        case .number(let number): raw(number.isFinite ? "\(number)" : "null")
        case .string(let text): string(text)
        case .array(let values):
            nest("[", "]") { json in for item in values { json.element(item) } }
        case .object(let members):
            nest("{", "}") { json in
                for member in members { json.member(member.name, member.value) }
            }
        }
    }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(ascii: scalar))
            case "\n": raw("\\n")
            case "\r": raw("\\r")
            case "\t": raw("\\t")
            case " "..."~": bytes.append(UInt8(ascii: scalar))
            default:
                if scalar.misleadsReaders {
                    for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                        escape(unit)
                    }
                } else {
                    bytes.append(
                        contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                    )
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        raw("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }
}

extension Unicode.Scalar {
    /// Whether a terminal, an editor or a line-based reader would not show this for what it is:
    /// controls, bidirectional and other invisible formatting, and line ends beside `\n`.
    fileprivate var misleadsReaders: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
