import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("schema of service files")
struct ServiceSchemaTests {
    private static let file = PackageFiles.file("schema/services.schema.json")

    private let schema: JSONSchema
    private let root: [String: Any]

    init() throws {
        let data = try Data(contentsOf: Self.file)
        schema = try JSONSchema(data)
        root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func violations(of text: String) throws -> [String] {
        let value = try JSON5Reader.read(Array(text.utf8))
        return try schema.violations(in: value.foundationData())
    }

    @Test("a file with every key in every form keeps to it")
    func full() throws {
        #expect(try violations(of: ServiceFileTests.everyKey) == [])
        #expect(try violations(of: ManualPage("man/reaper-services.5").examples[1]) == [])
    }

    private func properties(_ definition: String?) -> (
        object: [String: Any], [String: [String: Any]]
    ) {
        let definitions = root["$defs"] as? [String: [String: Any]]
        let object = definition.map { definitions?[$0] ?? [:] } ?? root
        return (object, object["properties"] as? [String: [String: Any]] ?? [:])
    }

    /// The keys that the decoder knows, by the definition that describes them; the file itself has none.
    private static let decoderKeys: [(definition: String?, keys: [String])] = [
        (nil, ServiceDecoder.fileKeys), ("service", ServiceDecoder.keys),
        ("ready", ServiceDecoder.readyKeys), ("restart", ServiceDecoder.restartKeys),
        ("log", ServiceDecoder.logKeys),
    ]

    @Test("it has the decoder's keys, each with a description", arguments: decoderKeys)
    func keys(_ definition: String?, _ keys: [String]) {
        let (object, properties) = properties(definition)
        #expect(properties.keys.sorted() == keys.sorted())
        #expect(object["additionalProperties"] as? Bool == false)
        for (key, property) in properties {
            let text = property["description"] as? String ?? ""
            #expect(text.hasSuffix("."), "\(key)")
        }
    }

    @Test("it has the decoder's words and limits")
    func words() {
        let (_, service) = properties("service")
        #expect(service["stop_order"]?["enum"] as? [String] == StopOrder.allCases.map(\.rawValue))
        #expect(service["class"]?["enum"] as? [String] == ServiceClass.allCases.map(\.rawValue))
        let (mode, _) = properties("mode")
        #expect(mode["enum"] as? [String] == RestartPolicy.Mode.allCases.map(\.rawValue))
        let (_, restart) = properties("restart")
        #expect(
            restart["limit"]?["maximum"] as? Int == ServiceDecoder.restartLimits.upperBound
        )
        let (_, log) = properties("log")
        #expect(log["keep"]?["maximum"] as? Int == ServiceDecoder.keptLogs.upperBound)
    }

    private static func service(_ text: String) -> String {
        "{services:{a:{command:'x',\(text)}}}"
    }

    @Test(
        "what it refuses the reader refuses too",
        arguments: [
            "[]", "{}", "{services:[]}", "{services:{}}", "{services:{a:{}}}",
            "{services:{'.a':{command:'x'}}}", "{services:{'a b':{command:'x'}}}",
            "{services:{a:{command:' '}}}", "{services:{a:{command:[]}}}",
            "{services:{a:{command:[7]}}}", "{services:{a:{command:'x'}},x:1}",
            service("comand:'x'"), service("after:[]"), service("env:[]"), service("env:{'A B':1}"),
            service("env:{A:true}"), service("cwd:''"), service("user:-1"),
            service("stop_signal:65"), service("stop_timeout:'1y'"), service("stop_order:'x'"),
            service("ports:0"), service("process_filters:[]"), service("kill_others:1"),
            service("ready:'port'"), service("ready:{}"), service("ready:{port:1,exit:true}"),
            service("ready:{port:[1]}"), service("ready:{exit:false}"), service("restart:'x'"),
            service("restart:{}"), service("restart:{mode:'always',limit:0}"),
            service("log:7"), service("log:{size:1}"), service("log:{size:'1m'}"),
            service("log:{keep:101}"), service("class:'x'"),
        ]
    )
    func refuses(_ text: String) throws {
        #expect(try violations(of: text) != [])
        #expect(throws: ServiceFileError.self) { try ServiceFileTests.read(text) }
    }
}
