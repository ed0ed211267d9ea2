import Foundation
import TestSupport
import Testing

/// `reaper up`, `down` and `status`: the ordinary life of services.
@Suite("up: life", .timeLimit(.minutes(60)))
struct UpTests {
    /// A service that says when it begins and when it is asked to end, and then does.
    private static func service(_ name: String, after: [String] = [], _ rest: String = "") -> String
    {
        let list = after.map { "\"\($0)\"" }.joined(separator: ", ")
        let needs = after.isEmpty ? "" : "after: [\(list)],"
        return """
            \(name): { \(needs) ready: { file: "${DIR}/\(name).ready" }, \(rest)
              command: "trap 'echo end \(name) >> $DIR/order; exit 0' TERM; \
            echo begin \(name) >> $DIR/order; : > $DIR/\(name).ready; \
            while :; do sleep 0.05; done" },
            """
    }

    @Test("begins in the order of needs, ends in the opposite one, leaves nothing")
    func order() throws {
        let services = try SupervisedServices(
            Self.service("upweb", after: ["api"]) + Self.service("api", after: ["updb", "cache"])
                + Self.service("updb") + Self.service("cache")
        )
        #expect(try services.up().code == 0)
        let before = try services.standings()
        #expect(before.values.allSatisfy { $0.state == "running" } && before.count == 4)
        let probes = try before.values.map { try ProcessProbe($0.identity ?? "") }
        let supervisor = try services.supervisorProbe()
        let down = try services.command("down")
        #expect(down.code == 0, "\(down.errorText)")
        #expect(probes.allSatisfy { $0.hasEnded })
        #expect(supervisor.hasEnded)
        let order = services.lines("order")
        let place = { (line: String) in order.firstIndex(of: line) ?? -1 }
        #expect(order.count == 8)
        #expect(place("begin api") > max(place("begin updb"), place("begin cache")))
        #expect(place("begin upweb") > place("begin api"))
        #expect(place("end upweb") < place("end api"))
        #expect(place("end api") < min(place("end updb"), place("end cache")))
        let left = try FileManager.default.contentsOfDirectory(
            atPath: services.directory.path("state/services")
        )
        #expect(left.isEmpty)
        #expect(try services.command("status").code == 1)
    }

    @Test("each has a session of its own, the marks, its variables, directory, and no input")
    func surroundings() throws {
        let services = try SupervisedServices(
            """
            one: { env: { GREETING: "hi there" }, cwd: "${DIR}",
              command: "read line; env > all; pwd > place; ls -l /proc/self/fd > open; : > done; \
            exec sleep 600", ready: { file: "done" } },
            """
        )
        #expect(try services.up().code == 0)
        let standing = try #require(try services.standings()["one"])
        let pid = try #require(standing.pid)
        #expect(getsid(pid) == pid && getpgid(pid) == pid)
        let variables = services.lines("all")
        #expect(variables.contains("GREETING=hi there"))
        #expect(variables.contains { $0.hasPrefix("REAPER_SERVICE=one:") })
        let supervisor = "\(try services.supervisorProbe()):\(services.directory.path("state"))"
        #expect(variables.contains("REAPER_SUPERVISOR=\(supervisor)"))
        #expect(services.lines("place") == [services.directory.path])
        #expect(services.lines("open").filter { $0.contains(" -> ") }.count <= 4)
        let list = try Binary.reaper.run(
            ["list", "--json", "--rule", "reaper.*"],
            environment: services.environment
        )
        let instances = try list.jsonObject()["instances"] as? [[String: Any]]
        let mine = instances?.filter { $0["pid"] as? Int32 == pid } ?? []
        #expect(mine.count == 1 && mine.first?["alias"] as? String == "one")
        let state = services.directory.path("state")
        let modes = try ["", "/control.sock", "/lock"].map { name in
            let facts = try FileManager.default.attributesOfItem(atPath: state + name)
            return facts[.posixPermissions] as? Int
        }
        #expect(modes == [0o700, 0o600, 0o600])
    }

    @Test("is ready by a port, a line, a command or an end with 0; late is failed")
    func readiness() throws {
        let python = try #require(Machine.python)
        let serve =
            "import signal,socket; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen();"
            + "open('port','w').write(str(s.getsockname()[1])); signal.pause()"
        let services = try SupervisedServices(
            """
            line: { command: "echo not yet; echo 'now ready: 1'; exec sleep 600",
              ready: { line: "ready: [0-9]" } },
            check: { command: "sleep 0.2; : > checked; exec sleep 600",
              ready: { command: ["test", "-e", "checked"] } },
            job: { command: "echo working; : > job", ready: { exit: true } },
            late: { command: "exec sleep 600", ready: { file: "never", timeout: "300ms" } },
            after: { command: "test -e job && : > after; exec sleep 600", after: ["job"] },
            beside: { command: ["\(python)", "-c", "\(serve)"] },
            """
        )
        let up = try services.up()
        #expect(up.code == 1)
        #expect(up.errorText.contains("late: not ready within 300ms"), "\(up.errorText)")
        let standings = try services.standings()
        #expect(standings["line"]?.state == "running")
        #expect(standings["check"]?.state == "running")
        #expect(standings["job"]?.state == "stopped" && standings["job"]?.pid == nil)
        #expect(standings["late"]?.state == "failed")
        services.wait(forFile: "after")
        // A port that somebody else serves already makes nobody ready.
        services.wait(forFile: "port")
        let port = try #require(services.lines("port").first)
        try services.write(
            """
            beside: { command: ["\(python)", "-c", "\(serve)"] },
            port: { command: "exec sleep 600", ready: { port: \(port), timeout: "300ms" } },
            """
        )
        #expect(try services.command("reload").code == 1)
        #expect(try services.standings()["port"]?.reason?.contains("held, but not by it") == true)
    }

