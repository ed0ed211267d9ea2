extension Duration {
    private static let units: [(suffix: String, nanoseconds: UInt64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("ms", 1_000_000),
    ]

    /// Reads `500ms`, `1.5s`, `2m`, `1h`, `7d` or a bare number of seconds, at most 365 days.
    ///
    /// - Throws: `ValueError` for anything else, negative and compound durations among them.
    public init(parsing text: String) throws(ValueError) {
        let expected = "a number and ms, s, m, h or d, such as 500ms or 1.5h; at most 365d"
        let error = ValueError(text, isNot: "a duration", expected: expected)
        let number = text.utf8.prefix { $0 == UInt8(ascii: ".") || Duration.isDigit($0) }
        let suffix = String(text.dropFirst(number.count))
        guard
            let unit = Duration.units.first(where: { $0.suffix == (suffix.isEmpty ? "s" : suffix) })
        else { throw error }
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // Nine digits after the point are more than a nanosecond of any accepted number of seconds.
        guard (1...2).contains(parts.count), parts.allSatisfy({ (1...9).contains($0.count) }) else {
            throw error
        }
        var nanoseconds: UInt64 = 0
        for byte in parts[0] { nanoseconds = nanoseconds * 10 + UInt64(byte & 0x0f) }
        let (whole, overflow) = nanoseconds.multipliedReportingOverflow(by: unit.nanoseconds)
        guard !overflow, whole <= 365 * 86_400_000_000_000 else { throw error }
        nanoseconds = whole
        var step = unit.nanoseconds
        for byte in parts.dropFirst().joined() {
            step /= 10
            nanoseconds += UInt64(byte & 0x0f) * step
        }
        guard nanoseconds <= 365 * 86_400_000_000_000 else { throw error }
        self = .nanoseconds(Int64(nanoseconds))
    }

    /// The shortest text that `Duration(parsing:)` reads back: `90s`, `1.5s`, `2m`, `250ms`.
    ///
    /// Whole milliseconds, rounded toward zero; a negative duration prints as `0s`.
    public var shortText: String {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return "0s" }
        let milliseconds = UInt64(attoseconds / 1_000_000_000_000_000)
        if milliseconds != 0 {
            guard seconds > 0 else { return "\(milliseconds)ms" }
            var fraction = String(milliseconds + 1000).dropFirst()
            while fraction.last == "0" { fraction.removeLast() }
            return "\(seconds).\(fraction)s"
        }
        for unit in Duration.units.prefix(3) {
            let size = Int64(unit.nanoseconds / 1_000_000_000)
            if seconds > 0, seconds % size == 0 { return "\(seconds / size)\(unit.suffix)" }
        }
        return "\(seconds)s"
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
