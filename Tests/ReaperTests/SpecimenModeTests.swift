import Foundation
import TestSupport
import Testing

/// Each mode of the specimen shows the kernel what it promises.
@Suite("the specimen's modes", .timeLimit(.minutes(60)))
struct SpecimenModeTests {
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
        #expect((0...2).allSatisfy { root.link("fd/\($0)") == "/dev/null" })
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
        #expect(try specimen.root.endsInTime())
        #expect(try specimen.finish().alive == ["successor"])
    }

    @Test("a comet does not stay in one process")
    func comet() throws {
        let specimen = try Specimen("comet")
        let first = try #require(specimen.facts["first"])
        // Nobody lives long enough to tell a start time; the number alone is enough here.
        #expect(try ProcessProbe("\(first)@0").endsInTime())
        #expect(try !specimen.finish().empty)
    }

    @Test(
        "a pid file is locked as asked",
        arguments: [("none", nil), ("flock", "FLOCK"), ("posix", "POSIX"), ("ofd", "OFDLCK")]
    )
    func pidFile(lock: String, kind: String?) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("service.pid")
        let specimen = try Specimen("pidfile", "--path", path, "--lock", lock)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let inode = try #require(attributes[.systemFileNumber] as? Int)
        let locks = try String(contentsOfFile: "/proc/locks", encoding: .utf8)
            .split(separator: "\n").filter { $0.contains(":\(inode) ") }
        #expect(locks.count == (kind == nil ? 0 : 1))
        #expect(locks.allSatisfy { $0.contains(" \(kind ?? "") ") })
        #expect(try directory.read("service.pid") == "\(specimen.root.pid)\n")
        #expect(specimen.facts["path"] == path)
    }

    @Test("a socket file outlives its socket")
    func socketFile() throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("socketfile", "--path", directory.path("s"), "--close")
        #expect(try specimen.root.state == .running)
        #expect(directory.contains("s"))
    }
}
