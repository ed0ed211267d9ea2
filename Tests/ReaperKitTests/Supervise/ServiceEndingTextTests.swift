import Testing

@testable import ReaperKit
@testable import Simulation

/// What goes to the process that ends services, and what comes back.
@Suite("services to end, as text")
struct ServiceEndingTextTests {
    /// Not UTF-8, with whatever else a line or a string could break at.
    private static let bytes = ByteString([0xFF, 0x0A, 0x22, 0x5C, 0xC3, 0x28, 0x01])

    private static func full() throws -> ServiceEnding {
        var target = ServiceEnding.Target(
            name: "web",
            identity: ProcessIdentity(pid: 4127, startTime: 88_213),
            mark: "web:0123456789abcdef",
            stop: StopAction(
                signal: .interrupt,
                timeout: .milliseconds(1_500),
                order: .rootFirst,
                ports: PortSet(members: [
                    PortSet.Member(ports: 8080...8080, transport: .tcp),
                    PortSet.Member(ports: 3000...3010, transport: .udp),
                    PortSet.Member(ports: 53...53),
                ]),
                processFilters: [
                    try Glob(parsing: "node*", as: .text), try Glob(parsing: bytes, as: .text),
                    // Text that ends where JSON does.
                    try Glob(parsing: #"a"b"#, as: .text),
                ],
                killsOthers: true
            ),
            after: ["mail", "a.b-c_d"]
        )
        target.stopCommand = ["/bin/stop", "", bytes]
        target.directory = bytes
        target.user = "www-data"
        target.log = bytes
        target.environment = [
            Service.Variable(name: "A", value: bytes), Service.Variable(name: "B", value: ""),
        ]
        let plain = ServiceEnding.Target(name: "db", identity: nil, mark: "", stop: StopAction())
        return ServiceEnding([target, plain], deadline: .milliseconds(12_345), isForced: true)
    }

    @Test("is one line, and the same when it is read")
    func roundTrip() throws {
        for ending in [try Self.full(), ServiceEnding([])] {
            let line = ending.json
            #expect(line.count { $0 == 0x0A } == 1 && line.last == 0x0A)
            #expect(try ServiceEnding(reading: line) == ending)
        }
    }

    @Test("a filter that can match nothing does not become one that matches")
    func nothing() throws {
        var ending = try Self.full()
        let never = Glob.matchingNothing("${UNSET}*", as: .text)
        ending.targets[0].stop.processFilters = [never]
        #expect(try ServiceEnding(reading: ending.json).targets[0].stop.processFilters == [])
    }

    @Test("a part of it is refused, wherever it was cut off")
    func prefixes() throws {
        let line = try Self.full().json.dropLast()
        for count in 0..<line.count {
            #expect(throws: JSONError.self) {
                try ServiceEnding(reading: Array(line.prefix(count)))
            }
        }
    }

