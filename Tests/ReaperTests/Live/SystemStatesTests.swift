import Foundation
import TestSupport
import Testing

/// States that each of the five systems can be left in, beside those of its own suite.
@Suite("the five systems: stubborn, recycled, foreign, hostile", .timeLimit(.minutes(60)))
struct SystemStatesTests {
    let home: RuleHome
    /// One in which another user can look; what lies in it leads root to no signal.
    let open: RuleHome

    init() throws {
        home = try RuleHome()
        open = try RuleHome(worldAccessible: true)
    }

    private func stop(_ words: String...) throws -> Completion { try home.run(["stop"] + words) }

    // MARK: - Manta

    private static let record = ".manta/nodes/instances/prod-1.json"

    private func node(_ mode: String = "sleep") throws -> Specimen {
        let words = ["--exe", home.path("venv/bin/python3.11"), "--args", "-m", "manta_node"]
        let node = try Specimen([mode, "--setsid"] + words + ["start", "prod", "--foreground"])
        try home.directory.write(
            #"{"instance_id": "prod-1", "alias": "prod", "pid": \#(node.root.pid)}"#,
            to: Self.record
        )
        return node
    }

    @Test("T3 T4 a Manta node that ignores TERM is killed when its grace is over; its record goes")
    func stubbornNode() throws {
        let node = try node("term-ignorer")
        let completion = try stop("prod", "--rule", "manta.*", "--timeout", "300ms")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(try completion.report().target(node.root)?.result == "killed")
        #expect(completion.errorText.contains("not responding after"))
        #expect(!home.directory.contains(Self.record))
    }

    @Test("T7 to stop a Manta node that is gone is no error: it warns, and its record goes")
    func stoppedNode() throws {
        let node = try node()
        try node.root.send(SIGKILL)
        _ = try node.finish()
        try home.age(home.path(Self.record))
        let completion = try stop("prod", "--rule", "manta.*")
        #expect(completion.code == 0, "\(completion.errorText)")
        #expect(completion.errorText.contains("was already stopped"))
        #expect(!home.directory.contains(Self.record))
    }

    @Test(
        "T25 another user's record leads to no signal for root's process, whatever it looks like",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreignRecord() throws {
        let node = try node()
        let file = home.path(Self.record)
        try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: file)
        let completion = try stop("prod", "--rule", "manta.*")
        #expect(completion.code == 1)
        #expect(completion.errorText.contains("is left alone"), "\(completion.errorText)")
        #expect(home.directory.contains(Self.record))
        #expect(try node.finish().signals.isEmpty)
    }

    @Test(
        "another user's stop of root's node is denied, names it, and leaves node and record",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreignNode() throws {
        let exe = ["--exe", open.path("venv/bin/manta_node")]
        let node = try Specimen(["sleep", "--setsid"] + exe + ["--args", "start", "prod"])
        let text = #"{"instance_id": "prod-1", "alias": "prod", "pid": \#(try node.root.pid)}"#
        try open.directory.write(text, to: Self.record)
        let completion = try open.run(["stop", "prod", "--rule", "manta.*"], asUser: 65_534)
        #expect(completion.code == 1)
        #expect(
            completion.errorText.contains("permission denied (PID \(try node.root.pid))"),
            "\(completion.errorText)"
        )
        #expect(open.directory.contains(Self.record))
        #expect(try node.finish().signals.isEmpty)
    }

    // MARK: - systemg

    private func services(
        _ services: [(name: String, pid: Int32, start: UInt64)],
        in home: RuleHome? = nil
    ) throws {
        let home = home ?? self.home
        let entries = services.map { service in
            """
              <services>
                <name>\(service.name)</name>
                <pid>\(service.pid)</pid>
              </services>
              <generations>
                <service>\(service.name)</service>
                <pid>\(service.pid)</pid>
                <start>\(service.start)</start>
                <state>Active</state>
              </generations>

            """
        }
        try home.directory.write(
            "<PidFile>\n" + entries.joined() + "</PidFile>\n",
            to: ".local/share/systemg/pid.xml"
        )
    }

