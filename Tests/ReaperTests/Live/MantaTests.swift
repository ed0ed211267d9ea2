import Foundation
import TestSupport
import Testing

/// Nodes and supervisors of Manta with the shape of the real ones: `python -m manta_node start`.
@Suite(
    "Manta",
    .enabled(if: Machine.python != nil, "needs python3"),
    .timeLimit(.minutes(60))
)
struct MantaTests {
    private static let record = ".manta/nodes/instances/prod-a3f2c891.json"
    private static let supervisorRecord = ".manta/nodes/instances/prod.supervisor.json"

    private let home: RuleHome

    init() throws {
        home = try RuleHome(worldAccessible: true)
        try MantaProgram.write(to: home.directory)
    }

    private func node() throws -> PythonProgram {
        try MantaProgram.node(in: home.directory, record: home.path(Self.record))
    }

    @Test("a node that runs keeps its record, and is nobody's leftover")
    func living() throws {
        let node = try node()
        let completion = try home.clean("--rule", "manta.[ns]*")
        #expect(try completion.report().findings.isEmpty, "\(completion.text)")
        #expect(home.directory.contains(Self.record))
        #expect(try node.root.state == .running)
    }

    @Test("a node without a record is shown once, and left alone; with its record it is nobody's")
    func unrecorded() throws {
        let node = try node()
        let root = try node.root
        let words = ["--rule", "manta.*", "--pid", root.identity]
        #expect(try home.run(["scan"] + words).report().finding(about: root) == nil)
        let record = try home.directory.read(Self.record)
        try FileManager.default.removeItem(atPath: home.path(Self.record))
        let findings = try home.run(["scan"] + words).report().findings
        #expect(findings.map(\.rule) == ["manta.stray-node"])
        #expect(findings.first?.remedy.action == "none")
        let cleaned = try home.clean("--rule", "manta.stray-node")
        let why = "it is only suspect: 'reaper clean --pid \(root.identity)' stops it"
        #expect(try cleaned.report().plan?.leftAlone?.map(\.reason) == [why], "\(cleaned.text)")
        _ = try home.run(["clean", "--yes", "--include-probable", "--rule", "manta.*"])
        #expect(root.state == .running)
        try home.write(record.replacing("\(root.pid)", with: "\(RuleHome.nobody)"), to: Self.record)
        let other = try home.run(["scan"] + words).report().findings
        #expect(other.map(\.rule) == ["manta.stray-node"])
    }

    @Test("T10 T25f a node that crashed leaves its record, which is stale and goes")
    func crashed() throws {
        let node = try node()
        try node.crash()
        try home.age(home.path(Self.record))
        let finding = try home.scan("--rule", "manta.[ns]*").finding(about: home.path(Self.record))
        #expect(finding?.rule == "manta.node" && finding?.verdict == "confirmed")
        #expect(try home.clean("--rule", "manta.[ns]*").code == 0)
        #expect(!home.directory.contains(Self.record))
    }

    @Test("T9 a node that is stopped lives: its record stays")
    func frozen() throws {
        let node = try node()
        try node.root.send(SIGSTOP)
        let completion = try home.clean("--rule", "manta.[ns]*")
        #expect(try completion.report().findings.isEmpty, "\(completion.text)")
        #expect(home.directory.contains(Self.record))
    }

    @Test("T20 a node that is asked ends by itself; then its record is stale")
    func graceful() throws {
        let node = try node()
        let completion = try home.clean("--pid", node.root.identity)
        #expect(try completion.report().target(node.root)?.result == "exited")
        #expect(try node.wait() == .exited(0))
        try home.age(home.path(Self.record))
        #expect(try home.clean("--rule", "manta.[ns]*").code == 0)
        #expect(!home.directory.contains(Self.record))
    }

    @Test("a supervisor that was killed leaves record and socket; its node runs on with its own")
    func supervisor() throws {
        let supervisor = try MantaProgram.supervisor(in: home.directory)
        let node = try supervisor["node"]
        #expect(try home.scan("--rule", "manta.[ns]*").findings.isEmpty)
        try supervisor.crash()
        let socket = home.path(".manta/supervisor.sock")
        for file in [home.path(Self.supervisorRecord), socket] { try home.age(file) }
        let report = try home.clean("--rule", "manta.[ns]*").report()
        let removed = report.outcome?.removed.map(\.path)
        #expect(removed == [home.path(Self.supervisorRecord), socket].sorted())
        #expect(home.directory.contains(Self.record))
        #expect(node.state == .running)
    }

    @Test("T11 T19 T25b a record whose number another program has goes, and the program stays")
    func recycled() throws {
        // The interpreter is the same: only the command line tells.
        let stranger = try PythonProgram(
            ["-c", PythonProgram.prelude + "tell('root'); ready(); stay()"],
            environment: home.environment
        )
        let text = #"{"instance_id":"prod-a3f2c891","pid":\#(try stranger.root.pid)}"#
        let file = try home.write(text, to: Self.record)
        let completion = try home.clean("--rule", "manta.node")
        #expect(try completion.report().outcome?.removed.map(\.path) == [file])
        #expect(try stranger.root.state == .running)
    }

