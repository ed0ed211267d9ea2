import Foundation
import TestSupport
import Testing

/// Nodes with the shape of dora's: leaders of their groups, with their configuration in the environment.
@Suite("dora", .timeLimit(.minutes(60)))
struct DoraTests {
    private static let dataflow = "0195c0a1-7b3e-7c4d-9e1f-3f2b1a0c9d8e"

    private let home: RuleHome

    init() throws { home = try RuleHome() }

    /// What a node of a dataflow is started with; `more` comes after the mode.
    private func words(_ mode: String, _ more: String..., node: String = "camera") -> [String] {
        let configuration = """
            dataflow_id: \(Self.dataflow)
            node_id: \(node)
            run_config:
              inputs:
                tick: dora/timer/millis/200
            daemon_communication: !Tcp
              socket_addr: 127.0.0.1:42681
            """
        return [mode] + more
            + ["--own-group", "--exe", home.path("bin/\(node)")]
            + ["--env", "DORA_NODE_CONFIG=\(configuration)", "--env", "DORA_RUN_PARENT_PID=77"]
    }

    @Test("T17 a node whose daemon is gone is found by its environment, and stopped")
    func orphan() throws {
        let completion = try home.expectStopped(
            Specimen(words("sleep", "--orphan")),
            by: "dora.node"
        )
        #expect(try completion.isAllGone(), "\(completion.text)")
    }

    @Test("T17 T21 one that ignores TERM is killed when its grace is over")
    func stubborn() throws {
        let specimen = try Specimen(words("term-ignorer", "--orphan"))
        let completion = try home.expectStopped(specimen, by: "dora.node", "--timeout", "300ms")
        #expect(try completion.report().target(specimen.root)?.result == "killed")
    }

    @Test("T20 one that ends by itself when asked was not killed")
    func cooperative() throws {
        let specimen = try Specimen(words("sleep", "--orphan"))
        let report = try home.expectStopped(specimen, by: "dora.node").report()
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(report.target(try specimen.root)?.signal == "TERM")
    }

    @Test("one whose daemon lives is left alone, also when the daemon is stopped (T9)")
    func owned() throws {
        let owner = ["--owner", home.path("bin/dora")]
        let specimen = try Specimen(words("sleep") + owner)
        try home.expectLeftAlone(specimen, by: "dora.node")
        try specimen["owner"].send(SIGSTOP)
        try home.expectLeftAlone(specimen, by: "dora.node")
        try specimen["owner"].send(SIGCONT)
        #expect(try specimen.finish().signals.allSatisfy { $0.hasPrefix("owner") })
    }

    @Test("one whose configuration names no dataflow is listed all the same, and not stopped")
    func nameless() throws {
        let specimen = try Specimen(
            ["sleep", "--orphan", "--own-group", "--exe", home.path("bin/camera")]
                + ["--env", "DORA_NODE_CONFIG={broken"]
        )
        let root = try specimen.root
        let words = ["list", "--rule", "dora.*", "--pid", root.identity]
        let instances = try home.run(words).listing().instances
        #expect(instances.map(\.id) == ["?"] && instances.map(\.state) == ["unknown"])
        let finding = try home.scan("--rule", "dora.*", "--pid", root.identity).finding(about: root)
        #expect(finding?.rule == "dora.node")
        #expect(root.state == .running)
    }

    @Test("T6 T18 a wrapper that exits does not hide its child: it is found by its environment")
    func wrapper() throws {
        let specimen = try Specimen(words("leaderless"))
        for name in ["root", "mate"] {
            let probe = try specimen[name]
            let report = try home.scan("--rule", "dora.node", "--pid", probe.identity)
            #expect(report.finding(about: probe)?.rule == "dora.node", "\(name)")
        }
    }

    @Test("its workers go with it, and are not findings of their own")
    func workers() throws {
        let specimen = try Specimen(words("tree", "--depth", "1", "--width", "3", "--orphan"))
        let identities = specimen.processes.values.map(\.identity).joined(separator: ",")
        let report = try home.scan("--orphans", "--rule", "dora.node", "--pid", identities)
        #expect(report.found == [try specimen.root.identity])
        try home.expectStopped(specimen, by: "dora.node")
        #expect(try specimen.finish().empty)
    }

