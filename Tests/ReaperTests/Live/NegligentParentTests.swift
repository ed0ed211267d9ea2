import TestSupport
import Testing

/// Zombies whose parents do not wait: the parents are told, and stopped only when asked for.
@Suite("clean: negligent parents", .timeLimit(.minutes(60)))
struct NegligentParentTests {
    @Test("a parent that missed its child's end is told, and buries it")
    func told() throws {
        let specimen = try Specimen("zombie", "--forgetful")
        let (root, zombie) = try (specimen.root, specimen["zombie"])
        #expect(zombie.state == .zombie)
        let completion = try Binary.reaper.clean("--zombies", "--pid", zombie.identity)
        #expect(try completion.report().target(zombie)?.result == "exited")
        #expect(completion.code == 0, "\(completion.text)")
        #expect(zombie.state == .gone)
        #expect(root.state == .running)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a parent is stopped when it is selected itself, and takes its zombie along")
    func selected() throws {
        let specimen = try Specimen("zombie")
        let (root, zombie) = try (specimen.root, specimen["zombie"])
        let completion = try Binary.reaper.clean("--pid", root.identity)
        let report = try completion.report()
        #expect(report.target(root)?.result == "exited")
        #expect(report.planned == [root.identity])
        #expect(try completion.isAllGone(), "\(completion.text)")
        // Whoever adopted it buries it; nothing is left of it then.
        #expect(root.hasEnded && zombie.hasEnded)
    }

    @Test("a stopped parent that is selected is let continue, asked, and exits by itself")
    func stoppedAndSelected() throws {
        let specimen = try Specimen("zombie", "--stopped-parent")
        let root = try specimen.root
        let completion = try Binary.reaper.clean("--pid", root.identity)
        #expect(try completion.report().target(root)?.result == "exited")
        #expect(try completion.isAllGone())
        #expect(try specimen.finish().signals.contains("root TERM"))
    }
}
