import Foundation
import TestSupport
import Testing

@Suite("stop: instances that are known by their environment", .timeLimit(.minutes(60)))
struct StopFlowTests {
    private let live: LiveInstances

    init() throws { live = try LiveInstances() }

    @Test("every node goes, with a line each; another flow stays")
    func flow() throws {
        let nodes = try live.flow("flow-a1")
        let others = try live.flow("other-b2")
        let completion = try live.stop("flow", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(try completion.report().outcome?.targets.count == 4)
        #expect(try completion.report().instances?.map(\.state) == ["stopped"])
        let said = completion.errorText
        #expect(said.contains("Found matching instance: flow-a1\n"))
        #expect(said.contains("Stopping 'flow-a1': 4 processes\n"))
        for node in ["camera", "plot", "sink"] {
            #expect(said.contains("✓ \(node) stopped ["), "\(said)")
        }
        #expect(said.contains("✓ 'flow-a1' stopped gracefully after "))
        for specimen in nodes {
            for (name, probe) in specimen.processes { #expect(probe.hasEnded, "\(name)") }
        }
        for specimen in others { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("a node that does not respond is named and killed")
    func stubborn() throws {
        let nodes = try live.flow("flow-a1", stubborn: true)
        let completion = try live.stop("flow-a1", "-t", "300ms", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try completion.report().target(nodes[2].root)?.result == "killed")
        let said = completion.errorText
        // After 0.3 s, or however long a busy machine took to notice.
        #expect(said.contains(/sink not responding after [0-9.]+ s: killing/), "\(said)")
        #expect(said.contains("✓ sink killed ["))
        #expect(said.contains("✓ 'flow-a1' stopped after ") && said.contains("1 of it killed"))
    }

    @Test("two flows are two instances of --all")
    func all() throws {
        let nodes = try live.flow("flow-a1") + live.flow("flow-b2")
        let words = ["--all", "--yes", "--rule", "live.node", "--json"]
        let completion = try live.run("stop", words)
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(completion.errorText.contains("All 2 instances stopped"))
        for specimen in nodes { #expect(try specimen.root.hasEnded) }
    }

    @Test("an owner that is alive is told: it may start them again")
    func keeper() throws {
        let specimen = try Specimen(
            "sleep",
            "--owner",
            live.directory.path("bin/boss"),
            "--env",
            "\(live.variable)=flow=flow-a1 node=camera"
        )
        // What it runs may have to be read first: then nobody is told, and nothing depends on it.
        let completion = try live.stop("flow-a1", "--json")
        #expect(try completion.isAllGone())
        #expect(try specimen.root.hasEnded && specimen["owner"].state == .running)
    }

    @Test("a node that answers with a successor is stopped together with that")
    func successor() throws {
        let specimen = try Specimen(
            "forks-on-term",
            "--env",
            "\(live.variable)=flow=flow-a1 node=camera"
        )
        let completion = try live.stop("flow-a1", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)")
        let left = try live.list("flow-a1", "--json", "--user", "\(geteuid())").listing()
        #expect(left.instances.isEmpty)
        #expect(try specimen.root.hasEnded)
    }

    @Test(
        "whose environment may not be read may belong to it: nothing is claimed, except --user",
        .enabled(if: Machine.isRoot, "needs root to have another user"),
        arguments: [["flow-a1"], ["--all", "--rule", "live.node"]]
    )
    func hidden(words: [String]) throws {
        let live = try LiveInstances(worldAccessible: true)
        let other = try Specimen(["sleep", "--env", "\(live.variable)=flow=flow-a1 node=x"])
        func own(_ name: String) throws -> Specimen {
            let mark = "\(live.variable)=flow=flow-a1 node=camera"
            let exe = live.directory.path("bin/\(name)")
            return try Specimen(["sleep", "--user", "65534", "--env", mark, "--exe", exe])
        }
        let specimen = try own("first")
        let completion = try live.run("stop", words + ["--json"], asUser: 65_534)
        #expect(completion.code == 3, "\(completion.text)\(completion.errorText)")
        let report = try completion.report()
        #expect(!report.complete && report.outcome?.proof == "none")
        // Others may begin to run something unreadable meanwhile, and are named then.
        let unproven = report.outcome?.unproven ?? ""
        #expect(unproven.contains("not be read") && unproven.contains("may "), "\(unproven)")
        #expect(report.instances?.map(\.state) == ["stopped"])
        #expect(try specimen.root.hasEnded)
        // Nothing of one's own is left.
        let again = try live.run("stop", words, asUser: 65_534)
        let isNamed = words.count == 1
        #expect(again.code == (isNamed ? 1 : 3), "\(again.errorText)")
        let said = again.errorText
        #expect(isNamed || said.contains("No running instances found, as far as could be read."))
        #expect(said.contains("environment not readable"), "\(said)")
        #expect(said.contains("with --user nobody only your own processes are asked for"))
        #expect(said.contains("\"no other instance\" cannot be claimed"))
        // By --user only one's own were asked for, and of those everything is known.
        let mine = words + ["--user", "65534"]
        let second = try own("second")
        let proven = try live.run("stop", mine + ["--json"], asUser: 65_534)
        let outcome = try proven.report().outcome
        #expect(proven.code == 0 && outcome?.proof == "proof_scan", "\(proven.text)")
        #expect(try second.root.hasEnded)
        let none = try live.run("stop", mine, asUser: 65_534)
        #expect(none.code == (isNamed ? 1 : 0) && !none.errorText.contains("claimed"))
        #expect(try other.finish().signals.isEmpty)
    }

    @Test(
        "--user stops those of that user, and nobody else who carries the mark",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func ofUser() throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let mark = ["--env", "\(live.variable)=flow=flow-a1 node=camera"]
        let exe = directory.path("bin/node")
        let theirs = try Specimen(["sleep", "--user", "65534", "--exe", exe] + mark)
        let other = try Specimen(["sleep"] + mark)
        let completion = try live.stop("flow-a1", "--user", "65534", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try theirs.root.hasEnded)
        #expect(try other.finish().signals.isEmpty)
    }

    @Test(
        "who knows instances from files alone needs no environment",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func filesOnly() throws {
        let live = try LiveInstances(worldAccessible: true)
        let exe = live.directory.path("bin/job-a")
        let specimen = try Specimen(["sleep", "--user", "65534", "--exe", exe])
        let file = try live.record("a-1", specimen.root.pid)
        for path in [file, live.directory.path("run")] {
            #expect(unsafe chown(path, 65_534, 65_534) == 0)
        }
        let words = ["--all", "--rule", "live.job", "--json"]
        let completion = try live.run("stop", words, asUser: 65_534)
        #expect(try completion.report().complete, "\(completion.text)")
        #expect(completion.code == 0, "\(completion.text)\(completion.errorText)")
        #expect(try specimen.root.hasEnded && !live.has("run/a-1"))
    }
}
