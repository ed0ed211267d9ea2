import TestSupport
import Testing

/// Who belongs to a process by its session and group, and who only seems to.
@Suite("clean: sessions and groups", .timeLimit(.minutes(60)))
struct RelativeTests {
    @Test(
        "what a wrapper that leads has let go of is stopped with it, whichever of them dies first",
        arguments: ["--setsid", "--own-group"],
        [[], ["--ignore-term"]]
    )
    func leadingWrapper(leads: String, options: [String]) throws {
        let bystander = try Specimen("wrapper")
        let specimen = try Specimen(["wrapper", leads] + options)
        let (root, payload) = try (specimen.root, specimen["payload"])
        #expect(payload.parent != root.pid)
        let identity = root.identity
        let completion = try Binary.reaper.clean("--timeout", "1s", "--pid", identity)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(report.target(root)?.result == "exited")
        #expect(report.target(payload)?.result == (options.isEmpty ? "exited" : "killed"))
        #expect(root.hasEnded && payload.hasEnded)
        #expect(try bystander.finish().signals.isEmpty)
    }

    @Test("what shares a session with a process that does not lead it is left alone")
    func plainWrapper() throws {
        let specimen = try Specimen("wrapper")
        let completion = try Binary.reaper.clean("--pid", specimen.root.identity)
        #expect(try completion.isAllGone())
        #expect(try completion.report().planned == [specimen.root.identity])
        let end = try specimen.finish()
        #expect(end.alive == ["payload"])
        #expect(!end.signals.contains { $0.hasPrefix("payload") })
    }

    @Test(
        "a wrapper started by a shell is stopped with what it runs; the shell's other jobs live",
        arguments: [[], ["--own-group-at", "1"]]
    )
    func otherJobs(jobControl: [String]) throws {
        let shell = try Specimen(["tree", "--depth", "2", "--width", "2", "--setsid"] + jobControl)
        let wrapper = try shell["root.0"]
        let completion = try Binary.reaper.clean("--pid", wrapper.identity)
        #expect(try completion.isAllGone())
        let end = try shell.finish()
        #expect(end.alive == ["root", "root.1", "root.1.0", "root.1.1"])
        let touched = Set(end.signals.compactMap { $0.split(separator: " ").first })
        #expect(touched == ["root.0", "root.0.0", "root.0.1"])
    }

    @Test("members in sessions and groups of their own are asked before their parents all the same")
    func ownGroup() throws {
        let specimen = try Specimen(
            ["tree", "--depth", "3", "--own-group-at", "1", "--setsid-at", "2"]
        )
        let completion = try Binary.reaper.clean("--pid", specimen.root.identity)
        let report = try completion.report()
        #expect(try completion.isAllGone())
        #expect(report.outcome?.targets.allSatisfy { $0.result == "exited" } == true)
        let asked = try specimen.finish().signals.filter { $0.hasSuffix(" TERM") }
        #expect(asked == ["root.0.0.0 TERM", "root.0.0 TERM", "root.0 TERM", "root TERM"])
    }

    @Test("whoever shares a session and group whose leader is dead is nobody's relative")
    func deadLeader() throws {
        let specimen = try Specimen("leaderless")
        let (root, mate) = try (specimen.root, specimen["mate"])
        #expect(root.session == mate.session && root.processGroup == mate.processGroup)
        #expect(root.session != root.pid)
        let completion = try Binary.reaper.clean("--pid", root.identity)
        #expect(try completion.isAllGone())
        #expect(try completion.report().planned == [root.identity])
        let end = try specimen.finish()
        #expect(end.alive == ["mate"])
        #expect(!end.signals.contains { $0.hasPrefix("mate") })
    }
}
