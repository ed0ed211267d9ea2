import Foundation
import TestSupport
import Testing

@Suite("clean: stopping", .timeLimit(.minutes(60)))
struct CleanTests {
    @Test("a dry run shows the plan and changes nothing")
    func dryRun() throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "2")
        let completion = try Binary.reaper.clean("--dry-run", "--pid", specimen.root.identity)
        let report = try completion.report()
        #expect(completion.code == 1)
        #expect(Set(report.planned) == Set(specimen.processes.values.map(\.identity)))
        #expect(report.planned.last == (try specimen.root.identity))
        #expect(report.outcome == nil)
        let end = try specimen.finish()
        #expect(end.signals.isEmpty)
        #expect(end.alive == ["root", "root.0", "root.1"])
    }

    @Test("a port is freed, which is proven, and nobody else is touched")
    func port() throws {
        let specimen = try Specimen("listen")
        let other = try Specimen("listen")
        let completion = try Binary.reaper.clean("--ports", "\(try specimen.port)/tcp")
        let report = try completion.report()
        #expect(completion.code == 0)
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(report.outcome?.proof == "port")
        #expect(report.outcome?.ports.map(\.state) == ["free"])
        #expect(try specimen.root.hasEnded)
        #expect(try other.root.state == .running)
        let port = try specimen.port
        #expect(try Specimen("listen", "--port", "\(port)").port == port)
    }

    @Test("a tree is asked from its leaves, each parent after its children")
    func order() throws {
        let specimen = try Specimen("tree", "--depth", "3", "--width", "2")
        let completion = try Binary.reaper.clean("--pid", specimen.root.identity)
        let report = try completion.report()
        #expect(try completion.isAllGone())
        if completion.code == 0 { #expect(report.outcome?.proof == "tree") }
        #expect(report.outcome?.targets.count == 15)
        let end = try specimen.finish()
        #expect(end.alive.isEmpty)
        let asked = end.signals.filter { $0.hasSuffix(" TERM") }.map { String($0.dropLast(5)) }
        #expect(asked.count == 15 && Set(asked).count == 15)
        for (index, name) in asked.enumerated() {
            #expect(!asked[..<index].contains { name.hasPrefix("\($0).") }, "\(name)")
        }
    }

    @Test("with --order root-first a tree is asked from its root, each child after its parent")
    func rootFirst() throws {
        let specimen = try Specimen("tree", "--depth", "2", "--width", "2")
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--order", "root-first", "--pid", identity)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(report.outcome?.targets.map(\.result) == Array(repeating: "exited", count: 7))
        let end = try specimen.finish()
        let asked = end.signals.filter { $0.hasSuffix(" TERM") }.map { String($0.dropLast(5)) }
        #expect(asked.first == "root" && Set(asked).count == 7)
        for (index, name) in asked.enumerated() {
            #expect(!asked[(index + 1)...].contains { name.hasPrefix("\($0).") }, "\(asked)")
        }
    }

    @Test("members of a tree in sessions and groups of their own belong to it")
    func sessions() throws {
        let specimen = try Specimen(
            ["tree", "--depth", "3", "--setsid-at", "2", "--own-group-at", "3"]
        )
        let completion = try Binary.reaper.clean("--pid", specimen.root.identity)
        #expect(try completion.isAllGone())
        #expect(specimen.processes.values.allSatisfy { $0.hasEnded })
    }

    @Test("who ignores TERM is killed when its grace is over, and not asked twice")
    func ignorer() throws {
        let specimen = try Specimen("term-ignorer", "--with", "consume")
        let completion = try Binary.reaper.clean(
            "--timeout",
            "200ms",
            "--pid",
            specimen.root.identity
        )
        let target = try completion.report().target(specimen.root)
        #expect(target?.result == "killed" && target?.signal == "KILL")
        #expect(try completion.isAllGone())
        let end = try specimen.finish()
        #expect(end.ended["root"] == "KILL")
        #expect(end.signals.filter { $0 == "root TERM" }.count == 1)
    }

    @Test("who ignores, blocks or waits is killed all the same", arguments: ["ignore", "block"])
    func deaf(how: String) throws {
        let specimen = try Specimen("term-ignorer", "--with", how)
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--timeout", "100ms", "--pid", identity)
        #expect(try completion.report().target(specimen.root)?.result == "killed")
        #expect(try completion.isAllGone())
    }

    @Test("who takes its time gets it")
    func slow() throws {
        let specimen = try Specimen("slow-exit")
        let words = ["clean", "--json", "--no-default-rules", "--timeout", "60"]
        let program = try Binary.reaper.start(words + ["--pid", specimen.root.identity])
        program.closeInput()
        try specimen.wait(for: "signal", name: "root", signal: "TERM")
        specimen.letGo()
        let completion = try program.finish()
        #expect(try completion.report().target(specimen.root)?.result == "exited")
        #expect(try completion.isAllGone())
        #expect(try specimen.finish().ended["root"] == "exit 0")
    }

    @Test("a stopped process is asked and then let continue, so that it can answer")
    func stopped() throws {
        let specimen = try Specimen("stopped")
        let completion = try Binary.reaper.clean("--pid", specimen.root.identity)
        #expect(try completion.report().target(specimen.root)?.result == "exited")
        let end = try specimen.finish()
        #expect(end.signals.contains("root TERM"))
        #expect(end.ended["root"] == "exit 0")
    }

    @Test("a parent that replaces its children is asked, too, and a child it left is not hidden")
    func respawner() throws {
        let specimen = try Specimen("respawner")
        let completion = try Binary.reaper.clean("--pid", specimen.root.identity)
        #expect(try completion.isAllGone())
        let end = try specimen.finish()
        #expect(end.signals.contains("root TERM") && !end.alive.contains("root"))
        // One that was born between the last look and the parent's end is adopted: then it is said.
        #expect(end.empty || completion.code == 3)
    }

    @Test("so is one that ignores TERM, as do its children")
    func stubbornRespawner() throws {
        let specimen = try Specimen("respawner", "--ignore-term")
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--timeout", "100ms", "--pid", identity)
        #expect(try completion.isAllGone())
        #expect(try specimen.finish().empty)
    }

    @Test("what answers TERM with a successor elsewhere is found by what it matches")
    func successor() throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("forks-on-term", "--orphan", "--exe", directory.path("job"))
        // Whose a process is everybody may read: then nobody else's is hidden, and it is proven.
        let completion = try Binary.reaper.clean(
            "--timeout",
            "300ms",
            "--in",
            directory.path,
            "--user",
            "\(geteuid())"
        )
        let report = try completion.report()
        #expect(report.complete, "\(report.unreadable)")
        #expect(try completion.isAllGone(), "\(completion.text)")
        if completion.code == 0 { #expect(report.outcome?.proof == "proof_scan") }
        let end = try specimen.finish()
        #expect(end.empty)
        #expect(report.outcome?.targets.count == 2)
    }

    @Test("what never stays in one process is gone, or not said to be")
    func comet() throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen(
            ["comet", "--orphan", "--period-us", "3000", "--exe", directory.path("job")]
        )
        let completion = try Binary.reaper.clean("--force", "--in", directory.path)
        let end = try specimen.finish()
        if completion.code == 0 { #expect(end.empty) }
        if !end.empty { #expect(completion.code == 3 || completion.code == 124) }
    }

    @Test("the signal of one's choice is sent, and only KILL by force")
    func signals() throws {
        let asked = try Specimen("sleep")
        let one = try Binary.reaper.clean("--signal", "int", "--pid", asked.root.identity)
        #expect(try one.isAllGone())
        #expect(try asked.finish().signals.filter { !$0.hasSuffix("CONT") } == ["root INT"])
        let killed = try Specimen("sleep")
        let two = try Binary.reaper.clean("--force", "--pid", killed.root.identity)
        #expect(try two.isAllGone())
        let end = try killed.finish()
        #expect(end.signals.isEmpty && end.ended["root"] == "KILL")
    }
}
