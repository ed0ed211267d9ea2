import Foundation
import TestSupport
import Testing

/// Live tests rest on what the specimen says; these hold it to the truth.
@Suite("the specimen", .timeLimit(.minutes(60)))
struct SpecimenTests {
    struct Mode: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let names: Set<String>
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ arguments: String, _ names: Set<String> = ["root"]) {
            self.arguments = arguments.split(separator: " ").map(String.init)
            self.names = names
        }
    }

    static let modes = [
        Mode("sleep"), Mode("sleep --orphan"), Mode("sleep --setsid"), Mode("sleep --own-group"),
        Mode("tree --depth 2 --width 1", ["root", "root.0", "root.0.0"]),
        Mode("tree --depth 1 --width 2 --ignore-term-at 1", ["root", "root.0", "root.1"]),
        Mode("zombie", ["root", "zombie"]), Mode("zombie --stopped-parent", ["root", "zombie"]),
        Mode("zombie-leader"), Mode("term-ignorer"), Mode("term-ignorer --with block"),
        Mode("term-ignorer --with consume"), Mode("slow-exit"), Mode("stopped"),
        Mode("stopped --orphan --ignore-term"), Mode("respawner", ["root", "child.0"]),
        Mode("respawner --ignore-term --orphan", ["root", "child.0"]), Mode("forks-on-term"),
        Mode("comet", []), Mode("comet --orphan --period-us 0", []), Mode("listen"),
        Mode("listen --udp --v6"), Mode("listen --bound-only"),
        Mode("listen --established", ["root", "client"]),
        Mode("listen --reuseport", ["root", "sibling"]),
        Mode("listen --shared-by-children 2", ["root", "sharer.0", "sharer.1"]),
    ]

    @Test("names its processes, and leaves none", arguments: modes)
    func leavesNothing(mode: Mode) throws {
        let specimen = try Specimen(mode.arguments)
        #expect(Set(specimen.processes.keys) == mode.names)
        for (name, probe) in specimen.processes {
            #expect(probe.state == (name == "zombie" ? .zombie : .running), "\(name)")
        }
        let end = try specimen.finish()
        #expect(end.alive == mode.names.subtracting(["zombie"]))
        #expect(end.signals.isEmpty)
        #expect(!end.empty)
        #expect(specimen.processes.values.allSatisfy { $0.hasEnded })
    }

    @Test("takes everything along when it is killed", arguments: modes)
    func diesWithItsKeeper(mode: Mode) throws {
        let specimen = try Specimen(mode.arguments)
        try specimen.crash()
        // The kernel kills them as the keeper's last descriptor closes, but waits for none.
        for probe in specimen.processes.values { #expect(try probe.endsInTime()) }
    }

    @Test("a tree tells in which order TERM arrived")
    func order() throws {
        let specimen = try Specimen("tree", "--depth", "2", "--width", "1")
        for name in ["root.0.0", "root.0", "root"] {
            try specimen[name].send(SIGTERM)
            try specimen.wait(for: "signal", name: name)
        }
        try specimen.wait(for: "empty")
        let end = try specimen.finish()
        #expect(end.signals == ["root.0.0 TERM", "root.0 TERM", "root TERM"])
        #expect(end.ended["root"] == "exit 0")
        #expect(end.alive.isEmpty)
        #expect(end.empty)
    }

    @Test("a tree can be wider than the usual limit on open files")
    func wide() throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "1100")
        #expect(try specimen.finish().alive.count == 1101)
    }

    @Test("a tree puts a level into sessions or groups of their own")
    func levels() throws {
        let specimen = try Specimen(
            "tree",
            "--depth",
            "2",
            "--width",
            "1",
            "--own-group-at",
            "1",
            "--setsid-at",
            "2"
        )
        let (root, group, session) = try (
            specimen.root, specimen["root.0"], specimen["root.0.0"]
        )
        #expect(group.parent == root.pid && session.parent == group.pid)
        #expect(group.processGroup == group.pid && group.session == root.session)
        #expect(session.session == session.pid)
    }

    @Test("what cannot be staged is an error")
    func refusals() {
        for words in [["bogus"], ["listen", "--port", "x"], ["pidfile"], ["sleep", "--bogus"]] {
            #expect(throws: SupportError.self) { try Specimen(words) }
        }
    }
}
