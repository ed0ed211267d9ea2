import TestSupport
import Testing

/// Whoever is born while its maker is being stopped is stopped as well, or said to be left.
@Suite("clean: births during the stop", .timeLimit(.minutes(60)))
struct EscapeTests {
    @Test("children born in the middle of the stop are stopped with their parent")
    func forker() throws {
        let bystander = try Specimen("sleep")
        let specimen = try Specimen("forker")
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--timeout", "1s", "--pid", identity)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(report.target(try specimen.root)?.result == "killed")
        #expect(report.target(try specimen["first"])?.result == "exited")
        // More than were planned: some were born after that.
        #expect(report.planned.count == 2 && report.outcome?.targets.count ?? 0 > 2)
        #expect(try specimen.finish().empty)
        #expect(try bystander.finish().signals.isEmpty)
    }

    @Test(
        "who leaves the tree while it is stopped is stopped too, or makes the end unproven",
        arguments: ["daemonizes-on-term", "forks-on-term"]
    )
    func escapedByTree(mode: String) throws {
        let bystander = try Specimen("orphan", "--dead-session")
        let specimen = try Specimen(mode)
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--timeout", "1s", "--pid", identity)
        let report = try completion.report()
        #expect(report.target(try specimen.root)?.result == "exited")
        let end = try specimen.finish()
        try expectTruth(of: completion, about: end)
        if !end.empty {
            #expect(report.outcome?.unproven?.contains("may have come from here") == true)
        }
        #expect(try bystander.finish().alive == ["root"])
    }

    @Test(
        "who matches what was asked for is found wherever it went",
        arguments: ["daemonizes-on-term", "forks-on-term"],
        [["--orphan"], []]
    )
    func escapedByPattern(mode: String, options: [String]) throws {
        let directory = try TemporaryDirectory()
        let bystander = try Specimen("sleep", "--exe", directory.path("other/job"))
        let exe = directory.path("bin/job")
        let specimen = try Specimen([mode, "--exe", exe] + options)
        let completion = try Binary.reaper.clean("--timeout", "1s", "--exe", exe)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        if completion.code == 0 { #expect(report.outcome?.proof == "proof_scan") }
        // The one that answered with it, and the one that it left.
        #expect(report.outcome?.targets.map(\.result).sorted() == ["exited", "killed"])
        #expect(try specimen.finish().empty)
        #expect(try bystander.finish().signals.isEmpty)
    }

    /// In namespaces of its own nobody else's orphan can raise a doubt, so the answer is exact.
    @Test(
        "a daemon that got away is not called clean",
        .enabled(if: Machine.canRecycle, "needs namespaces of one's own"),
        arguments: ["daemonizes-on-term", "forks-on-term", "forker", "respawner"]
    )
    func isolated(mode: String) throws {
        let specimen = try Specimen([mode], isolated: true)
        let root = try #require(specimen.identities["root"])
        let words = ["clean", "--json", "--no-default-rules", "--timeout", "1s"]
        let completion = try specimen.reaper(words + ["--pid", root])
        if completion.code == 3, mode.hasSuffix("on-term") {
            // Who it may be is said, so that somebody can look.
            let born = try #require(try specimen.wait(for: "born").pid)
            let unproven = try #require(try completion.report().outcome?.unproven)
            #expect(unproven.contains("(\(born)@"), "\(unproven)")
        }
        let end = try specimen.finish()
        try expectTruth(of: completion, about: end)
        #expect(!end.alive.contains("root"))
    }

    /// Nothing left and said so, or something left and said so.
    private func expectTruth(of completion: Completion, about end: Specimen.End) throws {
        let outcome = try #require(try completion.report().outcome)
        if end.empty {
            #expect(try completion.isAllGone(), "\(completion.text)")
        } else {
            #expect(completion.code == 3, "\(completion.text)")
            #expect(outcome.proof == "none")
            #expect(outcome.unproven != nil)
        }
    }
}
