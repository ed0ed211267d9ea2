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
}
