import Foundation
import TestSupport
import Testing

/// The program itself, from the Python registry; `make dora` installs it and runs these.
///
///     python3 -m venv /tmp/dora && /tmp/dora/bin/pip install dora-rs-cli dora-rs pyarrow
///     REAPER_TEST_DORA=/tmp/dora/bin/dora swift test --filter RealDora
@Suite(
    "dora itself",
    .enabled(if: DoraCommand.path != nil, Comment(rawValue: DoraCommand.absence)),
    // Below `dora up` they share a port.
    .serialized,
    .timeLimit(.minutes(60))
)
struct RealDoraTests {
    /// Newer versions end their nodes with the daemon: found, or gone.
    @Test("T17 nodes of a `dora run` that was killed are found and stopped, if they live on")
    func joined() throws {
        let dora = try RealDora()
        let nodes = try dora.start(["camera", "plot"], program: RealDora.joining)
        defer { for node in nodes.values where !node.hasEnded { try? node.send(SIGKILL) } }
        try expectOwned(nodes, by: dora)
        for node in nodes.values { #expect(node.processGroup == node.pid) }
        try dora.kill()
        let report = try scan(for: nodes, of: dora)
        for (name, node) in nodes {
            guard let finding = report.finding(about: node) else {
                #expect(try node.endsInTime(), "\(name)")
                continue
            }
            #expect(finding.rule == "dora.node" && finding.verdict != "suspect", "\(name)")
        }
        _ = try dora.home.run(["clean", "--yes", "--include-probable"] + words(nodes))
        for node in nodes.values { #expect(node.hasEnded) }
    }

    @Test("T17 T18 what a wrapper has started lives on in any version: it or its wrapper is found")
    func wrapped() throws {
        let dora = try RealDora()
        let nodes = try dora.start(["loader", "loader.payload"], program: RealDora.wrapping)
        defer { for node in nodes.values where !node.hasEnded { try? node.send(SIGKILL) } }
        try expectOwned(nodes, by: dora)
        try dora.kill()
        let report = try scan(for: nodes, of: dora)
        let finding = nodes.values.compactMap { report.finding(about: $0) }.first
        #expect(finding?.rule == "dora.node" && finding?.verdict != "suspect")
        let completion = try dora.home.run(["clean", "--yes", "--include-probable"] + words(nodes))
        let payload = try #require(nodes["loader.payload"])
        let target = try completion.report().target(payload)
        #expect(target?.result == "exited", "\(completion.text)")
        for node in nodes.values { #expect(node.hasEnded) }
    }

    @Test(
        "T17 T21 a dataflow that `dora start` left behind is listed, and stopped node by node",
        .enabled(if: RealDora.isPortFree, "a daemon of somebody else's listens on port 53291"),
        arguments: [["coordinator"], ["coordinator", "daemon"]]
    )
    func started(killed: [String]) throws {
        let dora = try RealDora()
        let background = try dora.up()
        defer { RealDora.end(background) }
        #expect(Set(background.keys) == ["coordinator", "daemon"])
        let names = ["camera", "camera.payload", "plot", "plot.payload"]
        // None of them joins its dataflow: in any version they outlive their daemon.
        let nodes = try dora.start(names, program: RealDora.wrapping, by: ["start", "--detach"])
        defer { RealDora.end(nodes) }
        try expectOwned(nodes, by: dora)
        for name in killed {
            let probe = try #require(background[name])
            try probe.send(SIGKILL)
            #expect(try probe.endsInTime())
        }
        let camera = try #require(nodes["camera"])
        let listed = try dora.home.run(["list", "--rule", "dora.*"]).listing().instances
        let flow = try #require(
            listed.first { $0.processes?.contains { $0.identity == camera.identity } == true }
        )
        #expect(flow.system == "dora" && flow.state == "running")
        let members = flow.processes?.filter { !$0.inherited } ?? []
        let wanted = [camera.identity, try #require(nodes["plot"]).identity]
        #expect(Set(members.map(\.identity)) == Set(wanted))
        #expect(Set(members.compactMap(\.node)) == ["camera", "plot"])
        // Of an owner that lives nothing is left over; without the coordinator it stops nobody.
        let found = try scan(for: nodes, of: dora).findings.map(\.rule)
        #expect(found.isEmpty == !killed.contains("daemon"), "\(found)")
        let stop = try dora.home.run(["stop", flow.id])
        #expect(try stop.isAllGone(), "\(stop.text)\(stop.errorText)")
        for name in ["camera", "plot"] {
            let lines = stop.errorText.split(separator: "\n").filter {
                $0.contains("✓ \(name) stopped [")
            }
            #expect(lines.count == 1, "\(stop.errorText)")
        }
        for (name, node) in nodes { #expect(node.hasEnded, "\(name)") }
        let again = try dora.home.run(["list", "--rule", "dora.*"]).listing().instances
        #expect(!again.contains { $0.id == flow.id })
    }

    private func words(_ nodes: [String: ProcessProbe]) -> [String] {
        let identities = nodes.values.map(\.identity).joined(separator: ",")
        return ["--orphans", "--rule", "dora.*", "--pid", identities]
    }

    private func scan(for nodes: [String: ProcessProbe], of dora: RealDora) throws -> LiveReport {
        try dora.home.run(["scan"] + words(nodes)).report()
    }

    private func expectOwned(_ nodes: [String: ProcessProbe], by dora: RealDora) throws {
        #expect(try scan(for: nodes, of: dora).findings.isEmpty)
    }
}

/// One dataflow of Python nodes below `dora run`.
final class RealDora {
    let home: RuleHome
    private let pipe: Int32
    private var program: RunningProgram?
    private var coordinatorPort = "6013"

    init() throws {
        home = try RuleHome()
        try home.makeDirectory("tmp")
        let path = home.path("ready")
        guard unsafe mkfifo(path, 0o600) == 0 else { throw SupportError("mkfifo \(path)") }
        // With a writer of its own it never ends.
        pipe = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard pipe >= 0 else { throw SupportError("open \(path)") }
    }

    deinit { _ = close(pipe) }

    /// Whether a daemon of ours can have the port that no option of `dora up` changes.
    static var isPortFree: Bool {
        let listening = ":\(String(53_291, radix: 16, uppercase: true)) "
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        return !tables.contains { table in
            let text = (try? String(contentsOfFile: table, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").contains { line in
                line.contains(listening) && line.contains(" 0A ")
            }
        }
    }

    /// Ends what lives of these, and nobody else.
    static func end(_ probes: [String: ProcessProbe]) {
        for probe in probes.values where !probe.hasEnded { try? probe.send(SIGKILL) }
    }

    /// Runs `dora up`, and returns the coordinator and the daemon that it put into the background.
    func up() throws -> [String: ProcessProbe] {
        let port = try Specimen("listen")
        coordinatorPort = "\(try port.port)"
        _ = try port.finish()
        let command = try Self.command()
        // It writes logs to where it is called.
        try home.makeDirectory("flow")
        let words = ["-C", home.path("flow"), command, "up"]
        let completion = try Binary(path: "/usr/bin/env")
            .run(words, environment: variables(of: command))
        guard completion.code == 0 else {
            throw SupportError("dora up: \(completion.text)\(completion.errorText)")
        }
        // Nobody else's have this home.
        let home = "HOME=\(home.path("."))"
        var probes: [String: ProcessProbe] = [:]
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard Int32(entry) != nil, Self.strings(entry, "environ").contains(home) else {
                continue
            }
            let words = Self.strings(entry, "cmdline")
            for name in ["coordinator", "daemon"] where words.contains(name) {
                let stat = try String(contentsOfFile: "/proc/\(entry)/stat", encoding: .utf8)
                let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
                guard fields.count > 19 else { continue }
                probes[name] = try ProcessProbe("\(entry)@\(fields[19])")
            }
        }
        return probes
    }

    private static func strings(_ pid: String, _ file: String) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func command() throws -> String {
        guard let command = DoraCommand.path else { throw SupportError(DoraCommand.absence) }
        return command
    }

    private func variables(of command: String) -> [String: String] {
        let directory = URL(fileURLWithPath: command).deletingLastPathComponent().path
        return [
            "HOME": home.path("."), "TMPDIR": home.path("tmp"), "READY": home.path("ready"),
            "PATH": "\(directory):/usr/bin:/bin", "DORA_COORDINATOR_PORT": coordinatorPort,
        ]
    }

    /// Starts the dataflow and returns its nodes, and parts of nodes, once each of them is ready.
    func start(
        _ names: [String],
        program text: String,
        by words: [String] = ["run"]
    ) throws -> [String: ProcessProbe] {
        let command = try Self.command()
        let nodes = names.filter { !$0.contains(".") }.map { name in
            """
              - id: \(name)
                path: node.py
                inputs: {tick: dora/timer/millis/200}

            """
        }
        try home.directory.write("nodes:\n" + nodes.joined(), to: "flow/dataflow.yml")
        try home.directory.write(text, to: "flow/node.py")
        program = try Binary(path: command).start(
            words + [home.path("flow/dataflow.yml")],
            environment: variables(of: command)
        )
        var probes: [String: ProcessProbe] = [:]
        var text = ""
        while probes.count < names.count {
            text += try read()
            for line in text.split(separator: "\n") where text.hasSuffix("\n") {
                let words = line.split(separator: " ")
                probes[String(words[0])] = try ProcessProbe(words[1])
            }
        }
        return probes
    }

    /// Kills the owner without warning.
    func kill() throws {
        try program?.send(signal: SIGKILL)
        _ = try program?.finish()
    }

    private func read() throws -> String {
        var state = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&state, 1, 60_000) > 0 else {
            throw SupportError("the nodes did not get ready in a minute")
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(pipe, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    private static let tell = """
        import os, signal

        def tell(part=''):
            name = os.environ['DORA_NODE_CONFIG'].split('node_id:')[1].split()[0] + part
            start = open('/proc/self/stat').read().rsplit(')', 1)[1].split()[19]
            with open(os.environ['READY'], 'w') as ready:
                ready.write('%s %d@%s\\n' % (name, os.getpid(), start))

        """

    /// A node that joins its dataflow, and ends when it is told.
    static let joining =
        tell + """
            from dora import Node

            node = Node()
            tell()
            for event in node:
                if event['type'] == 'STOP':
                    break

            """

    /// A wrapper, as `uv run` is one: its payload has not come to join the dataflow yet.
    static let wrapping =
        tell + """
            tell('.payload' if os.fork() == 0 else '')
            signal.pause()

            """
}
