import Foundation
import TestSupport
import Testing

/// A zinit server's socket, and a tree of services as it starts them.
@Suite("zinit", .timeLimit(.minutes(60)))
struct ZinitTests {
    private let home: RuleHome
    private let socket: String

    init() throws {
        home = try RuleHome()
        try home.makeDirectory("hero/var")
        socket = home.path("hero/var/zinit.sock")
    }

    /// A rule as its users write it: programs below `bin` whose server is gone.
    private func rules(_ stop: String) -> String {
        """
        { name: "local", title: "Services of zinit", rules: [ {
          id: "service", title: "Service outlived zinit",
          match: { exe: ["\(home.path("bin"))/**"] },
          owner: { name: ["zinit", "zinit_server", "zinit-server"] }, stop: { \(stop) } } ] }
        """
    }

    private func clean(_ stop: String, _ specimen: borrowing Specimen) throws -> Completion {
        let words = ["clean", "--json", "--yes", "--include-probable", "--orphans"]
        return try Binary.reaper.run(
            words + ["--pid", specimen.root.identity],
            rules: rules(stop),
            environment: home.environment
        )
    }

    @Test("T10 the socket that a server leaves behind is stale")
    func stale() throws {
        let specimen = try Specimen("socketfile", "--path", socket, "--close")
        try home.age(socket)
        let finding = try home.scan("--rule", "zinit.*").finding(about: socket)
        #expect(finding?.kind == "stale_socket" && finding?.remedy.action == "remove")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("T10 a socket that the variable names is known, too")
    func variable() throws {
        let path = home.path("z.sock")
        let specimen = try Specimen("socketfile", "--path", path, "--close")
        try home.age(path)
        let variables = home.environment.merging(["ZINIT_SOCKET": path]) { $1 }
        let words = ["scan", "--json", "--rule", "zinit.*"]
        let report = try Binary.reaper.run(words, environment: variables).report()
        #expect(report.finding(about: path)?.remedy.action == "remove")
        _ = try specimen.finish()
    }

    @Test("T9 the socket of a server that is stopped, and answers nobody, is in use")
    func frozen() throws {
        let server = home.path("bin/zinit_server")
        let specimen = try Specimen("socketfile", "--path", socket, "--exe", server)
        try home.age(socket)
        try specimen.root.send(SIGSTOP)
        #expect(try home.scan("--rule", "zinit.*").finding(about: socket) == nil)
        try specimen.root.send(SIGCONT)
    }

    @Test("a server without a socket is told with what ends it, and left alone")
    func socketless() throws {
        let server = home.path("bin/zinit_server")
        let specimen = try Specimen("tree", "--depth", "1", "--orphan", "--setsid", "--exe", server)
        let root = try specimen.root
        let words = ["--rule", "zinit.*", "--pid", root.identity]
        let scan = try home.run(["scan"] + words)
        let finding = try scan.report().finding(about: root)
        #expect(finding?.rule == "zinit.server" && finding?.severity == "info", "\(scan.text)")
        #expect(finding?.remedy.action == "none" && scan.code != 1)
        let plan = try home.run(["clean", "--dry-run", "--rule", "zinit.server*"]).report().plan
        #expect(plan?.waves.isEmpty != false)
    }

    @Test("who has the socket is listed with it, stopped or not, and stop says how to stop that")
    func holder() throws {
        let specimen = try Specimen("socketfile", "--path", socket, "--exe", home.path("bin/zinit"))
        let root = try specimen.root
        try home.age(socket)
        let words = ["--rule", "zinit.*"]
        let running = try #require(try home.run(["list"] + words).listing()["zinit"])
        #expect(running.identity == root.identity && running.pid == root.pid)
        #expect(running.state == "running" && running.processState == nil)
        try root.send(SIGSTOP)
        let stopped = try #require(try home.run(["list"] + words).listing()["zinit"])
        #expect(stopped.state == "running" && stopped.processState == "stopped")
        try root.send(SIGCONT)
        let stop = try home.run(["stop", "zinit"] + words)
        #expect(stop.code == 1)
        let advice = "'reaper clean --pid \(root.identity)' stops it if it has to be"
        #expect(stop.errorText.contains(advice), "\(stop.errorText)")
        let wait = ["wait", "zinit", "-t", "0"]
        #expect(try Binary.reaper.run(wait, environment: home.environment).code == 124)
        #expect(try specimen.finish().signals.allSatisfy { $0 == "root CONT" })
    }

    @Test("T23 services of a server that is gone stop, children before their parents")
    func order() throws {
        let specimen = try Specimen(
            [
                "tree", "--depth", "2", "--width", "2", "--orphan", "--own-group", "--exe",
                home.path("bin/web"),
            ]
        )
        let completion = try clean("signal: \"TERM\", timeout: \"20s\"", specimen)
        #expect(try completion.isAllGone(), "\(completion.text)")
        let end = try specimen.finish()
        let asked = end.signals.filter { $0.hasSuffix(" TERM") }.map { String($0.dropLast(5)) }
        #expect(Set(asked) == Set(specimen.processes.keys) && end.empty)
        for (index, name) in asked.enumerated() {
            #expect(!asked[..<index].contains { name.hasPrefix("\($0).") }, "\(name)")
        }
    }

    @Test("T23 a service's own stop signal is the one that it gets")
    func signal() throws {
        let specimen = try Specimen("sleep", "--orphan", "--exe", home.path("bin/web"))
        let completion = try clean("signal: \"INT\", timeout: \"20s\"", specimen)
        #expect(try completion.report().target(specimen.root)?.signal == "INT")
        #expect(try specimen.finish().signals.first == "root INT")
    }

    @Test("T23 its grace counts, and no file may ask for more than 30 s")
    func grace() throws {
        let specimen = try Specimen("term-ignorer", "--orphan", "--exe", home.path("bin/web"))
        let completion = try clean("timeout: \"200ms\"", specimen)
        #expect(try completion.report().target(specimen.root)?.result == "killed")
        let refused = try Binary.reaper.run(["scan"], rules: rules("timeout: \"31s\""))
        #expect(refused.code == 2 && refused.errorText.contains("expected at most 30s"))
    }

    @Test("T23 services of a server that lives are left alone")
    func owned() throws {
        let specimen = try Specimen(
            [
                "tree", "--depth", "1", "--own-group", "--exe", home.path("bin/web"), "--owner",
                home.path("server/zinit_server"),
            ]
        )
        let completion = try clean("timeout: \"20s\"", specimen)
        #expect(try completion.report().target(specimen.root) == nil)
        #expect(try specimen.root.state == .running)
    }

    @Test("T24 a port of its own that a stranger holds is named, and taken only with kill_others")
    func port() throws {
        let program = home.path("other/squatter")
        let command = "\(program) --token=sesame"
        let stranger = try Specimen("listen", "--exe", program, "--argv0", command)
        let root = try stranger.root
        let first = try Specimen("sleep", "--orphan", "--exe", home.path("bin/web"))
        let told = try clean("ports: [\(stranger.port)]", first)
        let kept = try told.report().outcome?.kept.first { $0.identity == root.identity }
        #expect(kept?.reason.contains("holds port \(try stranger.port)/tcp") == true)
        #expect(kept?.reason.contains("(its command line: \(program) --token=***") == true)
        #expect(told.code == 1 && root.state == .running)
        let second = try Specimen("sleep", "--orphan", "--exe", home.path("bin/web2"))
        let taken = try clean("ports: [\(stranger.port)], kill_others: true", second)
        #expect(try taken.report().target(root)?.result == "exited", "\(taken.text)")
    }

    @Test(
        "T24 a process filter means whole names, where zinit's means parts",
        .enabled(if: Machine.isRoot, "others' names are hidden")
    )
    func filter() throws {
        let token = "rz\(getpid())"
        let worker = try Specimen("sleep", "--exe", home.path("other/\(token)"))
        let alike = try Specimen("sleep", "--exe", home.path("other/\(token)-old"))
        let service = try Specimen("sleep", "--orphan", "--exe", home.path("bin/web"))
        let stop = "process_filters: [\"\(token)\"], kill_others: true"
        let report = try clean(stop, service).report()
        #expect(report.target(try worker.root)?.result == "exited")
        #expect(report.target(try alike.root) == nil)
        #expect(try alike.finish().signals.isEmpty)
    }
}
