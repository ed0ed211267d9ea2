import Foundation
import TestSupport
import Testing

@Suite("rules test", .timeLimit(.minutes(60)))
struct RulesTestTests {
    private struct Answer: Decodable {
        struct Traced: Decodable {
            let process: LiveReport.Process
            let traces: [Trace]
        }

        struct Trace: Decodable {
            let rule: String
            let match: String?
            let conditions: [Condition]
            let owner: Owner?
            let ownership: [LiveReport.Evidence]
            let abandonment: [LiveReport.Evidence]
            let files: [File]
            let verdict: String?
            let effect: String
            let reason: String

            subscript(name: String) -> Condition? { conditions.first { $0.name == name } }
        }

        struct Condition: Decodable {
            struct Value: Decodable {
                let value: String
                let source: String
            }

            let name: String
            let wanted: [String]
            let actual: [Value]
            let source: String
            let answer: String
        }

        struct Owner: Decodable { let alive: String? }

        struct File: Decodable {
            let path: String
            let answer: String
        }

        let complete: Bool
        let processes: [Traced]
    }

    private let directory: TemporaryDirectory
    private let job: String

    init() throws {
        directory = try TemporaryDirectory()
        job = directory.path("cache/job")
    }

    private func run(_ rules: String, _ words: String...) throws -> Completion {
        let path = try directory.write(rules, to: "live.json5")
        return try Binary.reaper.run(["rules", "test", path, "--no-default-rules"] + words)
    }

