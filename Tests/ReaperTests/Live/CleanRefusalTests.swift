import Foundation
import TestSupport
import Testing

@Suite("clean: whom it never stops", .timeLimit(.minutes(60)))
struct CleanRefusalTests {
    private static let shell = Binary(path: "/bin/sh")

    @Test("PID 1 is refused, with the reason")
    func init1() throws {
        let completion = try Binary.reaper.clean("--pid", "1")
        let refused = try #require(try completion.report().plan?.refused.first)
        #expect(refused.identity?.hasPrefix("1@") == true)
        #expect(refused.reason == "PID 1 is never stopped")
        #expect(try completion.report().outcome?.targets.isEmpty != false)
        #expect(completion.code == 1)
    }

    private static let hasKernelThread =
        (try? String(contentsOfFile: "/proc/2/comm", encoding: .utf8)) == "kthreadd\n"

    @Test("a kernel thread is refused", .enabled(if: hasKernelThread, "PID 2 is none here"))
    func kernelThread() throws {
        let completion = try Binary.reaper.clean("--pid", "2")
        let reason = try completion.report().plan?.refused.first?.reason
        #expect(reason?.contains("is a kernel thread") == true)
        #expect(completion.code == 1)
    }

    @Test("reaper does not stop itself, however it is named")
    func itself() throws {
        let script = #"exec "$0" clean --json --no-default-rules --pid $$"#
        let completion = try Self.shell.run(["-c", script, Binary.reaper.path])
        #expect(try completion.report().planned.isEmpty)
        #expect(completion.code != nil)
    }

    @Test("the shell that calls it lives, what else matches does not")
    func ancestor() throws {
        let directory = try TemporaryDirectory()
        let copy = directory.path("live-sh")
        try FileManager.default.copyItem(
            at: URL(filePath: "/bin/sh").resolvingSymlinksInPath(),
            to: URL(filePath: copy)
        )
        let specimen = try Specimen("sleep", "--exe", directory.path("job"))
        let script = #"""
            "$0" clean --json --no-default-rules --in "$1" > "$1/report"; echo "$?"
            """#
        let words = ["-c", script, Binary.reaper.path, directory.path]
        let completion = try Binary(path: copy).run(words)
        #expect(completion.text == "1\n")
        #expect(try specimen.root.hasEnded)
        #expect(try directory.read("report").contains("is an ancestor of reaper"))
    }

    @Test("a background job of the calling shell is stopped, its sibling is not")
    func sibling() throws {
        let script = #"""
            exec 3<&0
            cat <&3 >/dev/null 2>&1 & job=$!
            cat <&3 >/dev/null 2>&1 & sibling=$!
            "$0" clean --no-default-rules --pid $job >/dev/null; echo "code $?"
            wait $job; echo "job $?"
            kill -0 $sibling && echo "sibling lives"
            kill $sibling
            """#
        let program = try Self.shell.start(["-c", script, Binary.reaper.path])
        let completion = try program.finish()
        // Another test's orphan, born meanwhile, leaves a doubt: 3.
        let texts = ["0", "3"].map { "code \($0)\njob 143\nsibling lives\n" }
        #expect(texts.contains(completion.text))
    }

    @Test("what only looks like the orphan survives")
    func lookalikes() throws {
        let directory = try TemporaryDirectory()
        let cache = directory.path("cache")
        let orphan = try Specimen("orphan", "--dead-session", "--exe", "\(cache)/job")
        let innocent = try [
            ["--argv0", "\(cache)/job"], ["--cwd", cache], ["--name", "6a6f62"],
            ["--args", "\(cache)/job"], ["--env", "JOB=\(cache)/job"],
        ].enumerated().map { index, words in
            let exe = directory.path("innocent-\(index)/job")
            return try Specimen(["orphan", "--dead-session", "--exe", exe] + words)
        }
        let owned = try Specimen(
            ["sleep", "--exe", "\(cache)/owned", "--owner", directory.path("host")]
        )
        let rules = LiveRules.job(cache)
        let completion = try Binary.reaper.clean("--yes", "--orphans", rules: rules)
        #expect(try completion.report().target(orphan.root)?.result == "exited")
        #expect(try completion.isAllGone(), "\(completion.text)")
        for specimen in innocent { #expect(try specimen.root.state == .running) }
        #expect(try owned.root.state == .running)
    }

    @Test("a protecting rule holds against a selector")
    func protected() throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("sleep", "--exe", directory.path("job"))
        let rules = """
            { name: "live", title: "Live tests", rules: [ { id: "keep", title: "Precious",
              protect: true, match: { exe: ["\(directory.path)/job"] } } ] }
            """
        let identity = try specimen.root.identity
        let completion = try Binary.reaper.clean("--pid", identity, rules: rules)
        let reason = try completion.report().refusal(of: specimen.root)
        #expect(reason?.contains("protects it: Precious") == true)
        #expect(completion.code == 1)
        #expect(try specimen.root.state == .running)
    }

    @Test(
        "another user's process is denied, and whose it is is said",
        .enabled(if: Machine.isRoot, "needs root to be somebody else")
    )
    func stranger() throws {
        let specimen = try Specimen("sleep")
        let words = ["clean", "--json", "--pid", try specimen.root.identity]
        let completion = try Binary.reaper.run(words, rules: nil, asUser: 65534)
        let target = try completion.report().target(specimen.root)
        #expect(target?.result == "denied")
        #expect(target?.reason?.contains("belongs to user root") == true, "\(target as Any)")
        #expect(completion.code == 1)
        #expect(try specimen.root.state == .running)
    }

    @Test("a number that another process has by now selects nobody")
    func reused() throws {
        let specimen = try Specimen("sleep")
        let root = try specimen.root
        let stale = "\(root.pid)@\(root.startTime - 1)"
        let completion = try Binary.reaper.clean("--pid", stale)
        #expect(try completion.report().planned.isEmpty)
        #expect(root.state == .running)
        #expect(try Binary.reaper.clean("--pid", root.identity).isAllGone())
        #expect(root.hasEnded)
    }
}