    @Test("what a service left behind, rid of its mark, ends with the others, which is proven")
    func strays() throws {
        let services = try SupervisedServices(
            """
            job: { command: "setsid -f env -i /bin/sh -c 'echo $$ > stray; mv stray pid; \
            exec /bin/sleep 600'; exit 0", ready: { exit: true } },
            """
        )
        #expect(try services.up().code == 0)
        services.wait(forFile: "pid")
        let stray = try #require(services.lines("pid").first.flatMap { Int32($0) })
        #expect(kill(stray, 0) == 0)
        #expect(try services.command("down").code == 0)
        #expect(kill(stray, 0) != 0)
    }

    /// A service that leaves somebody behind, rid of its mark, and is ready then.
    private static func leaver(_ name: String) -> String {
        """
        \(name): { ready: { file: "pid" }, command: "setsid -f env -i /bin/sh -c 'echo $$ > stray; \
        mv stray pid; exec /bin/sleep 600'; exec sleep 600" },
        """
    }

    @Test("who was left behind, rid of its mark, ends with the only service that can have left it")
    func remains() throws {
        let services = try SupervisedServices(
            Self.leaver("one") + "two: { command: \"exec sleep 600\" },"
        )
        #expect(try services.up("one").code == 0)
        // Whoever is started later cannot have, which two starts in one clock tick would not show.
        let ticks = { () throws -> Int in
            let text = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
            return Int((Double(text.prefix { $0 != " " }) ?? 0) * 100)
        }
        let then = try ticks()
        while try ticks() < then + 2 { sched_yield() }
        #expect(try services.up("two").code == 0)
        let stray = try #require(services.lines("pid").first.flatMap { Int32($0) })
        let stop = try services.command("stop", "one")
        #expect(stop.code == 0, "\(stop.errorText)")
        #expect(kill(stray, 0) != 0)
        #expect(try services.standings()["two"]?.state == "running")
    }

    @Test("who was left behind, and may be another's, is told when a service is stopped")
    func doubtfulRemains() throws {
        let services = try SupervisedServices(
            "zero: { command: \"exec sleep 600\" }," + Self.leaver("one")
        )
        #expect(try services.up("zero").code == 0)
        #expect(try services.up("one").code == 0)
        let stray = try #require(services.lines("pid").first.flatMap { Int32($0) })
        let stop = try services.command("stop", "one")
        #expect(stop.code == 3 && stop.errorText.contains("'reaper clean --pid \(stray)@"))
        #expect(kill(stray, 0) == 0)
        #expect(try services.command("stop", "zero").code == 0)
        #expect(kill(stray, 0) != 0)
    }

    @Test("in the foreground: prefixed lines, and one SIGINT ends all")
    func foreground() throws {
        let services = try SupervisedServices(
            "upweb: echo hello; : > upweb; exec sleep 600\nworker: echo working; exec sleep 600\n",
            named: "Procfile"
        )
        let program = try services.start()
        services.wait(forFile: "upweb")
        _ = try services.wait(for: "worker") { $0.state == "running" }
        try program.send(signal: SIGINT)
        let end = try program.finish()
        #expect(end.code == 0, "\(end.errorText)")
        #expect(end.text.contains("upweb  | hello\n"))
        #expect(end.text.contains("worker | working\n"))
        #expect(end.errorText.contains("reaper | ending every service"))
    }

    @Test("in the foreground it ends with its services: 0 when all did their work, else 1")
    func idle() throws {
        let good = try SupervisedServices("a: { command: \"exit 0\", ready: { exit: true } }")
        #expect(try good.start().finish().code == 0)
        let bad = try SupervisedServices("a: { command: \"exit 3\", ready: { exit: true } }")
        let end = try bad.start().finish()
        #expect(end.code == 1)
        #expect(end.errorText.contains("a: failed: ended with code 3"), "\(end.errorText)")
    }

    @Test("an error in the file starts nothing; so does a program that is not there")
    func errors() throws {
        let services = try SupervisedServices("a: { command: \"x\", after: [\"b\"] }")
        let bad = try services.up()
        #expect(bad.code == 2 && bad.errorText.contains("reaper.json5:2:"), "\(bad.errorText)")
        try services.write(
            "a: { command: [\"/no/such/program\"] }, b: { command: \"exec sleep 600\" }"
        )
        let up = try services.up()
        #expect(up.code == 1)
        #expect(up.errorText.contains("exec /no/such/program: No such file"), "\(up.errorText)")
        #expect(try services.standings()["b"]?.state == "running")
        // Who is not found is that to every command alike.
        #expect(try services.up("nobody").code == 1)
        for command in ["status", "logs", "restart", "stop"] {
            #expect(try services.command(command, "nobody").code == 1, "\(command)")
        }
        #expect(try services.command("restart", "bb").errorText.contains("did you mean 'b'"))
    }

    @Test("status holds to the schema of instances")
    func schema() throws {
        let services = try SupervisedServices(
            """
            upweb: { command: "exec sleep 600", ports: "1-2" },
            bad: { command: "exit 3", class: "system" },
            """
        )
        _ = try services.up()
        _ = try services.wait(for: "bad") { $0.state == "failed" }
        let status = try services.command("status", "--json")
        let listing = try status.listing()
        #expect(status.code == 1 && listing.instances.count == 2)
        #expect(listing["upweb"]?.state == "running")
        let table = try services.command("status")
        #expect(table.text.hasPrefix("SERVICE  STATE    PID@START"))
        #expect(table.text.contains("ended with code 3"))
    }
}