    @Test("T3 T4 a systemg service that ignores TERM is killed when its grace is over")
    func stubbornService() throws {
        let service = try Specimen(
            ["term-ignorer", "--orphan", "--setsid", "--exe", home.path("bin/web")]
        )
        let root = try service.root
        try services([("web", root.pid, root.startTime)])
        let completion = try home.clean("--pid", root.identity, "--timeout", "300ms")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try completion.report().target(root)?.result == "killed")
        #expect(home.directory.contains(".local/share/systemg/pid.xml"))
    }

    @Test("T7 to stop a systemg service twice is no error")
    func stoppedService() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/web"))
        let root = try service.root
        try services([("web", root.pid, root.startTime)])
        #expect(try home.clean("--pid", root.identity).isAllGone())
        let again = try stop("web", "--rule", "systemg.*")
        #expect(again.code == 0 && again.errorText.contains("was already stopped"))
    }

    @Test("a pid.xml of more services than fit into a few pages is understood")
    func manyServices() throws {
        let service = try Specimen("listen", "--orphan", "--setsid", "--exe", home.path("bin/web"))
        let root = try service.root
        let others = (0..<300).map {
            (name: "job-\($0)", pid: Int32(4_000_000 + $0), start: UInt64(1))
        }
        try services(others + [("web", root.pid, root.startTime)])
        let listing = try home.run(["list", "--rule", "systemg.service"]).listing()
        #expect(listing.instances.count == 301)
        #expect(listing["web"]?.state == "running" && listing["web"]?.identity == root.identity)
        #expect(try listing["web"]?.ports?.map(\.port) == [service.port])
        let finding = try home.run(["scan", "--rule", "systemg.*", "--pid", root.identity])
            .report().finding(about: root)
        #expect(finding?.rule == "systemg.service")
        #expect(try service.finish().signals.isEmpty)
    }

    @Test("T25 a pid.xml that is too large to be one is told and stays")
    func hugeServices() throws {
        let text = "<PidFile>" + String(repeating: " ", count: 300_000) + "</PidFile>"
        let file = try home.write(text, to: ".local/share/systemg/pid.xml")
        let finding = try home.scan("--rule", "systemg.service").finding(about: file)
        #expect(finding?.summary.contains("more than the 262144") == true)
        #expect(finding?.verdict == "suspect" && finding?.remedy.action == "none")
        _ = try home.clean("--rule", "systemg.service")
        #expect(home.directory.contains(".local/share/systemg/pid.xml"))
    }

    @Test("what a rule without 'match' finds is traced, condition by condition, like any other")
    func tracedService() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/web"))
        let root = try service.root
        try services([("web", root.pid, root.startTime)])
        let words = ["rules", "test", "systemg.service", "--pid", root.identity]
        let trace = try Binary.reaper.run(words, environment: home.environment).text
        #expect(trace.contains("belongs to it: an instance file records it, start time included"))
        #expect(trace.contains("abandoned: "), "\(trace)")
        #expect(trace.contains("recorded: "))
        #expect(!trace.contains("leaves it alone"))
        let said = try Binary.reaper.run(["explain", root.identity], environment: home.environment)
        #expect(said.text.contains("systemg.service"))
        #expect(said.text.contains("reports it and leaves it alone"), "\(said.text)")
        #expect(try service.finish().signals.isEmpty)
    }

    @Test(
        "another user's reaper stops no service of root's, and says why",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreignService() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", open.path("bin/web"))
        let root = try service.root
        try services([("web", root.pid, root.startTime)], in: open)
        let completion = try open.run(
            ["clean", "--yes", "--timeout", "300ms", "--pid", root.identity],
            asUser: 65_534
        )
        #expect(completion.code == 1, "\(completion.text)")
        #expect(try completion.report().target(root)?.result == "denied")
        let named = try open.run(["stop", "web", "--rule", "systemg.*"], asUser: 65_534)
        #expect(named.code == 1 && named.errorText.contains("permission denied (PID \(root.pid))"))
        #expect(open.directory.contains(".local/share/systemg/pid.xml"))
        #expect(try service.finish().signals.isEmpty)
    }

    // MARK: - dora

    @Test("T13 a dora node that nobody waited for is no finding of its rule")
    func deadNode() throws {
        let specimen = try Specimen(
            "zombie",
            "--env",
            "DORA_NODE_CONFIG=dataflow_id: 0195c0a1-7b3e-7c4d-9e1f-3f2b1a0c9d8e\nnode_id: camera"
        )
        let zombie = try specimen["zombie"]
        let report = try home.scan("--rule", "dora.node", "--pid", zombie.identity)
        #expect(report.finding(about: zombie) == nil)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "T25 a configuration that names no dataflow is shown as that; its process is still found",
        arguments: ["{}", "dataflow_id: ../../etc", "node_id: \u{1b}[2J", "dataflow_id: 4127"]
    )
    func hostileConfiguration(_ text: String) throws {
        let node = try Specimen(
            ["sleep", "--orphan", "--own-group", "--exe", home.path("bin/camera"), "--env"]
                + ["DORA_NODE_CONFIG=\(text)"]
        )
        let words = ["--rule", "dora.*", "--pid", try node.root.identity]
        let listing = try home.run(["list"] + words).listing()
        #expect(listing.instances.map(\.id) == ["?"], "\(text)")
        #expect(listing["?"]?.state == "unknown")
        try home.expectStopped(node, by: "dora.node")
    }

    @Test("T7 to stop a dora node twice is no error")
    func stoppedDataflow() throws {
        let node = try Specimen(
            ["sleep", "--orphan", "--own-group", "--exe", home.path("bin/camera"), "--env"]
                + ["DORA_NODE_CONFIG=dataflow_id: 0195c0a1-7b3e-7c4d-9e1f-3f2b1a0c9d8e"]
        )
        let words = ["--orphans", "--rule", "dora.node", "--pid", try node.root.identity]
        try home.expectStopped(node, by: "dora.node")
        let again = try home.run(["clean", "--yes"] + words)
        #expect(try again.report().findings.isEmpty && [0, 3].contains(again.code))
    }
}
