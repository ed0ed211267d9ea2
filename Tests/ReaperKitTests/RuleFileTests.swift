import ReaperKit
import Testing

@Suite("rule files")
struct RuleFileTests {
    static let reader = RuleFileReader(
        environment: [
            "HOME": "/home/u", "TMPDIR": "/var/tmp", "ROOT": "/", "REL": "x",
            "HUGE": ByteString("/" + String(repeating: "x", count: 5000)),
        ],
        users: ["alice": 1000],
        services: ServiceNames(parsing: Array("http 80/tcp\n".utf8))
    )

    static func read(_ text: String) throws(RuleError) -> RuleFile {
        try reader.read(Array(text.utf8), source: "t.json5")
    }

    /// Reads a file with one rule.
    static func rule(_ text: String) throws(RuleError) -> (rule: Rule, warnings: [RuleWarning]) {
        let file = try read("{name:'s',title:'S',rules:[{id:'r',title:'R',\(text)}]}")
        return (file.rules[0], file.warnings)
    }

    static let everyKey = """
        { name: "wasm", title: "Wasm", homepage: "https://example.org",
          rules: [
            { id: "a", severity: "error", title: "A", hint: "H", after: ["b"],
              match: { name: "w*", exe: ["${TMPDIR:-/tmp}/c/**", "**/bin/w"], command: "*-x*",
                cwd: "~/w", in: "${TMPDIR}/c", env: ["A", "B=c*"], cgroup: "/job/*",
                ports: [8080, "http,53/udp"], user: ["alice", 7, "8"], state: "SD",
                older_than: "2m" },
              owner: { name: ["w", "x"] },
              stop: { signal: "INT", timeout: "2s", order: "root-first" },
              remove: ["~/w/*.sock"], containers: true, unrecorded: true, units: "w.service" },
            { id: "b", title: "B", protect: true, match: { name: "z" } },
            { id: "c", title: "C", keep: true, instance: { files: ["~/.w/*.json"],
              exclude: "**/x.json", format: "json", pid: "child.pid", id: "id", alias: "alias",
              started: "t", start_ticks: "ticks", entries: "services.*" } },
          ] }
        """

    @Test("reads every key of a rule")
    func full() throws {
        let file = try Self.read(Self.everyKey)
        #expect(file.name == "wasm" && file.homepage == "https://example.org")
        #expect(file.rules.map(\.id) == ["wasm.a", "wasm.b", "wasm.c"] && file.warnings.isEmpty)
        let rule = file.rules[0]
        #expect(rule.severity == .error && rule.hint == "H" && rule.after == ["wasm.b"])
        #expect(rule.source == "t.json5:3:5" && rule.containers && !rule.protect && !rule.keep)
        #expect(rule.unrecorded)
        #expect(rule.match.executables[0].matches("/var/tmp/c/x"))
        #expect(rule.match.workingDirectories == [try Glob(parsing: "/home/u/w", as: .path)])
        #expect(rule.match.directories == ["/var/tmp/c"])
        #expect(rule.match.environment.map(\.name) == ["A", "B"])
        #expect(rule.match.environment[1].value?.matches("cd") == true)
        #expect(rule.match.ports?.contains(80, .tcp) == true)
        #expect(rule.match.ports?.contains(53, .tcp) == false)
        #expect(rule.match.users == [1000, 7, 8] && rule.match.olderThan == .seconds(120))
        #expect(rule.match.states == Array("SD".utf8))
        #expect(
            rule.stop == StopAction(signal: .interrupt, timeout: .seconds(2), order: .rootFirst)
        )
        #expect(rule.remove[0].matches("/home/u/w/a.sock") && rule.units[0].matches("w.service"))
        #expect(file.rules[1].protect && file.rules[2].keep)
        let instance = try #require(file.rules[2].instance)
        #expect(instance.format == .json && instance.pidKey == "child.pid")
        #expect(instance.entries == "services.*" && instance.startTicksKey == "ticks")
        #expect(instance.exclude[0].matches("/home/u/.w/x.json"))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String { rule }
        var rule: String
        var message: String

