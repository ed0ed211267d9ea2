import Testing

@testable import ReaperKit

@Suite("texts of facts")
struct ReportTextTests {
    @Test(
        "times are RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)]
    )
    func timestamp(_ seconds: Int64, _ want: String) {
        #expect(Duration.seconds(seconds).rfc3339() == want)
    }

    @Test("every day of four centuries follows the one before")
    func calendar() {
        var last = ""
        for day in 0..<146_097 {
            let text = Duration.seconds(Int64(day) * 86_400).rfc3339() ?? ""
            #expect(text > last && text.utf8.count == 20)
            last = text
        }
        #expect(last == "2369-12-31T00:00:00Z")
    }

    @Test("milliseconds count up before 1970, too, and far times are unknown")
    func fractions() {
        #expect(
            Duration.milliseconds(-1).rfc3339(withMilliseconds: true) == "1969-12-31T23:59:59.999Z"
        )
        #expect(
            Duration.milliseconds(1_250).rfc3339(withMilliseconds: true)
                == "1970-01-01T00:00:01.250Z"
        )
        #expect(Duration.seconds(Int64.max).rfc3339() == nil)
        #expect(Duration.seconds(Int64.min).rfc3339() == nil)
        #expect(Duration.seconds(253_402_300_800).rfc3339() == nil)
        #expect(Duration.seconds(-62_167_219_201).rfc3339() == nil)
    }

    @Test("times and ages beyond any clock are rendered all the same")
    func extremes() {
        for seconds in [Int64.min, -1 << 62, 1 << 62, .max] {
            for sum in [Duration.seconds(seconds), .seconds(seconds) + .seconds(seconds)] {
                #expect(sum.rfc3339() == nil)
                #expect(sum.milliseconds == (seconds < 0 ? .min : .max))
                #expect(sum.roughText == (seconds < 0 ? "0 ms" : "106751991167d07h"))
                #expect(HostFacts().ticks(at: sum) == (seconds < 0 ? 0 : .max))
            }
        }
    }

    @Test("a file's time is clamped to what ages can be calculated of")
    func fileTimes() {
        let limit = Duration.seconds(Int64(1) << 53)
        #expect(FileFacts.duration(seconds: .max, nanoseconds: 1) == limit + .nanoseconds(1))
        #expect(FileFacts.duration(seconds: .min, nanoseconds: 0) == .zero - limit)
        #expect(FileFacts.duration(seconds: 5, nanoseconds: 6) == .seconds(5) + .nanoseconds(6))
    }

    @Test(
        "addresses are RFC 5952",
        arguments: [
            ([127, 0, 0, 1], "127.0.0.1", "127.0.0.1:80"),
            ([0, 0, 0, 0], "0.0.0.0", "*:80"),
            (v6(0, 0, 0, 0, 0, 0, 0, 0), "::", "*:80"),
            (v6(0, 0, 0, 0, 0, 0, 0, 1), "::1", "[::1]:80"),
            (v6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1), "2001:db8::1:0:0:1", "[2001:db8::1:0:0:1]:80"),
            (
                v6(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1), "2001:db8:0:1:1:1:1:1",
                "[2001:db8:0:1:1:1:1:1]:80"
            ),
            (v6(0x2001, 0, 0, 1, 0, 0, 0, 1), "2001:0:0:1::1", "[2001:0:0:1::1]:80"),
            (v6(0xfe80, 0, 0, 0, 0, 0, 0, 0), "fe80::", "[fe80::]:80"),
            (v6(0, 0, 0, 0, 0, 0xffff, 0x0a00, 1), "::ffff:10.0.0.1", "[::ffff:10.0.0.1]:80"),
        ] as [([UInt8], String, String)]
    )
    func address(_ bytes: [UInt8], _ want: String, _ endpoint: String) {
        #expect(socket(bytes).addressText == want)
        #expect(socket(bytes).endpointText == endpoint)
    }

    @Test("an address of another length has no text")
    func badAddress() { #expect(socket([1, 2]).addressText == nil) }

    @Test(
        "terminals have the names of /dev",
        arguments: [
            (4 << 8 | 1, "tty1"), (4 << 8 | 64, "ttyS0"), (5 << 8 | 1, "console"),
            (136 << 8 | 3, "pts/3"), (137 << 8 | 0, "pts/256"), (136 << 8 | 1 << 20 | 4, "pts/260"),
            (204 << 8 | 64, "204:64"), (0, nil),
        ] as [(Int32, String?)]
    )
    func terminal(_ number: Int32, _ want: String?) {
        let identity = ProcessIdentity(pid: 2, startTime: 1)
        let record = ProcessRecord(identity: identity, name: "x", parent: 1, terminal: number)
        #expect(record.terminalName == want)
    }

    private func socket(_ address: [UInt8]) -> SocketRecord {
        SocketRecord(
            transport: .tcp,
            address: address,
            port: 80,
            state: .listen,
            inode: 1,
            user: 0
        )
    }
}

private func v6(_ groups: UInt16...) -> [UInt8] {
    groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
}
