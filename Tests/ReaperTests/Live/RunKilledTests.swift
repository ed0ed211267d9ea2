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
        // It is written while the command begins.
        let runs = directory.path("state/runs")
        var names: [String] = []
        while !names.contains(where: { $0.hasSuffix(".json") }) {
            names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
        }
        let lease = URL(filePath: "\(runs)/\(names[0])")
        let record = try JSONSerialization.jsonObject(with: try Data(contentsOf: lease))
        let pid = try #require((record as? [String: Any])?["pid"] as? Int)
        while ending, FileManager.default.fileExists(atPath: "/proc/\(pid)") { sched_yield() }
        try program.send(signal: SIGKILL)
        _ = try program.finish()
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
        #expect(try look("clean", "--yes", "--timeout", "0").code != 0)
        #expect(!probe.hasEnded)
        let clean = try Binary.reaper.run(
            ["clean", "--json", "--rule", "reaper.lease", "--include-probable", "--yes"],
            environment: environment
        )
        #expect([0, 3].contains(clean.code), "\(clean.text)")
        #expect(probe.hasEnded)
        _ = try Binary.reaper.run(["clean", "--rule", "reaper.lease"], environment: environment)
        let runs = directory.path("state/runs")
        #expect(try FileManager.default.contentsOfDirectory(atPath: runs).isEmpty)
    }
}
