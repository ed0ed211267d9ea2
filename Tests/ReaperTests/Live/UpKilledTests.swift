import Foundation
import Glibc
import TestSupport
import Testing

/// What is left of a supervisor that was killed, and one that does not answer.
@Suite("up: killed", .timeLimit(.minutes(60)))
struct UpKilledTests {
    private static let pair = """
        updb: { command: "exec sleep 600" },
        upweb: { command: "exec sleep 601", after: ["updb"] },
        """

    private func killed(_ services: SupervisedServices) throws -> [ProcessProbe] {
        #expect(try services.up().code == 0)
        let standings = try services.standings()
        #expect(standings.values.allSatisfy { $0.state == "running" }, "\(standings)")
        let probes = try standings.values.map { try ProcessProbe($0.identity ?? "") }
        let supervisor = try services.supervisorProbe()
        try supervisor.send(SIGKILL)
        #expect(try supervisor.endsInTime())
        #expect(probes.allSatisfy { !$0.hasEnded })
        return probes
    }

    /// Whether all is over; that is not proven where an orphan of somebody else's, such as another
    /// test's, appears meanwhile, which could be one of these.
    private func isOver(_ down: Completion) -> Bool {
        down.code == 0
            || down.code == 3 && down.errorText.contains("it may have come from here")
    }

    @Test("scan finds its services as orphans, list names them, stop and clean end them")
    func found() throws {
        // Names that no other test has: a stop by name is one of every service of that name.
        let services = try SupervisedServices(
            """
            found_db: { command: "exec sleep 600" },
            found_web: { command: "exec sleep 601", after: ["found_db"] },
            """
        )
        let probes = try killed(services)
        let scan = try Binary.reaper.run(
            ["scan", "--json", "--rule", "reaper.*"],
            environment: services.environment
        )
        let found = try scan.report().findings.filter { finding in
            probes.contains { "\($0.identity)" == finding.process?.identity }
        }
        #expect(found.count == 2 && found.allSatisfy { $0.kind == "orphan" })
        let dead = try services.supervisorProbe()
        let state = services.directory.path("state")
        let sentence = "supervisor \(dead) started it, which is gone, with state directory \(state)"
        #expect(found.allSatisfy { $0.evidence.contains { $0.fact == sentence } })
        for probe in probes {
            let text = try Binary.reaper.run(
                ["explain", "\(probe)", "--json"],
                environment: services.environment
            ).text
            #expect(text.contains("REAPER_SUPERVISOR=\(dead):"), "\(text)")
        }
        let stop = try Binary.reaper.run(["stop", "found_web"], environment: services.environment)
        #expect([0, 3].contains(stop.code), "\(stop.text)\(stop.errorText)")
        let clean = try Binary.reaper.run(
            [
                "clean", "--yes", "--rule", "reaper.service*", "--env",
                "DIR=\(services.directory.path)",
            ],
            environment: services.environment
        )
        #expect([0, 3].contains(clean.code), "\(clean.text)\(clean.errorText)")
        #expect(probes.allSatisfy { $0.hasEnded })
    }

    @Test("list and stop look in the state directory that is named")
    func namedDirectory() throws {
        // Neither the variable nor a mark leads there.
        let services = try SupervisedServices(
            "upbare: { command: \"exec env -i /bin/sleep 600\" },"
        )
        let probe = try #require(try killed(services).first)
        let words = ["--state-dir", services.directory.path("state")]
        let list = try Binary.reaper.run(["list", "--json", "upbare"] + words)
        let instances = try list.jsonObject()["instances"] as? [[String: Any]] ?? []
        #expect(instances.map { $0["pid"] as? Int32 } == [probe.pid], "\(list.errorText)")
        let stop = try Binary.reaper.run(["stop", "upbare"] + words)
        #expect(probe.hasEnded, "\(stop.errorText)")
    }

    @Test("up replaces what it left: ends it, then starts its own")
    func replace() throws {
        let services = try SupervisedServices(Self.pair)
        let probes = try killed(services)
        let up = try services.up()
        #expect(up.code == 0)
        let lines = up.errorText.split(separator: "\n")
        #expect(lines.contains("upweb: left by an earlier supervisor, was ended"), "\(lines)")
        #expect(probes.allSatisfy { $0.hasEnded })
        let now = try services.standings()
        #expect(now.values.allSatisfy { $0.state == "running" })
    }

