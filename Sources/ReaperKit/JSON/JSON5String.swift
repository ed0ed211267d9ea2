extension JSONScanner {
    /// Reads the string at the cursor, which stands on its opening quote.
    mutating func string() throws(JSONError) -> String {
        let open = offset
        let quote = bytes[open]
        offset += 1
        var text: [UInt8] = []
        var runStart = offset
        while let byte = current {
            switch byte {
            case quote:
                text += bytes[runStart..<offset]
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text += bytes[runStart..<offset]
                try escape(into: &text)
                runStart = offset
            case 0x0a, 0x0d:
                throw error("expected \(closing(quote, open)) before the end of the line")
            case ..<0x20 where dialect == .json:
                throw error("expected an escape such as \\t, found the control character \(found)")
            default:
                offset += 1
            }
        }
        throw error("expected \(closing(quote, open)), found the end of the text")
    }

    private mutating func closing(_ quote: UInt8, _ open: Int) -> String {
        let mark = quote == UInt8(ascii: "'") ? "a closing \"'\"" : "a closing '\"'"
        return "\(mark) for the string at \(position(of: open))"
    }

    /// Reads one escape sequence, the cursor on its backslash.
    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = offset
        offset += 1
        guard let scalar else {
            throw error("expected a character after '\\', found the end of the text")
        }
        offset += UTF8.width(scalar)
        switch scalar {
        case "\"", "\\", "/": text.append(UInt8(ascii: scalar))
        case "b": text.append(0x08)
        case "f": text.append(0x0c)
        case "n": text.append(0x0a)
        case "r": text.append(0x0d)
        case "t": text.append(0x09)
        case "u": text += String(try unicodeEscape(from: start)).utf8
        case _ where dialect == .json:
            throw error(
                "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u, found"
                    + " '\\\(String(scalar).escapedForTerminal)'",
                at: start
            )
        default: try escapeOfJSON5(scalar, from: start, into: &text)
        }
    }

    private mutating func escapeOfJSON5(
        _ scalar: Unicode.Scalar,
        from start: Int,
        into text: inout [UInt8]
    ) throws(JSONError) {
        switch scalar {
        case "v": text.append(0x0b)
        case "x":
            // Eight bits at most, so always a scalar.
            let code = try hexadecimal(digits: 2, from: start)
            text += String(Unicode.Scalar(UInt8(truncatingIfNeeded: code))).utf8
        case "0":
            if let next = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
                throw error("expected \\x and two digits, found an octal escape", at: start)
            }
            text.append(0)
        case "1"..."9":
            throw error("expected \\x and two digits, found '\\\(scalar)'", at: start)
        case "\r":
            _ = accept(0x0a)
        case _ where JSONScanner.endsLine(scalar):
            break  // a line continuation
        default:
            text += String(scalar).utf8
        }
    }

    /// Reads what follows `\u`, two escapes where the first is half of a surrogate pair.
    mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let high = try hexadecimal(digits: 4, from: start)
        if let scalar = Unicode.Scalar(high) { return scalar }
        if high < 0xdc00, current == UInt8(ascii: "\\"), following == UInt8(ascii: "u") {
            offset += 2
            let low = try hexadecimal(digits: 4, from: start)
            if (0xdc00...0xdfff).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
            {
                return scalar
            }
        }
        throw error("expected both halves of a surrogate pair, found one", at: start)
    }

    private mutating func hexadecimal(digits: Int, from start: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = current, let digit = JSONScanner.hexadecimalValue(byte) else {
                throw error("expected \(digits) hexadecimal digits, found \(found)")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Reads an unquoted name: an ECMAScript 5.1 identifier, reserved words among them.
    mutating func identifier() throws(JSONError) -> String {
        var name = String.UnicodeScalarView()
        let start = offset
        while let next = scalar {
            let place = offset
            var scalar = next
            let isEscape = scalar == "\\"
            if isEscape {
                guard following == UInt8(ascii: "u") else {
                    throw error("expected '\\u' in an unquoted name, found '\\'")
                }
                offset += 2
                scalar = try unicodeEscape(from: place)
            }
            let belongs =
                name.isEmpty
                ? JSONScanner.isIdentifierStart(scalar) : JSONScanner.isIdentifierPart(scalar)
            if isEscape, !belongs {
                throw error("expected the escape of a letter, or a name in quotes", at: place)
            }
            guard belongs else { break }
            if !isEscape { offset += UTF8.width(scalar) }
            name.append(scalar)
        }
        guard offset > start else { throw error("expected a name or '}', found \(found)") }
        return String(name)
    }
}