    private func traces(_ completion: Completion) throws -> [Answer.Trace] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schema/rules-report.schema.json")
        let schema = try JSONSchema(Data(contentsOf: file))
        #expect(try schema.violations(in: Data(completion.output)) == [])
        return try completion.decoded(as: Answer.self).processes.flatMap(\.traces)
    }

    /// Whether an ordinary user's view may be incomplete, and nothing else is wrong.
    private func isAnswered(_ completion: Completion) -> Bool {
        completion.code == 0 || (completion.code == 3 && !Machine.isRoot)
    }

    private var rules: String {
        """
        { name: "live", title: "Live tests", rules: [
          { id: "job", title: "Job outlived its host",
            match: { exe: ["\(directory.path("cache"))/**"], command: "*job*", env: "TOKEN=s*" },
            owner: { name: ["host"] }, stop: { signal: "INT", timeout: "3s" } },
          { id: "other", title: "Other", match: { exe: "/nonexistent/*", name: "job" } } ] }
        """
    }

    @Test("an orphan's conditions hold, each with its value and source; clean would stop it")
    func orphan() throws {
        let specimen = try Specimen(
            "orphan",
            "--dead-session",
            "--exe",
            job,
            "--env",
            "TOKEN=secret"
        )
        let pid = try specimen.root.pid
        let completion = try run(rules, "--pid", try specimen.root.identity, "--json")
        #expect(isAnswered(completion), "\(completion.errorText)")
        let traces = try traces(completion)
        #expect(traces.map(\.rule) == ["live.job", "live.other"])
        let trace = traces[0]
        #expect(
            trace.match == "holds" && trace.conditions.map(\.answer) == ["holds", "holds", "holds"]
        )
        #expect(trace["exe"]?.actual.map(\.value) == [job])
        #expect(trace["exe"]?.source == "/proc/\(pid)/exe")
        #expect(trace["env"]?.actual.map(\.value) == ["TOKEN=***"])
        #expect(trace["command"]?.actual.first?.value.contains("TOKEN=***") == true)
        #expect(!trace.ownership.isEmpty && !trace.abandonment.isEmpty && trace.owner != nil)
        if Machine.isRoot {
            #expect(trace.verdict == "confirmed" && trace.effect == "stop")
            #expect(trace.reason == "SIGINT, and SIGKILL after 3s")
        }
        #expect(traces[1].match == "fails" && traces[1]["name"]?.answer == "holds")
        #expect(traces[1].reason == "it is not what the rule describes: 'exe' does not hold")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("what a scan finds is what the trace says")
    func agrees() throws {
        let specimen = try Specimen("orphan", "--dead-session", "--exe", job)
        let rules = LiveRules.job(directory.path("cache"))
        let identity = try specimen.root.identity
        let report = try Binary.reaper.scan("--orphans", rules: rules).report()
        let finding = try #require(report.finding(about: try specimen.root))
        let trace = try #require(try traces(try run(rules, "--pid", identity, "--json")).first)
        #expect(trace.verdict == finding.verdict)
        #expect(trace.ownership.map(\.fact).allSatisfy(finding.evidence.map(\.fact).contains))
        #expect(trace.abandonment.map(\.fact).allSatisfy(finding.evidence.map(\.fact).contains))
    }

    @Test("a living owner is named")
    func owned() throws {
        let specimen = try Specimen("sleep", "--exe", job, "--owner", directory.path("host"))
        let rules = LiveRules.job(directory.path("cache"))
        let completion = try run(rules, "--pid", try specimen.root.identity, "--json")
        let trace = try #require(try traces(completion).first)
        let owner = try specimen["owner"].identity
        #expect(trace.owner?.alive == owner && trace.verdict == nil && trace.effect == "none")
        #expect(trace.reason == "its owner host (\(owner)) is alive")
        let table = try run(rules, "--pid", try specimen.root.identity)
        #expect(table.text.contains("owner: yes host \(owner)"))
        #expect(table.text.contains("clean: leaves it alone: its owner host"))
    }

    @Test("secrets are shown only when asked for")
    func secrets() throws {
        let specimen = try Specimen("sleep", "--exe", job, "--env", "TOKEN=secret-value")
        let identity = try specimen.root.identity
        for style in [[], ["--json"]] {
            let path = try directory.write(rules, to: "live.json5")
            let words = ["rules", "test", path, "--pid", identity] + style
            let masked = try Binary.reaper.run(words)
            #expect(!masked.text.contains("secret-value"))
            let shown = try Binary.reaper.run(words + ["--show-secrets"])
            #expect(shown.text.contains("TOKEN=secret-value"))
        }
    }

    @Test("the ports that a process holds are told, also those that were not asked for")
    func ports() throws {
        let specimen = try Specimen("listen", "--exe", job)
        let port = try specimen.port
        let rules = """
            { name: "live", title: "T", rules: [
              { id: "a", title: "A", match: { ports: [\(port)] } },
              { id: "b", title: "B", match: { ports: [\(port == 1 ? 2 : 1)] } } ] }
            """
        let traces = try traces(try run(rules, "--pid", try specimen.root.identity, "--json"))
        #expect(traces.map { $0["ports"]?.answer } == ["holds", "fails"])
        for trace in traces {
            #expect(trace["ports"]?.actual.map(\.value) == ["\(port)/tcp"])
        }
    }

    @Test("a file that records the process is judged")
    func recorded() throws {
        let specimen = try Specimen("sleep", "--exe", job)
        let path = try directory.write("\(try specimen.root.pid)\n", to: "run/job.pid")
        let rules = LiveRules.files(path, programs: directory.path("elsewhere"))
        let traces = try traces(try run(rules, "--pid", try specimen.root.identity, "--json"))
        #expect(traces.first?.match == "fails" && traces.first?.files.map(\.path) == [path])
        // Younger than 2 s it would be looked at again.
        let answer = try #require(traces.first?.files.first?.answer)
        #expect(["recycled", "settling"].contains(answer))
        let own = LiveRules.files(path, programs: directory.path("cache"))
        let kept = try self.traces(try run(own, "--pid", try specimen.root.identity, "--json"))
        #expect(kept.first?.files.map(\.answer) == ["keep"])
    }

    @Test("a process that is not there, or not the one, is not found")
    func gone() throws {
        let specimen = try Specimen("sleep")
        let probe = try specimen.root
        let missing = try run(rules, "--pid", "4194304")
        #expect(missing.code == 1 && missing.errorText == "reaper: no process 4194304\n")
        let other = try run(rules, "--pid", "\(probe.pid)@1")
        #expect(other.code == 1 && other.output.isEmpty)
        #expect(other.errorText.hasPrefix("reaper: \(probe.pid)@1: number \(probe.pid) names"))
    }

    @Test("--require-match makes it an assertion")
    func requireMatch() throws {
        let specimen = try Specimen("sleep", "--exe", job, "--env", "TOKEN=secret")
        let identity = try specimen.root.identity
        #expect(isAnswered(try run(rules, "--pid", identity, "--require-match")))
        let none = LiveRules.job(directory.path("elsewhere"))
        #expect(isAnswered(try run(none, "--pid", identity)))
        #expect(try run(none, "--pid", identity, "--require-match").code == 1)
    }

    @Test("loaded rules are tested by id, and protecting ones count in any case")
    func loaded() throws {
        let specimen = try Specimen("orphan", "--dead-session", "--exe", job)
        let guarding = """
            { name: "guard", title: "Guard", rules: [ {
              id: "all", title: "Leave it", protect: true,
              match: { exe: "\(directory.path("cache"))/**" } } ] }
            """
        let path = try directory.write(guarding, to: "guard.json5")
        let mine = try directory.write(LiveRules.job(directory.path("cache")), to: "mine.json5")
        let words = ["--no-default-rules", "--rules", path, "--json"]
        let identity = try specimen.root.identity
        let file = try Binary.reaper.run(["rules", "test", mine, "--pid", identity] + words)
        #expect(try traces(file).map(\.reason) == ["rule guard.all protects it: Leave it"])
        let loaded = try Binary.reaper.run(
            ["rules", "test", "guard.*", "--rules", mine, "--pid", identity] + words
        )
        #expect(try traces(loaded).map(\.effect) == ["protect"])
        let unknown = try Binary.reaper.run(["rules", "test", "guard.al", "--pid", "1"] + words)
        #expect(unknown.code == 1 && unknown.errorText.contains("did you mean 'guard.all'?"))
    }

    @Test("what another user may not be asked about is unknown, and the view incomplete")
    func refused() throws {
        guard Machine.isRoot else { return }
        let specimen = try Specimen("sleep", "--exe", job)
        let open = try TemporaryDirectory(worldAccessible: true)
        let path = try open.write(LiveRules.job(directory.path("cache")), to: "mine.json5")
        let completion = try Binary.reaper.run(
            [
                "rules", "test", path, "--no-default-rules", "--pid", specimen.root.identity,
                "--json",
            ],
            asUser: 65_534
        )
        #expect(completion.code == 3, "\(completion.errorText)")
        let trace = try #require(try traces(completion).first)
        #expect(trace.match == "unknown" && trace["exe"]?.answer == "unknown")
        #expect(trace.reason.hasSuffix("/exe: permission denied"))
    }
}