    @Test("T19 a stranger of the same name and group, without the environment, is untouched")
    func stranger() throws {
        let stranger = try Specimen(
            ["sleep", "--orphan", "--own-group", "--exe", home.path("other/camera")]
        )
        let node = try Specimen(words("sleep", "--orphan"))
        try home.expectStopped(node, by: "dora.node")
        try home.expectLeftAlone(stranger, by: "dora.node")
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test("T21 one that starts another when asked to end does not make it take forever")
    func restarted() throws {
        let specimen = try Specimen(words("respawner", "--orphan"))
        let words = ["--orphans", "--rule", "dora.node", "--pid", try specimen.root.identity]
        let completion = try home.run(
            ["clean", "--yes", "--include-probable", "--timeout", "500ms", "--deadline", "20s"]
                + words
        )
        #expect(try specimen.root.hasEnded, "\(completion.text)")
        #expect(try specimen.finish().empty)
    }

    @Test("T21 a rule that does not exist is an error, and nothing is done")
    func unknown() throws {
        let completion = try home.clean("--rule", "dora.nodes")
        #expect(completion.code == 2)
        #expect(completion.errorText.contains("did you mean 'dora.node'?"))
    }

    @Test(
        "another user's environment is no proof: told, and not stopped",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreign() throws {
        let shared = try RuleHome(worldAccessible: true)
        let specimen = try Specimen(
            [
                "sleep", "--orphan", "--user", "65534", "--exe", shared.path("bin/camera"), "--env",
                "DORA_NODE_CONFIG=dataflow_id: \(Self.dataflow)",
            ]
        )
        let root = try specimen.root
        let words = ["--orphans", "--rule", "dora.node", "--pid", root.identity]
        let finding = try shared.run(["scan"] + words).report().finding(about: root)
        #expect(finding?.verdict == "probable")
        _ = try shared.run(["clean", "--yes"] + words)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a daemon in the background is told with `dora down`, and no number to stop")
    func daemon() throws {
        let specimen = try Specimen(
            "sleep",
            "--orphan",
            "--setsid",
            "--exe",
            home.path("bin/dora"),
            "--argv0",
            "dora daemon"
        )
        let root = try specimen.root
        let finding = try home.scan("--rule", "dora.daemon", "--pid", root.identity)
            .finding(about: root)
        #expect(finding?.remedy.command == "dora down" && finding?.remedy.action == "none")
        #expect(finding?.hint?.contains("`dora down` ends it") == true)
        let one = try home.run(["explain", root.identity]).explanations().explanations[0]
        #expect(one.advice?.commands == ["dora down"], "\(one)")
        let table = try Binary.reaper.run(
            ["scan", "--rule", "dora.daemon", "--pid", root.identity],
            environment: home.environment
        )
        #expect(table.text.contains("  dora down\n    dora.daemon: `dora down` ends it"))
    }

    @Test("a node is explained by its name, whether its configuration has quoted keys or not")
    func named() throws {
        for (name, text) in [
            ("lidar-left", "dataflow_id: \(Self.dataflow)\nnode_id: lidar-left\n"),
            ("lidar-right", #"{"node_id": "lidar-right", "dataflow_id": "\#(Self.dataflow)"}"#),
        ] {
            let node = try Specimen(
                ["sleep", "--own-group", "--exe", home.path("\(name)/python3.12")]
                    + ["--env", "DORA_NODE_CONFIG=\(text)"]
            )
            let told = try home.run(["explain", name]).explanations().explanations
            #expect(told.compactMap(\.process?.identity) == [try node.root.identity], "\(name)")
            let listed = try home.run(["list", "--pid", node.root.identity]).listing().instances
            #expect(listed.map(\.id) == [Self.dataflow])
            #expect(try node.finish().signals.isEmpty)
        }
    }
}
