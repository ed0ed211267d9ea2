import Foundation
import TestSupport
import Testing

/// A comparison that names a rule asks for that rule's new files, too.
@Suite("scan --since --rule", .timeLimit(.minutes(60)))
struct SinceRuleTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("a new file that names a living process is found by its rule")
    func live() throws {
        let rules = LiveRules.files(directory.path("run/*.pid"))
        let old = try directory.write("1\n", to: "run/old.pid")
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let specimen = try Specimen("sleep")
        let path = try directory.write("\(try specimen.root.pid)\n", to: "run/x.pid")
        let user = ["--user", "\(geteuid())"]
        for words in [[], ["--kind", "leaked_file"], user] {
            let completion = try baseline.run(["scan", "--json", "--rule", "live.files"] + words)
            let report = try completion.report()
            #expect(completion.code == 1, "\(words) \(completion.text)")
            #expect(report.findings.map(\.kind) == ["leaked_file"], "\(words)")
            #expect(report.findings.map(\.rule) == ["live.files"])
            #expect(report.findings.first?.file?.path == path)
        }
        let others = try baseline.scan("--rule", "live.files", "--user", "4000000000")
        #expect(others.code == 0)
        // What is in use is nothing that cleaning removes.
        _ = try baseline.run(["clean", "--yes", "--rule", "live.files"])
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(FileManager.default.fileExists(atPath: old))
    }

    @Test("one that is stale is found as that, once")
    func stale() throws {
        let rules = LiveRules.files(directory.path("run/*.pid"))
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let path = try directory.write("4000000\n", to: "run/x.pid")
        let report = try baseline.scan("--rule", "live.files").report()
        #expect(report.findings.map(\.kind) == ["stale_instance"])
        #expect(report.findings.first?.file?.path == path)
    }

    @Test("one of a process that its rule finds is a fact about that process")
    func orphan() throws {
        let rules = """
            { name: "live", title: "Live tests", rules: [ { id: "job", title: "Job",
              match: { exe: ["\(directory.path)/bin/**"] },
              instance: { files: ["\(directory.path)/run/*.pid"], format: "pid" },
              owner: { name: ["host"] }, stop: { signal: "TERM", timeout: "20s" } } ] }
            """
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let job = directory.path("bin/live-job")
        let specimen = try Specimen("orphan", "--dead-session", "--exe", job)
        let orphan = try specimen.root
        try directory.write("\(orphan.pid)\n", to: "run/x.pid")
        let report = try baseline.scan("--rule", "live.job").report()
        #expect(report.finding(about: orphan)?.kind == "orphan")
        #expect(!report.findings.contains { $0.kind == "leaked_file" }, "\(report.findings)")
    }
}
