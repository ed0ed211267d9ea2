import Foundation
import TestSupport
import Testing

/// What `reaper run` returns, and that it says nothing when nothing is left.
@Suite("run", .timeLimit(.minutes(60)))
struct RunTests {
    private let state: TemporaryDirectory

    init() throws { state = try TemporaryDirectory() }

    /// Runs a shell script below reaper.
    private func run(_ options: [String] = [], _ script: String) throws -> Completion {
        try Binary.reaper.run(
            ["run"] + options + ["--", "/bin/sh", "-c", script],
            environment: ["REAPER_STATE_DIR": state.path]
        )
    }

    @Test("the command's own status is passed on, and nothing else is said", arguments: [0, 1, 42])
    func status(code: Int32) throws {
        let completion = try run([], "echo out; echo err >&2; exit \(code)")
        #expect(completion.code == code)
        #expect(completion.text == "out\n" && completion.errorText == "err\n")
    }

    @Test("who a signal ends has 128 and its number", arguments: [SIGTERM, SIGKILL, SIGSEGV])
    func signal(number: Int32) throws {
        let completion = try run([], "ulimit -c 0; kill -\(number) $$")
        #expect(completion.code == 128 + number)
        #expect(completion.output.isEmpty && completion.errorOutput.isEmpty)
    }

    @Test("a command needs no --, and its own flags are its own")
    func operands() throws {
        let completion = try Binary.reaper.run(["run", "echo", "--json", "-q", "--", "x"])
        #expect(completion.code == 0 && completion.text == "--json -q -- x\n")
    }

    @Test("statuses for what cannot be started are those of env(1)")
    func failures() throws {
        let directory = try TemporaryDirectory()
        let plain = try directory.write("text", to: "plain")
        for (word, code) in [
            ("no-such-command", Int32(127)), ("/no/such/file", 127), (plain, 126),
            (directory.path, 126), ("", 127),
        ] {
            let completion = try Binary.reaper.run(["run", "--", word])
            #expect(completion.code == code, "\(word)")
            #expect(completion.errorText.hasPrefix("reaper: exec"), "\(completion.errorText)")
        }
        let nowhere = try Binary.reaper.run(["run", "-o", "/no/such/file", "--", "true"])
        #expect(nowhere.code == 125)
        #expect(try Binary.reaper.run(["run"]).code == 2)
        #expect(try Binary.reaper.run(["run", "--settle", "x", "--", "true"]).code == 2)
    }

    @Test("a script without a first line is the shell's")
    func script() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("exit $1\n", to: "script")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        #expect(try Binary.reaper.run(["run", path, "9"]).code == 9)
        let found = try Binary.reaper.run(
            ["run", "script", "8"],
            environment: ["PATH": "\(directory.path):/usr/bin:/bin"]
        )
        #expect(found.code == 8)
    }

    @Test("signals, groups and descriptors are as without reaper")
    func inheritance() throws {
        let script = """
            grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l; \
            ps -o pgid= -p $$ | tr -d ' ' | grep -qx $$ && echo leads
            """
        let plain = try Binary(path: "/bin/sh").run(["-c", script])
        let below = try run([], script)
        #expect(below.text == plain.text + (plain.text.hasSuffix("leads\n") ? "" : "leads\n"))
        // Whoever ignores SIGPIPE, as Python does, has it ignored below reaper, too.
        let ignoring = try [
            "grep SigIgn /proc/self/status",
            "\(Binary.reaper.path) run -- grep SigIgn /proc/self/status",
        ].map { try Binary(path: "/bin/sh").run(["-c", "trap '' PIPE HUP XFSZ; exec \($0)"]).text }
        #expect(ignoring[1] == ignoring[0])
    }

    @Test(
        "a signal to reaper reaches the command",
        arguments: ["TERM", "INT", "HUP", "USR1", "40"]
    )
    func forwarded(signal: String) throws {
        // The command's parent is reaper.
        let completion = try run(
            [],
            "trap 'exit 7' \(signal); kill -\(signal) $PPID; while :; do sleep 0.01; done"
        )
        #expect(completion.code == 7)
        #expect(completion.errorOutput.isEmpty)
    }

    @Test("a signal that the command does not survive is its status")
    func fatal() throws {
        let completion = try run([], "kill -TERM $PPID; exec sleep 300")
        #expect(completion.code == 128 + SIGTERM)
    }

    @Test("what ends by itself in time is no leak")
    func stragglers() throws {
        let completion = try run(["--settle", "60"], "(sleep 0.3; echo late) & echo early")
        #expect(completion.code == 0)
        #expect(completion.text == "early\nlate\n" && completion.errorOutput.isEmpty)
    }

    @Test("a report is written where one is asked for, of nothing too")
    func nothing() throws {
        let completion = try run(["--json"], "exit 0")
        let report = try completion.report()
        #expect(completion.code == 0 && report.findings.isEmpty && report.complete)
        #expect(report.outcome?.proof == "subreaper")
        #expect(try run(["--json"], "exit 4").code == 4)
    }

    @Test("nested runs pass each other's statuses on")
    func nested() throws {
        let words = ["run", "--", Binary.reaper.path, "run", "--", "/bin/sh", "-c", "exit 6"]
        let completion = try Binary.reaper.run(words)
        #expect(completion.code == 6)
        #expect(completion.errorOutput.isEmpty)
    }

    @Test("a thousand runs leave nothing")
    func thousand() throws {
        let script = """
            i=0
            while [ $i -lt 1000 ]; do
              \(Binary.reaper.path) run -- true || exit 1
              i=$((i + 1))
            done
            """
        let completion = try Binary.reaper.run(
            ["run", "--settle", "0", "--", "/bin/sh", "-c", script],
            environment: ["REAPER_STATE_DIR": state.path]
        )
        #expect(completion.code == 0)
        #expect(completion.output.isEmpty && completion.errorOutput.isEmpty)
        let left = (try? FileManager.default.contentsOfDirectory(atPath: state.path("runs"))) ?? []
        #expect(left.isEmpty)
    }
}
