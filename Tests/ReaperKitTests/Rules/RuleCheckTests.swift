import Glibc
import TestSupport
import Testing

@testable import ReaperKit

@Suite("checks of rule files")
struct RuleCheckTests {
    private static func check(_ text: String) -> RuleCheck {
        RuleFileTests.reader.check(Array(text.utf8), source: "t.json5")
    }

    private static func rule(_ text: String) -> String {
        "{name:'s',title:'S',rules:[{id:'r',title:'R',\(text)}]}"
    }

    @Test("what is wrong in several rules, and parts of rules, is said at once, in order")
    func several() {
        let check = Self.check(
            """
            { name: 's', title: 'S', rules: [
              { id: 'a', title: 'A', match: { nmae: 'x' }, stop: { timeout: '99s' } },
              { id: 'b', match: { name: 'x' } },
              { id: 'c', title: 'C', match: { name: 'x' }, owner: { exe: 'x' },
                instance: { files: '/a/b', env: 'X' } },
              { id: 'd', title: 'D', match: { name: 'x' }, after: 'nobody' } ] }
            """
        )
        let found = check.errors.map(\.description)
        let wanted = [
            "t.json5:2:35: unknown key 'nmae'", "t.json5:2:65: expected at most 30s",
            "t.json5:3:3: expected the key 'title'", "t.json5:4:62: 'x': expected an absolute path",
            "t.json5:5:15: expected either 'files' or 'env'",
        ]
        #expect(found.count == wanted.count, "\(found)")
        for (text, beginning) in zip(found, wanted) {
            #expect(text.hasPrefix(beginning), "\(text)")
        }
        #expect(check.file == nil)
    }

    @Test("every mistake of an object is said, each at its place")
    func everyKey() {
        let check = Self.check(
            """
            { name: 'S', titel: 'S', rules: [
              { id: 'A', title: 'A', severity: 'bad', keep: 'yes', hint: 3,
                match: { nmae: 'x', exe: ['a', '/b', 'c'], state: 'Q', older_than: '1y', in: 'd',
                  comm: ['0123456789abcdef'], ports: ['x', 99999], user: '4294967295', env: '=' },
                stop: { signal: 'FOO', timeout: '99s', order: 'x', process_filters: ['/a', '*'] },
                remove: ['*', 5], units: [] },
              { match: {}, instance: { files: ['x', 'y'], format: 'pids', pid: 'a..b', id: '' } },
              { id: 'c', title: 'C', match: { name: 'x' },
                instance: { files: '/a', format: 'pid', pid: 'a', alias: 'b' } },
              { id: 'p', title: 'P', match: { name: 'x' }, protect: true,
                stop: {}, remove: ['/a/b'] } ] }
            """
        )
        let places = check.errors.map { "\($0.position ?? .start)" }
        let wanted = [
            "1:1", "1:9", "1:14",
            "2:9", "2:36", "2:49", "2:62",
            "3:14", "3:31", "3:42", "3:55", "3:72", "3:82",
            "4:14", "4:43", "4:48", "4:62", "4:81",
            "5:21", "5:37", "5:51", "5:74", "5:80",
            "6:14", "6:19", "6:30",
            "7:3", "7:3", "7:12", "7:36", "7:41", "7:55", "7:68", "7:80",
            "9:50", "9:62",
            "11:11", "11:23",
        ]
        #expect(places == wanted, "\(check.errors.map(\.description).joined(separator: "\n"))")
        #expect(check.file == nil)
    }

    @Test("a number that is none, a bare word and a forgotten comma hide nothing behind them")
    func everyValue() {
        let check = Self.check(
            """
            { name: 's', title: 'S', name: 't', rules: [
              { id: 'a', title: 'A', match: { name: 'x', older_than: 0x }, keep: yes // no, yes
                stop: { timeout: 1e, ports: [., --1, 01] } },
              { id: 'b', title: 'B' match: { nmae: 'x' } } ] }
            """
        )
        let found = check.errors.map(\.description)
        let wanted = [
            "t.json5:1:26: expected each name once, found 'name' again",
            "t.json5:2:58: expected a number, found '0x': no hexadecimal digit follows the x",
            "t.json5:2:70: expected a value, found 'yes'; text needs quotes",
            "t.json5:3:5: expected ',' or '}' after this value, found 'stop'",
            "t.json5:3:22: expected a number, found '1e': the exponent has no digit",
            "t.json5:3:34: expected a number, found '.': the point has no digit beside it",
            "t.json5:3:37: expected a number, found '--1': it has two signs",
            "t.json5:3:42: expected a number, found '01': it begins with a zero",
            "t.json5:4:25: expected ',' or '}' after this value, found 'match'",
            "t.json5:4:34: unknown key 'nmae' in a process",
        ]
        #expect(found.count == wanted.count, "\(found.joined(separator: "\n"))")
        for (text, beginning) in zip(found, wanted) {
            #expect(text.hasPrefix(beginning), "\(text)")
        }
    }