    /// Two that tell how they were asked to end, and one that has to be killed soon.
    private static let particular = """
        db: { stop_signal: "USR1", env: { WORD: "secret" }, ready: { file: "db.on" },
          command: "trap 'echo usr1 db >> $DIR/order; exit 0' USR1; : > db.on; \
        while :; do sleep 0.02; done" },
        web: { after: ["db"], env: { WORD: "secret" }, log: "web.log", ready: { file: "web.on" },
          stop_command: "echo asked $WORD; kill -USR2 $MAINPID",
          command: "trap 'echo usr2 web >> $DIR/order; exit 0' USR2; : > web.on; \
        while :; do sleep 0.02; done" },
        deaf: { stop_timeout: "0.1s", command: "trap '' TERM; : > deaf.on; \
        while :; do sleep 0.02; done", ready: { file: "deaf.on" } },
        """

    @Test(
        "what it left ends as it was started, whatever the file says by then",
        arguments: [true, false]
    )
    func settings(byDown: Bool) throws {
        let services = try SupervisedServices(Self.particular)
        let probes = try killed(services)
        let stop = services.directory.path("state/services/web.stop")
        let facts = try FileManager.default.attributesOfItem(atPath: stop)
        #expect(facts[.posixPermissions] as? Int == 0o600)
        if byDown {
            let down = try services.command("down")
            #expect(isOver(down), "\(down.errorText)")
        } else {
            try services.write("web: { command: \"exec sleep 600\" }")
            let up = try services.up()
            #expect(up.code == 0, "\(up.errorText)")
        }
        #expect(probes.allSatisfy { $0.hasEnded })
        #expect(services.lines("order") == ["usr2 web", "usr1 db"])
        #expect(services.lines("web.log").first == "asked secret")
        let left = try FileManager.default.contentsOfDirectory(
            atPath: services.directory.path("state/services")
        )
        #expect(left.sorted() == (byDown ? [] : ["web.json", "web.stop"]))
    }

    @Test("where that is not written down, what it left ends as the file says")
    func unwritten() throws {
        let services = try SupervisedServices(Self.particular)
        let probes = try killed(services)
        for name in ["db", "web"] {
            try services.directory.write("{", to: "state/services/\(name).stop")
        }
        try services.directory.write("{}", to: "state/services/stray.stop")
        #expect(try services.up("deaf").code == 0)
        #expect(probes.allSatisfy { $0.hasEnded })
        #expect(services.lines("order") == ["usr2 web", "usr1 db"])
        #expect(!services.directory.contains("state/services/stray.stop"))
    }

    @Test("who is adopted, or comes to depend on another, is written down anew")
    func rewritten() throws {
        let services = try SupervisedServices(Self.pair)
        let probes = try killed(services)
        #expect(try services.up("--takeover", "adopt").code == 0)
        try services.write(
            Self.pair + "\nlate: { command: \"exec sleep 602\", after: [\"updb\"] },"
        )
        #expect(try services.command("reload").code == 0)
        #expect(
            try services.directory.read("state/services/updb.stop").contains(#"["upweb","late"]"#)
        )
        #expect(probes.allSatisfy { !$0.hasEnded })
    }

    @Test("up adopts it: the same processes go on, and end with the new supervisor")
    func adopt() throws {
        let services = try SupervisedServices(Self.pair)
        let probes = try killed(services)
        let up = try services.up("--takeover", "adopt")
        #expect(up.code == 0)
        for probe in probes {
            let text = ": goes on as \(probe.identity), left by an earlier supervisor\n"
            #expect(up.errorText.contains(text), "\(up.errorText)")
        }
        #expect(!up.errorText.contains("started as"))
        let now = try services.standings()
        #expect(Set(now.values.compactMap(\.identity)) == Set(probes.map { "\($0.identity)" }))
        // Its end is noticed although it is no child.
        let upweb = try #require(now["upweb"]?.pid)
        _ = Glibc.kill(upweb, SIGKILL)
        _ = try services.wait(for: "upweb") { $0.state == "failed" }
        #expect(try services.command("down").code == 0)
        #expect(probes.allSatisfy { $0.hasEnded })
    }

