import ReaperKit
import Testing

@Suite("ports, durations and mistyped names")
struct ValueTextTests {
    static let services = ServiceNames(
        parsing: Array(
            """
            # comment
            tcpmux\t1/tcp\t\t# TCP port multiplexer
            http\t\t80/tcp\t\twww\t# WorldWideWeb HTTP
            domain 53/tcp
            domain 53/udp
            broken
            worse 99999/tcp
            sctponly 5/sctp
            zero 0/tcp

            """.utf8
        )
    )

    private typealias Member = PortSet.Member

    @Test("reads ports, ranges, protocols and names")
    func ports() throws {
        let set = try PortSet(
            parsing: "8080, 3000-3010,53/udp,:9000,65535/TCP,www,domain,domain/udp",
            services: Self.services
        )
        #expect(
            set.members == [
                Member(ports: 8080...8080), Member(ports: 3000...3010),
                Member(ports: 53...53, transport: .udp), Member(ports: 9000...9000),
                Member(ports: 65535...65535, transport: .tcp),
                Member(ports: 80...80, transport: .tcp), Member(ports: 53...53, transport: .tcp),
                Member(ports: 53...53, transport: .udp), Member(ports: 53...53, transport: .udp),
            ]
        )
    }

    @Test(
        "a bad port is named, with what would do",
        arguments: [
            ("0", "'0'", "1 to 65535"), ("70000", "'70000'", "1 to 65535"),
            ("80,abc", "'abc'", "/etc/services"), ("80-", "'80-'", "a range"),
            ("-80", "'-80'", "a range"), ("10-5", "'10-5'", "lower port first"),
            ("8080/sctp", "'8080/sctp'", "tcp or udp"), ("80,,81", "''", "1 to 65535"),
            ("", "''", "1 to 65535"), (":", "':'", "1 to 65535"), ("80/", "'80/'", "tcp or udp"),
            ("+80", "'+80'", "1 to 65535"), ("8o", "'8o'", "1 to 65535"),
            ("htpp", "'htpp'", "'http'"),
            ("http/udp", "'http/udp'", "80/tcp"), ("80 81", "'80 81'", "1 to 65535"),
            ("sctponly", "'sctponly'", "/etc/services"), ("1-2-3", "'1-2-3'", "a range"),
            (":http", "':http'", "1 to 65535"), ("\u{661}", "'\u{661}'", "1 to 65535"),
        ]
    )
    func badPorts(_ list: String, _ element: String, _ expected: String) {
        let error = #expect(throws: ValueError.self) {
            try PortSet(parsing: list, services: Self.services)
        }
        #expect(
            error?.description.hasPrefix("\(element) is not") == true,
            "\(error?.description ?? "")"
        )
        #expect(error?.expected.contains(expected) == true, "\(error?.description ?? "")")
    }

    @Test(
        "reads and prints durations",
        arguments: [
            ("500ms", Duration.milliseconds(500), "500ms"), ("10s", .seconds(10), "10s"),
            ("2m", .seconds(120), "2m"), ("1h", .seconds(3600), "1h"),
            ("7d", .seconds(604_800), "7d"),
            ("10", .seconds(10), "10s"), ("1.5s", .milliseconds(1500), "1.5s"), ("0", .zero, "0s"),
            ("1.5h", .seconds(5400), "90m"), ("0.25", .milliseconds(250), "250ms"),
            ("90s", .seconds(90), "90s"), ("365d", .seconds(31_536_000), "365d"),
            ("1500ms", .milliseconds(1500), "1.5s"),
            ("1.000000001", .nanoseconds(1_000_000_001), "1s"),
        ]
    )
    func durations(_ text: String, _ want: Duration, _ printed: String) throws {
        #expect(try Duration(parsing: text) == want)
        #expect(want.shortText == printed)
        if want.milliseconds != 1000 { #expect(try Duration(parsing: printed) == want) }
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "s", "-1", "+1", "1 s", " 1", "1w", "1S", ".5", "5.", "1.2.3", "1m30s", "366d",
            "365.1d", "999999999d", "99999999999999999999", "1e3", "\u{661}s", "infinity",
        ]
    )
    func badDurations(_ text: String) {
        #expect(throws: ValueError.self) { try Duration(parsing: text) }
    }

    @Test(
        "a mistyped name finds its nearest",
        arguments: [
            ("mach", "match"), ("mtach", "match"), ("macth", "match"), ("Match", "match"),
            ("matchh", "match"), ("hnt", "hint"), ("timout", "timeout"), ("xyz", nil), ("", nil),
            ("t", nil), ("older-than", "older_than"),
        ]
    )
    func nearest(_ name: String, _ want: String?) {
        let names = ["id", "match", "hint", "timeout", "title", "older_than"]
        #expect(nearestName(to: name, in: names) == want)
    }
}
