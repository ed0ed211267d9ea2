import Foundation
import TestSupport
import Testing

/// What becomes of services that end by themselves, or are stopped one by one.
@Suite("up: ends", .timeLimit(.minutes(60)))
struct UpCrashTests {
    private static let chain = """
        updb: { command: "exec sleep 600", restart: { mode: "on-failure", backoff: "10ms" } },
        upweb: { command: "exec sleep 601", after: ["updb"] },
        upcron: { command: "exec sleep 602" },
        """

    @Test("a crash ends those that come after it; all start again with it")
    func crash() throws {
        let services = try SupervisedServices(Self.chain)
        #expect(try services.up().code == 0)
        let before = try services.standings()
        let pid = try #require(before["updb"]?.pid)
        let upweb = try ProcessProbe(before["upweb"]?.identity ?? "")
        kill(pid, SIGKILL)
        let updb = try services.wait(for: "updb") { $0.state == "running" && $0.pid != pid }
        #expect(updb.restarts == 1)
        _ = try services.wait(for: "upweb") {
            $0.state == "running" && $0.pid != before["upweb"]?.pid
        }
        #expect(upweb.hasEnded)
        #expect(try services.standings()["upcron"]?.identity == before["upcron"]?.identity)
    }

    @Test("a stop by hand leaves those that come after it; --cascade does not")
    func stop() throws {
        let services = try SupervisedServices(Self.chain)
        #expect(try services.up().code == 0)
        let before = try services.standings()
        let stop = try services.command("stop", "updb")
        #expect(stop.code == 0, "\(stop.errorText)")
        var now = try services.standings()
        #expect(now["updb"]?.state == "stopped" && now["updb"]?.pid == nil)
        #expect(now["upweb"]?.identity == before["upweb"]?.identity)
        #expect(try services.command("stop", "updb").code == 0)
        #expect(try services.up("updb").code == 0)
        #expect(try services.command("stop", "--cascade", "updb").code == 0)
        now = try services.standings()
        #expect(now["updb"]?.state == "stopped" && now["upweb"]?.state == "stopped")
        #expect(now["upcron"]?.state == "running")
        #expect(try services.up("upweb").code == 0)
        now = try services.standings()
        #expect(now["updb"]?.state == "running" && now["upweb"]?.state == "running")
    }

    @Test("its leader gone, the others of a service end before it is started again")
    func group() throws {
        let services = try SupervisedServices(
            """
            upweb: { command: "sleep 603 & echo $! >> members; test -e again && exec sleep 604; \
            : > again; exit 1", restart: { mode: "on-failure", backoff: "1ms" } },
            """
        )
        _ = try services.up()
        _ = try services.wait(for: "upweb") { $0.state == "running" && $0.restarts == 1 }
        services.wait(forFile: "members")
        while services.lines("members").count < 2 { sched_yield() }
        let members = services.lines("members").compactMap { Int32($0) }
        #expect(kill(members[0], 0) != 0)
        #expect(kill(members[1], 0) == 0)
    }

    @Test("no more restarts in a row than its limit")
    func limit() throws {
        let services = try SupervisedServices(
            """
            bad: { command: "echo x >> tries; exit 7",
              restart: { mode: "always", backoff: "1ms", limit: 3 }, ready: { file: "never" } },
            """
        )
        #expect(try services.up().code == 1)
        let bad = try services.wait(for: "bad") { $0.state == "failed" }
        #expect(bad.reason?.contains("ended with code 7") == true)
        #expect(services.lines("tries").count == 4)
    }

    @Test("what cannot be started because something is not there is not tried again")
    func missing() throws {
        let again = #"restart: { mode: "always", backoff: "1ms" }"#
        let services = try SupervisedServices(
            """
            program: { command: ["/no/such/program"], \(again) },
            unfit: { command: ["/dev/null"], \(again) },
            place: { command: ["/bin/true"], cwd: "/no/such/directory", \(again) },
            log: { command: ["/bin/true"], log: "/no/such/directory/log", \(again) },
            """
        )
        #expect(try services.up().code == 1)
        let standings = try services.standings()
        for (name, reason) in [
            ("program", "exec /no/such/program: No such file"),
            ("unfit", "exec /dev/null: Permission denied"),
            ("place", "chdir /no/such/directory: No such file"),
            ("log", "open /no/such/directory/log"),
        ] {
            let standing = try #require(standings[name])
            #expect(standing.state == "failed" && standing.restarts ?? 0 == 0, "\(standing)")
            #expect(standing.reason?.contains(reason) == true, "\(standing)")
        }
    }

