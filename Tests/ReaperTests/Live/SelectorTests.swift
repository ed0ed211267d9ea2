import Foundation
import TestSupport
import Testing

/// Each selector selects the staged process, and a value that does not fit selects nothing.
@Suite("selectors", .timeLimit(.minutes(60)))
struct SelectorTests {
    private let directory: TemporaryDirectory
    private let specimen: Specimen
    private let root: ProcessProbe

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("", to: "work/file")
        let words = [
            "listen", "--exe", directory.path("bin/live-job"), "--cwd", directory.path("work"),
            "--env", "LIVE_TAG=\(directory.path)", "--args", "--serve", directory.path,
        ]
        specimen = try Specimen(words)
        root = try specimen.root
    }

    /// Replaces what only the staged process can fill.
    private func filled(_ words: String) throws -> [String] {
        let values = [
            ("DIR", directory.path), ("UID", "\(geteuid())"), ("START", "\(root.startTime)"),
            ("PID", "\(root.pid)"), ("PORT", "\(try specimen.port)"), ("CGROUP", cgroup),
        ]
        return words.split(separator: " ").map { word in
            values.reduce(String(word)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        }
    }

    private var cgroup: String {
        let lines = root.strings("cgroup").joined().split(separator: "\n")
        let path = lines.first?.split(separator: ":", maxSplits: 2).last
        return path.map(String.init) ?? "/"
    }

    private func selected(_ words: String) throws -> [String] {
        let completion = try Binary.reaper.run(["scan", "--json"] + filled(words), rules: nil)
        return try completion.report().found
    }

    @Test(
        "select what they describe",
        arguments: [
            "--pid PID", "--pid PID@START", "--pid 4194304,PID", "--exe DIR/bin/live-job",
            "--exe DIR/**", "--cwd DIR/work", "--in DIR", "--in DIR/work", "--in DIR/bin",
            "--in DIR/bin --command *--serve?DIR", "--env LIVE_TAG=DIR", "--env LIVE_TAG=DIR*",
            "--exe DIR/** --name live-job", "--exe DIR/** --name live-*",
            "--exe DIR/** --env LIVE_TAG", "--exe DIR/** --user UID", "--in DIR --state S",
            "--in DIR --state ZS", "--in DIR --older-than 0", "--in DIR --ports PORT",
            "--ports PORT", "--ports PORT --user UID", "--in DIR --name nobody --name live-job",
            "--in DIR --cgroup CGROUP", "--in DIR --pid PID",
        ]
    )
    func selects(words: String) throws {
        #expect(try selected(words) == [root.identity])
    }

    @Test(
        "select nothing rather than something else",
        arguments: [
            "--pid PID@1", "--pid 4194304", "--exe DIR/*", "--exe DIR/bin", "--cwd DIR",
            "--in DIR/b", "--in DIR/bin/live-job/x", "--command *--serve", "--env LIVE_TAG=none",
            "--env LIVE_TA=DIR", "--in DIR --name job", "--in DIR --name live",
            "--in DIR --state Z", "--in DIR --state D", "--in DIR --older-than 5h",
            "--in DIR --ports 1", "--in DIR --user 4294967294", "--in DIR --cgroup /nowhere/at/all",
            "--in DIR --kind zombie", "--in DIR --kind orphan",
            "--in DIR --zombies", "--in DIR --pid 4194304", "--ports PORT --name none",
        ]
    )
    func selectsNothing(words: String) throws {
        #expect(try selected(words) == [])
    }

    @Test("a process that is named and not found is said, and is no success")
    func missing() throws {
        let words = ["--pid", "4194304,\(root.pid)@1,\(root.identity)"]
        let completion = try Binary.reaper.run(["scan", "--fail-on", "never"] + words, rules: nil)
        #expect(completion.code == 1)
        #expect(
            completion.errorText == """
                reaper: no process 4194304
                reaper: \(root.pid)@1: number \(root.pid) names live-job (\(root.identity)) now

                """
        )
        let clean = try Binary.reaper.run(["clean", "--pid", "\(root.pid)@1"], rules: nil)
        #expect(clean.code == 1)
        #expect(root.state == .running)
    }

    @Test("with nothing selected nothing is stopped")
    func nothing() throws {
        let words = ["clean", "--json", "--in", directory.path, "--name", "none"]
        let completion = try Binary.reaper.run(words, rules: nil)
        #expect(try completion.isAllGone())
        #expect(try completion.report().planned.isEmpty)
        #expect(try Binary.reaper.run(words + ["--require-match"], rules: nil).code == 1)
        #expect(root.state == .running)
    }

    @Test("a rule is selected by its id, and another one is not")
    func rule() throws {
        let cache = directory.path("cache")
        let orphan = try Specimen("orphan", "--dead-session", "--exe", "\(cache)/job")
        let rules = LiveRules.job(cache)
        for glob in ["live.job", "live.*"] {
            let report = try Binary.reaper.scan("--rule", glob, rules: rules).report()
            #expect(report.finding(about: try orphan.root) != nil, "\(glob)")
        }
        let other = try Binary.reaper.scan("--rule", "live.jbo", rules: rules)
        #expect(other.code == 2)
        #expect(
            other.errorText
                == "reaper: --rule: 'live.jbo' matches no rule that is loaded"
                + " (did you mean 'live.job'?)\n"
        )
    }
}
