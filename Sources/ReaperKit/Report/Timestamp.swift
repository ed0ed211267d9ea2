extension Duration {
    /// This time since 1970-01-01 UTC as RFC 3339 writes it, such as `2026-11-21T06:11:36Z`.
    ///
    /// `nil` outside the years 0 to 9999, which four digits cannot name: a clock that far off is
    /// an unknown time.
    public func rfc3339(withMilliseconds: Bool = false) -> String? {
        let (wholeSeconds, attoseconds) = clampedComponents
        // Before 1970 the fraction is negative: borrow a second, so that both parts count up.
        let seconds = attoseconds < 0 ? wholeSeconds - 1 : wholeSeconds
        let fraction = attoseconds < 0 ? attoseconds + 1_000_000_000_000_000_000 : attoseconds
        let days = seconds.flooredQuotient(by: 86_400)
        guard (-719_528..<2_932_897).contains(days) else { return nil }
        let (year, month, day) = civilDate(daysSince1970: days)
        let ofDay = seconds - days * 86_400
        var text = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
        text += "T\(digits(ofDay / 3600, 2)):\(digits(ofDay / 60 % 60, 2)):\(digits(ofDay % 60, 2))"
        if withMilliseconds { text += ".\(digits(fraction / 1_000_000_000_000_000, 3))" }
        return text + "Z"
    }
}

extension Duration {
    /// Reads what ``rfc3339(withMilliseconds:)`` writes; `nil` for anything else.
    public init?(rfc3339 text: String) {
        // 2026-11-21T06:11:36Z, or with .250 before the Z.
        let bytes = Array(text.utf8)
        guard bytes.count == 20 || bytes.count == 24, bytes.last == UInt8(ascii: "Z") else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int64? {
            bytes[range].reduce(Int64?(0)) { sum, byte in
                (0x30...0x39).contains(byte) ? sum.map { $0 * 10 + Int64(byte - 0x30) } : nil
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var milliseconds: Int64 = 0
        if bytes.count == 24 {
            guard let fraction = number(20..<23) else { return nil }
            milliseconds = fraction
        }
        let days = daysSince1970(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
        self = .seconds(seconds) + .milliseconds(milliseconds)
        // Separators in their places, and no 31st of February.
        guard rfc3339(withMilliseconds: bytes.count == 24) == text else { return nil }
    }
}

/// The inverse of ``civilDate(daysSince1970:)``.
private func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = yearFromMarch.flooredQuotient(by: 400)
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

/// The proleptic Gregorian date of a day, by 400-year eras that begin on March 1: then the leap
/// day is the last of its year and needs no case of its own.
private func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let fromMarch0000 = days + 719_468
    let era = fromMarch0000.flooredQuotient(by: 146_097)
    let dayOfEra = fromMarch0000 - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

private func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