    @Test("where nothing says how it goes on, the last error is where it had to stop")
    func unclosed() {
        let errors = Self.check("{ name: 01, title: 'S', rules: [ { id: 'a' ").errors
        #expect(errors.map { "\($0.position ?? .start)" } == ["1:9", "1:44"], "\(errors)")
    }

    @Test("of very many errors the first are shown, and the others counted; JSON has them all")
    func bounded() {
        let keys = (0..<24).map { "k\($0): 1" }.joined(separator: ", ")
        let check = Self.check(Self.rule("match:{name:'x'}, \(keys)"))
        #expect(check.errors.count == 24)
        let text = String(
            decoding: RulesReport.check([check], style: ReportStyle()),
            as: UTF8.self
        )
        let lines = text.split(separator: "\n")
        #expect(lines.count == 21 && lines[20] == "t.json5: and 4 more errors", "\(text)")
        let json = String(decoding: RulesReport.checkJSON([check]), as: UTF8.self)
        #expect(json.split(separator: "unknown key").count == 25)
    }

    @Test("a part that cannot be read contradicts nothing")
    func oneErrorOnly() {
        #expect(Self.check(Self.rule("match:{nmae:'x'},stop:{}")).errors.count == 1)
    }

    @Test("names under 'after' are looked up once every rule could be read")
    func after() {
        let text =
            "{name:'s',title:'S',rules:[{id:'a',title:'A',match:{name:'x'},after:'bb'},"
            + "{id:'b',title:'B',match:{name:'x'},after:'q'}]}"
        let errors = Self.check(text).errors
        #expect(errors.count == 2 && errors[0].message.contains("did you mean 'b'?"))
    }

    @Test("what reads without error has none, and the reverse", arguments: RuleFileTests.refusals)
    func agrees(_ refusal: RuleFileTests.Refusal) throws {
        let text = Self.rule(refusal.rule)
        let error = #expect(throws: RuleError.self) { try RuleFileTests.read(text) }
        let errors = Self.check(text).errors
        #expect(errors.contains { $0.message == error?.message }, "\(errors)")
    }

    struct Idle: Sendable, CustomTestStringConvertible {
        var testDescription: String { rule }
        var rule: String
        var position: String
        var message: String

        init(_ rule: String, _ position: String, _ message: String) {
            self.rule = rule
            self.position = position
            self.message = message
        }
    }

    static let idle: [Idle] = [
        Idle("match:{exe:'${X}/a'}", "1:57", "'match' never holds here: no value of 'exe'"),
        Idle("match:{name:'a',in:['${X}/a']}", "1:65", "no value of 'in'"),
        Idle("match:{name:'a',user:'bob'}", "1:67", "no value of 'user'"),
        Idle("match:{name:'a',env:'A=${X}'}", "1:66", "no value of 'env'"),
        Idle("match:{name:'a'},owner:{name:'${X}'}", "1:75", "no process can be the 'owner' here"),
        Idle("instance:{files:'${X}/a'}", "1:62", "'instance' finds no files here"),
        Idle("match:{exe:'/a/*'},stop:{}", "1:70", "expected 'owner' beside 'stop'"),
        Idle(
            "match:{name:'a'},owner:{name:'b'},stop:{}",
            "1:85",
            "'clean' never gets to this 'stop'"
        ),
        Idle(
            "match:{name:'a'},instance:{files:'/a/b',format:'socket'}",
            "1:52",
            "'match' has no effect: a file of format 'socket' names no process"
        ),
        Idle("match:{name:'a'},keep:true", "1:68", "'keep' has no effect without instance files"),
        Idle(
            "match:{name:'a'},protect:true,owner:{name:'b'}",
            "1:82",
            "'owner' has no effect beside 'protect'"
        ),
    ]

    @Test("what can never have an effect is said, with its place", arguments: idle)
    func warns(_ idle: Idle) throws {
        let check = Self.check(Self.rule(idle.rule))
        #expect(check.errors == [])
        let warning = check.warnings.first { $0.message.contains(idle.message) }
        #expect(warning?.position.description == idle.position, "\(check.warnings)")
        // Other commands have nothing to say about it.
        let read = try RuleFileTests.read(Self.rule(idle.rule))
        #expect(!read.warnings.contains { $0.message.contains(idle.message) })
    }

    @Test(
        "what has an effect is not warned of",
        arguments: [
            "match:{exe:['${X}/a','/b']}", "match:{exe:'/a/*'},owner:{name:'b'},stop:{}",
            "match:{name:'a'},owner:{name:'b'},stop:{},instance:{files:'/a/b'}",
            "match:{name:'a'},stop:{},instance:{files:'/a/b'}",
            "instance:{files:'/a/b',format:'socket'},keep:true",
            "match:{name:'a'},protect:true", "match:{name:'a'}",
        ]
    )
    func quiet(_ rule: String) {
        let warnings = Self.check(Self.rule(rule)).warnings
        #expect(warnings.allSatisfy { $0.message.contains("'X' is not set") }, "\(warnings)")
    }

