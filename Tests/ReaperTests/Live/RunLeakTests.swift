import Foundation
import TestSupport
import Testing

/// What a command leaves running below `reaper run` is found and stopped.
@Suite("run: leaks", .timeLimit(.minutes(60)))
struct RunLeakTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Runs a shell script below reaper, in a hurry: all that is left is meant to be.
    private func run(_ options: [String] = [], _ script: String) throws -> Completion {
        try Binary.reaper.run(
            ["run", "--settle", "0"] + options + ["--", "/bin/sh", "-c", script],
            environment: ["REAPER_STATE_DIR": directory.path]
        )
    }

    /// Whether every process of these identities has ended.
    private func areGone(_ identities: [String]) throws -> Bool {
        try identities.allSatisfy { try ProcessProbe($0).state == .gone }
    }

    @Test("a background job that holds standard output is told and stopped")
    func background() throws {
        let completion = try run([], "sleep 300 & echo done")
        #expect(completion.code == 23)
        #expect(completion.text == "done\n")
        let lines = completion.errorText.split(separator: "\n")
        #expect(lines.first == "reaper: sh left a process running:")
        #expect(completion.errorText.contains("leaked_process"))
        #expect(completion.errorText.contains("1 process gone"), "\(completion.errorText)")
        #expect(completion.errorText.contains("wait4: ECHILD"))
    }

    @Test("the command's own failure comes first, and the leak is stopped all the same")
    func failed() throws {
        let completion = try run(["--json"], "sleep 300 >/dev/null & exit 4")
        let report = try completion.report()
        #expect(completion.code == 4)
        #expect(report.found.count == 1 && report.outcome?.proof == "subreaper")
        #expect(try areGone(report.found))
    }

    @Test("a daemon in two new sessions, without environment, is found")
    func daemon() throws {
        let ready = directory.path("ready")
        let completion = try run(
            ["--json"],
            """
            setsid -f setsid -f env -i setsid -f sh -c ': > \(ready); exec sleep 300' \
                </dev/null >/dev/null 2>&1
            while [ ! -e \(ready) ]; do :; done
            """
        )
        let report = try completion.report()
        #expect(completion.code == 23)
        #expect(report.found.count == 1)
        #expect(report.findings.first?.kind == "leaked_process")
        #expect(["sh", "sleep"].contains(report.findings.first?.process?.name))
        #expect(report.target(try ProcessProbe(report.found[0]))?.result == "exited")
        #expect(report.outcome?.proof == "subreaper" && report.outcome?.unproven == nil)
        #expect(try areGone(report.found))
    }

    @Test("a tree is told member by member, with the facts")
    func tree() throws {
        let completion = try run(
            ["--json"],
            """
            setsid -f sh -c 'sleep 301 & sleep 302 & : > \(directory.path("ready")); wait' </dev/null >/dev/null 2>&1
            while [ ! -e \(directory.path("ready")) ]; do :; done
            """
        )
        let report = try completion.report()
        #expect(completion.code == 23)
        #expect(report.found.count == 3 && report.planned.count == 3)
        let facts = report.findings.flatMap(\.evidence).map(\.fact)
        #expect(facts.count { $0 == "whoever started it is gone: reaper adopted it" } == 1)
        #expect(facts.count { $0.hasPrefix("it descends from the command, and its") } == 2)
        #expect(report.findings.allSatisfy { $0.severity == "error" })
        #expect(try areGone(report.found))
    }

    @Test("who is born while the others are stopped is stopped, too")
    func successor() throws {
        let script = """
            trap 'setsid -f sleep 300; exit 0' TERM
            : > \(directory.path("ready"))
            while :; do sleep 0.05; done
            """
        let file = try directory.write(script, to: "daemon.sh")
        let completion = try run(
            ["--json"],
            """
            setsid -f sh \(file) </dev/null >/dev/null 2>&1
            while [ ! -e \(directory.path("ready")) ]; do sleep 0.01; done
            """
        )
        let report = try completion.report()
        #expect(completion.code == 23, "\(completion.errorText)")
        let targets = report.outcome?.targets ?? []
        #expect(targets.count >= 2)
        #expect(report.outcome?.proof == "subreaper")
        #expect(try areGone(targets.map(\.identity)))
    }

    @Test("the files that it has open are told, its standard streams where they are its own")
    func openFiles() throws {
        let (log, data, given) = (
            directory.path("daemon.log"), directory.path("data"), directory.path("given")
        )
        let script = "setsid -f sleep 300 >>\(log) 2>&1 3>\(data)"
        let report = directory.path("report")
        let command = "\(Binary.reaper.path) run --settle 0 --json -o \(report) --"
        // Standard input is reaper's own file, and so nothing that the command left open.
        let completion = try Binary(path: "/bin/sh").run(
            ["-c", ": > \(given); exec \(command) /bin/sh -c '\(script)' <\(given)"],
            environment: ["REAPER_STATE_DIR": directory.path]
        )
        #expect(completion.code == 23, "\(completion.errorText)")
        #expect(completion.errorText.contains("has \(log) open and 1 more"))
        let text = try String(contentsOfFile: report, encoding: .utf8)
        #expect(text.contains("\(log)") && text.contains("\(data)") && !text.contains(given))
    }

    @Test("a port is told", .enabled(if: Machine.python != nil, "needs python3"))
    func port() throws {
        let server = """
            import os, signal, socket
            s = socket.create_server(('127.0.0.1', 0))
            if os.fork(): os._exit(0)
            os.setsid()
            null = os.open('/dev/null', os.O_RDWR)
            for n in range(3): os.dup2(null, n)
            signal.pause()
            """
        let file = try directory.write(server, to: "server.py")
        let completion = try run(["--json"], "\(Machine.python ?? "") \(file)")
        let report = try completion.jsonObject()
        #expect(completion.code == 23)
        let findings = report["findings"] as? [[String: Any]] ?? []
        let process = findings.first?["process"] as? [String: Any]
        let ports = process?["ports"] as? [[String: Any]] ?? []
        #expect(ports.count == 1 && ports.first?["protocol"] as? String == "tcp")
    }

    @Test(
        "a listener that was handed to somebody older is told, and left alone",
        .enabled(if: Machine.python != nil, "needs python3")
    )
    func handedAway() throws {
        let path = directory.path("socket")
        let keeper = try PythonProgram(
            [try directory.write(PythonProgram.prelude + Handover.keeper, to: "keeper.py"), path],
            environment: [:]
        )
        let giver = try directory.write(Handover.giver, to: "giver.py")
        let reserved = try Specimen("listen")
        let port = try reserved.port
        _ = try reserved.finish()
        let command = "\(Machine.python ?? "") \(giver) \(path) \(port)"
        let completion = try run(["--json", "--ports", "\(port)"], command)
        let report = try completion.report()
        #expect(completion.code == 23, "\(completion.errorText)")
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1 && finding.kind == "leaked_port")
        #expect(finding.process?.identity == keeper.processes["root"]?.description)
        #expect(finding.verdict == "probable" && finding.remedy.action == "none")
        #expect(report.outcome?.proof == "subreaper")
        // It was there before the next command.
        #expect(try run(["--ports", "\(port)"], "exit 0").code == 0)
    }

    @Test("new files that are watched are told, and left alone")
    func files() throws {
        let old = try directory.write("", to: "old.lock")
        let glob = directory.path("*.lock")
        let completion = try run(
            ["--json", "--watch", glob],
            "cd \(directory.path); touch old.lock new.lock other; : > gone.lock; rm gone.lock"
        )
        let report = try completion.report()
        #expect(completion.code == 23)
        #expect(report.findings.map(\.kind) == ["leaked_file"])
        #expect(report.findings.first?.file?.path == directory.path("new.lock"))
        #expect(FileManager.default.fileExists(atPath: old))
        #expect(FileManager.default.fileExists(atPath: directory.path("new.lock")))
        // What a leaked process removes when it is asked to end is none.
        let daemon = """
            trap 'rm -f \(directory.path("pid.lock")); exit 0' TERM
            : > \(directory.path("pid.lock"))
            while :; do sleep 0.05; done
            """
        let file = try directory.write(daemon, to: "daemon.sh")
        let second = try run(
            ["--json", "--watch", glob],
            """
            setsid -f sh \(file) </dev/null >/dev/null 2>&1
            while [ ! -e \(directory.path("pid.lock")) ]; do sleep 0.01; done
            """
        )
        #expect(Set(try second.report().findings.map(\.kind)) == ["leaked_process"])
    }

    @Test("what is expected, or asks to be kept, is left, and the rest is stopped")
    func expected() throws {
        let copy = directory.path("kept-on-purpose")
        try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: copy)
        let script = """
            \(copy) 300 >/dev/null 2>&1 &
            REAPER_KEEP=1 sleep 301 >/dev/null 2>&1 &
            """
        // What the shell has only forked is a shell still.
        let ignore = ["--settle", "500ms", "--json", "--ignore", "exe=\(copy)"]
        let clean = try run(ignore, script)
        let report = try clean.report()
        let kept = try report.kept.map { try ProcessProbe($0) }
        defer { for probe in kept { try? probe.send(SIGKILL) } }
        #expect(clean.code == 0, "\(clean.text)")
        #expect(report.findings.isEmpty && report.outcome == nil)
        #expect(kept.count == 2 && kept.allSatisfy { !$0.hasEnded })
        let mixed = try run(ignore, script + "\nsleep 302 >/dev/null 2>&1 &")
        let other = try mixed.report()
        let left = try other.kept.map { try ProcessProbe($0) }
        defer { for probe in left { try? probe.send(SIGKILL) } }
        #expect(mixed.code == 23)
        #expect(left.count == 2 && left.allSatisfy { !$0.hasEnded })
        #expect(try areGone(other.found))
        #expect(other.outcome?.unproven == "what is ignored still runs")
        let wrong = try run(["--ignore", "no.such-rule"], "echo ran")
        #expect(wrong.code == 2 && wrong.text.isEmpty)
    }

    @Test("children that the shell had before it became reaper are not the command's")
    func foreign() throws {
        let reaper = Binary.reaper.path
        let script = """
            sleep 303 >/dev/null 2>&1 & echo $! > \(directory.path("older"))
            exec \(reaper) run --json --settle 0 -- sh -c 'sleep 304 >/dev/null 2>&1 & exit 0'
            """
        let completion = try Binary(path: "/bin/sh").run(
            ["-c", script],
            environment: ["REAPER_STATE_DIR": directory.path]
        )
        let text = try String(contentsOfFile: directory.path("older"), encoding: .utf8)
        let older = try #require(Int32(text.filter(\.isNumber)))
        defer { kill(older, SIGKILL) }
        let report = try completion.report()
        #expect(completion.code == 23, "\(completion.errorText)")
        #expect(report.found.count == 1 && report.outcome?.proof == "subreaper")
        #expect(!report.found[0].hasPrefix("\(older)@"))
        #expect(kill(older, 0) == 0)
    }

    @Test(
        "a timer that reaper inherited ends the command",
        .enabled(if: Machine.python != nil, "needs python3")
    )
    func timer() throws {
        let script = """
            import os, signal
            signal.alarm(1)
            os.execv('\(Binary.reaper.path)', ['reaper', 'run', '--', 'sleep', '600'])
            """
        let file = try directory.write(script, to: "timer.py")
        let completion = try Binary(path: Machine.python ?? "").run([file])
        #expect(completion.code == 128 + SIGALRM)
    }

    @Test("a glob that no path can match is refused, and nothing is run")
    func unwatchable() throws {
        for glob in ["", "/a//b", "/a/"] {
            let completion = try run(["--watch", glob], "echo ran")
            #expect(completion.code == 2 && completion.text.isEmpty)
        }
    }

    @Test("--keep tells, and leaves it running; --leak-exit-code says what that is")
    func keep() throws {
        let completion = try run(["--json", "--keep"], "sleep 300 >/dev/null 2>&1 &")
        let report = try completion.report()
        #expect(completion.code == 23 && report.outcome == nil)
        let probe = try ProcessProbe(try #require(report.found.first))
        defer { try? probe.send(SIGKILL) }
        #expect(probe.state == .running)
        let other = try run(["--leak-exit-code", "0"], "sleep 300 >/dev/null 2>&1 &")
        #expect(other.code == 0)
        #expect(other.errorText.contains("1 process gone"))
        #expect(try run(["--leak-exit-code", "77"], "sleep 300 &").code == 77)
    }

    @Test("who ignores TERM is killed when its grace has passed")
    func stubborn() throws {
        let completion = try run(
            ["--json", "--timeout", "100ms"],
            "trap '' TERM; sleep 300 >/dev/null 2>&1 &"
        )
        let report = try completion.report()
        #expect(completion.code == 23)
        #expect(report.outcome?.targets.first?.result == "killed")
    }

    @Test("what a nested run leaves is its own affair, unless it was killed")
    func nested() throws {
        let reaper = Binary.reaper.path
        let inner = try run(["--json"], "\(reaper) run --settle 0 -q -- sh -c 'sleep 300 &' 2>&1")
        #expect(inner.code == 23)
        let killed = try run(
            ["--json"],
            "\(reaper) run -- sh -c 'setsid -f sleep 300; kill -KILL $PPID' >/dev/null; exit 0"
        )
        let report = try killed.report()
        #expect(killed.code == 23)
        #expect(report.findings.contains { $0.process?.name == "sleep" })
        #expect(try areGone(report.found))
    }
}

/// Python programs that hand a listening socket over.
private enum Handover {
    static let keeper = """
        import socket
        server = socket.socket(socket.AF_UNIX)
        server.bind(sys.argv[1])
        server.listen()
        tell('root')
        ready()
        client = server.accept()[0]
        kept = client.recvmsg(16, socket.CMSG_SPACE(4))
        client.send(b'x')
        stay()
        """
    static let giver = """
        import array, socket, sys
        client = socket.socket(socket.AF_UNIX)
        client.connect(sys.argv[1])
        server = socket.create_server(('127.0.0.1', int(sys.argv[2])))
        rights = array.array('i', [server.fileno()])
        client.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        client.recv(1)
        """
}
