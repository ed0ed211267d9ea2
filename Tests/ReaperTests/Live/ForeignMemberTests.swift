import TestSupport
import Testing

/// An ordinary user who stops a tree in which other users' processes are.
@Suite(
    "clean: other users' processes in one's own tree",
    .enabled(if: Machine.isRoot, "needs root to have another user"),
    .timeLimit(.minutes(60))
)
struct ForeignMemberTests {
    @Test("are denied and named, never called gone; one's own are stopped")
    func members() throws {
        let specimen = try Specimen("tree", "--depth", "2", "--width", "2", "--nobody-at", "0")
        let root = try specimen.root
        let plan = try Binary.reaper.run(
            ["clean", "--json", "-n", "--pid", root.identity],
            rules: nil,
            asUser: 65_534
        ).report()
        for target in plan.plan?.waves.flatMap({ $0 }) ?? [] {
            let isOwn = target.identity == root.identity
            let note = "belongs to user root: may not be signalled from here"
            #expect((target.note?.contains(note) ?? false) != isOwn, "\(target)")
        }
        let completion = try Binary.reaper.run(
            ["clean", "--json", "--pid", root.identity],
            rules: nil,
            asUser: 65_534
        )
        let report = try completion.report()
        #expect(completion.code == 1, "\(completion.text)")
        #expect(report.outcome?.proof == "none")
        for (name, probe) in specimen.processes where name != "root" {
            let target = try #require(report.target(probe), "\(name)")
            #expect(target.result == "denied", "\(name): \(target)")
            #expect(target.reason?.contains("belongs to user root") == true, "\(target)")
            #expect(probe.state == .running)
        }
        #expect(report.target(root)?.result == "exited")
        let end = try specimen.finish()
        #expect(end.alive == Set(specimen.processes.keys).subtracting(["root"]))
        #expect(end.signals.filter { !$0.hasPrefix("root ") }.isEmpty)
    }

    @Test("hide nothing when they are nobody's children here")
    func neighbours() throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let foreign = try Specimen("sleep", "--exe", directory.path("foreign/job"))
        let own = try Specimen("sleep", "--exe", directory.path("bin/job"), "--user", "65534")
        let completion = try Binary.reaper.run(
            ["clean", "--json", "--pid", "\(own.root.identity),\(foreign.root.identity)"],
            rules: nil,
            asUser: 65_534
        )
        let report = try completion.report()
        #expect(report.target(try own.root)?.result == "exited")
        #expect(report.target(try foreign.root)?.result == "denied")
        #expect(completion.code == 1)
        #expect(try foreign.finish().signals.isEmpty)
    }
}
