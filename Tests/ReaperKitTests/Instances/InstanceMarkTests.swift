import Testing

@testable import ReaperKit

@Suite("marks in environments")
struct InstanceMarkTests {
    private static let id = "0192f7d2-1111-2222-3333-444455556666"

    private static func rule(_ pattern: String?) -> Rule {
        var rule = Rule(id: "dora.node", title: "A node", source: "test")
        var instance = InstanceRule()
        instance.environment = "DORA_NODE_CONFIG"
        instance.pattern = pattern
        rule.instance = instance
        return rule
    }

    /// The expression of the shipped rule.
    private static func shipped() throws -> Rule {
        let entry = try #require(EmbeddedRules.files.first { $0.baseName == "dora.json5" })
        let file = try RuleFileReader(environment: [:])
            .read(entry.contents, source: "dora.json5")
        return try #require(file.rules.first { $0.id == "dora.node" })
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var value: String
        var id: String? = InstanceMarkTests.id
        var node: String?
    }

    static let cases = [
        Case(
            testDescription: "YAML as the daemon writes it",
            value: "dataflow_id: \(id)\nnode_id: camera\nrun_config:\n  inputs: {}\n",
            node: "camera"
        ),
        Case(
            testDescription: "in another order, and quoted",
            value: "node_id: 'op/1'\ndataflow_id: \"\(id)\"\n",
            node: "op/1"
        ),
        Case(
            testDescription: "on one line",
            value: "{dataflow_id: \(id), node_id: plot, x: 1}",
            node: "plot"
        ),
        Case(
            testDescription: "as JSON",
            value: #"{"node_id": "plot", "dataflow_id" : "\#(id)", "x": 1}"#,
            node: "plot"
        ),
        Case(
            testDescription: "the first of each counts",
            value: "dataflow_id: \(id)\nnode_id: a\nother: {node_id: b}\n",
            node: "a"
        ),
        Case(testDescription: "no node", value: "dataflow_id: \(id)\n"),
        Case(testDescription: "another key that ends so", value: "my_node_id: x\n", id: nil),
        Case(testDescription: "no dataflow", value: "node_id: camera\n", id: nil),
        Case(testDescription: "not an ID", value: "dataflow_id: 12\nnode_id: camera\n", id: nil),
        Case(testDescription: "empty", value: "", id: nil),
        Case(
            testDescription: "beyond what is searched",
            value: String(repeating: " ", count: 9000) + "dataflow_id: \(id)\n",
            id: nil
        ),
    ]

    @Test("of dora's configuration", arguments: cases)
    func dora(testCase: Case) throws {
        let reader = try #require(try InstanceMarkReader(Self.shipped()))
        let mark = reader.mark(in: [
            "PATH=/bin", "XDORA_NODE_CONFIG=no", ByteString("DORA_NODE_CONFIG=\(testCase.value)"),
        ])
        #expect(mark?.id == testCase.id)
        #expect(mark?.node == testCase.node)
    }

    @Test("without an expression the value is the name")
    func bare() throws {
        let reader = try #require(InstanceMarkReader(Self.rule(nil)))
        #expect(reader.mark(in: ["DORA_NODE_CONFIG=x"]) == InstanceMark(id: "x"))
        #expect(reader.mark(in: ["DORA_NODE_CONFIG="]) == nil)
        #expect(reader.mark(in: []) == nil)
        #expect(InstanceMarkReader(Self.rule("(")) == nil)
    }
}
