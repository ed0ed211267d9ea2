import Foundation
import TestSupport
import Testing

/// A number that passes to an innocent: between plan and execution, and in the middle of a stop.
///
/// Staged in namespaces of its own, where a number can be given to a process of one's choice.
@Suite(
    "clean: reused numbers",
    .enabled(if: Machine.canRecycle, "needs namespaces of one's own and clone3 with set_tid"),
    .timeLimit(.minutes(60))
)
struct PidReuseTests {
    private static let words = ["clean", "--json", "--no-default-rules"]

    /// The number passes on as soon as the target exits of its TERM; its child keeps the stop busy.
    @Test(
        "an innocent that gets the number of a target during the stop is not touched",
        arguments: [[], ["--leading"]]
    )
    func duringTheStop(options: [String]) throws {
        let specimen = try Specimen(["recycled"] + options, isolated: true)
        let root = try #require(specimen.identities["root"])
        let child = try #require(specimen.identities["root.0"])
        // The child's grace comes first; so the kill phase begins when the number is taken.
        let arguments = Self.words + ["--timeout", "1s", "--pid", root]
        let completion = try specimen.reaper(arguments)
        let outcome = try #require(try completion.report().outcome)
        #expect(outcome.targets.count == 2, "\(completion.text)")
        #expect(outcome.targets.first { $0.identity == root }?.result == "exited")
        #expect(outcome.targets.first { $0.identity == child }?.result == "killed")
        // Adopted or not: the innocent was born meanwhile below an ancestor of the target.
        #expect(completion.code == 0 || completion.code == 3)
        try awaitInnocents(of: specimen, options)
        try expectUntouched(specimen, options)
        #expect(try specimen.finish().ended["root.0"] == "KILL")
    }

    @Test(
        "nor one that has it when KILL follows at once",
        arguments: [[], ["--leading"]]
    )
    func byForce(options: [String]) throws {
        let specimen = try Specimen(["recycled"] + options, isolated: true)
        let root = try #require(specimen.identities["root"])
        let completion = try specimen.reaper(Self.words + ["--force", "--pid", root])
        let outcome = try #require(try completion.report().outcome)
        #expect(outcome.targets.map(\.result) == ["killed", "killed"], "\(completion.text)")
        try awaitInnocents(of: specimen, options)
        try expectUntouched(specimen, options)
    }

    /// Stopping a crowd one by one takes a while, in which the last one's number is another's.
    @Test(
        "nor one that got it while reaper was on its way to the target",
        arguments: [["--force"], ["--timeout", "300ms"]],
        [[], ["--leading"]]
    )
    func onTheWay(how: [String], options: [String]) throws {
        let specimen = try Specimen(["crowd"] + options, isolated: true)
        let root = try #require(specimen.identities["root"])
        let victim = try #require(specimen.identities["victim"])
        let completion = try specimen.reaper(Self.words + how + ["--pid", root])
        let outcome = try #require(try completion.report().outcome)
        #expect(outcome.targets.count >= 201)
        #expect(outcome.targets.first { $0.identity == root }?.result == "killed")
        // Who was faster depends on the machine; who is gone before it is seen is no target.
        let result = outcome.targets.first { $0.identity == victim }?.result ?? "already_gone"
        #expect(["already_gone", "exited", "killed"].contains(result), "\(result)")
        #expect(completion.code == 0 || completion.code == 3)
        try awaitInnocents(of: specimen, options)
        try expectUntouched(specimen, options)
        #expect(try specimen.finish().alive.count == (options.isEmpty ? 2 : 3))
    }

    @Test(
        "a plan whose target's number has passed on is refused",
        arguments: [[], ["--leading"]]
    )
    func betweenPlanAndExecution(options: [String]) throws {
        let specimen = try Specimen(["recycled"] + options, isolated: true)
        let plan = try planned(specimen)
        specimen.letGo()
        try awaitInnocents(of: specimen, options)
        let completion = try specimen.reaper(Self.words + ["--plan", "-"], input: plan)
        let refused = try #require(try completion.report().plan?.refused.first)
        #expect(refused.identity == specimen.identities["root"])
        #expect(completion.code == 1, "\(completion.text)")
        try expectUntouched(specimen, options)
    }

    /// Start times count ticks of 10 ms: the next bearer often has the same.
    ///
    /// Nothing but the pidfd's inode differs then, where executable and user are the same too.
    @Test(
        "even if it started in the same tick, runs the same file and belongs to the same user",
        .enabled(if: Machine.hasPidfdInodes, "pidfd inodes are unique since Linux 6.9"),
        arguments: [[], ["--leading"]]
    )
    func sameTick(options: [String]) throws {
        let specimen = try Specimen(["recycled"] + options, isolated: true)
        let plan = try planned(specimen)
        let root = try #require(specimen.identities["root"])
        specimen.letGo()
        try awaitInnocents(of: specimen, options)
        let number = try #require(root.split(separator: "@").first)
        let look = try specimen.reaper(
            ["scan", "--json", "--no-default-rules", "--pid", String(number)]
        )
        let innocent = try #require(try look.report().found.first)
        // As if the kernel's clock had not moved: the plan names the tick of the innocent.
        let edited = plan.replacingOccurrences(of: root, with: innocent)
            .split(separator: "\n").filter { !$0.contains("\"start_ticks\"") }
            .joined(separator: "\n")
        let completion = try specimen.reaper(Self.words + ["--plan", "-"], input: edited)
        let refused = try #require(try completion.report().plan?.refused.first)
        #expect(refused.identity == innocent)
        #expect(refused.reason.contains("same start time"), "\(refused)")
        #expect(completion.code == 1, "\(completion.text)")
        try expectUntouched(specimen, options)
    }

    private func planned(_ specimen: Specimen) throws -> String {
        let root = try #require(specimen.identities["root"])
        let completion = try specimen.reaper(Self.words + ["--dry-run", "--pid", root])
        #expect(try completion.report().planned.last == root)
        return completion.text
    }

    /// Nobody else is born once all of it is staged.
    private func awaitInnocents(of specimen: Specimen, _ options: [String]) throws {
        for _ in 0...options.count { try specimen.wait(for: "born") }
    }

    /// The innocent lives, with its child if it has one, and nobody sent them anything.
    private func expectUntouched(_ specimen: Specimen, _ options: [String]) throws {
        let end = try specimen.finish()
        let innocents: Set = options.isEmpty ? ["innocent"] : ["innocent", "innocent.0"]
        #expect(end.alive.isSuperset(of: innocents.union(["guard"])), "\(end)")
        #expect(!end.signals.contains { $0.hasPrefix("innocent") || $0.hasPrefix("guard") })
    }
}
