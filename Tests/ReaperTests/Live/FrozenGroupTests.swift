import Foundation
import TestSupport
import Testing

/// Processes in a frozen control group: `docker pause`, `systemctl freeze`.
@Suite("clean: frozen control groups", .timeLimit(.minutes(60)))
struct FrozenGroupTests {
    private static let hasFirst = Machine.canFreeze("v1")
    private static let hasSecond = Machine.canFreeze("v2")

    private func clean(_ identity: String, _ how: [String] = []) throws -> Completion {
        let grace = how.isEmpty ? "--timeout=1s" : how[0]
        return try Binary.reaper.clean(grace, "--deadline", "8", "--pid", identity)
    }

    @Test(
        "in version 2 they run again to end in order, or are killed as they stand",
        .enabled(if: hasSecond, "needs root and cgroup2"),
        arguments: [[], ["--force"]]
    )
    func second(how: [String]) throws {
        let bystander = try Specimen("sleep")
        let specimen = try Specimen("tree", "--depth", "1", "--width", "2", "--frozen", "v2")
        let group = try #require(specimen.facts["cgroup"])
        let frozen = "its control group \(group) "
        let plan = try Binary.reaper.clean("-n", "--pid", specimen.root.identity).report()
        let notes = plan.plan?.waves.joined().map(\.note) ?? []
        #expect(notes.count == 3)
        let note = frozen + "is frozen and will be thawed"
        #expect(notes.allSatisfy { $0?.hasSuffix(note) == true }, "\(notes)")
        let completion = try clean(specimen.root.identity, how)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        for probe in specimen.processes.values {
            let target = report.target(probe)
            #expect(target?.result == (how.isEmpty ? "exited" : "killed"))
            #expect(target?.reason == frozen + "was frozen and has been thawed")
        }
        #expect(try specimen.finish().empty)
        #expect(try bystander.finish().signals.isEmpty)
    }

    @Test(
        "in version 1 the group is thawed when everybody in it is to be stopped",
        .enabled(if: hasFirst, "needs root and the freezer of version 1"),
        arguments: [[], ["--force"]]
    )
    func first(how: [String]) throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "2", "--frozen", "v1")
        let group = try #require(specimen.facts["cgroup"])
        let frozen = "its control group \(group) "
        let plan = try Binary.reaper.clean("-n", "--pid", specimen.root.identity).report()
        let notes = plan.plan?.waves.joined().map(\.note) ?? []
        #expect(notes.count == 3)
        let note = frozen + "is frozen and will be thawed"
        #expect(notes.allSatisfy { $0?.hasSuffix(note) == true }, "\(notes)")
        let completion = try clean(specimen.root.identity, how)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        for probe in specimen.processes.values {
            let target = report.target(probe)
            #expect(target?.result == (how.isEmpty ? "exited" : "killed"))
            #expect(target?.reason == frozen + "was frozen and has been thawed")
        }
        #expect(try specimen.finish().empty)
    }

    @Test(
        "it stays frozen when others are in it, and that is said",
        .enabled(if: hasFirst, "needs root and the freezer of version 1")
    )
    func shared() throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "2", "--frozen", "v1")
        let group = try #require(specimen.facts["cgroup"])
        let target = try specimen["root.0"]
        let other = try Specimen("sleep")
        let plan = try Binary.reaper.clean("-n", "--pid", target.identity).report()
        let note = plan.plan?.waves.joined().first?.note
        #expect(note?.contains("(echo THAWED > \(group)/freezer.state)") == true, "\(note ?? "-")")
        let completion = try clean("\(target.identity),\(try other.root.identity)")
        let report = try completion.report()
        let outcome = try #require(report.target(target))
        #expect(outcome.result == "survived")
        #expect(outcome.reason?.contains("control group \(group) is frozen") == true, "\(outcome)")
        #expect(outcome.reason?.contains("others are in it") == true, "\(outcome)")
        #expect(completion.code == 1 || completion.code == 124)
        #expect(report.target(try other.root)?.result == "exited")
        let state = try String(contentsOfFile: "\(group)/freezer.state", encoding: .utf8)
        #expect(state == "FROZEN\n")
        let end = try specimen.finish()
        #expect(end.alive == ["root", "root.0", "root.1"] && end.signals.isEmpty)
    }
}
