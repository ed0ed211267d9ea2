import Foundation
import TestSupport
import Testing

/// What is expected, and what is given time.
@Suite("scan --since: --ignore and --settle", .timeLimit(.minutes(60)))
struct SinceChoiceTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func stage(_ words: String...) throws -> Specimen {
        try Specimen(words + ["--exe", directory.path("bin/live-job")])
    }

    @Test(
        "what is expected is no finding, is counted, and told with -v",
        arguments: [
            "name=live-*", "exe=DIR/bin/*", "command=*DIR*", "in=DIR", "pid=PID", "user=UID",
            "port=PORT", "ports=1,PORT", "env=LIVE_TAG=DIR", "live.job", "live.*", "cwd=DIR",
        ]
    )
    func ignored(typed: String) throws {
        let rules = LiveRules.job(directory.path("bin"))
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let specimen = try stage(
            "listen",
            "--env",
            "LIVE_TAG=\(directory.path)",
            "--cwd",
            directory.path
        )
        let root = try specimen.root
        let values = [
            ("DIR", directory.path), ("UID", "\(geteuid())"), ("PID", root.identity),
            ("PORT", "\(try specimen.port)"),
        ]
        let word = values.reduce(typed) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        let words = ["--in", directory.path, "--ignore", word]
        let completion = try baseline.run(["scan", "--json", "--ignore", "name=nobody"] + words)
        let report = try completion.report()
        #expect(completion.code == 0, "\(completion.text)")
        #expect(report.findings.isEmpty)
        #expect(report.ignored?.map(\.by) == [word])
        #expect(report.ignored?.map(\.id) == ["leaked_process:\(root.identity)"])
        let table = try baseline.run(["scan"] + words)
        #expect(table.text.contains("\n1 ignored; -v lists them\n"), "\(table.text)")
        let verbose = try baseline.run(["scan", "-v"] + words)
        #expect(
            verbose.text.contains(
                "\n1 ignored:\n  live-job (\(root.identity)) by --ignore \(word)\n"
            ),
            "\(verbose.text)"
        )
        // Nor is it stopped.
        let cleaned = try baseline.run(["clean", "--json"] + words)
        #expect(try cleaned.report().planned.isEmpty)
        #expect(root.state == .running)
    }

    @Test("what is not expected is found and stopped all the same")
    func others() throws {
        let baseline = try LiveBaseline(in: directory)
        let kept = try stage("listen")
        let specimen = try Specimen("listen", "--exe", directory.path("bin/other"))
        let words = ["--in", directory.path, "--ignore", "port=\(try kept.port)"]
        let report = try baseline.run(["scan", "--json"] + words).report()
        #expect(report.found == [try specimen.root.identity])
        let own = report.findings.first?.process?.ports?.map(\.port)
        #expect(own == [try specimen.port])
        let completion = try baseline.run(["clean", "--json"] + words)
        #expect(try completion.report().target(try specimen.root)?.result == "exited")
        #expect(try kept.root.state == .running)
        #expect(try specimen.finish().empty)
    }

    @Test("what is expected does not go with the tree of what is not")
    func descendant() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try stage("listen", "--shared-by-children", "2")
        let kept = try specimen["sharer.1"]
        let words = ["--in", directory.path, "--ignore", "pid=\(kept.identity)"]
        let completion = try baseline.run(["clean", "--json"] + words)
        #expect(completion.code == 1)
        let refusal = try completion.report().refusal(of: kept)
        #expect(refusal?.contains("--ignore pid=\(kept.identity)") == true, "\(refusal ?? "-")")
        #expect(kept.state == .running)
        #expect(try specimen.root.hasEnded && specimen["sharer.0"].hasEnded)
    }

    @Test("ports and files of those who were there can be expected")
    func portsAndFiles() throws {
        let rules = LiveRules.files(directory.path("run/*.pid"))
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let specimen = try stage("listen")
        let root = try specimen.root
        try baseline.add(root)
        let own = "\(try specimen.port)/tcp"
        for word in ["port=\(own)", "pid=\(root.pid)", "in=\(directory.path)"] {
            let report = try baseline.scan("--kind", "leaked_port", "--ignore", word).report()
            #expect(!report.findings.contains { $0.port == own }, "\(word)")
            #expect(report.ignored?.contains { $0.id == "leaked_port:\(own)" } == true, "\(word)")
        }
        let path = try directory.write("\(root.pid)\n", to: "run/x.pid")
        for word in ["file=\(directory.path)/**", "live.files", "live.*"] {
            let completion = try baseline.scan("--kind", "leaked_file", "--ignore", word)
            #expect(completion.code == 0)
            #expect(try completion.report().ignored?.map(\.id) == ["leaked_file:\(path)"])
        }
        #expect(try baseline.scan("--kind", "leaked_file").code == 1)
    }

    @Test("a rule that is not loaded is an error")
    func unknownRule() throws {
        let rules = LiveRules.job(directory.path("bin"))
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let completion = try baseline.run(["scan", "--ignore", "live.jbo"])
        #expect(completion.code == 2 && completion.text.isEmpty)
        #expect(
            completion.errorText
                == "reaper: --ignore: 'live.jbo' matches no rule that is loaded"
                + " (did you mean 'live.job'?)\n"
        )
    }

    // MARK: - Settling

    @Test("it waits for whoever is about to end")
    func settles() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try stage("slow-exit", "--linger-ms", "200")
        let words = [
            "scan", "--no-default-rules", "--since", baseline.path, "--in", directory.path,
        ]
        let program = try Binary.reaper.start(
            words + ["--settle", "10m", "--user", "\(geteuid())"]
        )
        program.closeInput()
        _ = try specimen.finish()
        let completion = try program.finish()
        #expect(completion.code == 0, "\(completion.text)")
        #expect(completion.text.hasPrefix("nothing left over"))
    }

    @Test("and for ports that somebody closes")
    func settlesPorts() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try stage("listen")
        try baseline.add(try specimen.root)
        let words = ["scan", "--no-default-rules", "--since", baseline.path]
        let narrow = [
            "--kind", "leaked_port", "--in", directory.path, "--settle", "10m", "--user",
            "\(geteuid())",
        ]
        let program = try Binary.reaper.start(words + narrow)
        program.closeInput()
        _ = try specimen.finish()
        #expect(try program.finish().code == 0)
    }

    @Test("whoever is left then is told", arguments: ["0", "60ms", "400ms"])
    func left(time: String) throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try stage("sleep")
        let completion = try baseline.scan("--in", directory.path, "--settle", time)
        #expect(completion.code == 1)
        #expect(try completion.report().found == [try specimen.root.identity])
    }
}