    @Test("a rule behind one that matches the same is said to be hidden")
    func hidden() {
        let text =
            "{name:'s',title:'S',rules:[{id:'a',title:'A',match:{exe:'/x'}},"
            + "{id:'b',title:'B',match:{exe:'/x'}},{id:'c',title:'C',match:{exe:'/y'}}]}"
        let warnings = Self.check(text).warnings.map(\.description)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("'s.b' never names a finding: 's.a'") == true)
        #expect(Self.check("{name:'s',title:'S',rules:[]}").warnings.count == 1)
    }

    @Test("every shipped file is right", arguments: EmbeddedRules.baseNames)
    func shipped(_ name: String) throws {
        let contents = EmbeddedRules.contents(of: name)
        let check = RuleFileTests.reader.check(contents, source: name)
        #expect(check.errors == [])
        // That one may be meant: what nobody can reach any more needs no owner.
        let others = check.warnings.filter { !$0.message.hasPrefix("expected 'owner'") }
        #expect(others == [])
    }

    @Test("every prefix of a file is checked, and none traps")
    func prefixes() {
        let bytes = Array(RuleFileTests.everyKey.utf8)
        for end in stride(from: 0, through: bytes.count, by: 3) {
            let check = RuleFileTests.reader.check(Array(bytes[..<end]), source: "t")
            #expect(!check.errors.isEmpty || end >= bytes.count - 1)
        }
    }

    // MARK: Files

    private func checks(_ places: [RuleLayers.Place], as user: UInt32 = 1000) -> [RuleCheck] {
        RuleCheck.checks(
            of: RuleLayers(places: places),
            reader: RuleFileTests.reader,
            effectiveUser: user
        )
    }

    @Test("a directory is one set of rules, and one bad file hides no other")
    func directory() throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.rule("match:{name:'x'}"), to: "a.json5")
        try directory.write("broken", to: "b.json5")
        try directory.write(Self.rule("match:{name:'y'}"), to: "c.json5")
        try directory.write("no rules", to: "README")
        let checks = checks([.named(directory.path, by: "test")])
        #expect(
            checks.map { ByteString($0.source).baseName.text } == ["a.json5", "b.json5", "c.json5"]
        )
        #expect(checks.map(\.errors.count) == [0, 1, 1])
        #expect(checks[2].errors[0].message.contains("found 's.r' again"))
        let apart = ["a", "c"].flatMap { name in
            self.checks([.named("\(directory.path)/\(name).json5", by: "test")])
        }
        #expect(apart.map(\.errors.count) == [0, 0])
    }

    @Test("a rule that a file of another name has, too, is an error in the later one")
    func conflicts() throws {
        let directory = try TemporaryDirectory()
        func check(_ name: String) throws -> [RuleCheck] {
            let path = try directory.write(Self.rule("match:{name:'x'}"), to: name)
            return checks([.named(path, by: "test")])
        }
        let inForce = try RuleFileTests.reader.read(
            Array(Self.rule("match:{name:'x'}").utf8),
            source: "embedded:s.json5"
        )
        var both = try check("a.json5") + check("b.json5")
        RuleCheck.findConflicts(in: &both, besides: [])
        #expect(both.map(\.errors.count) == [0, 1])
        #expect(both[1].errors[0].file.hasSuffix("/b.json5:1:28"))
        #expect(both[1].errors[0].message.contains("'s.r' again; it first stood at"))
        var other = try check("a.json5")
        RuleCheck.findConflicts(in: &other, besides: [inForce])
        #expect(other[0].errors.map(\.message).first?.contains("embedded:s.json5:1:28") == true)
        var replacement = try check("s.json5") + check("deep/s.json5")
        RuleCheck.findConflicts(in: &replacement, besides: [inForce])
        #expect(replacement.map(\.errors.count) == [0, 0])
    }

    @Test("what is not there is an error; what root would not trust is a warning")
    func unreadable() throws {
        let missing = checks([.named("/nonexistent/x.json5", by: "test")])
        #expect(missing.map(\.errors.count) == [1])
        let directory = try TemporaryDirectory()
        let path = try directory.write(Self.rule("match:{name:'x'}"), to: "a.json5")
        #expect(unsafe chmod(path, 0o666) == 0)
        let root = checks([.named(path, by: "test")], as: 0)
        #expect(root.map(\.errors.count) == [0])
        #expect(root[0].warnings.map(\.message.prefixOfRefusal) == ["refused for root"])
        #expect(checks([.named(path, by: "test")])[0].warnings == [])
    }
}

extension String {
    fileprivate var prefixOfRefusal: String { String(prefix { $0 != ":" }) }
}
