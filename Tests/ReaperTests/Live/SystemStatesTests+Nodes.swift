import Foundation
import TestSupport
import Testing

/// Owners that are stopped, and what has no file that records a number: a dora node, a service of
/// zinit's.
extension SystemStatesTests {
    private static let dataflow = "0195c0a1-7b3e-7c4d-9e1f-3f2b1a0c9d8f"

    private func marked(_ words: [String], in home: RuleHome) throws -> Specimen {
        try Specimen(
            words + ["--own-group", "--exe", home.path("bin/camera"), "--env"]
                + ["DORA_NODE_CONFIG=dataflow_id: \(Self.dataflow)\nnode_id: camera"]
        )
    }

    // MARK: - Owners that are stopped

    /// Looks at something while its owner is stopped; nobody signals either of them besides.
    private func whileOwnerStands(of specimen: Specimen, _ look: () throws -> Void) throws {
        try specimen["owner"].send(SIGSTOP)
        try look()
        try specimen["owner"].send(SIGCONT)
        #expect(try specimen.finish().signals.allSatisfy { $0 == "owner CONT" })
    }

    @Test("T9 a Manta task whose node is stopped is left alone")
    func frozenMantaOwner() throws {
        let shape = ["--env", "TASK_ID=7", "--env", "SWARM_ID=s-1", "--args", "-m", "worker_main"]
        let owner = ["--owner", home.path("bin/manta-supervisor")]
        let task = try Specimen(["sleep", "--exe", home.path("bin/python3.11")] + owner + shape)
        try whileOwnerStands(of: task) { try home.expectLeftAlone(task, by: "manta.task") }
    }

    @Test("T9 a systemg service whose supervisor is stopped is nobody's leftover")
    func frozenSupervisor() throws {
        let owner = ["--owner", home.path("bin/sysg")]
        let service = try Specimen(["sleep", "--setsid", "--exe", home.path("bin/web")] + owner)
        let root = try service.root
        try home.directory.write(
            "<name>web</name><pid>\(root.pid)</pid><start>\(root.startTime)</start>",
            to: ".local/share/systemg/pid.xml"
        )
        try whileOwnerStands(of: service) {
            try home.expectLeftAlone(service, by: "systemg.service")
        }
    }

    @Test("T9 T23 a service whose zinit is stopped is left alone")
    func frozenZinit() throws {
        let exe = home.path("bin/web")
        let owner = ["--owner", home.path("server/zinit_server")]
        let service = try Specimen(["sleep", "--exe", exe] + owner)
        let root = try service.root
        try whileOwnerStands(of: service) {
            let completion = try Binary.reaper.run(
                ["clean", "--json", "--yes", "--include-probable", "--orphans"]
                    + ["--rule", "local.service", "--pid", root.identity],
                rules: serviceRules(exe),
                environment: home.environment
            )
            #expect(try completion.report().target(root) == nil, "\(completion.text)")
        }
    }

    // MARK: - dora

    @Test("T19 a number that went from a node to another process since it was noted stops nobody")
    func recycledDoraNode() throws {
        let node = try marked(["sleep", "--orphan"], in: home)
        let root = try node.root
        let earlier = "\(root.pid)@\(root.startTime - 1)"
        for words in [["--orphans", "--rule", "dora.node", "--pid"], ["--pid"]] {
            let completion = try home.run(["clean", "--yes"] + words + [earlier])
            #expect(try completion.report().target(root) == nil, "\(completion.text)")
        }
        #expect(try node.finish().signals.isEmpty)
    }