    @Test("a record of a node that started on another day is told, and has nobody stopped")
    func otherStart() throws {
        let node = try node()
        let root = try node.root
        let file = home.path(Self.record)
        let words = ["--rule", "manta.node"]
        let text = try home.directory.read(Self.record)
        let start = try #require(text.split(separator: "\"start_time\": \"").last?.prefix(19))
        for other in ["2001-02-03T04:05:06.789", "2199-02-03T04:05:06"] {
            try home.directory.write(
                text.replacing(start, with: other.prefix(19)),
                to: Self.record
            )
            let scan = try home.run(["scan"] + words).report()
            let finding = scan.finding(about: file)
            #expect(finding?.verdict == "probable", "\(finding?.summary ?? "nothing")")
            let side = other < "2100" ? "after" : "before"
            #expect(finding?.summary.contains("s \(side) the start that is recorded") == true)
            let listing = try home.run(["list"] + words).listing()
            #expect(listing["prod-a3f2c891"]?.state == "recycled")
            _ = try home.run(["clean", "--yes"] + words)
            _ = try home.run(["stop", "--yes", "prod-a3f2c891"])
            #expect(root.state == .running)
        }
        try home.directory.write(text, to: Self.record)
        #expect(try home.run(["list"] + words).listing()["prod-a3f2c891"]?.state == "running")
        let explanation = try home.run(["explain", file]).explanations().explanations[0]
        #expect(explanation.value("records", in: "file")?.contains("started \(start)") == true)
    }

    @Test("T13 T25d a record that names a zombie is stale, and nobody is signalled")
    func zombie() throws {
        let specimen = try Specimen("zombie")
        let text = #"{"instance_id":"prod-a3f2c891","pid":\#(try specimen["zombie"].pid)}"#
        try home.write(text, to: Self.record)
        #expect(try home.clean("--rule", "manta.node").code == 0)
        #expect(!home.directory.contains(Self.record))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "T25c T25e what is malformed or hostile is reported, stays, and signals nobody",
        arguments: [
            #"{"pid": 0}"#, #"{"pid": -1}"#, #"{"pid": 1}"#, #"{"pid": "prod"}"#, #"{"pid": null}"#,
            #"{"pid": [4127]}"#, #"{"pid": 4127.5}"#, #"{"pid": 99999999999999999999}"#,
            #"{"instance_id": "prod"}"#, "[4127]", "4127", "", #"{"pid": 4127"#,
        ]
    )
    func malformed(_ text: String) throws {
        let file = try home.write(text, to: Self.record)
        let finding = try home.scan("--rule", "manta.node").finding(about: file)
        #expect(finding?.verdict == "suspect" && finding?.remedy.action == "none")
        let completion = try home.clean("--rule", "manta.node")
        #expect(completion.code == 1)
        #expect(try completion.report().plan?.waves.isEmpty == true)
        #expect(try home.directory.read(Self.record) == text)
    }

    @Test("T25 a record too large to be one is reported and stays")
    func huge() throws {
        let text = #"{"pid": 4127, "log_file": "\#(String(repeating: "x", count: 2 << 20))"}"#
        let file = try home.write(text, to: Self.record)
        let finding = try home.scan("--rule", "manta.node").finding(about: file)
        #expect(finding?.summary.contains("too big to be read") == true)
        #expect(finding?.remedy.action == "none")
        _ = try home.clean("--rule", "manta.node")
        #expect(home.directory.contains(Self.record))
    }

    @Test(
        "T25a the record of a node that another user runs stays",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreign() throws {
        let node = try node()
        let names = [".manta", ".manta/nodes", ".manta/nodes/instances", Self.record]
        for path in names.map(home.path) {
            try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: path)
        }
        let words = ["clean", "--yes", "--rule", "manta.[ns]*"]
        let completion = try home.run(words, asUser: 65_534)
        let report = try completion.report()
        #expect(report.outcome?.removed.isEmpty == true, "\(completion.text)")
        #expect(report.finding(about: home.path(Self.record))?.remedy.action != "remove")
        #expect(home.directory.contains(Self.record))
        #expect(try node.root.state == .running)
    }

    @Test("a task without its node is stopped; one whose node lives is not")
    func task() throws {
        let python = home.path("bin/python3.11")
        let shape = ["--env", "TASK_ID=7", "--env", "SWARM_ID=s-1", "--args", "-m", "worker_main"]
        try home.expectStopped(
            Specimen(["listen", "--orphan", "--exe", python] + shape),
            by: "manta.task"
        )
        let supervisor = ["--owner", home.path("other/manta-supervisor")]
        let other = home.path("bin/python3.12")
        let owned = try Specimen(["sleep", "--exe", other] + supervisor + shape)
        try home.expectLeftAlone(owned, by: "manta.task")
    }
}
