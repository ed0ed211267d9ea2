import Testing

@testable import ReaperKit

@Suite("recorded times of start")
struct RecordedTimeTests {
    /// Midday of 2026-11-27, UTC.
    private static let noon = Duration.seconds(1_795_780_800)

    @Test(
        "ISO 8601 is read, with a zone and without",
        arguments: [
            ("2026-11-27T12:00:00", 0, false), ("2026-11-27 12:00:00.123456", 0, false),
            ("2026-11-27T12:00:00Z", 0, true), ("2026-11-27T12:00:00.5+00:00", 0, true),
            ("2026-11-27T12:00:00+05:30", -19_800, true),
            ("2026-11-27T12:00:00-0800", 28_800, true),
            ("2026-11-27T12:00:00+01", -3600, true),
        ] as [(String, Int64, Bool)]
    )
    func read(_ text: String, _ offset: Int64, _ isZoned: Bool) {
        let time = RecordedTime(text)
        #expect(time.time == Self.noon + .seconds(offset) && time.isZoned == isZoned)
        #expect(time.text == text)
    }

    @Test(
        "anything else is shown only",
        arguments: [
            "", "noon", "2026-11-27", "2026-11-31T12:00:00", "2026-11-27T12:00", "1795780800",
            "2026-11-27T12:00:00 CET", "2026-11-27T12:00:00+1", "2026-11-27T12:00:00+x1:00",
        ]
    )
    func unread(_ text: String) {
        let time = RecordedTime(text)
        #expect(time.time == nil && time.text == text)
        #expect(time.difference(from: Self.noon) == nil)
    }

    @Test(
        "a time tells of another start only where neither clocks nor zones explain it",
        arguments: [
            ("2026-11-27T12:00:00", nil), ("2026-11-27T11:59:01", nil),
            ("2026-11-27T12:01:59", nil),
            ("2026-11-27T11:58:00", -120), ("2026-11-27T12:03:00", 180),
            // Any zone: Nepal, Kiribati, and one that there is none of.
            ("2026-11-27T17:45:10", nil), ("2026-11-28T02:00:00", nil),
            ("2026-11-28T02:15:00", 51_300),
            ("2026-11-26T23:45:00", -44_100), ("2025-11-27T12:00:00", -31_536_000),
            ("2026-11-27T13:00:00Z", 3600), ("2026-11-27T13:00:00+01:00", nil),
            ("2026-11-27T11:00:00Z", -3600),
        ] as [(String, Int64?)]
    )
    func difference(_ text: String, _ seconds: Int64?) {
        let want = seconds.map { Duration.seconds($0) }
        #expect(RecordedTime(text).difference(from: Self.noon) == want, "\(text)")
    }
}
