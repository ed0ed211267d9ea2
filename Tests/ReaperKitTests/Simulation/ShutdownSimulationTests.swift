import Testing

@testable import ReaperKit

/// Thousands of shutdowns of random machines, each held to what must always be true.
@Suite("simulated shutdowns")
struct ShutdownSimulationTests {
    /// Runs one shutdown; everything about it follows from the seed.
    static func violations(seed: UInt64) -> [String] {
        var scene = RandomScene(seed: seed).scene
        let outcome = scene.run()
        return ShutdownInvariants(scene: scene, outcome: outcome).violations
    }

    @Test("keep every promise, whatever the processes do", arguments: 0..<8)
    func promises(part: Int) {
        for seed in UInt64(part) * 300..<UInt64(part + 1) * 300 {
            let violations = Self.violations(seed: seed)
            #expect(violations.isEmpty, "replay seed \(seed)")
            if !violations.isEmpty { return }
        }
    }

    /// Replays a shutdown that failed: put its seed here.
    @Test("one seed runs the same way twice", arguments: [UInt64(1)])
    func replay(seed: UInt64) {
        var first = RandomScene(seed: seed).scene
        var second = RandomScene(seed: seed).scene
        let outcomes = (first.run(), second.run())
        #expect(outcomes.0 == outcomes.1)
        #expect(first.kernel.log == second.kernel.log)
        #expect(!first.kernel.log.isEmpty)
        let violations = ShutdownInvariants(scene: first, outcome: outcomes.0).violations
        #expect(violations.isEmpty)
    }
}