        init(_ rule: String, _ message: String) {
            self.rule = rule
            self.message = message
        }
    }

    static let refusals: [Refusal] = [
        Refusal("mach:{}", "unknown key 'mach' in a rule; did you mean 'match'?"),
        Refusal("match:{nmae:'x'}", "unknown key 'nmae' in a process; did you mean 'name'?"),
        Refusal("match:{}", "would match every process"),
        Refusal("instance:{env:'A'},match:{}", "would match every process"),
        Refusal("match:{name:[]}", "expected at least one value for 'name'"),
        Refusal("match:{name:''}", "expected text for 'name', found an empty string"),
        Refusal("match:{name:'*'}", "'*': expected a name in it, as it matches everything"),
        Refusal("match:{exe:'/**'}", "'/**': expected a name in it"),
        Refusal("match:{name:7}", "expected a string for 'name', found a number"),
        Refusal("match:{name:['a',null]}", "expected a string for 'name', found null"),
        Refusal("match:[]", "expected an object that describes a process, found an array"),
        Refusal("match:{exe:'foo/**'}", "'foo/**': expected an absolute path"),
        Refusal("match:{exe:'*/foo'}", "expected an absolute path"),
        Refusal("match:{exe:'/a['}", "'/a[' is not a pattern: expected a ']'"),
        Refusal("match:{exe:'${X}/a['}", "is not a pattern: expected a ']'"),
        Refusal("match:{exe:'~/a['}", "is not a pattern: expected a ']'"),
        Refusal("match:{exe:'x${X}/**'}", "'x/x/**': expected an absolute path"),
        Refusal("match:{in:'${X}/*'}", "without wildcards"),
        Refusal("match:{exe:'${X'}", "'${X' is not a pattern: expected '}'"),
        Refusal("match:{cwd:'/a/'}", "does not end in '/'"),
        Refusal("match:{in:'/'}", "other than '/'"),
        Refusal("match:{in:'/a*'}", "without wildcards"),
        Refusal("match:{in:'a'}", "absolute directory"),
        Refusal("match:{env:'=x'}", "expected NAME or NAME=GLOB"),
        Refusal("match:{env:'A*=x'}", "expected NAME or NAME=GLOB"),
        Refusal("match:{ports:0}", "'0' is not a port"),
        Refusal("match:{ports:'htpp'}", "'http'"),
        Refusal("match:{user:4294967295}", "expected a user from 0"),
        Refusal("match:{comm:'containerd-shim-runc-v2'}", "expected at most 15 bytes for 'comm'"),
        Refusal("match:{state:'zq'}", "expected state letters"),
        Refusal("match:{older_than:'x'}", "'x' is not a duration"),
        Refusal("owner:{},match:{name:'a'}", "in 'owner'"),
        Refusal("title2:''", "unknown key 'title2'"),
        Refusal("hint:'x'", "expected 'match' or 'instance'"),
        Refusal("severity:'fatal',match:{name:'a'}", "expected one of info, warning, error"),
        Refusal("severity:'eror',match:{name:'a'}", "did you mean 'error'?"),
        Refusal("keep:'yes',match:{name:'a'}", "expected true or false for 'keep', found a string"),
        Refusal("match:{name:'a'},stop:{signal:'TERMM'}", "'TERMM' is not a signal"),
        Refusal(
            "match:{name:'a'},stop:{timeout:'31s'}",
            "expected at most 30s for 'timeout', found 31s"
        ),
        Refusal("match:{name:'a'},stop:{order:'x'}", "expected one of deepest-first"),
        Refusal("match:{name:'a'},stop:{timeout:-1}", "is not a duration"),
        Refusal("match:{user:7},stop:{}", "expected one of name, exe"),
        Refusal("instance:{files:'/run/a.pid'},stop:{}", "expected 'match' in a rule with 'stop'"),
        Refusal(
            "match:{name:'a'},protect:true,stop:{}",
            "expected no 'stop' in a rule with 'protect'"
        ),
        Refusal(
            "instance:{files:'/run/a.pid'},protect:true",
            "expected 'match' in a rule with 'protect'"
        ),
        Refusal("match:{name:'a'},after:'q'", "expected the id of a rule in this file"),
        Refusal("match:{name:'a'},after:'r'", "circle runs through 's.r'"),
        Refusal("match:{name:'a'},remove:'**/x'", "expected a directory before its first wildcard"),
        Refusal("match:{name:'a'},remove:'/*/x'", "expected a directory before its first wildcard"),
        Refusal("instance:{}", "expected either 'files' or 'env'"),
        Refusal("instance:{files:'/a/b',env:'X'}", "expected either 'files' or 'env'"),
        Refusal("instance:{files:'/a/b',format:'jsn'}", "did you mean 'json'?"),
        Refusal("instance:{files:'/a/b',format:'json'}", "expected 'pid'"),
        Refusal("instance:{files:'/a/b',pid:'x'}", "expected no 'pid' together with format 'pid'"),
        Refusal("instance:{files:'/a/b',format:'json',pid:'a..b'}", "names joined by dots"),
        Refusal("instance:{files:'/a/b',format:'json',pid:'a.*'}", "names joined by dots"),
        Refusal("instance:{files:'/a/b',format:'text'}", "expected 'pattern'"),
        Refusal("instance:{files:'/a/b',pattern:'(?<pid>1)'}", "expected no 'pattern'"),
        Refusal(
            "instance:{files:'/a/b',format:'text',pattern:'a'}",
            "expected a group (?<pid>...)"
        ),
        Refusal("instance:{files:'/a/b',format:'text',pattern:'(?<pdi>1)'}", "did you mean 'pid'?"),
        Refusal(
            "instance:{files:'/a/b',format:'text',pattern:'(?<pid>['}",
            "is not a regular expression"
        ),
        Refusal("instance:{env:'X',format:'pid'}", "expected no 'format' together with 'env'"),
        Refusal("instance:{env:'X',pattern:'(?<pid>1)'}", "expected a group (?<id>...)"),
    ]

    @Test("what is wrong is said, with its place", arguments: refusals)
    func refuses(_ testCase: Refusal) {
        let error = #expect(throws: RuleError.self) { try Self.rule(testCase.rule) }
        #expect(error?.message.contains(testCase.message) == true, "\(error?.description ?? "")")
        #expect(error?.file == "t.json5" && error?.position?.line == 1)
    }

    @Test(
        "what is wrong with a file as a whole is said too",
        arguments: [
            ("[]", "1:1: expected an object that describes a rule file, found an array"),
            ("{}", "1:1: expected the key 'name' in this object"),
            ("{name:'A b'}", "1:7: expected lower-case letters, digits, '-' and '_' for 'name'"),
            ("{name:'a',title:'A',rules:{}}", "1:27: expected an array for 'rules'"),
            ("{name:'a',title:'A',rules:[],x:1}", "1:30: unknown key 'x'"),
            (
                "{name:'a',title:'A',rules:[\n{id:'b',title:'',match:{name:'c'}}]}",
                "2:15: expected text"
            ),
            (
                "{name:'a',title:'A',rules:[{id:'b',title:'B',match:{name:'c'}},\n {id:'b',title:'B',match:{name:'c'}}]}",
                "2:2: expected each id once, found 'a.b' again; it first stood at 1:28"
            ),
            (
                "{name:'a',title:'A',rules:[{id:'b',title:'B',after:'c',match:{name:'c'}},{id:'c',title:'B',after:'a.b',match:{name:'c'}}]}",
                "1:52: expected an order for 'after', but a circle runs through 'a.b', 'a.c'"
            ),
            ("{name:'a' title:'A'}", "1:11: expected ',' or '}'"),
        ]
    )
    func refusesFile(_ text: String, _ message: String) {
        let error = #expect(throws: RuleError.self) { try Self.read(text) }
        #expect(
            error?.description.hasPrefix("t.json5:\(message)") == true,
            "\(error?.description ?? "")"
        )
    }

    @Test(
        "a variable that is not set makes its pattern match nothing, never more",
        arguments: [
            "match:{exe:'${X}/cache/**'},stop:{}", "match:{exe:'${REL}/cache/**'},stop:{}",
            "match:{exe:'${ROOT}/**'},stop:{}", "match:{exe:'${ROOT}'},stop:{}",
            "match:{exe:'${X}'},stop:{}", "match:{exe:'${HUGE}/x'},stop:{}",
        ]
    )
    func unset(_ text: String) throws {
        let (rule, warnings) = try Self.rule(text)
        #expect(rule.match.executables.count == 1 && rule.match.executables[0].matchesNothing)
        #expect(warnings.count == 1 && warnings[0].message.contains("matches nothing"))
        #expect(!rule.match.executables[0].matches("/cache/x"))
    }

    @Test("a directory or user that is not there matches nothing either")
    func absent() throws {
        let (rule, warnings) = try Self.rule("match:{in:['${X}/a','${ROOT}'],user:'bob'}")
        #expect(rule.match.directories == ["", ""] && warnings.count == 3)
        #expect(!ByteString("/a/b").isBelow(rule.match.directories[0]))
        #expect(rule.match.users == [.max])
    }

    @Test("files are not looked for from the root because of a variable")
    func placeless() throws {
        let (rule, warnings) = try Self.rule("instance:{files:['${ROOT}/*.pid','${X}/*.pid']}")
        #expect(rule.instance?.files.allSatisfy(\.matchesNothing) == true && warnings.count == 2)
    }

    @Test("users and services are not read for rules that name none")
    func lazily() throws {
        let reader = RuleFileReader(
            environment: [:],
            users: { () -> [String: UInt32] in
                Issue.record("users were read")
                return [:]
            }(),
            services: { () -> ServiceNames in
                Issue.record("services were read")
                return ServiceNames()
            }()
        )
        let text =
            "{name:'s',title:'S',rules:[{id:'r',title:'R',match:{ports:'80,90-99/udp',user:0}}]}"
        _ = try reader.read(Array(text.utf8), source: "t")
    }

    @Test("every prefix of a rule file reads or throws, and never traps")
    func prefixes() {
        let text =
            "{name:'s',title:'S',rules:[{id:'r',title:'R',match:{exe:['${A:-/t}/**']},"
            + "stop:{timeout:'2s'},instance:{env:'X',pattern:'(?<id>[a-z]+)'}}]}"
        let bytes = Array(text.utf8)
        for end in 0...bytes.count {
            _ = try? Self.reader.read(Array(bytes[..<end]), source: "t")
        }
    }
}
