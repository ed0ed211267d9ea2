import TestSupport
import Testing

/// Everybody gets the whole grace of its own, whatever others do with theirs.
@Suite("clean: grace", .timeLimit(.minutes(60)))
struct GraceTests {
    @Test("who ignores TERM at several depths is killed; the others exit by themselves, in order")
    func ignorersAtEveryDepth() throws {
        let deaf = ["root.0.0.0", "root.0.1", "root.1", "root.1.1"]
        let options = deaf.flatMap { ["--ignoring", $0] }
        let specimen = try Specimen(["tree", "--depth", "3", "--width", "2"] + options)
        let completion = try Binary.reaper.clean(
            "--timeout",
            "2s",
            "--pid",
            specimen.root.identity
        )
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        for (name, probe) in specimen.processes {
            let target = report.target(probe)
            #expect(target?.result == (deaf.contains(name) ? "killed" : "exited"), "\(name)")
            #expect(target?.signal == (deaf.contains(name) ? "KILL" : "TERM"), "\(name)")
        }
        let end = try specimen.finish()
        #expect(end.empty)
        let asked = end.signals.filter { $0.hasSuffix(" TERM") }.map { String($0.dropLast(5)) }
        #expect(asked.count == 15 && Set(asked).count == 15)
        for (index, name) in asked.enumerated() {
            #expect(!asked[..<index].contains { name.hasPrefix("\($0).") }, "\(name)")
        }
    }

    /// A parent is asked when its child's grace is over; what is left then is its own.
    @Test("a parent whose child used up a whole grace has its own ahead of it")
    func afterAnIgnorer() throws {
        let specimen = try Specimen(
            ["tree", "--depth", "1", "--ignoring", "root.0", "--slow", "root"]
        )
        let words = ["clean", "--json", "--no-default-rules", "--timeout", "8"]
        let program = try Binary.reaper.start(words + ["--pid", specimen.root.identity])
        program.closeInput()
        try specimen.wait(for: "signal", name: "root", signal: "TERM")
        #expect(try specimen["root.0"].state == .running)
        specimen.letGo()
        let completion = try program.finish()
        let report = try completion.report()
        #expect(try completion.isAllGone())
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(report.target(try specimen["root.0"])?.result == "killed")
        #expect(try specimen.finish().ended["root"] == "exit 0")
    }

    @Test("who is stopped and ignores TERM is let continue, and killed in the end")
    func stoppedIgnorer() throws {
        let specimen = try Specimen("stopped", "--ignore-term")
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--timeout", "300ms", "--pid", identity)
        #expect(try completion.report().target(specimen.root)?.result == "killed")
        #expect(try completion.isAllGone())
        let end = try specimen.finish()
        #expect(end.signals.contains("root TERM") && end.signals.contains("root CONT"))
        #expect(end.ended["root"] == "KILL")
    }
}
