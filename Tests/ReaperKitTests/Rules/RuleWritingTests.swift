import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("rules written out")
struct RuleWritingTests {
    /// What is printed of these rules, read again.
    private func readBack(
        _ rules: [Rule],
        of file: RuleFile,
        _ reader: RuleFileReader = RuleFileTests.reader
    ) throws -> [Rule] {
        let bytes = RulesReport.show(rules, of: [file])
        return try reader.read(bytes, source: "again").rules
    }

    /// The rules without the place that they were read from.
    private func placeless(_ rules: [Rule]) -> [Rule] {
        rules.map { rule in
            var rule = rule
            rule.source = ""
            return rule
        }
    }

    private func expectSame(_ file: RuleFile, _ reader: RuleFileReader = RuleFileTests.reader)
        throws
    {
        let all = try readBack(file.rules, of: file, reader)
        #expect(placeless(all) == placeless(file.rules))
        for rule in file.rules {
            var alone = rule
            // Rules that are not shown cannot be named in the text; a comment names them.
            alone.after = []
            let read = try readBack([rule], of: file, reader)
            #expect(placeless(read) == placeless([alone]), "\(rule.id)")
        }
    }

    @Test("shipped rules read back as they are", arguments: EmbeddedRules.baseNames)
    func shipped(_ name: String) throws {
        let contents = EmbeddedRules.contents(of: name)
        try expectSame(try RuleFileTests.reader.read(contents, source: name))
        let bare = RuleFileReader(environment: [:])
        try expectSame(try bare.read(contents, source: name), bare)
    }

    @Test("so does a rule with every key")
    func everyKey() throws { try expectSame(try RuleFileTests.read(RuleFileTests.everyKey)) }

    @Test(
        "so does what is hard to write",
        arguments: [
            "match:{exe:['${X}/cache/**','${ROOT}/**','/a\\\\*b/*']}",
            "match:{in:['${X}/a','/a b\\\\*c']}",
            "match:{user:['bob','0'],name:'x'}", "match:{older_than:'1.0005s'}",
            "match:{older_than:'0.000000001s',name:'a'}", "match:{older_than:90061}",
            "match:{env:['A=${X}','B','C=a b*']}", "match:{command:'*\\\\$\\\\{x\\\\}*'}",
            "match:{name:['a\\u202eb','\\\\[x','{a,b}']}", "match:{state:'ZT',ports:'1-9/udp'}",
            "instance:{env:'X',pattern:'(?<id>[a-z]+)\\\\s'},match:{env:'X'}",
            "instance:{files:'/a/*.lock',format:'lock'},keep:true",
            "match:{name:'a'},stop:{signal:34,timeout:0,ports:80,process_filters:'b',kill_others:true}",
        ]
    )
    func hard(_ text: String) throws {
        let rule = "{name:'s',title:'S',rules:[{id:'r',title:'R',\(text)}]}"
        try expectSame(try RuleFileTests.read(rule))
        let odd = RuleFileReader(
            environment: [
                "HOME": "/home/a.b [c]{d}$", "X": "/x*?\\y", "TMPDIR": "/t~", "ROOT": "/r r/",
            ]
        )
        try expectSame(try odd.read(Array(rule.utf8), source: "t"), odd)
    }

    @Test("comments say where a rule is from, and what it comes after")
    func comments() throws {
        let file = try RuleFileTests.read(RuleFileTests.everyKey)
        let text = String(decoding: RulesReport.show([file.rules[0]], of: [file]), as: UTF8.self)
        #expect(
            text.hasPrefix("// wasm.a is from t.json5:3:5\n// and comes after wasm.b\n{\n")
        )
        let whole = String(decoding: RulesReport.show(file.rules, of: [file]), as: UTF8.self)
        #expect(!whole.contains("and comes after") && whole.contains("\"after\""))
    }

    @Test("what JSON cannot hold is said")
    func unwritable() throws {
        let reader = RuleFileReader(environment: ["X": ByteString([0x2f, 0xff])])
        let text = "{name:'s',title:'S',rules:[{id:'r',title:'R',match:{exe:'${X}/*'}}]}"
        let file = try reader.read(Array(text.utf8), source: "t")
        let shown = String(decoding: RulesReport.show(file.rules, of: [file]), as: UTF8.self)
        #expect(shown.contains("// s.r has a path that is not UTF-8"))
    }

    @Test("a source cannot end its comment")
    func hostileSource() throws {
        let text = "{name:'s',title:'S',rules:[{id:'r',title:'R',match:{name:'x'}}]}"
        let source = "a\nb\u{2028}c\r.json5"
        let file = try RuleFileTests.reader.read(Array(text.utf8), source: source)
        #expect(try readBack(file.rules, of: file).count == 1)
    }

    @Test("for programs each rule is an object of the schema, with all it comes after")
    func json() throws {
        let file = try RuleFileTests.read(RuleFileTests.everyKey)
        let data = Data(RulesReport.showJSON(file.rules, of: [file]))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let rules = try #require(object?["rules"] as? [[String: Any]])
        let schema = try JSONSchema(
            Data(contentsOf: PackageFiles.file("schema/rules.schema.json")),
            definition: "rule"
        )
        for rule in rules {
            let definition = try #require(rule["definition"])
            let text = try JSONSerialization.data(withJSONObject: definition)
            #expect(try schema.violations(in: text) == [])
        }
        #expect((rules[0]["definition"] as? [String: Any])?["after"] as? [String] == ["b"])
    }
}
