extension JSONScanner {
    /// Reads the number at the cursor, which stands on its sign, its point or its first digit.
    mutating func number() throws(JSONError) -> JSONValue.Kind {
        let start = offset
        let isNegative = accept(UInt8(ascii: "-"))
        let hasSign = isNegative || accept(UInt8(ascii: "+"))
        if hasSign, current == UInt8(ascii: "-") || current == UInt8(ascii: "+") {
            throw notANumber("it has two signs", from: start)
        }
        if dialect == .json5 {
            if accept(word: "Infinity") { return .number(isNegative ? -.infinity : .infinity) }
            if accept(word: "NaN") { return .number(.nan) }
            if current == UInt8(ascii: "0"), let x = following, x | 0x20 == UInt8(ascii: "x") {
                return try hexadecimalNumber(isNegative: isNegative, from: start)
            }
        }
        return try decimalNumber(isNegative: isNegative, from: start)
    }

    private mutating func decimalNumber(
        isNegative: Bool,
        from start: Int
    ) throws(JSONError) -> JSONValue.Kind {
        let whole = skipDigits()
        if whole.count > 1, bytes[whole.lowerBound] == UInt8(ascii: "0") {
            throw notANumber("it begins with a zero, and is not octal here", from: start)
        }
        var fraction = offset..<offset
        let hasPoint = accept(UInt8(ascii: "."))
        if hasPoint { fraction = skipDigits() }
        guard !(whole.isEmpty && fraction.isEmpty) else {
            throw notANumber(
                hasPoint ? "the point has no digit beside it" : "no digit follows the sign",
                from: start
            )
        }
        if dialect == .json, whole.isEmpty || hasPoint && fraction.isEmpty {
            throw notANumber("the point needs a digit on either side", from: start)
        }
        let exponentStart = offset
        let hasExponent = current.map { $0 | 0x20 } == UInt8(ascii: "e")
        if hasExponent {
            offset += 1
            if !accept(UInt8(ascii: "-")) { _ = accept(UInt8(ascii: "+")) }
            guard !skipDigits().isEmpty else {
                throw notANumber("the exponent has no digit", from: start)
            }
        }
        try endNumber(from: start, hasPoint: hasPoint)
        if !hasPoint, !hasExponent,
            let integer = integer(bytes[whole], radix: 10, isNegative: isNegative)
        {
            return .integer(integer)
        }
        // The standard library wants digits on both sides of the point.
        let text =
            (isNegative ? "-0" : "0") + String(decoding: bytes[whole], as: UTF8.self)
            + "." + String(decoding: bytes[fraction], as: UTF8.self) + "0"
            + String(decoding: bytes[exponentStart..<offset], as: UTF8.self)
        guard let number = Double(text), number.isFinite else { throw tooBig(from: start) }
        return .number(number)
    }

    private mutating func hexadecimalNumber(
        isNegative: Bool,
        from start: Int
    ) throws(JSONError) -> JSONValue.Kind {
        offset += 2
        let first = offset
        while let byte = current, JSONScanner.hexadecimalValue(byte) != nil { offset += 1 }
        guard offset > first else {
            throw notANumber("no hexadecimal digit follows the x", from: start)
        }
        let digits = bytes[first..<offset]
        try endNumber(from: start, hasPoint: false)
        if let integer = integer(digits, radix: 16, isNegative: isNegative) {
            return .integer(integer)
        }
        let sign = isNegative ? "-0x" : "0x"
        guard let number = Double(sign + String(decoding: digits, as: UTF8.self)), number.isFinite
        else { throw tooBig(from: start) }
        return .number(number)
    }

    private mutating func skipDigits() -> Range<Int> {
        let start = offset
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            offset += 1
        }
        return start..<offset
    }

    /// `0a`, `1_000` and `1.2.3` are mistakes, not a number and something else.
    private mutating func endNumber(from start: Int, hasPoint: Bool) throws(JSONError) {
        guard let scalar else { return }
        if scalar == ".", hasPoint { throw notANumber("it has two points", from: start) }
        guard JSONScanner.isIdentifierPart(scalar) || scalar == "." || scalar == "\\" else {
            return
        }
        throw notANumber(
            "'\(String(scalar).escapedForTerminal)' is no part of one; text needs quotes",
            from: start
        )
    }

    private mutating func tooBig(from start: Int) -> JSONError {
        error("expected a number that fits, at most about 1.8e308", at: start)
    }

    /// Says what stands where a number began, at most 40 scalars of it, and what is wrong with it.
    private mutating func notANumber(_ reason: String, from start: Int) -> JSONError {
        var rest = self
        rest.offset = start
        var text = String.UnicodeScalarView()
        while let scalar = rest.scalar, text.count < 40,
            JSONScanner.isIdentifierPart(scalar) || "+-.\\".unicodeScalars.contains(scalar)
        {
            text.append(scalar)
            rest.offset += UTF8.width(scalar)
        }
        return error(
            "expected a number, found '\(String(text).escapedForTerminal)': \(reason)",
            at: start
        )
    }

    private func integer(
        _ digits: ArraySlice<UInt8>,
        radix: Int64,
        isNegative: Bool
    ) -> Int64? {
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard let digit = JSONScanner.hexadecimalValue(byte) else { return nil }
            let (scaled, high) = value.multipliedReportingOverflow(by: radix)
            // Counted downward, where one more number fits.
            let (sum, low) = scaled.subtractingReportingOverflow(Int64(digit))
            if high || low { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }
}
