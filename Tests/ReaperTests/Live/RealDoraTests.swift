import Foundation
import TestSupport
import Testing

/// The program itself, from the Python registry, which the test does not install: the one that
/// REAPER_TEST_DORA names, or else the first `dora` on PATH.
///
///     python3 -m venv /tmp/dora && /tmp/dora/bin/pip install dora-rs-cli dora-rs pyarrow
///     REAPER_TEST_DORA=/tmp/dora/bin/dora swift test --filter RealDora
@Suite(
    "dora itself",
    .enabled(if: RealDora.absence == nil, "\(RealDora.absence ?? "")"),
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

@Suite("the search for dora")
struct RealDoraSearchTests {
    @Test("it is the one that is named, or else the first on the path; a directory is none")
    func search() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.path("a/dora"),
            withIntermediateDirectories: true
        )
        let program = try directory.write("#!/bin/sh\n", to: "b/dora")
        try directory.write("", to: "c/dora")
        try #require(unsafe chmod(program, 0o755) == 0)
        let path = ["a", "c", "b"].map(directory.path).joined(separator: ":")
        #expect(RealDora.command(in: ["PATH": path]) == program)
        #expect(RealDora.command(in: ["PATH": directory.path("a") + ":b"]) == nil)
        #expect(RealDora.command(in: [:]) == nil)
        let other = ["PATH": path, "REAPER_TEST_DORA": directory.path("c/dora")]
        #expect(RealDora.command(in: other) == nil)
        #expect(RealDora.command(in: ["REAPER_TEST_DORA": program]) == program)
    }
}

/// One dataflow of Python nodes below `dora run`.
final class RealDora {
    /// The command that the environment names or has on its path.
    static let command = command(in: ProcessInfo.processInfo.environment)

    static func command(in environment: [String: String]) -> String? {
        let isProgram = { (path: String) in
            // A directory may be searched, which looks the same.
            let type = try? FileManager.default.attributesOfItem(
                atPath: URL(filePath: path).resolvingSymlinksInPath().path
            )[.type]
            return type as? FileAttributeType == .typeRegular
                && FileManager.default.isExecutableFile(atPath: path)
        }
        // Who names one means that one, and no other.
        if let path = environment[variable] { return isProgram(path) ? path : nil }
        return environment["PATH"]?.split(separator: ":").filter { $0.hasPrefix("/") }
            .map { "\($0)/dora" }.first(where: isProgram)
    }

    private static let variable = "REAPER_TEST_DORA"

    /// Why there is none that can be used.
    static let absence: String? = {
        guard let command else {
            if let path = ProcessInfo.processInfo.environment[variable] {
                return "\(variable) names no program: \(path)"
            }
            return "no 'dora' on PATH, and \(variable) names none: see CONTRIBUTING.md"
        }
        let probe = try? Binary(path: "/usr/bin/env")
            .run(["python3", "-c", "import dora, pyarrow"], environment: path(for: command))
        guard probe?.code != 0 else { return nil }
        return "the Python beside \(command) has no dora-rs and pyarrow: see CONTRIBUTING.md"
    }()

    /// Nodes run with the Python that lies beside the command.
    private static func path(for command: String) -> [String: String] {
        let directory = URL(fileURLWithPath: command).deletingLastPathComponent().path
        return ["PATH": "\(directory):/usr/bin:/bin"]
    }

    let home: RuleHome
    private let pipe: Int32
    private var program: RunningProgram?

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

    /// Starts the dataflow and returns its nodes, and parts of nodes, once each of them is ready.
    func start(_ names: [String], program text: String) throws -> [String: ProcessProbe] {
        guard let command = RealDora.command else { throw SupportError("no dora") }
        let nodes = names.filter { !$0.contains(".") }.map { name in
            """
              - id: \(name)
                path: node.py
                inputs: {tick: dora/timer/millis/200}

            """
        }
        try home.directory.write("nodes:\n" + nodes.joined(), to: "flow/dataflow.yml")
        try home.directory.write(text, to: "flow/node.py")
        let variables = [
            "HOME": home.path("."), "TMPDIR": home.path("tmp"), "READY": home.path("ready"),
        ].merging(Self.path(for: command)) { $1 }
        program = try Binary(path: command)
            .start(["run", home.path("flow/dataflow.yml")], environment: variables)
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
