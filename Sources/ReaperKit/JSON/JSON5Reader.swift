/// Reads JSON5 (spec.json5.org, version 1.0.0) and strict JSON (RFC 8259), with places.
///
/// Stricter than both where leniency hides mistakes: a name may occur once in an object, numbers
/// must fit, and half of a surrogate pair is refused.
public enum JSON5Reader {
    /// Which grammar to hold the text to.
    public enum Dialect: Sendable, Hashable {
        /// What people write: comments, unquoted names, trailing commas.
        case json5
        /// What programs write.
        case json
    }

    /// Deepest nesting of arrays and objects, far below what the stack can bear.
    public static let maximumDepth = 128
    /// Longest text, in bytes.
    public static let maximumSize = 64 << 20

    /// Reads one value that is all of `bytes`, which must be UTF-8.
    ///
    /// - Throws: `JSONError` with the place, what was expected there and what was found.
    public static func read(
        _ bytes: [UInt8],
        as dialect: Dialect = .json5
    ) throws(JSONError) -> JSONValue {
        var scanner = JSONScanner(bytes, as: dialect)
        return try read(with: &scanner)
    }

    /// Reads as ``read(_:as:)`` does, and goes on behind what is wrong as far as it is plain where
    /// that ends: behind a number or a bare word, a name that was there before, a missing comma.
    ///
    /// - Returns: What could be read, `null` in the places of values that could not; and what is
    ///   wrong, in the order of the text. Without a value the last error is where it had to stop.
    static func check(_ bytes: [UInt8]) -> (value: JSONValue?, errors: [JSONError]) {
        var scanner = JSONScanner(bytes, as: .json5)
        scanner.isThorough = true
        do throws(JSONError) {
            let value = try read(with: &scanner)
            return (value, scanner.errors)
        } catch {
            return (nil, scanner.errors + [error])
        }
    }

    /// Reads one value after another, with white space between them or nothing: lines of a stream,
    /// or files that somebody put together.
    ///
    /// - Throws: `JSONError` as ``read(_:as:)`` does; no value is returned then.
    static func sequence(
        _ bytes: [UInt8],
        as dialect: Dialect
    ) throws(JSONError) -> [JSONValue] {
        var scanner = JSONScanner(bytes, as: dialect)
        try begin(&scanner)
        var values: [JSONValue] = []
        while scanner.current != nil {
            values.append(try scanner.value(depth: 0))
            try scanner.skipSpace()
        }
        return values
    }

    private static func read(with scanner: inout JSONScanner) throws(JSONError) -> JSONValue {
        try begin(&scanner)
        let value = try scanner.value(depth: 0)
        try scanner.skipSpace()
        guard scanner.current == nil else {
            throw scanner.error(
                "expected the end of the text after the value, found \(scanner.found)"
            )
        }
        return value
    }

    /// Checks what holds for the whole text, and moves to its first value.
    private static func begin(_ scanner: inout JSONScanner) throws(JSONError) {
        let bytes = scanner.bytes
        guard bytes.count <= maximumSize else {
            throw JSONError(
                "expected at most \(maximumSize) bytes, found \(bytes.count)",
                at: TextPosition(line: 1, column: 1)
            )
        }
        if let offset = firstInvalidUTF8(in: bytes) {
            throw scanner.error("expected UTF-8, found a byte that is not", at: offset)
        }
        try scanner.skipSpace()
    }

    private static func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .error, .emptyInput: return offset
            }
        }
    }
}

extension JSONScanner {
    /// Reads the value at the cursor.
    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        let start = position(of: offset)
        guard let byte = current else { throw error("expected a value, found \(found)") }
        switch byte {
        case UInt8(ascii: "{"):
            return JSONValue(.object(try object(depth: depth + 1)), at: start)
        case UInt8(ascii: "["):
            return JSONValue(.array(try array(depth: depth + 1)), at: start)
        case UInt8(ascii: "\""):
            return JSONValue(.string(try string()), at: start)
        case UInt8(ascii: "'") where dialect == .json5:
            return JSONValue(.string(try string()), at: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            return try word(at: start) { scanner throws(JSONError) in try scanner.number() }
        case UInt8(ascii: "+") where dialect == .json5, UInt8(ascii: ".") where dialect == .json5:
            return try word(at: start) { scanner throws(JSONError) in try scanner.number() }
        default:
            return try word(at: start) { scanner throws(JSONError) in try scanner.literal() }
        }
    }

