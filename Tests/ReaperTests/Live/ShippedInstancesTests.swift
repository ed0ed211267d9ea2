import Foundation
import TestSupport
import Testing

/// Manta and dora in the shape of their processes, by the rules inside the binary.
@Suite("list and stop: shipped rules", .timeLimit(.minutes(60)))
struct ShippedInstancesTests {
    private let home: TemporaryDirectory

    init() throws { home = try TemporaryDirectory() }

    private func run(_ words: String...) throws -> Completion {
        try Binary.reaper.run(words, environment: ["HOME": home.path])
    }

    /// `python -m manta_node start`, and the record that it writes.
    private func node(_ id: String, alias: String, below supervisor: Bool = false) throws
        -> Specimen
    {
        var words = ["sleep", "--setsid", "--exe", home.path("venv-\(id)/bin/python3.11")]
        if supervisor { words += ["--owner", home.path("venv-\(id)/bin/manta-supervisor")] }
        words += ["--args", "-m", "manta_node", "start", alias, "--foreground", "--subprocess"]
        let specimen = try Specimen(words)
        try home.write(
            """
            { "instance_id": "\(id)", "alias": "\(alias)", "config_name": "\(alias)",
              "pid": \(specimen.root.pid), "start_time": "\(Date.now.formatted(.iso8601))",
              "status": "running", "manager_host": "localhost", "manager_port": 50051 }
            """,
            to: ".manta/nodes/instances/\(id).json"
        )
        return specimen
    }

    @Test("a Manta node is known by its record, and stopped by part of its name")
    func manta() throws {
        let node = try node("production-a3f2c891", alias: "production")
        let other = try self.node("gpu-cluster-00c0ffee", alias: "gpu-cluster")
        let listing = try run("list", "--json", "--rule", "manta.*").listing()
        #expect(listing.instances.map(\.id) == ["gpu-cluster-00c0ffee", "production-a3f2c891"])
        #expect(listing.instances.map(\.state) == ["running", "running"])
        #expect(listing.instances.map(\.alias) == ["gpu-cluster", "production"])
        let completion = try run("stop", "prod-a3f2", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(completion.errorText.contains("Found matching instance: production-a3f2c891"))
        #expect(try node.root.hasEnded)
        #expect(!home.contains(".manta/nodes/instances/production-a3f2c891.json"))
        #expect(home.contains(".manta/nodes/instances/gpu-cluster-00c0ffee.json"))
        #expect(try other.finish().signals.isEmpty)
    }

    @Test("a Manta node that is looked after is stopped together with its supervisor")
    func supervised() throws {
        let node = try node("prod-1", alias: "prod", below: true)
        let owner = try node["owner"]
        let root = try node.root
        try home.write(
            """
            { "alias": "prod", "supervisor_pid": \(owner.pid), "child_pid": \(root.pid),
              "state": "running", "start_time": "2026-08-22T10:00:00+00:00" }
            """,
            to: ".manta/nodes/instances/prod.supervisor.json"
        )
        let listing = try run("list", "--json", "--rule", "manta.*").listing()
        #expect(listing.instances.map(\.rule) == ["manta.supervisor", "manta.node"])
        // Both are called prod, and go together.
        let completion = try run("stop", "prod", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(completion.errorText.contains("is a supervisor that would start it again"))
        #expect(owner.hasEnded && root.hasEnded)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: home.path(".manta/nodes/instances")
        )
        #expect(left.isEmpty, "\(left)")
    }

    @Test("a Manta record whose number a stranger has is cleaned up, and the stranger stays")
    func recycled() throws {
        let stranger = try Specimen("sleep")
        try home.write(
            #"{"instance_id": "prod-1", "alias": "prod", "pid": \#(stranger.root.pid)}"#,
            to: ".manta/nodes/instances/prod-1.json"
        )
        let completion = try run("stop", "prod")
        #expect(completion.code == 0, "\(completion.errorText)")
        #expect(completion.errorText.contains("was already stopped"))
        #expect(!home.contains(".manta/nodes/instances/prod-1.json"))
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test("a dora dataflow without its daemon is stopped by its ID, node by node")
    func dora() throws {
        let id = UUID().uuidString.lowercased()
        func node(_ name: String, _ variable: String = "DORA_NODE_CONFIG") throws -> Specimen {
            let yaml = "dataflow_id: \(id)\nnode_id: \(name)\nrun_config:\n  inputs: {}\n"
            let words = ["sleep", "--orphan", "--own-group", "--env", "\(variable)=\(yaml)"]
            return try Specimen(words + ["--exe", home.path("bin/\(name)")])
        }
        let nodes = try [
            node("camera"), node("plot"), node("object-detection", "DORA_RUNTIME_CONFIG"),
        ]
        let listed = try run("list", "--json", id, "--rule", "dora.*")
        let flow = try #require(try listed.listing()[id])
        #expect(flow.rule == "dora.node" && flow.state == "running")
        #expect(
            flow.processes?.compactMap(\.node).sorted() == ["camera", "object-detection", "plot"]
        )
        let completion = try run("stop", String(id.prefix(18)), "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        for name in ["camera", "object-detection", "plot"] {
            #expect(completion.errorText.contains("✓ \(name) stopped ["))
        }
        for node in nodes { #expect(try node.root.hasEnded) }
    }
}
