import Foundation
import TestSupport
import Testing

@Suite("explain: instances", .timeLimit(.minutes(60)))
struct ExplainInstanceTests {
    private let live: LiveInstances

    init() throws { live = try LiveInstances() }

    private func explain(_ target: String) throws -> LiveExplanations.Explanation {
        let completion = try live.run("explain", ["--json", target])
        #expect(completion.code == 0, "\(completion.text)\(completion.errorText)")
        return try completion.explanation()
    }

    /// The command told, without the flags that lead to the rules.
    private func told(_ one: LiveExplanations.Explanation) -> String? {
        one.advice?.commands.first?.components(separatedBy: " --no-default-rules").first
    }

    @Test("the number, port, id, alias and a prefix of an instance lead to the stop of it")
    func recorded() throws {
        let job = try live.job("web-1", alias: "shop", ["listen"])
        let root = try job.root
        let process = try explain(root.identity)
        #expect(process.value("instance")?.hasPrefix("live instance web-1 (shop), running") == true)
        #expect(process["cleaning"].contains { $0.label == "stop" })
        let number = try job.port
        let port = try explain(":\(number)")
        #expect(port.texts("holders").contains { $0.hasPrefix("it is live instance web-1 (shop)") })
        #expect(port["cleaning"].contains { $0.label == "clean --ports \(number)" })
        for one in [process, port] { #expect(told(one) == "reaper stop web-1") }
        for name in ["web-1", "shop", "we"] {
            let one = try explain(name)
            #expect(one.kind == "instance" && one["processes"].first?.process == root.identity)
            #expect(told(one) == "reaper stop web-1")
        }
        // The command that was told does it, as it stands.
        let words = try #require(process.advice?.commands.first).split(separator: " ").dropFirst()
        let stopped = try Binary.reaper.run(words.map(String.init))
        #expect(stopped.code == 0 && root.hasEnded, "\(stopped.errorText)")
    }

    @Test("a marked process leads to its instance, and that to all who carry its mark")
    func marked() throws {
        let flow = try live.flow("f7")
        let ids = try flow.map { try $0.root.identity }
        for id in ids { #expect(told(try explain(id)) == "reaper stop f7") }
        let one = try explain("f7")
        #expect(Set(ids).isSubset(of: one["processes"].compactMap(\.process)))
    }

    // Of another test's processes none may be called as these are.
    @Test("a name that fits several lists them, and stops nothing")
    func several() throws {
        let jobs = [try live.job("kiosk-a"), try live.job("kiosk-b")]
        let one = try explain("kiosk")
        #expect(one.summary == "'kiosk' fits 2 instances")
        #expect(try one["candidates"].compactMap(\.process) == jobs.map { try $0.root.identity })
        #expect(one.advice?.commands.isEmpty == true)
    }

    @Test("an instance that is gone leads to its file, and a name of nobody to neither")
    func gone() throws {
        try live.record("old", LiveInstances.nobody)
        let one = try explain("old")
        #expect(one.summary.hasPrefix("live instance old is stale"))
        #expect(told(one) == "reaper clean --stale-files --rule live.job")
        let none = try live.run("explain", ["--json", "no-such-instance"])
        #expect(none.code == 1 || none.code == 3 && !Machine.isRoot)
        #expect(try none.explanation().summary.contains("no process and no instance"))
    }

    @Test("digits that are no process may be an instance")
    func digits() throws {
        try live.record("\(LiveInstances.nobody)", LiveInstances.nobody)
        let one = try explain("\(LiveInstances.nobody)")
        #expect(one.kind == "instance")
    }

    @Test("one that asks to be left alone is said to, and by which name it is stopped all the same")
    func kept() throws {
        let job = try live.job("kiosk", ["sleep", "--env", "REAPER_KEEP=1"])
        let one = try explain(job.root.identity)
        #expect(one.texts("odd").contains { $0.contains("no rule takes it for an orphan") })
        #expect(one.advice?.reason?.contains("REAPER_KEEP=1") == true)
        #expect(try explain("kiosk").advice?.reason?.contains("REAPER_KEEP=1") == true)
    }

    @Test("one that no rule says how to stop is stopped by its number")
    func silent() throws {
        let job = try live.job("mute", in: "silent")
        let one = try explain(job.root.identity)
        let stop = try #require(one["cleaning"].first { $0.label == "stop" })
        #expect(stop.fact.contains("does not say how to stop it"), "\(stop)")
        #expect(told(one) == "reaper clean --pid \(try job.root.identity)")
    }
}
