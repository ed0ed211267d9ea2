import Foundation
import TestSupport
import Testing

/// A server with a pid file and a socket, and a child that inherited the socket.
///
/// A rule knows the server by the name that it gives itself; the files are not its child's.
@Suite(
    "stop: files that somebody still needs",
    .enabled(if: Machine.python != nil, "there is no python3"),
    .timeLimit(.minutes(60))
)
struct CompanionTests {
    private let directory: TemporaryDirectory
    private let socket: String
    /// What the server calls itself; other tests' servers run at the same time.
    private let main: String

    init() throws {
        directory = try TemporaryDirectory()
        main = "main-\(directory.path.suffix(6))"
        try directory.write("", to: "run/keep")
        socket = directory.path("run/one.sock")
    }

    private func rules(protecting name: String = "") -> String {
        let protection =
            name.isEmpty
            ? ""
            : ", { id: \"kept\", title: \"Kept\", protect: true, match: { name: [\"\(name)\"] } }"
        return """
            { name: "live", title: "Live tests", rules: [ {
              id: "server", title: "Server",
              instance: { files: ["\(directory.path)/run/*.pid"], format: "pid" },
              match: { name: ["\(main)"], user: ["\(geteuid())"] },
              stop: { signal: "TERM", timeout: "20s" },
              remove: ["\(directory.path)/run/*.sock"] }\(protection) ] }
            """
    }

    /// Starts a program that calls itself `name`, and a child of it `child` if wanted.
    private func start(
        _ name: String,
        child: String? = nil,
        bound isBound: Bool
    ) throws -> PythonProgram {
        let bind =
            "import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind('\(socket)')\ns.listen(5)\n"
        let fork = child.map {
            """
            if os.fork() == 0:
                called('\($0)')
                tell('child')
                ready()
                stay()

            """
        }
        let text =
            PythonProgram.prelude + """
                def called(name):
                    open('/proc/self/comm', 'w').write(name)

                called('\(name)')
                tell('root')
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                \(isBound ? bind : "")
                \(fork ?? "ready()")
                stay()

                """
        let path = try directory.write(text, to: "\(name).py")
        let program = try PythonProgram([path], environment: [:])
        return program
    }

    private func record(_ program: PythonProgram) throws {
        try directory.write("\(program.root.pid)\n", to: "run/one.pid")
    }

    private func stop(_ words: [String], _ rules: String) throws -> Completion {
        try Binary.reaper.run(["stop", "--yes", "--json"] + words, rules: rules)
    }

    @Test("a protected child has the socket: pid file and socket stay")
    func protected() throws {
        let program = try start(main, child: "rcmpchild", bound: true)
        try record(program)
        let completion = try stop(["one"], rules(protecting: "rcmpchild"))
        let report = try completion.report()
        #expect(try report.target(program.root)?.result == "exited", "\(completion.text)")
        #expect(try !program["child"].hasEnded && completion.code == 1)
        #expect(report.outcome?.removed.map(\.path) == [])
        #expect(directory.contains("run/one.pid") && directory.contains("run/one.sock"))
    }

    @Test("a child that the plan does not name has the socket: pid file and socket stay")
    func unplanned() throws {
        let program = try start(main, child: "rcmpchild", bound: true)
        try record(program)
        let plan = directory.path("plan.json")
        let made = try stop(["one", "--dry-run", "-o", plan], rules())
        #expect(made.code == 1, "\(made.errorText)")
        let child = try program["child"].identity
        try edit { wave in wave.filter { $0["identity"] as? String != child } }
        let completion = try stop(["--plan", plan], rules())
        let report = try completion.report()
        #expect(try report.target(program.root)?.result == "exited", "\(completion.text)")
        #expect(try !program["child"].hasEnded && completion.code == 1)
        #expect(directory.contains("run/one.pid") && directory.contains("run/one.sock"))
    }

    @Test("a target that is refused lives: its files stay")
    func refused() throws {
        let program = try start(main, bound: false)
        try record(program)
        let plan = directory.path("plan.json")
        let made = try stop(["one", "--dry-run", "-o", plan], rules())
        #expect(made.code == 1, "\(made.errorText)")
        try edit { wave in
            wave.map { target in
                var target = target
                target["executable"] = "/bin/another"
                return target
            }
        }
        // Another program has its number for all that the rule knows.
        let other = rules().replacingOccurrences(of: main, with: "rcmpother")
        let completion = try stop(["--plan", plan], other)
        #expect(completion.code == 1 && directory.contains("run/one.pid"), "\(completion.text)")
        #expect(try !program.root.hasEnded)
    }

    @Test("a stranger listens on the socket: it stays, and that is told")
    func stranger() throws {
        // A zombie would still be of the rule: somebody has to wait for it.
        let program = try start("rcmpkeeper", child: main, bound: false)
        let server = try program["child"]
        let other = try start("rcmpother", bound: true)
        try directory.write("\(server.pid)\n", to: "run/one.pid")
        let completion = try stop(["one"], rules())
        let report = try completion.report()
        #expect(report.target(server)?.result == "exited", "\(completion.text)")
        #expect(report.outcome?.removed.map(\.path) == [directory.path("run/one.pid")])
        #expect(report.outcome?.kept.first?.reason.contains("is bound to it") == true)
        #expect(directory.contains("run/one.sock") && completion.code == 1)
        #expect(try !other.root.hasEnded)
    }

    /// Rewrites the waves of the plan.
    private func edit(_ change: ([[String: Any]]) -> [[String: Any]]) throws {
        let text = try directory.read("plan.json")
        var report = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        var plan = try #require(report["plan"] as? [String: Any])
        let waves = try #require(plan["waves"] as? [[[String: Any]]])
        plan["waves"] = waves.map(change)
        report["plan"] = plan
        let bytes = try JSONSerialization.data(withJSONObject: report)
        try directory.write(String(decoding: bytes, as: UTF8.self), to: "plan.json")
    }
}