    @Test("its own signal, its own command, its own grace")
    func stopping() throws {
        let services = try SupervisedServices(
            """
            usr: { stop_signal: "USR1", command: "trap 'echo usr1 > usr; exit 0' USR1; \
            : > usr.on; while :; do sleep 0.02; done", ready: { file: "usr.on" } },
            cmd: { stop_command: "echo $MAINPID > asked; kill -USR2 $MAINPID",
              command: "trap 'echo usr2 > cmd; exit 0' USR2; : > cmd.on; \
            while :; do sleep 0.02; done", ready: { file: "cmd.on" } },
            deaf: { stop_timeout: "200ms", command: "trap '' TERM; : > deaf.on; \
            while :; do sleep 0.02; done", ready: { file: "deaf.on" } },
            """
        )
        #expect(try services.up().code == 0)
        let cmd = try services.standings()["cmd"]?.pid
        let down = try services.command("down")
        #expect(down.code == 0, "\(down.errorText)")
        #expect(services.lines("usr") == ["usr1"])
        #expect(services.lines("cmd") == ["usr2"])
        #expect(services.lines("asked") == [cmd.map { "\($0)" } ?? ""])
        #expect(down.errorText.contains("deaf: SIGKILL"), "\(down.errorText)")
    }

    @Test("reload: what is new starts, what changed restarts, what is missing ends, the rest stays")
    func reload() throws {
        let services = try SupervisedServices(Self.chain)
        #expect(try services.up().code == 0)
        let before = try services.standings()
        try services.write(
            """
            updb: { command: "exec sleep 600", restart: { mode: "on-failure", backoff: "10ms" } },
            upweb: { command: "exec sleep 611", after: ["updb"] },
            new: { command: "exec sleep 612" },
            """
        )
        let reload = try services.command("reload")
        #expect(reload.code == 0, "\(reload.errorText)")
        let after = try services.standings()
        #expect(after["updb"]?.identity == before["updb"]?.identity)
        #expect(after["upweb"]?.state == "running")
        #expect(after["upweb"]?.identity != before["upweb"]?.identity)
        #expect(after["new"]?.state == "running" && after["upcron"] == nil)
        #expect(try ProcessProbe(before["upcron"]?.identity ?? "").hasEnded)
        try services.write("upweb: { comand: \"x\" }")
        let bad = try services.command("reload")
        #expect(bad.code == 2 && bad.errorText.contains("did you mean 'command'"))
        #expect(try services.standings()["upweb"]?.identity == after["upweb"]?.identity)
    }

    @Test("who holds its port is named, and ended only where the file says so")
    func conflict() throws {
        let holder = try Specimen("listen")
        let port = try #require(holder.facts["port"])
        let python = try #require(Machine.python)
        let serve =
            "import signal,socket; s=socket.socket(); s.setsockopt(1,2,1);"
            + " s.bind(('127.0.0.1',\(port))); s.listen(); signal.pause()"
        let service = { (more: String) in
            """
            upweb: { command: ["\(python)", "-c", "\(serve)"], ports: \(port),
              ready: { port: \(port) }, \(more) },
            """
        }
        let services = try SupervisedServices(service(""))
        let refused = try services.up()
        let root = try holder.root
        #expect(refused.code == 1)
        #expect(refused.errorText.contains("(\(root.identity)) is in its way"))
        #expect(!root.hasEnded)
        try services.write(service("kill_others: true"))
        #expect(try services.command("reload").code == 0)
        #expect(root.hasEnded)
        #expect(try services.standings()["upweb"]?.state == "running")
    }
}
