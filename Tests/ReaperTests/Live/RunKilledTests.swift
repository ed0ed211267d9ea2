import Foundation
import TestSupport
import Testing

/// What is left when `reaper run` itself is killed.
@Suite("run: killed", .timeLimit(.minutes(60)))
struct RunKilledTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var environment: [String: String] { ["REAPER_STATE_DIR": directory.path("state")] }

    /// Runs a script below reaper until it has written `ready`, and has ended if it is to, and kills
    /// reaper.
    private func leave(_ script: String, afterIts ending: Bool = false) throws {
        let ready = directory.path("ready")
        let program = try Binary.reaper.start(
            ["run", "--settle", "600", "--", "/bin/sh", "-c", "cd \(directory.path)\n\(script)"],
            environment: environment
        )
        program.closeInput()
        while !FileManager.default.fileExists(atPath: ready) { sched_yield() }
        let pid = try #require(try lease()["pid"] as? Int)
        while ending, FileManager.default.fileExists(atPath: "/proc/\(pid)") { sched_yield() }
        try program.send(signal: SIGKILL)
        _ = try program.finish()
    }

    /// The record of the one command that runs; it is written while the command begins.
    private func lease() throws -> [String: Any] {
        let runs = directory.path("state/runs")
        var name: String?
        while name == nil {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
            name = names.first { $0.hasSuffix(".json") }
        }
        let data = try Data(contentsOf: URL(filePath: "\(runs)/\(name ?? "")"))
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    private func look(_ command: String, _ words: String...) throws -> Completion {
        try Binary.reaper.run(
            [command, "--json", "--rule", "reaper.*", "--in", directory.path] + words,
            environment: environment
        )
    }

    @Test("the command and what it started are found by their mark, and stopped")
    func marked() throws {
        try leave(
            """
            setsid -f sleep 300 </dev/null >/dev/null 2>&1
            sleep 301 >/dev/null 2>&1 &
            exec >/dev/null 2>&1
            while [ ! -e kept ]; do : > ready; sleep 0.05; done
            """
        )
        let scan = try look("scan").report()
        let names = Set(scan.findings.compactMap { $0.process?.name })
        #expect(names.isSuperset(of: ["sleep", "sh"]))
        #expect(scan.findings.contains { $0.rule == "reaper.run" && $0.verdict == "confirmed" })
        let clean = try look("clean", "--yes", "--timeout", "0")
        let targets = try clean.report().outcome?.targets ?? []
        // 3 where somebody else's orphan appears meanwhile: it could be one of these.
        #expect([0, 3].contains(clean.code), "\(clean.text)")
        #expect(targets.count >= 3 && targets.allSatisfy { $0.result != "survived" })
        #expect(try look("scan").report().findings.isEmpty)
    }

    @Test("members of its session are found by the lease, whatever their environment says")
    func unmarked() throws {
        try leave(
            """
            exec >/dev/null 2>&1
            env -i sleep 300 &
            echo $! > ready.pid; mv ready.pid ready
            """,
            afterIts: true
        )
        let file = try String(contentsOfFile: directory.path("ready"), encoding: .utf8)
        let pid = try #require(Int32(file.filter(\.isNumber)))
        let scan = try look("scan").report()
        #expect(
            scan.findings.contains { $0.process?.identity.hasPrefix("\(pid)@") == true },
            "\(scan.findings)"
        )
        let found = try #require(scan.findings.compactMap(\.process).first)
        let probe = try ProcessProbe(found.identity)
        // It is for a person to say so, and there the record is until then.
        let left = try look("clean", "--yes", "--timeout", "0")
        #expect(left.code != 0)
        let told = try left.report().plan?.leftAlone?.map(\.identity)
        #expect(told == [found.identity], "\(left.text)")
        #expect(!probe.hasEnded)
        // As the recipe for Jenkins has it, but for what others run here; the record goes with it.
        let clean = try look("clean", "--include-probable", "--yes")
        #expect([0, 3].contains(clean.code), "\(clean.text)")
        #expect(probe.hasEnded)
        let removed = try clean.report().outcome?.removed.map(\.path) ?? []
        #expect(removed.contains { $0.hasPrefix(directory.path) }, "\(clean.text)")
        let runs = directory.path("state/runs")
        #expect(try FileManager.default.contentsOfDirectory(atPath: runs).isEmpty)
    }

    @Test("who has neither the mark nor the session is not found, and the manual says so")
    func hidden() throws {
        try leave(
            """
            exec >/dev/null 2>&1
            env -i setsid -f sh -c 'echo $$ > number; mv number daemon; exec sleep 300'
            while [ ! -e daemon ]; do sleep 0.01; done
            : > ready
            """,
            afterIts: true
        )
        let text = try String(contentsOfFile: directory.path("daemon"), encoding: .utf8)
        let pid = try #require(Int32(text.filter(\.isNumber)))
        // It is this test's to end, by its number: init reaps it, and not before it has ended.
        defer { _ = kill(pid, SIGKILL) }
        let scan = try look("scan")
        #expect(try scan.report().found.isEmpty)
        // The record of the run is what is told: of a command that is gone, with reaper.
        let lease = try Binary.reaper.run(
            ["scan", "--json", "--rule", "reaper.lease"],
            environment: environment
        ).report()
        #expect(lease.findings.compactMap(\.file?.path).count { $0.hasPrefix(directory.path) } == 1)
        #expect(lease.found.isEmpty && kill(pid, 0) == 0)
        let help = try Binary.reaper.run(["help", "run"]).text
        let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("Whoever has changed both is found by neither"))
    }

    @Test("in its caller's group on a terminal the command is found by the lease, and nobody else")
    func terminal() throws {
        let inner = "cd \(directory.path); : > ready; exec sleep 300"
        let script = """
            cd \(directory.path)
            \(Binary.reaper.path) run --settle 600 -- env -i /bin/sh -c '\(inner)' >/dev/null 2>&1 &
            echo $! > number; mv number reaper; wait
            printf "[y/N] "; read a
            """
        // The shell has no job control, as in a script: everybody is in its group and session.
        let caller = try Binary.specimen.start(
            ["terminal", "/bin/bash", "--norc", "-c", script],
            environment: environment
        )
        let files = ["ready", "reaper"].map(directory.path)
        while !files.allSatisfy(FileManager.default.fileExists) { sched_yield() }
        let lease = try lease()
        let (pid, start) = (try #require(lease["pid"] as? Int), lease["start_ticks"] as? Int ?? 0)
        #expect(lease["leads"] as? Bool == false)
        let text = try String(contentsOfFile: directory.path("reaper"), encoding: .utf8)
        let number = try #require(Int32(text.filter(\.isNumber)))
        #expect(kill(number, SIGKILL) == 0)
        // The shell goes on when it has seen that end.
        while FileManager.default.fileExists(atPath: "/proc/\(number)") { sched_yield() }
        let probe = try ProcessProbe("\(pid)@\(start)")
        let found = try look("scan").report()
        #expect(found.found == [probe.identity], "\(found.findings)")
        #expect(found.findings.map(\.rule) == ["reaper.lease"])
        let clean = try Binary.reaper.run(
            ["clean", "--json", "--rule", "reaper.lease", "--include-probable", "--yes"],
            environment: environment
        )
        #expect([0, 3].contains(clean.code), "\(clean.text)")
        #expect(try clean.report().planned == [probe.identity] && probe.hasEnded)
        // The shell was not touched: it still reads, and ends as it wants to.
        caller.write("\n")
        caller.closeInput()
        #expect(try caller.finish().code == 0)
    }
}
