import Testing

@testable import ReaperKit

@Suite("instance file grammars")
struct InstanceTextTests {
    /// Bytes of a pid file, and the number that they hold, if any.
    struct PidCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var want: Int32?

        init(_ name: String, _ text: String, _ want: Int32? = nil) {
            testDescription = name
            bytes = Array(text.utf8)
            self.want = want
        }

        init(_ name: String, bytes: [UInt8]) {
            testDescription = name
            self.bytes = bytes
        }
    }

    static let pidCases: [PidCase] = [
        PidCase("a number", "4127", 4127),
        PidCase("a number and a newline", "4127\n", 4127),
        PidCase("the smallest", "2", 2),
        PidCase("the largest", "4194304\n", 4_194_304),
        PidCase("nothing", ""),
        PidCase("only a newline", "\n"),
        PidCase("zero: our own group", "0"),
        PidCase("one: the first process", "1"),
        PidCase("minus one: everybody", "-1"),
        PidCase("a group", "-4127"),
        PidCase("above the kernel's limit", "4194305"),
        PidCase("wraps to one in 32 bits", "4294967297"),
        PidCase("wraps to one in 64 bits", "18446744073709551617"),
        PidCase("a thousand digits", String(repeating: "9", count: 1000)),
        PidCase("hexadecimal", "0x101f"),
        PidCase("a leading zero", "04127"),
        PidCase("a plus", "+4127"),
        PidCase("a leading space", " 4127"),
        PidCase("a trailing space", "4127 "),
        PidCase("a carriage return", "4127\r\n"),
        PidCase("two newlines", "4127\n\n"),
        PidCase("two numbers", "4127 4128"),
        PidCase("two lines", "1\n4127"),
        PidCase("an exponent", "4127e0"),
        PidCase("Arabic-Indic digits", "\u{664}\u{661}"),
        PidCase("a NUL behind it", bytes: Array("4127\0junk".utf8)),
        PidCase("UTF-16", bytes: [0xff, 0xfe, 0x34, 0, 0x31, 0]),
    ]

    @Test("a pid file holds one number and nothing else", arguments: pidCases)
    func pid(testCase: PidCase) {
        let result = Result { () throws(InstanceFormatError) in
            try InstanceText.pid(testCase.bytes).pid
        }
        #expect(result == testCase.want.map { .success($0) } ?? .failure(.notANumber))
    }

    @Test("a record gives what makes it safe to act on")
    func record() throws {
        var rule = InstanceRule()
        rule.format = .json
        rule.pidKey = "child.pid"
        rule.idKey = "name"
        rule.aliasKey = "meta.alias"
        let text = """
            {"child": {"pid": 4127}, "name": "a", "meta": {"alias": 7}, "start_ticks": 88213,
             "boot_id": "b", "host": "h", "pidfd_inode": 9, "pid_namespace": "4026531836",
             "exe": "/bin/x", "leads": false, "more": null}
            """
        var want = InstanceEntry(pid: 4127)
        want.id = "a"
        want.alias = "7"
        want.startTicks = 88213
        want.bootID = "b"
        want.host = "h"
        want.pidfdInode = 9
        want.pidNamespace = 4_026_531_836
        want.executable = "/bin/x"
        want.leads = false
        #expect(try InstanceText.json(Array(text.utf8), rule: rule) == [want])
    }

    /// A JSON text with its entries path, and the names and numbers in it, or why there are none.
    struct EntriesCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var path: String?
        var text: String
        var want: Result<[String], InstanceFormatError>

        init(_ name: String, _ path: String?, _ text: String, _ want: [String]) {
            (testDescription, self.path, self.text) = (name, path, text)
            self.want = .success(want)
        }

        init(_ name: String, _ path: String?, _ text: String, fails reason: String) {
            (testDescription, self.path, self.text) = (name, path, text)
            want = .failure(InstanceFormatError(reason: reason))
        }
    }

    static let entriesCases: [EntriesCase] = [
        EntriesCase("one record", nil, #"{"pid": 7}"#, ["-:7"]),
        EntriesCase("a number as text", nil, #"{"pid": "7"}"#, ["-:7"]),
        EntriesCase(
            "names to numbers",
            "services.*",
            #"{"services":{"a":7,"b":8}}"#,
            ["a:7", "b:8"]
        ),
        EntriesCase("names to records", "*", #"{"a":{"pid":7},"b":{"pid":null}}"#, ["a:7"]),
        EntriesCase(
            "a list of records",
            "list.*",
            #"{"list":[{"pid":7},{"pid":8}]}"#,
            ["-:7", "-:8"]
        ),
        EntriesCase("no entries", "services.*", "{}", []),
        EntriesCase("none yet", "services.*", #"{"services":null}"#, []),
        EntriesCase("none of the list", "*.list.*", #"{"a":{"b":7},"c":{"list":[]}}"#, []),
        EntriesCase(
            "a list instead",
            "services.*",
            "[7,8]",
            fails: "1:1: expected an object with 'services', found an array"
        ),
        EntriesCase(
            "names where 'services' should be",
            "services.*",
            #"{"web":7}"#,
            fails: "1:1: expected a member 'services'"
        ),
        EntriesCase(
            "a number instead of entries",
            "services.*",
            #"{"services":7}"#,
            fails: "1:13: expected an object or an array, found a number"
        ),
        EntriesCase(
            "a list of numbers, values that are none",
            "*.*",
            #"{"a":[7,{"pid":8}],"b":{"c":true,"d":[9],"e":{"f":9},"g":null}}"#,
            ["-:0", "-:8", "c:0", "d:0", "e:0"]
        ),
        EntriesCase(
            "no number",
            nil,
            "{\n }",
            fails: "1:1: expected a process number under 'pid'"
        ),
        EntriesCase(
            "a number out of range",
            nil,
            #"{"pid": -1}"#,
            fails: "1:9: \(InstanceFormatError.notANumber.reason)"
        ),
        EntriesCase(
            "one bad entry spoils no other",
            "*",
            #"{"a":7,"b":"0x8","c":0,"d":-1,"e":9}"#,
            ["a:7", "b:0", "c:0", "d:0", "e:9"]
        ),
        EntriesCase(
            "a fraction",
            nil,
            #"{"pid": 7.5}"#,
            fails: "1:9: expected a process number, found a number"
        ),
    ]

    @Test("key paths find the entries", arguments: entriesCases)
    func entries(testCase: EntriesCase) {
        var rule = InstanceRule()
        rule.entries = testCase.path
        let result = Result { () throws(InstanceFormatError) in
            try InstanceText.json(Array(testCase.text.utf8), rule: rule)
                .map { "\($0.id ?? "-"):\($0.pid ?? 0)" }
        }
        #expect(result == testCase.want)
    }

    @Test("what is wrong with an entry names it, and its place")
    func flaws() throws {
        var rule = InstanceRule()
        rule.entries = "*"
        let entries = try InstanceText.json(Array(#"{"a":7,"b":"0x8"}"#.utf8), rule: rule)
        let reason = InstanceFormatError.notANumber.reason
        #expect(entries.map(\.flaw) == [nil, "entry 'b': 1:12: \(reason)"])
        #expect(entries.map(\.pid) == [7, nil])
        let lines = try InstanceText.matches(
            of: #"(?m)^(?<id>\w+) (?<pid>\d+)$"#,
            in: Array("web 0\ndb 8".utf8)
        )
        #expect(lines.map(\.flaw) == ["entry 'web': 1:5: \(reason)", nil])
        #expect(lines.map(\.id) == ["web", "db"])
    }

    @Test("an entry of the wrong shape is told with its place")
    func shapes() throws {
        var rule = InstanceRule()
        rule.entries = "*"
        func flaws(_ text: String) throws -> [String?] {
            try InstanceText.json(Array(text.utf8), rule: rule).map(\.flaw)
        }
        #expect(
            try flaws(#"{"a":true,"b":{"c":7}}"#) == [
                "entry 'a': 1:6: expected a process number, found a boolean",
                "entry 'b': 1:15: expected a process number, found an object",
            ]
        )
        let number = "an entry: 1:2: expected an object with 'pid', found a number"
        #expect(try flaws(#"[7,{"pid":8}]"#) == [number, nil])
        // Where nothing is right and nothing has a name, it is no such record at all.
        #expect(throws: InstanceFormatError(reason: number)) { try flaws("[7]") }
        // A record without the key that the rule names is one of what does not run.
        rule.pidKey = "main"
        #expect(try flaws(#"{"a":{"c":7},"b":{"main":8}}"#) == [nil])
        #expect(
            try flaws(#"{"a":true}"#) == [
                "entry 'a': 1:6: expected an object with 'main', found a boolean"
            ]
        )
    }

    @Test("every entry of a text that is wrong has its place; where all are, several are named")
    func flawedText() throws {
        func read(_ text: String) throws(InstanceFormatError) -> [InstanceEntry] {
            try InstanceText.matches(
                of: #"(?m)^(?<id>\w+) (?<pid>\S+)$"#,
                in: Array(text.utf8)
            )
        }
        let reason = InstanceFormatError.notANumber.reason
        let entries = try read("a -1\nb 8\né é c\ncc 0x8\nd 0")
        #expect(
            entries.map(\.flaw) == [
                "entry 'a': 1:3: \(reason)", nil, "entry 'cc': 4:4: \(reason)",
                "entry 'd': 5:3: \(reason)",
            ],
            "\(entries.map(\.flaw))"
        )
        let error = #expect(throws: InstanceFormatError.self) {
            try read("a -1\nb x\nc 0\nd 1\ne -")
        }
        let three = ["a': 1:3", "b': 2:3", "c': 3:3"].map { "entry '\($0): \(reason)" }
        #expect(error?.reason == three.joined(separator: "; ") + "; and 2 more like it")
    }

    @Test("no prefix of a record is taken for a whole one")
    func prefixes() throws {
        let text = Array(#"{"pid": 4127, "host": "h"}"#.utf8)
        for end in 0..<text.count {
            #expect(throws: InstanceFormatError.self) {
                try InstanceText.json(Array(text[..<end]), rule: InstanceRule())
            }
        }
    }

    @Test(
        "an address to listen on is no host name",
        arguments: ["127.0.0.1", "0.0.0.0", "::1", "fe80::1", "localhost", "localhost6", "*", ""]
    )
    func addresses(text: String) { #expect(InstanceText.hostName(text) == nil) }

    @Test("a pattern's named groups become the entry")
    func pattern() throws {
        let entries = try InstanceText.matches(
            of: #"^(?<host>.+)-(?<pid>[0-9]+)$"#,
            in: Array("build-box.example-4127".utf8)
        )
        #expect(entries.map(\.pid) == [4127])
        #expect(entries.first?.host == "build-box.example")
    }

    @Test("a pattern finds every entry of a text")
    func patterns() throws {
        let entries = try InstanceText.matches(
            of: #"(?m)^(?<id>\w+) pid=(?<pid>\d+) at (?<start>\d+)"#,
            in: Array("web pid=7 at 70\r\ndb pid=8 at 80\n".utf8)
        )
        #expect(entries.map(\.pid) == [7, 8])
        #expect(entries.map(\.id) == ["web", "db"])
        #expect(entries.map(\.startTicks) == [70, 80])
    }

    @Test(
        "a document without entries has none",
        arguments: ["", " \n", "<projects>\n</projects>\n"]
    )
    func noEntries(text: String) throws {
        let entries = try InstanceText.matches(of: "<pid>(?<pid>[0-9]+)", in: Array(text.utf8))
        #expect(entries.isEmpty)
    }

    @Test(
        "a pattern that finds no number says so",
        arguments: [nil, "(", "x(?<pid>[0-9]+)", "(?<id>.*)", "(?<pid>.*)"] as [String?]
    )
    func noMatch(pattern: String?) {
        #expect(throws: InstanceFormatError.self) {
            try InstanceText.matches(of: pattern, in: Array("4127 4128".utf8))
        }
    }
}