    @Test("who is adopted although the file says something else by now is told, until a restart")
    func adoptedFormer() throws {
        let services = try SupervisedServices(Self.pair)
        _ = try killed(services)
        // How one is restarted is the supervisor's, and goes by the file at once.
        try services.write(
            """
            updb: { command: "exec sleep 600", restart: "always" },
            upweb: { command: "exec sleep 777", after: ["updb"] },
            """
        )
        let notice =
            "upweb: adopted with its former definition; 'reaper restart upweb' takes the new one\n"
        for _ in 0..<2 {
            let up = try services.up("--takeover", "adopt")
            #expect(up.code == 0 && up.errorText.contains(notice), "\(up.errorText)")
            #expect(!up.errorText.contains("updb: adopted with"), "\(up.errorText)")
            try kill(services)
        }
        #expect(try services.up("--takeover", "adopt").code == 0)
        #expect(try services.command("restart", "upweb").code == 0)
        try kill(services)
        let up = try services.up("--takeover", "adopt")
        #expect(up.code == 0 && !up.errorText.contains("former definition"), "\(up.errorText)")
    }

    private func kill(_ services: SupervisedServices) throws {
        let supervisor = try services.supervisorProbe()
        try supervisor.send(SIGKILL)
        #expect(try supervisor.endsInTime())
    }