    @Test("a node's word for its parent is not believed: who has that number is nobody's daemon")
    func recycledDoraParent() throws {
        let stranger = try Specimen("sleep", "--exe", home.path("bin/dora"))
        let parent = ["--env", "DORA_RUN_PARENT_PID=\(try stranger.root.pid)"]
        try home.expectStopped(marked(["sleep", "--orphan"] + parent, in: home), by: "dora.node")
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test(
        "another user's reaper stops no dora node of root's, by number, rule or dataflow",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreignDoraNode() throws {
        let node = try marked(["sleep", "--orphan"], in: open)
        let root = try node.root
        let words = ["clean", "--yes", "--include-probable", "--timeout", "300ms"]
        let numbered = try open.run(words + ["--pid", root.identity], asUser: 65_534)
        #expect(numbered.code == 1, "\(numbered.text)")
        #expect(try numbered.report().target(root)?.result == "denied")
        let ruled = ["--orphans", "--rule", "dora.node", "--pid", root.identity]
        #expect(try open.run(words + ruled, asUser: 65_534).code != 0)
        // Of an environment that it may not read it cannot say that it names no dataflow.
        let listed = try open.run(["list", "--rule", "dora.*"], asUser: 65_534)
        #expect(try listed.code == 3 && !listed.listing().complete, "\(listed.text)")
        let stopped = try open.run(["stop", Self.dataflow, "--rule", "dora.*"], asUser: 65_534)
        #expect(stopped.code != 0)
        #expect(stopped.errorText.contains("belong to another user"), "\(stopped.errorText)")
        #expect(try node.finish().signals.isEmpty)
    }

    // MARK: - zinit

    private func serviceRules(_ exe: String) -> String {
        """
        { name: "local", title: "Services of zinit", rules: [ {
          id: "service", title: "Service outlived zinit",
          match: { exe: ["\(exe)"] }, owner: { name: ["zinit", "zinit_server"] },
          stop: { signal: "TERM", timeout: "500ms" } } ] }
        """
    }

    @Test("T13 a zinit server that nobody waited for is dead: its socket is stale and goes")
    func deadServer() throws {
        try home.makeDirectory("hero/var")
        let socket = home.path("hero/var/zinit.sock")
        let left = try Specimen("socketfile", "--path", socket, "--close")
        let dead = try Specimen("zombie", "--exe", home.path("bin/zinit_server"))
        try home.age(socket)
        let zombie = try dead["zombie"]
        let words = ["--rule", "zinit.*"]
        #expect(try home.run(["list"] + words).listing()["zinit"]?.state == "stale")
        let numbered = words + ["--pid", zombie.identity]
        #expect(try home.run(["scan"] + numbered).report().finding(about: zombie) == nil)
        let completion = try home.run(["clean", "--yes", "--stale-files"] + words)
        #expect(try completion.report().outcome?.removed.map(\.path) == [socket])
        #expect(zombie.letter == "Z")
        for specimen in [left, dead] { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("T13 a service that died is told to whoever did not wait for it, and nobody is stopped")
    func deadZinitService() throws {
        let exe = home.path("bin/web")
        let service = try Specimen("zombie", "--exe", exe)
        let zombie = try service["zombie"]
        let completion = try Binary.reaper.run(
            ["clean", "--json", "--yes", "--include-probable", "--pid", zombie.identity],
            rules: serviceRules(exe),
            environment: home.environment
        )
        let report = try completion.report()
        #expect(report.plan?.waves.isEmpty == true, "\(completion.text)")
        #expect(report.target(zombie)?.result == "survived")
        let parent = try service.root.identity
        #expect(report.target(zombie)?.reason?.contains("parent \(parent)") == true)
        #expect(zombie.letter == "Z")
        #expect(try service.finish().signals.allSatisfy { $0 == "root CHLD" })
    }

    @Test("T11 T19 a service's number that another program has by now stops nobody")
    func recycledZinitService() throws {
        let exe = home.path("bin/web")
        let stranger = try Specimen("sleep", "--orphan", "--exe", home.path("other/web"))
        let next = try Specimen("sleep", "--orphan", "--exe", exe)
        let (other, root) = (try stranger.root, try next.root)
        for pid in [other.identity, "\(root.pid)@\(root.startTime - 1)"] {
            let completion = try Binary.reaper.run(
                ["clean", "--json", "--yes", "--include-probable", "--orphans"]
                    + ["--rule", "local.service", "--pid", pid],
                rules: serviceRules(exe),
                environment: home.environment
            )
            let report = try completion.report()
            #expect(report.target(other) == nil && report.target(root) == nil)
        }
        for specimen in [stranger, next] { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("T11 a socket's place that another program has taken over is in use, and stays")
    func recycledSocket() throws {
        try home.makeDirectory("hero/var")
        let socket = home.path("hero/var/zinit.sock")
        let exe = home.path("other/squatter")
        let stranger = try Specimen("socketfile", "--path", socket, "--exe", exe)
        try home.age(socket)
        let report = try home.clean("--stale-files", "--rule", "zinit.*").report()
        #expect(report.finding(about: socket) == nil)
        #expect(FileManager.default.fileExists(atPath: socket))
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test(
        "another user's reaper stops no service of a zinit of root's",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreignZinitService() throws {
        let exe = open.path("bin/web")
        let service = try Specimen("sleep", "--orphan", "--exe", exe)
        let root = try service.root
        let rules = try open.directory.write(serviceRules(exe), to: "rules/local.json5")
        let words = ["clean", "--yes", "--include-probable", "--rules", rules]
        let completion = try open.run(words + ["--pid", root.identity], asUser: 65_534)
        #expect(completion.code == 1, "\(completion.text)")
        #expect(try completion.report().target(root)?.result == "denied")
        let ruled = ["--orphans", "--rule", "local.service", "--pid", root.identity]
        #expect(try open.run(words + ruled, asUser: 65_534).code != 0)
        #expect(try service.finish().signals.isEmpty)
    }
}
