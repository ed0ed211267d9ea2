import Foundation
import TestSupport
import Testing

@Suite("wait", .timeLimit(.minutes(60)))
struct WaitTests {
    private func wait(_ words: String...) throws -> Completion {
        try Binary.reaper.run(["wait"] + words)
    }

    @Test("for a process by number, or by number and start, until it exits")
    func process() throws {
        let specimen = try Specimen("slow-exit")
        let root = try specimen.root
        let programs = try [
            Binary.reaper.start(["wait", "\(root.pid)", "--timeout", "60"]),
            Binary.reaper.start(["wait", root.identity, "-v"]),
        ]
        try root.send(SIGTERM)
        specimen.letGo()
        let ends = try programs.map { try $0.finish() }
        #expect(ends.map(\.code) == [0, 0])
        #expect(root.hasEnded)
        #expect(ends[0].errorText.isEmpty && ends[1].errorText == "reaper: all gone\n")
    }

    @Test("who is gone, was never there or has passed its number on is not waited for")
    func gone() throws {
        let specimen = try Specimen("sleep")
        let pid = try specimen.root.pid
        let zombies = try Specimen("zombie")
        let completion = try wait(
            "\(LiveInstances.nobody)",
            "\(pid)@1",
            "\(try zombies["zombie"].pid)",
            "-t",
            "0"
        )
        #expect(completion.code == 0, "\(completion.errorText)")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("what is left when the time has passed is named, and the status is 124")
    func timeout() throws {
        let specimen = try Specimen("listen")
        let root = try specimen.root
        let port = try specimen.port
        let zombies = try Specimen("zombie")
        let words = [
            "\(root.pid)", ":\(port)", "\(try zombies["zombie"].pid)", "--timeout", "100ms",
        ]
        let completion = try Binary.reaper.run(["wait"] + words)
        #expect(completion.code == 124 && completion.output.isEmpty)
        let lines = completion.errorText.split(separator: "\n")
        #expect(lines.count == 3, "\(completion.errorText)")
        #expect(lines[0] == "reaper: not gone after 100ms:")
        #expect(lines[1] == "  specimen (\(root.identity)) is still running")
        #expect(lines[2] == "  port \(port)/tcp is held by specimen (\(root.identity))")
        #expect(try wait("\(root.pid)", "-t", "0").code == 124)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("for a port, until it is free and stays so", arguments: [[], ["--udp"]])
    func port(options: [String]) throws {
        let specimen = try Specimen(["listen"] + options)
        let port = try specimen.port
        let transport = options.isEmpty ? "tcp" : "udp"
        let target = "\(port)/\(transport)"
        let program = try Binary.reaper.start(["wait", target])
        try specimen.root.send(SIGKILL)
        let completion = try program.finish()
        #expect(completion.code == 0, "\(completion.errorText)")
        #expect(try wait(":\(target)", "-t", "0").code == 0)
    }

    @Test(
        "for a port in a restart loop: the pause between two holders does not count as free",
        .enabled(if: Machine.python != nil, "needs python3"),
        arguments: ["", "--ports="]
    )
    func restartLoop(selector: String) throws {
        let directory = try TemporaryDirectory()
        let script = """
            \(PythonProgram.prelude)
            import socket
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])

            def say(state, turn):
                # Whole, before anybody can see it.
                open(sys.argv[1] + '/next', 'w').write(str(port))
                os.rename(sys.argv[1] + '/next', '%s/%s%d' % (sys.argv[1], state, turn))

            tell('root')
            port = 0
            for turn in range(6):
                holder = socket.socket()
                holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                holder.bind(('127.0.0.1', port))
                holder.listen()
                port = holder.getsockname()[1]
                say('held', turn)
                if turn == 0: ready()
                signal.sigwait([signal.SIGUSR1])
                holder.close()
                say('free', turn)
                if turn < 5: signal.sigwait([signal.SIGUSR1])
            """
        let program = try PythonProgram(["-c", script, directory.path], environment: [:])
        let port = try directory.read("held0")
        let target = selector.isEmpty ? [":\(port)"] : ["--ports", port, "--name", "python*"]
        let waiting = try Binary.reaper.start(["wait"] + target)
        let root = try program.root
        for turn in 0..<6 {
            directory.wait(for: "held\(turn)")
            // Between two looks it waits once: it has seen the holder, and all pauses before.
            #expect(waiting.goesOn(forWaits: 4), "turn \(turn)")
            try root.send(SIGUSR1)
            directory.wait(for: "free\(turn)")
            guard turn < 5 else { break }
            // No more than 0.6 s count of these, and all five together are more than the second
            // that a port has to be free.
            #expect(waiting.goesOn(forWaits: 6), "turn \(turn)")
            try root.send(SIGUSR1)
        }
        let completion = try waiting.finish()
        #expect(completion.code == 0, "\(completion.errorText)")
        #expect(try program.wait() == .exited(0))
        #expect(root.hasEnded)
    }

    @Test("for whoever the selectors describe")
    func selection() throws {
        let directory = try TemporaryDirectory()
        let first = try Specimen("sleep", "--exe", directory.path("bin/job"))
        let second = try Specimen("sleep", "--exe", directory.path("bin/other"))
        let words = ["wait", "--in", directory.path, "--user", "\(geteuid())"]
        let early = try Binary.reaper.run(words + ["-t", "100ms"])
        #expect(early.code == 124)
        #expect(early.errorText.contains("job (\(try first.root.identity))"))
        #expect(early.errorText.contains("other (\(try second.root.identity))"))
        let program = try Binary.reaper.start(words)
        try first.root.send(SIGKILL)
        try second.root.send(SIGKILL)
        let completion = try program.finish()
        // An ordinary user cannot look at what all its own processes run.
        #expect(completion.code == 0 || (!Machine.isRoot && completion.code == 3))
        #expect(try first.root.hasEnded && second.root.hasEnded)
        #expect(try wait("--pid", first.root.identity).code == 0)
    }

    @Test("nothing is waited for twice: a port and a name together are one target")
    func holders() throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("listen", "--exe", directory.path("server"))
        let port = "\(try specimen.port)"
        #expect(try wait("--ports", port, "--name", "other", "-t", "5").code == 0)
        let held = try wait("--ports", port, "--name", "server", "-t", "100ms")
        #expect(held.code == 124)
        #expect(held.errorText.contains("server (\(try specimen.root.identity)): holds port"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("for an instance by name, prefix or file, until all of it is gone")
    func instance() throws {
        let live = try LiveInstances()
        let specimen = try live.job("production-a3f2c891", alias: "production")
        let root = try specimen.root
        let file = live.directory.path("run/production-a3f2c891.json")
        for name in ["production-a3f2c891", "production", "prod-a3f2", file] {
            let early = try live.run("wait", [name, "-t", "0"])
            #expect(early.code == 124, "\(early.errorText)")
            #expect(early.errorText.contains("(\(root.identity)) is still running"))
        }
        let nodes = try live.flow("flow-a1")
        let flow = try live.run("wait", ["flow-a1", "-t", "0"])
        for node in nodes {
            #expect(flow.errorText.contains(try node.root.identity), "\(flow.errorText)")
        }
        try root.send(SIGKILL)
        let gone = try live.run("wait", ["production", "-t", "60s", "-v"])
        #expect(gone.code == 0 && gone.errorText == "reaper: all gone\n", "\(gone.errorText)")
        for node in nodes { #expect(try node.finish().signals.isEmpty) }
    }

    @Test("a name that fits several is an error, one that nobody has is not found")
    func names() throws {
        let live = try LiveInstances()
        let specimens = try [live.job("web-a1"), live.job("web-b1")]
        let both = try live.run("wait", ["web", "-t", "0"])
        #expect(both.code == 2)
        #expect(both.errorText.contains("'web' is ambiguous, nobody is waited for"))
        let none = try live.run("wait", ["nosuch", "\(LiveInstances.nobody)", "-v"])
        #expect(none.code == 1 && none.errorText.contains("instance 'nosuch' not found"))
        #expect(!none.errorText.contains("all gone"))
        try live.record("broken", 0)
        let broken = try live.run("wait", ["broken", "-t", "0"])
        #expect(broken.code == 3, "\(broken.errorText)")
        #expect(broken.errorText.contains("who 'broken' is is not known: it is malformed"))
        for specimen in specimens { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("an interrupt ends it")
    func interrupt() throws {
        let specimen = try Specimen("sleep")
        let program = try Binary.reaper.start(["wait", "\(try specimen.root.pid)"])
        try program.send(signal: SIGINT)
        // A shell reports 130 for that.
        #expect(try program.finish().ending == .signaled(SIGINT))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "usage errors",
        arguments: [
            [], [""], ["0"], ["-1"], ["12@x"], ["5@"], [":"], [":0"], ["80/sctp"],
            ["1,2"], ["--timeout", "soon", "1"], ["--force", "1"],
        ]
    )
    func usage(words: [String]) throws {
        let completion = try Binary.reaper.run(["wait"] + words)
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(completion.errorText.contains("reaper help wait"))
    }

    @Test(
        "in another pid namespace's /proc numbers mean nothing",
        .enabled(if: Machine.canUnshare, "needs namespaces of one's own")
    )
    func foreignProc() throws {
        let words = ["-Urpf", Binary.reaper.path, "wait", "1", "-t", "0"]
        let completion = try Binary(path: "/usr/bin/unshare").run(words)
        #expect(completion.code == 3)
        #expect(completion.errorText.contains("another pid namespace"))
    }
}
