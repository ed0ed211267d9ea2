import Foundation
import TestSupport
import Testing

/// Mounts of /proc that show less, or something else.
@Suite("other procfs mounts", .timeLimit(.minutes(60)))
struct OtherProcTests {
    private static let unshare = Binary(path: "/usr/bin/unshare")

    @Test(
        "one that belongs to another pid namespace is refused",
        .enabled(if: Machine.canUnshare, "needs unshare(1)"),
        arguments: ["scan", "clean --yes", "clean --ports 1", "scan --zombies"]
    )
    func foreign(words: String) throws {
        let arguments = words.split(separator: " ").map(String.init)
        let completion = try Self.unshare.run(["-Urpf", Binary.reaper.path] + arguments)
        #expect(completion.code == 3)
        #expect(completion.output.isEmpty)
        #expect(completion.errorText.contains("another pid namespace"))
        let mounted = ["-Urpfm", "--mount-proc", Binary.reaper.path, "scan", "--zombies"]
        #expect(try Self.unshare.run(mounted).code == 0)
    }

    @Test(
        "another one can be scanned, and nothing be stopped through it",
        .enabled(if: Machine.canUnshare, "needs unshare(1)")
    )
    func other() throws {
        let directory = try TemporaryDirectory()
        let script = #"""
            mkdir "$1/proc" && mount -t proc proc "$1/proc" || exit 77
            exec 3<&0
            cat <&3 >/dev/null 2>&1 & job=$!
            "$0" scan --no-default-rules --json --proc "$1/proc" --pid $job; echo "code $?" >&2
            "$0" clean --no-default-rules --proc "$1/proc" --pid $job >&2; echo "code $?" >&2
            "$0" clean -n --no-default-rules --proc "$1/proc" --pid $job >/dev/null; echo "code $?" >&2
            mkdir "$1/run" && echo $job >"$1/run/job.pid"
            "$0" list --no-default-rules --rules "$2" --proc "$1/proc" >&2
            kill -0 $job && echo "lives" >&2
            kill $job
            """#
        let rules = try directory.write(
            LiveRules.files(directory.path("run/*.pid")),
            to: "live.json5"
        )
        let words = ["-Urpfm", "--mount-proc", "/bin/sh", "-c", script, Binary.reaper.path]
        let program = try Self.unshare.start(words + [directory.path, rules])
        let completion = try program.finish()
        let report = try completion.report()
        #expect(report.findings.count == 1)
        let said = completion.errorText.split(separator: "\n").filter { !$0.hasPrefix("reaper") }
        let lines = said.filter { $0.hasPrefix("code") || $0 == "lives" }
        #expect(lines == ["code 1", "code 2", "code 1", "lives"], "\(completion.errorText)")
        #expect(said.contains { $0.contains("job") && $0.contains("/run/job.pid") })
    }

    @Test(
        "what is no procfs is never a clean machine",
        arguments: [("/etc", 3), ("/nonexistent", 2), ("/etc/passwd", 2)]
    )
    func noProcfs(path: String, code: Int32) throws {
        let completion = try Binary.reaper.run(["scan", "--proc", path], rules: nil)
        #expect(completion.code == code)
        #expect(completion.output.isEmpty)
        #expect(completion.errorText.contains("--proc"))
        #expect(completion.errorText.contains(path))
    }

    @Test(
        "hidepid makes the view incomplete, and no pid file stale",
        .enabled(if: Machine.isRoot, "needs root to mount for somebody else"),
        arguments: ["1", "2"]
    )
    func hidepid(level: String) throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let specimen = try Specimen("sleep", "--exe", directory.path("bin/job"))
        try directory.write("\(specimen.root.pid)\n", to: "run/a.pid")
        let rules = try directory.write(
            LiveRules.files(directory.path("run/*.pid"), programs: directory.path("other")),
            to: "live.json5"
        )
        #expect(unsafe chmod(directory.path("run"), 0o777) == 0)
        let script = #"""
            mount -t proc -o hidepid=$1 proc /proc || exit 77
            exec "$2" exec 65534 "$3/reaper" "$0" clean --yes --json --no-default-rules --rules "$4"
            """#
        let words = [
            "-m", "/bin/sh", "-c", script, Binary.reaper.path, level, Binary.specimen.path,
            directory.path, rules,
        ]
        let completion = try Self.unshare.run(words)
        let report = try completion.report()
        #expect(!report.complete)
        #expect(report.unreadable.notes?.contains { $0.contains("hidepid") } == true)
        #expect(report.findings.allSatisfy { $0.remedy.action == "none" })
        #expect(directory.contains("run/a.pid"))
        #expect(completion.code == 3 || completion.code == 1)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "whom hidepid hides is not said to be gone",
        .enabled(if: Machine.isRoot, "needs root to mount for somebody else"),
        arguments: ["scan", "clean"]
    )
    func hiddenNumber(command: String) throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let specimen = try Specimen("sleep", "--exe", directory.path("bin/job"))
        let script = #"""
            mount -t proc -o hidepid=2 proc /proc || exit 77
            exec "$1" exec 65534 "$2/reaper" "$0" $3 --no-default-rules --pid $4
            """#
        let words = [
            "-m", "/bin/sh", "-c", script, Binary.reaper.path, Binary.specimen.path,
            directory.path, command, "\(try specimen.root.pid)",
        ]
        let completion = try Self.unshare.run(words)
        let said = completion.errorText
        #expect(said.contains("is there, but cannot be looked at"), "\(said)")
        #expect(completion.code == 3 && !said.contains("no process"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "one that shows processes only cannot prove that they are gone",
        .enabled(if: Machine.isRoot, "needs root to mount"),
        arguments: ["--pid", "--in"]
    )
    func subset(selector: String) throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("sleep", "--exe", directory.path("job"))
        let script = #"""
            mount -t proc -o subset=pid proc /proc || exit 77
            exec "$0" clean --json --no-default-rules "$1" "$2"
            """#
        let value = selector == "--in" ? directory.path : try specimen.root.identity
        let words = ["-m", "/bin/sh", "-c", script, Binary.reaper.path, selector, value]
        let completion = try Self.unshare.run(words)
        let report = try completion.report()
        #expect(!report.complete)
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(completion.code == 3)
    }
}
