import Foundation
import TestSupport
import Testing

/// What a rule wants nobody to have once its own processes are gone.
@Suite("clean: others on a rule's ports and with its names", .timeLimit(.minutes(60)))
struct KillOthersTests {
    private let directory: TemporaryDirectory
    /// An orphan of the rule, which is stopped for its own sake.
    private let job: Specimen

    init() throws {
        directory = try TemporaryDirectory()
        let exe = directory.path("cache/job")
        job = try Specimen("orphan", "--dead-session", "--exe", exe)
    }

    private func rules(_ stop: String, more: String = "") -> String {
        """
        { name: "live", title: "Live tests", rules: [ {
          id: "job", title: "Job outlived its host", severity: "error",
          match: { exe: ["\(directory.path("cache"))/**"] }, owner: { name: ["host"] },
          stop: { signal: "TERM", timeout: "20s", \(stop) } } \(more) ] }
        """
    }

    private func clean(_ rules: String, _ words: String...) throws -> Completion {
        try Binary.reaper.run(["clean", "--json", "--yes", "--orphans"] + words, rules: rules)
    }

    @Test("with kill_others whoever holds the port is stopped, asked first, and reported")
    func port() throws {
        let stranger = try Specimen("listen", "--shared-by-children", "1")
        let other = try Specimen("listen")
        let completion = try clean(rules("ports: [\(stranger.port)], kill_others: true"))
        let report = try completion.report()
        #expect(report.target(try job.root)?.result == "exited")
        #expect(report.target(try stranger.root)?.result == "exited")
        #expect(report.target(try stranger["sharer.0"])?.result == "exited")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try other.root.state == .running)
        let signals = try stranger.finish().signals.filter { $0.hasSuffix(" TERM") }
        #expect(signals == ["sharer.0 TERM", "root TERM"])
    }

    @Test("without it the stranger lives, is named with what it holds, and the status is 1")
    func told() throws {
        let stranger = try Specimen("listen")
        let completion = try clean(rules("ports: [\(stranger.port)]"))
        let report = try completion.report()
        #expect(report.target(try job.root)?.result == "exited")
        #expect(report.target(try stranger.root) == nil)
        let identity = try stranger.root.identity
        let kept = try #require(report.outcome?.kept.first { $0.identity == identity })
        #expect(kept.reason.contains("holds port \(try stranger.port)/tcp, which rule live.job"))
        #expect(completion.code == 1)
        let end = try stranger.finish()
        #expect(end.alive == ["root"] && end.signals.isEmpty)
    }

    @Test("a name is matched whole, not in part", .enabled(if: Machine.isRoot, "hidden names"))
    func name() throws {
        let token = "rp\(job.keeper)x"
        let namesake = try Specimen("sleep", "--exe", directory.path("a/\(token)"))
        let alike = try Specimen("sleep", "--exe", directory.path("b/\(token)2"))
        let argument = try Specimen("sleep", "--args", token)
        let completion = try clean(rules("process_filters: [\"\(token)\"], kill_others: true"))
        let report = try completion.report()
        #expect(report.target(try namesake.root)?.result == "exited", "\(completion.text)")
        #expect(report.target(try alike.root) == nil)
        #expect(try alike.root.state == .running && argument.root.state == .running)
        #expect(try completion.isAllGone(), "\(completion.text)")
    }

    @Test("who is protected is refused and named, and lives")
    func protected() throws {
        let stranger = try Specimen("listen", "--exe", directory.path("precious/server"))
        let keep = """
            , { id: "keep", title: "Precious", protect: true,
                match: { exe: ["\(directory.path("precious"))/**"] } }
            """
        let completion = try clean(
            rules("ports: [\(stranger.port)], kill_others: true", more: keep)
        )
        let report = try completion.report()
        let identity = try stranger.root.identity
        let kept = try #require(report.outcome?.kept.first { $0.identity == identity })
        #expect(kept.reason.contains("protects it: Precious"), "\(kept.reason)")
        #expect(completion.code == 1)
        let end = try stranger.finish()
        #expect(end.alive == ["root"] && end.signals.isEmpty)
    }

    @Test(
        "a plan file stops whom it names for a rule's port, and nobody else",
        arguments: [true, false]
    )
    func plan(isNamed: Bool) throws {
        let stranger = try Specimen("listen")
        let rules = rules("ports: [\(try stranger.port)], kill_others: true")
        let file = directory.path("plan.json")
        #expect(try clean(rules, "--dry-run", "-o", file).code == 1)
        let identity = try stranger.root.identity
        let text = try directory.read("plan.json")
        #expect(text.contains("\"owner\": \"rule live.job\""))
        #expect(text.contains("\"kill_others\": true") && text.contains(identity))
        // What is under another key is named nowhere.
        if !isNamed {
            let edited = text.replacingOccurrences(of: "\"others\"", with: "\"strangers\"")
            try directory.write(edited, to: "plan.json")
        }
        let words = ["clean", "--json", "--plan", file]
        let completion = try Binary.reaper.run(words, rules: rules)
        let report = try completion.report()
        #expect(report.target(try job.root)?.result == "exited")
        #expect(report.target(try stranger.root)?.result == (isNamed ? "exited" : nil))
        let told = report.outcome?.kept.first { $0.identity == identity }?.reason
        #expect((told != nil) != isNamed, "\(told ?? "-")")
        if !isNamed { #expect(completion.code == 1) }
        let end = try stranger.finish()
        #expect(end.alive == (isNamed ? [] : ["root"]))
        #expect(end.signals.isEmpty != isNamed)
    }

    @Test("a plan foresees who will not react to its stop signal")
    func foresight() throws {
        let deaf = try Specimen("term-ignorer")
        let stopped = try Specimen("stopped")
        for (specimen, note) in [
            (deaf, "ignores SIGTERM: SIGKILL after 10 s"), (stopped, "is stopped: it is continued"),
        ] {
            let words = ["--dry-run", "--pid", try specimen.root.identity]
            let json = try Binary.reaper.run(["clean", "--json"] + words, rules: nil)
            let target = try json.report().plan?.waves.first?.first
            #expect(target?.note?.contains(note) == true, "\(target?.note ?? "")")
            let table = try Binary.reaper.run(["clean"] + words, rules: nil)
            #expect(table.text.contains(note), "\(table.text)")
        }
    }
}
