import Foundation
import TestSupport
import Testing

/// What is reported of other programs that stop processes: each test is named after the failure.
@Suite("known failures of others", .timeLimit(.minutes(60)))
struct KnownFailuresTests {
    /// GitHub actions/runner #4601: one pass over the processes, and whoever is born during it stays.
    @Test("processes born during the pass survive (actions/runner #4601)")
    func bornDuringThePass() throws {
        let specimen = try Specimen("forker", "--period-us", "300")
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--timeout", "1s", "--pid", identity)
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try completion.report().outcome?.targets.count ?? 0 > 2)
        #expect(try specimen.finish().empty)
    }

    /// process-compose #520: the leader of the group exits of its TERM, and that was all.
    @Test("the leader exits and the group lives (process-compose #520)")
    func leaderExits() throws {
        let specimen = try Specimen("wrapper", "--own-group", "--ignore-term")
        let (root, payload) = try (specimen.root, specimen["payload"])
        let completion = try Binary.reaper.clean("--timeout", "1s", "--pid", root.identity)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(report.target(root)?.result == "exited")
        #expect(report.target(payload)?.result == "killed")
        #expect(try specimen.finish().empty)
    }

    /// killall -w looks for the number, which a zombie keeps: it waits for as long as it may.
    ///
    /// Whoever did that here would be waiting when the test's patience is over.
    @Test("a zombie counts as alive until the timeout (killall -w)")
    func zombieAwaited() throws {
        let specimen = try Specimen("negligent")
        let (root, child) = try (specimen.root, specimen["child"])
        let words = ["clean", "--json", "--timeout", "600", "--pid", child.identity]
        let completion = try Binary.reaper.run(words, rules: nil)
        #expect(try completion.report().target(child)?.result == "exited")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(child.state == .zombie)
        #expect(root.state == .running)
        #expect(try specimen.finish().signals.filter { $0.hasPrefix("root ") }.isEmpty)
    }

    @Test("a zombie among the targets is waited for (killall -w)")
    func zombieAmongTargets() throws {
        let zombies = try Specimen("zombie")
        let specimen = try Specimen("sleep")
        let targets = "\(try zombies["zombie"].identity),\(try specimen.root.identity)"
        let words = ["clean", "--json", "--timeout", "600", "--pid", targets]
        let completion = try Binary.reaper.run(words, rules: nil)
        let report = try completion.report()
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(report.planned == [try specimen.root.identity])
        #expect(try specimen.finish().ended["root"] == "exit 0")
        #expect(try zombies.finish().alive == ["root"])
    }

    /// Jenkins gives all of them one grace: after it whoever still runs is killed, guilty or not.
    ///
    /// Each rule has a grace of its own here, and the good one takes longer than the other's.
    @Test("one that ignores TERM eats everybody's grace (Jenkins)")
    func sharedGrace() throws {
        let directory = try TemporaryDirectory()
        let deaf = try Specimen(
            ["term-ignorer", "--orphan", "--dead-session", "--exe", directory.path("deaf/job")]
        )
        let slow = try Specimen(
            ["slow-exit", "--linger-ms", "800", "--orphan", "--dead-session"]
                + ["--exe", directory.path("slow/job")]
        )
        let rules = """
            { name: "live", title: "Live tests", rules: [
              { id: "deaf", title: "Deaf", match: { exe: ["\(directory.path)/deaf/**"] },
                owner: { name: ["host"] }, stop: { signal: "TERM", timeout: "100ms" } },
              { id: "slow", title: "Slow", match: { exe: ["\(directory.path)/slow/**"] },
                owner: { name: ["host"] }, stop: { signal: "TERM", timeout: "20s" } } ] }
            """
        let completion = try Binary.reaper.clean("--yes", "--orphans", rules: rules)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(report.target(try deaf.root)?.result == "killed")
        let target = report.target(try slow.root)
        #expect(target?.result == "exited" && target?.signal == "TERM")
        #expect(try slow.finish().signals.filter { !$0.hasSuffix("CONT") } == ["root TERM"])
    }

    @Test("a configured timeout is replaced by a short one of the program's own")
    func configuredTimeout() throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen(
            ["slow-exit", "--linger-ms", "1100", "--orphan", "--dead-session"]
                + ["--exe", directory.path("cache/job")]
        )
        let rules = LiveRules.job(directory.path("cache"))
        let completion = try Binary.reaper.clean("--yes", "--orphans", rules: rules)
        let target = try completion.report().target(specimen.root)
        #expect(target?.result == "exited" && target?.signal == "TERM", "\(completion.text)")
        #expect(try completion.isAllGone())
    }

    @Test("parallel shutdown is one after the other: each here ends only when both were asked")
    func sequentialWaves() throws {
        let specimen = try Specimen("rendezvous")
        let both = try "\(specimen["left"].identity),\(specimen["right"].identity)"
        let completion = try Binary.reaper.clean("--timeout", "60", "--pid", both)
        let results = try completion.report().outcome?.targets.map(\.result)
        #expect(results == ["exited", "exited"], "\(completion.text)")
        #expect(try completion.isAllGone())
        #expect(try specimen.root.state == .running)
        let ended = try specimen.finish().ended
        #expect(ended["left"] == "exit 0" && ended["right"] == "exit 0")
    }

    /// zinit's server leaves its socket file, and the next client is refused.
    @Test("the socket file of a server that was stopped is left behind (zinit)")
    func socketFile() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "run/keep")
        let socket = directory.path("run/server.sock")
        let specimen = try Specimen(
            ["socketfile", "--path", socket, "--orphan", "--dead-session"]
                + ["--exe", directory.path("cache/job")]
        )
        // Who may not look at other users' executables cannot know that none of them needs the file,
        // unless the rule is about one's own.
        let rules = """
            { name: "live", title: "Live tests", rules: [ {
              id: "job", title: "Job outlived its host",
              match: { exe: ["\(directory.path)/cache/**"], user: ["\(geteuid())"] },
              owner: { name: ["host"] }, stop: { signal: "TERM", timeout: "20s" },
              remove: ["\(directory.path)/run/*.sock"] } ] }
            """
        let completion = try Binary.reaper.clean("--yes", "--orphans", rules: rules)
        let report = try completion.report()
        #expect(report.target(try specimen.root)?.result == "exited", "\(completion.text)")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(report.outcome?.removed.map(\.path) == [socket])
        #expect(!directory.contains("run/server.sock") && directory.contains("run/keep"))
    }
}