    @Test("up refuses it when told to; down ends it")
    func refuse() throws {
        let services = try SupervisedServices(Self.pair)
        let probes = try killed(services)
        let up = try services.up("--takeover", "refuse")
        #expect(up.code == 1)
        // What is told is of this run, once, and not of the earlier one.
        let lines = up.errorText.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].contains("has ended at once"), "\(lines)")
        #expect(lines.dropFirst().allSatisfy { $0.contains(" was left by an earlier supervisor") })
        #expect(lines.allSatisfy { $0.hasPrefix("reaper: ") && !$0.contains(": reaper") })
        #expect(probes.allSatisfy { !$0.hasEnded })
        let down = try services.command("down")
        #expect(isOver(down), "\(down.errorText)")
        #expect(probes.allSatisfy { $0.hasEnded })
    }

    @Test(
        "down of an ordinary user tells of nobody whom it cannot read and who is another user's",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func unprivileged() throws {
        let services = try SupervisedServices(Self.pair, asUser: 65_533)
        let probes = try killed(services)
        let down = try services.command("down")
        #expect(isOver(down), "\(down.errorText)")
        #expect(!down.errorText.contains("could not be read"), "\(down.errorText)")
        #expect(!down.errorText.contains("may not be read"), "\(down.errorText)")
        #expect(probes.allSatisfy { $0.hasEnded })
    }

    @Test("a state directory that others can write is told, with what its mode has to be")
    func openToOthers() throws {
        let services = try SupervisedServices(Self.pair)
        let state = services.directory.path("state")
        #expect(unsafe mkdir(state, 0o700) == 0 && chmod(state, 0o770) == 0)
        defer { _ = unsafe chmod(state, 0o700) }
        for end in try [services.up(), services.command("down"), services.command("status")] {
            #expect(end.code == 2)
            #expect(
                end.errorText.contains("its mode is 0770 and has to be 0700"),
                "\(end.errorText)"
            )
        }
        #expect(try services.start().finish().code == 2)
    }

    @Test("one that stands still is told and left alone, and so are its services")
    func frozen() throws {
        let services = try SupervisedServices(Self.pair)
        #expect(try services.up().code == 0)
        let before = try services.standings()
        let supervisor = try services.supervisor()
        _ = Glibc.kill(supervisor, SIGSTOP)
        for command in ["status", "down"] {
            let end = try services.command(command)
            #expect(end.code == 3)
            #expect(end.errorText.contains("does not answer: it is stopped"), "\(end.errorText)")
        }
        let second = try services.start().finish()
        #expect(second.code == 3 && second.errorText.contains("does not answer: it is stopped"))
        _ = Glibc.kill(supervisor, SIGCONT)
        // What nobody waits for any more is not done.
        #expect(try services.standings().mapValues(\.identity) == before.mapValues(\.identity))
    }

    @Test("malformed, oversized, silent and numerous clients change nothing")
    func clients() throws {
        let services = try SupervisedServices(Self.pair)
        #expect(try services.up().code == 0)
        let before = try services.standings()
        let path = services.directory.path("state/control.sock")
        let python = Binary(path: try #require(Machine.python))
        let program = """
            import socket, sys
            def client():
                s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); return s
            def answer(text):
                s = client(); s.sendall(text)
                data = b''
                while True:
                    part = s.recv(65536)
                    if not part: return data.decode()
                    data += part
            silent = [client() for _ in range(40)]
            print(answer(b'{"request": "sing"}\\n'))
            print(answer(b'not json\\n'))
            print(answer(b'{"request": "stop", "services": ["nobody"]}\\n'))
            print(answer(b'{"request": "stop", "service": "upweb"}\\n'))
            try: print(answer(b'x' * 200000))
            except (BrokenPipeError, ConnectionResetError): print('let go')
            print(answer(b'{"request": "status"}\\n')[:30])
            """
        let end = try python.run(["-c", program, path])
        #expect(end.code == 0, "\(end.errorText)")
        let lines = end.text.split(separator: "\n").filter { !$0.isEmpty }
        #expect(lines.count == 6, "\(end.text)")
        #expect(lines[0].contains("expected one of status"))
        #expect(lines[2].contains("there is no service 'nobody'"))
        #expect(lines[3].contains("did you mean 'services'"))
        #expect(lines[5].contains("\"done\":true"))
        #expect(try services.standings().mapValues(\.identity) == before.mapValues(\.identity))
    }

    @Test("one supervisor for a state directory; a dead one's lock and socket are taken over")
    func lock() throws {
        let services = try SupervisedServices(Self.pair)
        _ = try killed(services)
        #expect(
            FileManager.default.fileExists(atPath: services.directory.path("state/control.sock"))
        )
        #expect(try services.up().code == 0)
        let supervisor = try services.supervisor()
        // A second one starts what is stopped, and becomes no second one.
        #expect(try services.up().code == 0)
        #expect(try services.supervisor() == supervisor)
        #expect(try services.start().finish().code == 1)
    }

    @Test("a state directory that is removed is made anew, with the lock, socket and records")
    func removed() throws {
        let services = try SupervisedServices(Self.pair)
        #expect(try services.up().code == 0)
        let supervisor = try services.supervisorProbe()
        let before = try services.standings().mapValues(\.identity)
        for name in ["state", "state/lock", "state/control.sock", "state/services"] {
            try services.remove(name)
            #expect(try services.standings().mapValues(\.identity) == before, "\(name)")
            // No second one begins.
            #expect(try services.up().code == 0, "\(name)")
            #expect(try services.supervisorProbe().description == supervisor.description, "\(name)")
        }
        try services.remove("state")
        let down = try services.command("down")
        #expect(down.code == 0, "\(down.errorText)")
        #expect(supervisor.hasEnded)
        #expect(before.values.allSatisfy { (try? ProcessProbe($0 ?? ""))?.hasEnded == true })
    }

    @Test("one that is stopped, and whose state directory is removed, is told and left alone")
    func removedWhileStopped() throws {
        let services = try SupervisedServices(Self.pair)
        #expect(try services.up().code == 0)
        let supervisor = try services.supervisorProbe()
        try supervisor.send(SIGSTOP)
        while supervisor.letter != "T" { sched_yield() }
        try services.remove("state")
        for command in ["down", "status"] {
            let end = try services.command(command)
            #expect(end.code == 1, "\(command)")
            #expect(end.errorText.contains("process \(supervisor) is the supervisor"))
        }
        #expect(try services.up().code == 1)
        try supervisor.send(SIGCONT)
        #expect(try services.command("down").code == 0)
        #expect(supervisor.hasEnded)
    }

    @Test("an own process that cannot be read leaves no doubt where it is none of a service's")
    func undumpable() throws {
        let python = Binary(path: try #require(Machine.python))
        let user: UInt32? = geteuid() == 0 ? 65_534 : nil
        let services = try SupervisedServices(Self.pair, asUser: user)
        #expect(try services.up().code == 0)
        // An agent that keeps its environment from its own user, and ends with its input.
        let ready = services.directory.path("ready")
        let program =
            "import ctypes, sys; open(sys.argv[1], 'w'); ctypes.CDLL(None).prctl(4, 0, 0, 0, 0);"
            + "open(sys.argv[1] + '.now', 'w'); sys.stdin.read()"
        let agent = try python.start(["-c", program, ready], asUser: user)
        services.wait(forFile: "ready.now")
        let stop = try services.command("stop", "upweb")
        #expect(stop.code == 0, "\(stop.errorText)")
        agent.closeInput()
        #expect(try agent.finish().code == 0)
    }
}
