import Foundation
import TestSupport
import Testing

@Suite("clean: plan files", .timeLimit(.minutes(60)))
struct LivePlanFileTests {
    private let directory: TemporaryDirectory
    private let specimen: Specimen
    private let plan: String

    init() throws {
        directory = try TemporaryDirectory()
        let exe = directory.path("bin/job")
        specimen = try Specimen("tree", "--depth", "1", "--exe", exe)
        plan = directory.path("plan.json")
        let words = ["clean", "--dry-run", "--json", "-o", plan]
        let made = try Binary.reaper.run(words + ["--pid", specimen.root.identity], rules: nil)
        #expect(made.output.isEmpty && made.code == 1)
    }

    private func execute(_ words: String...) throws -> Completion {
        try Binary.reaper.run(["clean", "--json", "--plan", plan] + words, rules: nil)
    }

    /// Replaces every occurrence, of which there must be one.
    private func edit(_ old: String, _ new: String) throws {
        let text = try directory.read("plan.json")
        try #require(text.contains(old), "\(old)")
        try directory.write(text.replacingOccurrences(of: old, with: new), to: "plan.json")
    }

    private func expectNothingDone() throws {
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("does what was planned")
    func executes() throws {
        let completion = try execute()
        let report = try completion.report()
        #expect(try completion.isAllGone())
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(report.target(try specimen["root.0"])?.result == "exited")
        let end = try specimen.finish()
        #expect(end.signals.filter { $0.hasSuffix("TERM") } == ["root.0 TERM", "root TERM"])
    }

    @Test("reads the plan from standard input")
    func standardInput() throws {
        let words = ["clean", "--json", "--no-default-rules", "--plan", "-"]
        let completion = try Binary.reaper.run(words, input: directory.read("plan.json"))
        #expect(try completion.isAllGone())
        #expect(try specimen.finish().alive.isEmpty)
    }

    @Test(
        "root takes no plan from a file that others write, nor from a pipe",
        .enabled(if: Machine.isRoot, "needs root")
    )
    func untrusted() throws {
        let path = directory.path("plan.json")
        #expect(unsafe chmod(path, 0o666) == 0)
        let words = ["--no-default-rules", "--plan", path]
        let open = try Binary.reaper.run(["clean"] + words)
        #expect(open.code == 2)
        #expect(open.errorText.contains("refused for root: every user can write it"))
        #expect(unsafe unlink(path) == 0)
        #expect(unsafe mkfifo(path, 0o600) == 0)
        #expect(try Binary.reaper.run(["clean"] + words).code == 2)
        #expect(try Binary.reaper.run(["scan", "--no-default-rules", "--since", path]).code == 2)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a second time there is nobody left to stop")
    func twice() throws {
        #expect(try execute().isAllGone())
        let completion = try execute()
        #expect(try completion.report().target(specimen.root)?.result == "already_gone")
        #expect(try completion.isAllGone())
    }

    @Test("refuses a process that has its number by now, or another executable or user")
    func changed() throws {
        let identity = try specimen.root.identity
        let pristine = try directory.read("plan.json")
        let other = try "\(specimen.root.pid)@\(specimen.root.startTime - 1)"
        for (old, new, reason) in [
            (identity, other, "names"),
            (directory.path("bin/job"), directory.path("bin/other"), "it ran"),
            ("\"uid\": \(geteuid())", "\"uid\": 4294967", "it belonged to user"),
        ] {
            try directory.write(pristine, to: "plan.json")
            try edit(old, new)
            // Said once more there; the child may have the same.
            let lines = try directory.read("plan.json").split(separator: "\n")
            let rest = lines.filter { !$0.contains("\"start_ticks\"") }
            try directory.write(rest.joined(separator: "\n"), to: "plan.json")
            let completion = try execute()
            let report = try completion.report()
            let refused = report.plan?.refused ?? []
            let isSaid = refused.contains { $0.reason.contains(reason) }
            #expect(isSaid, "\(reason): \(refused)")
            #expect(completion.code == 1)
            #expect(try specimen.root.state == .running)
        }
    }

    @Test("stops only whom it names")
    func exact() throws {
        let text = try directory.read("plan.json")
        var report = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        var plan = try #require(report["plan"] as? [String: Any])
        let waves = try #require(plan["waves"] as? [[[String: Any]]])
        let identity = try specimen["root.0"].identity
        plan["waves"] = waves.map { wave in wave.filter { $0["identity"] as? String != identity } }
        report["plan"] = plan
        let bytes = try JSONSerialization.data(withJSONObject: report)
        try directory.write(String(decoding: bytes, as: UTF8.self), to: "plan.json")
        let completion = try execute()
        #expect(try specimen.root.hasEnded)
        #expect(try specimen["root.0"].state == .running)
        #expect(completion.code != 0)
    }

    @Test("is worth nothing in another boot or pid namespace", arguments: ["boot", "namespace"])
    func elsewhere(what: String) throws {
        let text = try directory.read("plan.json")
        let key = what == "boot" ? "\"boot_id\": \"" : "\"pid_namespace\": "
        let range = try #require(text.range(of: key))
        let digit = text[range.upperBound]
        let changed = text.replacingCharacters(
            in: range.upperBound..<text.index(after: range.upperBound),
            with: digit == "1" ? "2" : "1"
        )
        try directory.write(changed, to: "plan.json")
        let completion = try execute()
        #expect(completion.code == 2)
        #expect(completion.output.isEmpty)
        #expect(completion.errorText.contains("nothing was done"), "\(completion.errorText)")
        try expectNothingDone()
    }

    @Test(
        "is refused where it is not one, with the place",
        arguments: [
            "", "{", "[]", "{}", #"{"schema": "reaper.report/1"}"#,
            #"{"schema": "reaper.report/2", "plan": {}}"#,
            #"{"schema": "reaper.report/1", "plan": {"waves": 3}}"#,
            #"{"schema": "reaper.report/1", "plan": {"waves": [[{"identity": "1"}]]}}"#,
            #"{"schema": "reaper.report/1", "plan": {"waves": [[{"identity": "-1@5"}]]}}"#,
            #"{"schema": "reaper.report/1", "plan": {"remove": [{"path": "etc/passwd"}]}}"#,
            #"{"schema": "reaper.report/1", "plan": {"waves": [[{"identity": "5@5", "#
                + #""signal": "0"}]]}}"#,
        ]
    )
    func garbage(text: String) throws {
        try directory.write(text, to: "plan.json")
        let completion = try execute()
        #expect(completion.code == 2)
        #expect(completion.output.isEmpty)
        let place = try #require(completion.errorText.firstRange(of: "\(plan):"))
        let numbers = completion.errorText[place.upperBound...].split(separator: ":").prefix(2)
        #expect(numbers.count == 2 && numbers.allSatisfy { Int($0) != nil })
        try expectNothingDone()
    }

    @Test("cannot be mixed with a selector, and must exist")
    func combinations() throws {
        #expect(try execute("--name", "x").code == 2)
        let missing = ["clean", "--plan", directory.path("missing")]
        let completion = try Binary.reaper.run(missing, rules: nil)
        #expect(completion.code == 2)
        #expect(completion.errorText.contains("No such file"))
        try expectNothingDone()
    }
}
