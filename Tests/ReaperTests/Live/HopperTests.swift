import Foundation
import TestSupport
import Testing

/// Processes that are seldom where a look at `/proc` shows them: gone, or not said to be.
@Suite("clean: what never stays in one process", .serialized, .timeLimit(.minutes(60)))
struct HopperTests {
    @Test(
        "a comet, asked or forced, alone or adopted elsewhere",
        arguments: [["--force"], ["--timeout", "300ms"]],
        [["--period-us", "1000"], ["--period-us", "1000", "--orphan"]]
    )
    func comet(how: [String], options: [String]) throws {
        try stop(["comet"] + options, how)
    }

    @Test(
        "one that moves on whenever somebody lists /proc or opens a file in it",
        arguments: [["--force"], ["--timeout", "300ms"]]
    )
    func shy(how: [String]) throws {
        try stop(["shy"], how) { specimen in
            let first = try #require(specimen.facts["first"].flatMap { Int32($0) })
            // It does what it is called for: looking at it is enough.
            while kill(first, 0) == 0 {
                _ = try FileManager.default.contentsOfDirectory(atPath: "/proc")
            }
        }
    }

    private func stop(
        _ mode: [String],
        _ how: [String],
        provoking provoke: (Specimen) throws -> Void = { _ in }
    ) throws {
        let directory = try TemporaryDirectory()
        let bystander = try Specimen("sleep", "--exe", directory.path("other/job"))
        let exe = directory.path("bin/job")
        let specimen = try Specimen(mode + ["--exe", exe])
        try provoke(specimen)
        let words = ["clean", "--json", "--deadline", "12", "--exe", exe] + how
        let completion = try Binary.reaper.run(words, rules: nil)
        let report = try completion.report()
        let outcome = try #require(report.outcome)
        let end = try specimen.finish()
        if end.empty {
            // Gone, whether or not the machine was quiet enough to prove it.
            let results = Set(outcome.targets.map(\.result))
            #expect(results.isSubset(of: ["exited", "killed", "already_gone"]))
            #expect(completion.code == 0 || completion.code == 3, "\(completion.text)")
        } else {
            #expect([1, 3, 124].contains(completion.code), "\(completion.text)")
        }
        if completion.code == 0 { #expect(outcome.proof == "proof_scan") }
        if outcome.proof == "proof_scan" {
            #expect(end.empty)
        } else {
            #expect(outcome.unproven != nil)
        }
        #expect(try bystander.finish().signals.isEmpty)
    }
}
