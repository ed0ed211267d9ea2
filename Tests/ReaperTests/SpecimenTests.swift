import Foundation
import TestSupport
import Testing

/// Live tests rest on what the specimen says; these hold it to the truth.
@Suite("the specimen", .timeLimit(.minutes(2)))
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

    @Test("an orphan runs from its copy, and its parent is not the keeper")
    func orphan() throws {
        let directory = try TemporaryDirectory()
        let job = directory.path("cache/bin/job")
        let specimen = try Specimen("orphan", "--exe", job, "--setsid")
        let root = try specimen.root
        #expect(root.link("exe") == job)
        #expect(root.session == root.pid)
        #expect(root.parent != specimen.keeper)
        let adopted = try Specimen("orphan", "--adopted", "--dead-session")
        let child = try adopted.root
        #expect(child.parent == adopted.keeper)
        #expect(child.session != child.pid && child.session != getsid(0))
    }

    @Test("an orphan's executable can be removed or replaced", arguments: ["deleted", "replaced"])
    func alteredExecutable(change: String) throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("orphan", "--exe", directory.path("job"), "--\(change)")
        #expect(try specimen.root.link("exe") == directory.path("job") + " (deleted)")
        #expect(directory.contains("job") == (change == "replaced"))
    }

    @Test("an owner keeps a process from being an orphan")
    func owner() throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen(
            "sleep",
            "--exe",
            directory.path("job"),
            "--owner",
            directory.path("host")
        )
        let owner = try specimen["owner"]
        #expect(owner.link("exe") == directory.path("host"))
        #expect(try specimen.root.link("exe") == directory.path("job"))
        #expect(try specimen.root.parent == owner.pid)
    }

    @Test("a process looks as its options say")
    func appearance() throws {
        let specimen = try Specimen(
            "sleep",
            "--argv0",
            "vim",
            "--name",
            "6129205a0a",
            "--env",
            "TOKEN=a b",
            "--cwd",
            "/",
            "--args",
            "--port",
            "80"
        )
        let root = try specimen.root
        #expect(root.strings("cmdline") == ["vim", "--port", "80"])
        #expect(root.strings("comm") == ["a) Z\n\n"])
        #expect(root.strings("environ").contains("TOKEN=a b"))
        #expect(root.link("cwd") == "/")
    }

    @Test("a process can belong to another user", .enabled(if: Machine.isRoot, "needs root"))
    func user() throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let specimen = try Specimen("sleep", "--exe", directory.path("job"), "--user", "65534")
        let status = try specimen.root.strings("status").joined()
        #expect(status.contains("\nUid:\t65534\t65534\t65534\t65534\n"))
        try specimen.crash()
        #expect(try specimen.root.endsInTime())
    }

    @Test("the states it claims are the kernel's")
    func states() throws {
        let stopped = try Specimen("stopped")
        #expect(try stopped.root.letter == "T")
        let zombie = try Specimen("zombie", "--stopped-parent")
        #expect(try zombie["zombie"].letter == "Z")
        #expect(try zombie.root.letter == "T")
        // Dead to /proc/PID/stat, alive to the pidfd.
        let leader = try Specimen("zombie-leader")
        #expect(try leader.root.letter == "Z")
        #expect(try leader.root.state == .running)
    }

    @Test("a stopped process records its TERM once it continues")
    func stopped() throws {
        let specimen = try Specimen("stopped")
        try specimen.root.send(SIGTERM)
        try specimen.root.send(SIGCONT)
        try specimen.wait(for: "empty")
        #expect(try specimen.finish().signals.contains("root TERM"))
    }

    @Test("a zombie is buried when its stopped parent continues")
    func buried() throws {
        let specimen = try Specimen("zombie", "--stopped-parent")
        try specimen.root.send(SIGCONT)
        try specimen.wait(for: "ended", name: "zombie")
        #expect(try specimen["zombie"].state == .gone)
    }

    @Test("a slow exit waits until it is let go")
    func slowExit() throws {
        let specimen = try Specimen("slow-exit")
        try specimen.root.send(SIGTERM)
        try specimen.wait(for: "signal", name: "root", signal: "TERM")
        #expect(try specimen.root.state == .running)
        specimen.letGo()
        try specimen.wait(for: "ended", name: "root")
        #expect(try specimen.finish().ended == ["root": "exit 0"])
    }

    @Test("a respawner replaces what dies")
    func respawner() throws {
        let specimen = try Specimen("respawner")
        try specimen["child.0"].send(SIGKILL)
        try specimen.wait(for: "born", name: "child.1")
        let end = try specimen.finish()
        #expect(end.ended["child.0"] == "KILL")
        #expect(end.alive == ["root", "child.1"])
    }

    @Test("TERM makes it leave a successor")
    func successor() throws {
        let specimen = try Specimen("forks-on-term", "--orphan")
        try specimen.root.send(SIGTERM)
        try specimen.wait(for: "born", name: "successor")
        #expect(try specimen.finish().alive == ["successor"])
    }

    @Test("files speak of the process that made them")
    func files() throws {
        let directory = try TemporaryDirectory()
        for lock in ["none", "flock", "posix", "ofd"] {
            let path = directory.path("\(lock).pid")
            let specimen = try Specimen("pidfile", "--path", path, "--lock", lock)
            let root = try specimen.root
            #expect(specimen.facts["path"] == path)
            #expect(try directory.read("\(lock).pid") == "\(root.pid)\n")
        }
        let specimen = try Specimen("socketfile", "--path", directory.path("s"), "--close")
        #expect(try specimen.root.state == .running)
        #expect(directory.contains("s"))
    }

    @Test("what cannot be staged is an error")
    func refusals() {
        for words in [["bogus"], ["listen", "--port", "x"], ["pidfile"], ["sleep", "--bogus"]] {
            #expect(throws: SupportError.self) { try Specimen(words) }
        }
    }
}