    /// Reads a value of one word; a thorough scanner notes what is wrong with it, and moves behind it.
    private mutating func word(
        at start: TextPosition,
        _ body: (inout JSONScanner) throws(JSONError) -> JSONValue.Kind
    ) throws(JSONError) -> JSONValue {
        let begin = offset
        do throws(JSONError) {
            return JSONValue(try body(&self), at: start)
        } catch {
            offset = begin
            while let byte = current, !",}]/\n\r".utf8.contains(byte) { offset += 1 }
            guard offset > begin else { throw error }
            try note(error)
            return JSONValue(.null, at: start)
        }
    }

    private mutating func literal() throws(JSONError) -> JSONValue.Kind {
        let literals: [(StaticString, JSONValue.Kind, Bool)] = [
            ("true", .bool(true), true), ("false", .bool(false), true), ("null", .null, true),
            ("Infinity", .number(.infinity), false), ("NaN", .number(.nan), false),
        ]
        for (word, kind, isStrict) in literals where isStrict || dialect == .json5 {
            if accept(word: word) { return kind }
        }
        guard let scalar, JSONScanner.isIdentifierStart(scalar) else {
            throw error("expected a value, found \(found)")
        }
        throw error("expected a value, found \(found); text needs quotes")
    }

    /// Moves behind `word` if it stands here and does not go on.
    mutating func accept(word: StaticString) -> Bool {
        let text = Array("\(word)".utf8)
        guard bytes[offset...].starts(with: text) else { return false }
        let start = offset
        offset += text.count
        if let scalar, JSONScanner.isIdentifierPart(scalar) || scalar == "\\" {
            offset = start
            return false
        }
        return true
    }

    private mutating func enter(depth: Int) throws(JSONError) {
        guard depth <= JSON5Reader.maximumDepth else {
            throw error("expected at most \(JSON5Reader.maximumDepth) nested values")
        }
        offset += 1
        try skipSpace()
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        let open = offset
        try enter(depth: depth)
        var values: [JSONValue] = []
        while !accept(UInt8(ascii: "]")) {
            if current == nil { throw unclosed("]", open) }
            values.append(try value(depth: depth))
            try skipSpace()
            try separate(before: "]", open)
        }
        return values
    }

    private mutating func object(depth: Int) throws(JSONError) -> [JSONMember] {
        let open = offset
        try enter(depth: depth)
        var members: [JSONMember] = []
        var places: [String: TextPosition] = [:]
        while !accept(UInt8(ascii: "}")) {
            if current == nil { throw unclosed("}", open) }
            let start = position(of: offset)
            let name = try memberName()
            if let first = places.updateValue(start, forKey: name) {
                let again = JSONError(
                    "expected each name once, found '\(name.escapedForTerminal)' again;"
                        + " it first stood at \(first)",
                    at: start
                )
                try note(again)
            }
            try skipSpace()
            guard accept(UInt8(ascii: ":")) else {
                let name = name.escapedForTerminal
                throw error("expected ':' after the name '\(name)', found \(found)")
            }
            try skipSpace()
            members.append(JSONMember(name: name, position: start, value: try value(depth: depth)))
            try skipSpace()
            try separate(before: "}", open)
        }
        return members
    }

    private mutating func memberName() throws(JSONError) -> String {
        switch current {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "'") where dialect == .json5: return try string()
        default:
            guard dialect == .json5 else {
                throw error("expected a name in double quotes, or '}', found \(found)")
            }
            return try identifier()
        }
    }

    /// Moves behind the comma after a value; what follows it must be another, or JSON5's `close`.
    private mutating func separate(
        before close: Unicode.Scalar,
        _ open: Int
    ) throws(JSONError) {
        let closing = UInt8(ascii: close)
        if current == closing { return }
        guard accept(UInt8(ascii: ",")) else {
            if current == nil { throw unclosed(close, open) }
            let missing = error("expected ',' or '\(close)' after this value, found \(found)")
            // What cannot begin the next one is no forgotten comma.
            guard let scalar, JSONScanner.isIdentifierStart(scalar) || "\"'".contains("\(scalar)")
            else { throw missing }
            try note(missing)
            return
        }
        try skipSpace()
        if dialect == .json, current == closing {
            throw error("expected another value after ',', found '\(close)'")
        }
    }

    private mutating func unclosed(_ close: Unicode.Scalar, _ open: Int) -> JSONError {
        let place = position(of: open)
        let bracket = Unicode.Scalar(bytes[open])
        return error(
            "expected '\(close)' for the '\(bracket)' at \(place), found the end of the text"
        )
    }
}
