import Foundation
import TestSupport
import Testing

@Suite("stop --all: who is left alone is told", .timeLimit(.minutes(60)))
struct StopAllTests {
    private let live: LiveInstances
    private static let jobs = ["--rule", "live.job", "--yes", "--json"]

    init() throws { live = try LiveInstances() }

    @Test("a service whose boss is dead is named, with what stops it", arguments: [[], ["--all"]])
    func orphanedService(words: [String]) throws {
        let specimen = try Specimen("sleep", "--orphan", "--setsid")
        let root = try specimen.root
        try live.record("web", root.pid, in: "services")
        let completion = try live.run("stop", words + ["--rule", "live.service"])
        #expect(completion.code == 1, "\(completion.errorText)")
        let said = completion.errorText
        #expect(said.contains("rule live.service does not say how to stop it"), "\(said)")
        #expect(said.contains("'reaper clean --pid \(root.identity)' stops it"))
        #expect(said.contains("No instance is stopped.\n"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a service whose boss lives is the boss's, and goes with it")
    func ownedService() throws {
        let program = live.directory.path("bin/boss")
        let specimen = try Specimen("sleep", "--setsid", "--owner", program)
        let service = try specimen.root
        try live.record("web", service.pid, in: "services")
        let alone = try live.run("stop", ["--all", "--rule", "live.service"])
        #expect(alone.code == 0 && alone.errorText == "No running instances found.\n")
        try live.record("boss-1", specimen["owner"].pid, in: "bosses")
        let words = ["--all", "--yes", "--rule", "live.service", "--rule", "live.boss", "--json"]
        let completion = try live.run("stop", words)
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(try service.hasEnded && specimen["owner"].hasEnded)
    }

    @Test(
        "another user's is told, as if it had been named",
        .enabled(if: Machine.isRoot, "needs root to have another user's process")
    )
    func foreign() throws {
        let live = try LiveInstances(worldAccessible: true)
        let specimen = try live.job("a-1")
        let root = try specimen.root
        let completion = try live.run("stop", ["--all", "--rule", "live.job"], asUser: 65_534)
        #expect(completion.code == 1)
        let said = completion.errorText
        #expect(said.contains("permission denied (PID \(root.pid)): it belongs to user root"))
        #expect(said.contains("No instance is stopped.\n"), "\(said)")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "a directory that cannot be read is told, and nothing is claimed",
        .enabled(if: Machine.isRoot, "needs root to have another user's directory")
    )
    func closedDirectory() throws {
        let live = try LiveInstances(worldAccessible: true)
        try live.record("a-1", LiveInstances.nobody)
        let directory = live.directory.path("run")
        #expect(unsafe chmod(directory, 0o700) == 0)
        let words = ["--all", "--rule", "live.job"]
        let completion = try live.run("stop", words, asUser: 65_534)
        #expect(completion.code == 3, "\(completion.errorText)")
        let said = completion.errorText
        #expect(said.contains("No running instances found, as far as could be read.\n"))
        #expect(said.contains(directory) && said.contains("\"no other instance\" cannot be"))
        let json = try live.run("stop", words + ["--json"], asUser: 65_534)
        #expect(try json.code == 3 && !json.report().complete)
    }

    @Test("REAPER_KEEP=1 keeps an instance from all of them, not from its name")
    func optOut() throws {
        let kept = try live.job("a-1", ["sleep", "--env", "REAPER_KEEP=1"])
        let other = try live.job("b-1")
        let completion = try live.run("stop", Self.jobs)
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        let said = completion.errorText
        let who = "'a-1' (PID \(try kept.root.pid))"
        #expect(said.contains("\(who) kept: REAPER_KEEP=1; 'reaper stop a-1'"), "\(said)")
        let states = try completion.report().instances?.map { "\($0.id) \($0.state)" }.sorted()
        #expect(states == ["a-1 running", "b-1 stopped"])
        #expect(try kept.root.state == .running && other.root.hasEnded)
        #expect(live.has("run/a-1") && !live.has("run/b-1"))
        let named = try live.stop("a-1", "--json")
        #expect(try named.isAllGone(), "\(named.text)")
        #expect(try kept.root.hasEnded)
    }

    @Test("whoever would take along who asks to be left alone is kept, too")
    func optOutBelow() throws {
        let words = ["sleep", "--owner", live.directory.path("bin/boss")]
        let specimen = try live.job("web-1", words + ["--env", "REAPER_KEEP=1"])
        let boss = try specimen["owner"]
        try live.record("boss-1", boss.pid, in: "bosses")
        let all = ["--all", "--yes", "--rule", "live.[jb]o*", "--json"]
        let completion = try live.run("stop", all)
        #expect(completion.code == 0, "\(completion.text)\(completion.errorText)")
        let said = completion.errorText
        #expect(said.contains("'web-1' (PID \(try specimen.root.pid)) kept: REAPER_KEEP=1;"))
        #expect(said.contains("'boss-1' (PID \(boss.pid)) kept: REAPER_KEEP=1"), "\(said)")
        #expect(boss.state == .running)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("of whom only the session's or group's members remain, these are told; the record stays")
    func remnants() throws {
        let specimen = try Specimen("leaderless")
        let (root, mate) = try (specimen.root, specimen["mate"])
        let leader = try #require(root.session)
        #expect(leader != root.pid)
        try live.record("a-1", leader)
        // As young as its processes, it may be starting.
        for words in [["a-1"], ["--all", "--rule", "live.job"]] {
            let completion = try live.run("stop", words + ["--json"])
            #expect(completion.code == 1, "\(completion.text)\(completion.errorText)")
            let said = completion.errorText
            let fact = "process \(leader) does not exist, but 2 processes of"
            #expect(said.contains(fact), "\(said)")
            #expect(said.contains("(\(root.identity)") && said.contains("(\(mate.identity)"))
            let numbers = [root, mate].sorted { $0.pid < $1.pid }.map(\.identity)
            #expect(said.contains("'reaper clean --pid \(numbers.joined(separator: ","))' stops"))
            #expect(try completion.report().outcome == nil)
            #expect(live.has("run/a-1"))
        }
        #expect(try specimen.finish().signals.isEmpty)
        // Nobody is left: now the file is cleaned up.
        let completion = try live.stop("a-1", "--json")
        #expect(completion.code == 0, "\(completion.errorText)")
        #expect(!live.has("run/a-1"))
    }

    @Test("a successor with the same name is the one that is meant, whoever remains of the first")
    func successorOfRemnants() throws {
        let specimen = try Specimen("leaderless")
        let leader = try #require(try specimen.root.session)
        try live.record("web-1", alias: "web", leader)
        let successor = try live.job("web-2", alias: "web")
        let completion = try live.stop("web", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(try successor.root.hasEnded && live.has("run/web-1"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("the ports of whoever remains are told")
    func remainingPort() throws {
        let specimen = try Specimen("listen", "--orphan", "--dead-session")
        let root = try specimen.root
        let leader = try #require(root.session)
        try live.record("a-1", leader)
        let completion = try live.stop("a-1")
        let said = completion.errorText
        #expect(completion.code == 1 && live.has("run/a-1"))
        #expect(said.contains("port \(try specimen.port)/tcp"), "\(said)")
        let listing = try live.list("a-1", "--json").listing()
        #expect(listing["a-1"]?.state == "stale", "\(listing)")
    }

    @Test("in a script that names none, files of what was stopped stay until that is agreed to")
    func unnamedFiles() throws {
        try live.record("a-1", LiveInstances.nobody)
        let bare = try live.run("stop", ["--rule", "live.job"])
        #expect(bare.code == 2, "\(bare.errorText)")
        let said = bare.errorText
        #expect(said.contains("would clean up a file of what was stopped already"), "\(said)")
        #expect(said.contains("is to be cleaned up") && said.contains("--yes"), "\(said)")
        #expect(live.has("run/a-1"))
        let agreed = try live.run("stop", ["--rule", "live.job", "--yes"])
        #expect(agreed.code == 0, "\(agreed.errorText)")
        #expect(!live.has("run/a-1"))
    }
}
