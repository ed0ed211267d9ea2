import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("schema of rule files")
struct RuleSchemaTests {
    private static let file = PackageFiles.file("schema/rules.schema.json")

    private let schema: JSONSchema

    init() throws { schema = try JSONSchema(Data(contentsOf: Self.file)) }

    private func violations(of text: String) throws -> [String] {
        let value = try JSON5Reader.read(Array(text.utf8))
        return try schema.violations(in: value.foundationData())
    }

    @Test("every shipped file keeps to it", arguments: EmbeddedRules.baseNames)
    func shipped(_ name: String) throws {
        let contents = EmbeddedRules.contents(of: name)
        #expect(try violations(of: String(decoding: contents, as: UTF8.self)) == [])
    }

    @Test("so does a file with every key in every form")
    func full() throws { #expect(try violations(of: RuleFileTests.everyKey) == []) }

    /// The keys that the decoder knows, by the definition that describes them; the file itself has none.
    private static let decoderKeys: [(definition: String?, keys: [String])] = [
        (nil, RuleDecoder.fileKeys), ("rule", RuleDecoder.keys),
        ("process", RuleDecoder.patternKeys), ("stop", RuleDecoder.stopKeys),
        ("instance", RuleDecoder.instanceKeys),
    ]

    @Test("it has the decoder's keys, each with a description", arguments: decoderKeys)
    func keys(_ definition: String?, _ keys: [String]) throws {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file))
        let root = try #require(json as? [String: Any])
        let definitions = try #require(root["$defs"] as? [String: [String: Any]])
        let object = try #require(definition.map { definitions[$0] } ?? root)
        let properties = try #require(object["properties"] as? [String: [String: Any]])
        #expect(properties.keys.sorted() == keys.sorted())
        #expect(object["additionalProperties"] as? Bool == false)
        for (key, property) in properties {
            let text = property["description"] as? String ?? ""
            #expect(text.hasSuffix("."), "\(key)")
        }
    }

    @Test(
        "it has the decoder's words",
        arguments: [
            ("rule", "severity", Severity.allCases.map(\.rawValue)),
            ("stop", "order", StopOrder.allCases.map(\.rawValue)),
            ("instance", "format", InstanceFormat.allCases.map(\.rawValue)),
        ]
    )
    func words(_ definition: String, _ key: String, _ words: [String]) throws {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file))
        let definitions = (json as? [String: Any])?["$defs"] as? [String: [String: Any]]
        let properties = definitions?[definition]?["properties"] as? [String: [String: Any]]
        #expect(properties?[key]?["enum"] as? [String] == words)
    }

    private static func rule(_ text: String) -> String {
        "{name:'s',title:'S',rules:[{id:'r',title:'R',\(text)}]}"
    }

    @Test(
        "what it refuses the reader refuses too",
        arguments: [
            "[]", "{name:'a',title:'A'}", "{name:'A',title:'A',rules:[]}",
            "{name:'a',title:'A',rules:[],x:1}", "{name:'a',title:'A',rules:[{}]}",
            rule("hint:'x'"), rule("mach:{}"), rule("match:{nmae:'x'}"), rule("match:{}"),
            rule("match:{name:[]}"), rule("match:{name:''}"), rule("match:{name:7}"),
            rule("match:{name:'a'},stop:{sginal:'TERM'}"), rule("match:{name:'a'},severity:'bad'"),
            rule("match:{name:'a'},stop:{order:'x'}"), rule("match:{name:'a'},stop:{timeout:-1}"),
            rule("match:{name:'a'},stop:{timeout:'1y'}"), rule("match:{name:'a'},keep:'yes'"),
            rule("match:{env:'A*=x'}"), rule("match:{state:'zq'}"), rule("match:{ports:0}"),
            rule("match:{user:4294967295}"), rule("instance:{}"),
            rule("instance:{files:'/a/b',env:'X'}"), rule("instance:{files:'/a/b',fromat:'pid'}"),
            rule("instance:{files:'/a/b',format:'jsn'}"),
            rule("instance:{files:'/a/b',format:'json',pid:'a..b'}"),
        ]
    )
    func refuses(_ text: String) throws {
        #expect(try violations(of: text) != [])
        #expect(throws: RuleError.self) { try RuleFileTests.read(text) }
    }
}
