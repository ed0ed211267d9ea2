import Foundation
import TestSupport
import Testing

/// Processes that wait in the kernel, or for somebody who does not let them go.
@Suite("clean: stuck processes", .timeLimit(.minutes(60)))
struct StuckTests {
    @Test("who is traced by somebody who does not wait is killed, and the tracer left alone")
    func traced() throws {
        let specimen = try Specimen("traced", "--plain")
        let (root, tracer) = try (specimen.root, specimen["tracer"])
        let completion = try Binary.reaper.clean("--timeout", "1s", "--pid", root.identity)
        #expect(try completion.report().target(root)?.result == "killed")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(root.hasEnded)
        #expect(tracer.state == .running)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("who cannot be killed in a tree is named, and the rest of the tree is stopped")
    func heldAtExit() throws {
        let specimen = try Specimen("traced")
        let tree = try Specimen("tree", "--depth", "1", "--width", "2")
        let targets = "\(try specimen.root.identity),\(try tree.root.identity)"
        let completion = try Binary.reaper.clean(
            "--timeout",
            "1s",
            "--deadline",
            "4",
            "--pid",
            targets
        )
        let report = try completion.report()
        for probe in tree.processes.values { #expect(report.target(probe)?.result == "exited") }
        #expect(try tree.finish().empty)
        let target = try #require(report.target(try specimen.root))
        // Before Linux 6.1 SIGKILL ends it all the same.
        if target.result != "killed" {
            #expect(target.result == "survived")
            let tracer = try specimen["tracer"].identity
            #expect(target.reason?.contains("traced by specimen (\(tracer))") == true, "\(target)")
            #expect(completion.code == 1 || completion.code == 124)
            #expect(report.outcome?.proof == "none")
        }
        #expect(try specimen.finish().alive.contains("tracer"))
    }

    /// SIGKILL is waited for longer than the deadline is away: it has passed whatever the machine does.
    @Test("who is still there when the deadline has passed makes the status 124")
    func outOfTime() throws {
        let specimen = try Specimen("traced")
        let root = try specimen.root
        let completion = try Binary.reaper.clean(
            "--force",
            "--deadline",
            "100ms",
            "--pid",
            root.identity
        )
        let target = try #require(try completion.report().target(root))
        // Before Linux 6.1 SIGKILL ends it all the same.
        #expect(target.result == "survived" || target.result == "killed", "\(target)")
        if target.result == "survived" {
            #expect(completion.code == 124, "\(completion.text)")
        }
        #expect(try specimen.finish().alive.contains("tracer"))
    }

    @Test("who has lost its first thread is asked, and exits by itself")
    func withoutLeader() throws {
        let specimen = try Specimen("zombie-leader")
        let root = try specimen.root
        #expect(root.letter == "Z" && root.state == .running)
        let completion = try Binary.reaper.clean("--pid", root.identity)
        #expect(try completion.report().target(root)?.result == "exited")
        #expect(try completion.isAllGone(), "\(completion.text)")
        let end = try specimen.finish()
        #expect(end.ended["root"] == "exit 0" && end.signals.contains("root TERM"))
    }

    @Test(
        "a parent that waits in vfork is stopped, and so is the child it waits for",
        arguments: [
            ([], "exited", "exited"), (["--with", "child"], "exited", "killed"),
            (["--with", "both"], "killed", "killed"),
        ]
    )
    func vfork(options: [String], root: String, child: String) throws {
        let specimen = try Specimen(["vfork"] + options)
        #expect(try specimen.root.letter == "D")
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--timeout", "1s", "--pid", identity)
        let report = try completion.report()
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(report.target(try specimen.root)?.result == root)
        #expect(report.target(try specimen["child"])?.result == child)
        #expect(try specimen.finish().empty)
    }

    @Test(
        "who waits for a file system that does not answer survives, with the place; others do not",
        .enabled(if: Machine.canMountFuse, "needs root, /dev/fuse and a mount namespace"),
        arguments: [["--force"], ["--timeout", "1s"]]
    )
    func hung(how: [String]) throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("hung", "--path", directory.path)
        let (root, other) = try (specimen.root, specimen["other"])
        let targets = "\(root.identity),\(other.identity)"
        let arguments = ["clean", "--json", "--deadline", "60", "--pid", targets] + how
        let completion = try Binary.reaper.run(arguments, rules: nil)
        let report = try completion.report()
        let target = try #require(report.target(root))
        #expect(target.result == "survived" && target.signal == "KILL")
        #expect(target.reason?.contains("waits in the kernel") == true, "\(target)")
        #expect(target.reason?.contains("state D") == true, "\(target)")
        // It is there still; a kernel can be built without the names of its functions.
        let channel = try String(contentsOfFile: "/proc/\(root.pid)/wchan", encoding: .utf8)
        if !channel.isEmpty, channel != "0" {
            #expect(target.reason?.contains("(state D, \(channel))") == true, "\(target)")
        }
        #expect(completion.code == 1 || completion.code == 124)
        #expect(report.outcome?.proof == "none")
        // Asked or not: whether it is quick enough to end by itself depends on the machine.
        let result = try #require(report.target(other)?.result)
        #expect(result == "killed" || (result == "exited" && how != ["--force"]))
        #expect(!root.hasEnded && other.hasEnded)
        let end = try specimen.finish()
        #expect(end.signals.contains("other TERM") == (how != ["--force"]))
        #expect(end.alive == ["root", "server"])
    }

    @Test(
        "an executable whose name leads to a file system that does not answer is not looked up",
        .enabled(if: Machine.canMountFuse, "needs root, /dev/fuse and a mount namespace"),
        arguments: [[], ["--deleted"]]
    )
    func unansweredName(options: [String]) throws {
        let directory = try TemporaryDirectory()
        // Its executable is where the other one's file system leaves everybody waiting.
        let specimen = try Specimen(["sleep", "--exe", directory.path("hang")] + options)
        let server = try Specimen("hung", "--path", directory.path)
        let place = try ["-m", "-t", "\(server["other"].pid)", Binary.reaper.path]
        let words = ["--json", "--no-default-rules", "--pid", try specimen.root.identity]
        let nsenter = Binary(path: "/usr/bin/nsenter")
        let found = try nsenter.run(place + ["scan"] + words).report()
        #expect(found.finding(about: try specimen.root) != nil)
        let completion = try nsenter.run(place + ["clean"] + words)
        let refusal = try completion.report().refusal(of: specimen.root)
        #expect(refusal?.contains("another mount namespace") == true, "\(completion.text)")
        #expect(try server.finish().alive == ["root", "server", "other"])
        #expect(try specimen.finish().signals.isEmpty)
    }
}