    @Test("what nobody has written is refused, and names what is wrong")
    func refused() {
        for (text, reason) in [
            (#"{}"#, "targets"), (#"[]"#, "object"), (#"{"targets":[{}]}"#, "name"),
            (#"{"targets":[{"name":"a","signal":"FOO"}]}"#, "FOO"),
            (#"{"targets":[{"name":"a","timeout_ms":"x"}]}"#, "timeout_ms"),
            (#"{"targets":[{"name":"a","ports":["0/x"]}]}"#, "0/x"),
            (#"{"targets":[],"force":1}"#, "force"),
        ] {
            do {
                _ = try ServiceEnding(reading: Array(text.utf8))
                Issue.record("\(text) was read")
            } catch {
                #expect("\(error)".contains(reason))
            }
        }
    }

    private static var result: ServiceEndingResult {
        var web = ServiceEndingResult.Part(name: "web")
        web.ended = 3
        web.killed = 1
        web.time = .milliseconds(1_234)
        web.left = ["node (12@34) survived: \"it\" waits", "second\nline"]
        var result = ServiceEndingResult([web, ServiceEndingResult.Part(name: "db")])
        result.proof = .proofScan
        result.unproven = "births were lost"
        result.deadlinePassed = true
        result.parts[0].held = ["port 80 is held by nginx"]
        return result
    }

    @Test("an answer is one line, the same when it is read, and no other line is one")
    func answer() {
        let line = Self.result.json
        #expect(line.count { $0 == 0x0A } == 1 && line.last == 0x0A)
        #expect(ServiceEndingResult(reading: line) == Self.result)
        let empty = ServiceEndingResult([])
        #expect(ServiceEndingResult(reading: empty.json) == empty)
        for count in 0..<(line.count - 1) {
            #expect(ServiceEndingResult(reading: Array(line.prefix(count))) == nil)
        }
        for text in ["", "null", "[]", #"{"text":"TERM web","service":"web"}"#, #"{"result":1}"#] {
            #expect(ServiceEndingResult(reading: Array(text.utf8)) == nil)
        }
    }

    @Test("one after the other: all parts, and proven only if both are")
    func followed() {
        var proven = ServiceEndingResult([ServiceEndingResult.Part(name: "late")])
        proven.proof = .tree
        var unproven = ServiceEndingResult([])
        unproven.unproven = "nobody knows"
        #expect(Self.result.followed(by: proven).parts.map(\.name) == ["web", "db", "late"])
        #expect(Self.result.followed(by: proven).proof == .tree)
        #expect(proven.followed(by: Self.result).deadlinePassed)
        #expect(proven.followed(by: Self.result).parts.contains { $0.held.count == 1 })
        #expect(proven.followed(by: unproven).proof == Proof.none)
        #expect(unproven.followed(by: proven).proof == Proof.none)
        #expect(unproven.followed(by: proven).unproven == "nobody knows")
    }

    @Test("a request over the socket is the same when it is read")
    func requests() throws {
        let requests: [ControlRequest] = [
            .status, .reload, .start([]), .start(["a", "b"]), .restart(["a"]),
            .stop(["a\"b"], cascade: true, isForced: false),
            .stop([], cascade: false, isForced: true),
            .shutdown(isForced: false), .shutdown(isForced: true),
        ]
        for request in requests {
            let line = request.json
            #expect(line.count { $0 == 0x0A } == 1 && line.last == 0x0A)
            #expect(try ControlRequest(reading: line) == request)
            for count in 0..<(line.count - 1) {
                #expect(throws: JSONError.self) {
                    try ControlRequest(reading: Array(line.prefix(count)))
                }
            }
        }
    }

    @Test(
        "any other request is refused, and what is wrong is named",
        arguments: [
            ("", "value"), ("null", "request"), ("[]", "request"), (#""status""#, "request"),
            ("{}", "'request'"), (#"{"request":"stat"}"#, "'stat'"), (#"{"request":1}"#, "string"),
            (#"{"request":""}"#, "'request'"), (#"{"request":"Status"}"#, "'Status'"),
            (#"{"request":"stop","service":["a"]}"#, "'service'"),
            (#"{"request":"stop","services":"a"}"#, "'services'"),
            (#"{"request":"stop","services":[1]}"#, "'services'"),
            (#"{"request":"stop","services":[""]}"#, "'services'"),
            (#"{"request":"stop","services":[null]}"#, "'services'"),
            (#"{"request":"stop","services":{}}"#, "'services'"),
            (#"{"request":"stop","cascade":"yes"}"#, "'cascade'"),
            (#"{"request":"shutdown","force":1}"#, "'force'"),
            (#"{"request":"stop","request":"status"}"#, "request"),
            (#"{"request":"status"} {}"#, "end"), (#"{request:"status"}"#, "request"),
            (#"{"request":"\u001b[2J"}"#, #"\x1b"#),
        ]
    )
    func refusedRequests(text: String, reason: String) {
        do {
            _ = try ControlRequest(reading: Array(text.utf8))
            Issue.record("\(text) was read")
        } catch {
            #expect(error.message.contains(reason))
            #expect(!error.message.contains("\u{1B}"))
        }
    }
}
