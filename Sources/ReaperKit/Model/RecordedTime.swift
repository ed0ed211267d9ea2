/// A time of day that a program wrote beside a process number, as ISO 8601 has it.
public struct RecordedTime: Sendable, Equatable {
    /// As it was written, for people.
    public var text: String
    /// Since 1970-01-01, in UTC where ``isZoned``, and otherwise in a time zone that nobody named;
    /// `nil` where the text is no such time.
    public var time: Duration?
    /// Whether the text says how far its clock was from UTC.
    public var isZoned = false

    /// Reads `2026-11-27T22:38:45.123456`, with `Z` or an offset such as `+01:00` behind it or with
    /// neither: Python's `datetime.isoformat()` of a local time names no zone.
    public init(_ text: String) {
        self.text = text
        guard text.utf8.count <= 40, let first = text.utf8.first, (0x30...0x39).contains(first)
        else {
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") || bytes[10] == 0x20 else { return }
        let clock =
            String(decoding: bytes[..<10], as: UTF8.self)
            + "T" + String(decoding: bytes[11..<19], as: UTF8.self) + "Z"
        guard let civil = Duration(rfc3339: clock) else { return }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (0x30...0x39).contains($0) }
        }
        if rest.isEmpty {
            time = civil
        } else if let offset = Self.offset(rest) {
            time = civil - offset
            isZoned = true
        }
    }

    /// `Z`, `+01:00`, `+0100` or `-03`.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Duration? {
        if bytes.elementsEqual("Z".utf8) { return .zero }
        let digits = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            digits.count == 2 || digits.count == 4,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let values = digits.map { Int64($0 - 0x30) }
        let minutes =
            (values[0] * 10 + values[1]) * 60
            + (values.count == 4 ? values[2] * 10 + values[3] : 0)
        return .seconds(sign == UInt8(ascii: "-") ? -minutes * 60 : minutes * 60)
    }
}

extension RecordedTime {
    /// How much earlier than a process the record of it may seem to be: clocks are set now and then.
    static let earlyTolerance = Duration.seconds(60)
    /// How much later: a program may write its record when it is ready, minutes after its start.
    static let lateTolerance = Duration.seconds(120)
    /// The farthest that local time is from UTC, in seconds, and the step between zones; tz(5).
    private static let zones = stride(from: Int64(-12 * 3600), through: 14 * 3600, by: 900)

    /// How far it is from a process's start although both were written about one start, beyond what
    /// clocks and zones explain; `nil` where they may be of one start.
    ///
    /// A time without a zone is believed to be of any: reaper's own may be another than its writer's,
    /// whose machine may since have moved. So one that is hours away by whole quarters says nothing.
    func difference(from start: Duration) -> Duration? {
        guard let time else { return nil }
        let late = time - start
        func explains(_ offset: Int64) -> Bool {
            let rest = late - .seconds(offset)
            return rest >= .zero - Self.earlyTolerance && rest <= Self.lateTolerance
        }
        if isZoned ? explains(0) : Self.zones.contains(where: explains) { return nil }
        return late
    }
}
