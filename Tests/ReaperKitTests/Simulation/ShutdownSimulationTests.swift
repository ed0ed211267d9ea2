import Testing

@testable import Simulation

/// Some thousands of shutdowns of random machines, each held to what must always be true; `soak`
/// runs many more of them, optimized.
@Suite("simulated shutdowns")
struct ShutdownSimulationTests {
    @Test("keep every promise, whatever the processes do", arguments: 0..<8)
    func promises(part: Int) {
        for seed in UInt64(part) * 300..<UInt64(part + 1) * 300 {
            let violations = Trial(seed: seed).violations
            #expect(violations.isEmpty, "replay it alone: swift run soak --seed \(seed)")
            if !violations.isEmpty { return }
        }
    }

    @Test("one seed runs the same way twice", arguments: [UInt64(1)])
    func replay(seed: UInt64) {
        var census = Census()
        let first = Trial(seed: seed, census: &census, isLogged: true)
        let second = Trial(seed: seed, census: &census, isLogged: true)
        #expect(first.log == second.log)
        #expect(first.log.count > 3)
        #expect(first.violations.isEmpty)
    }

    @Test("events happen in the order of their times, and of their coming")
    func events() {
        var random = SplitMix(state: 1)
        var queue = EventQueue()
        var expected: [(time: Int, order: Int)] = []
        var happened: [Int] = []
        for order in 0..<500 {
            let time = random.number(0...50)
            expected.append((time, order))
            queue.add(.call { happened.append(order) }, at: .microseconds(time))
        }
        while let event = queue.take(until: .seconds(1)) {
            if case .call(let action) = event.action { action() }
        }
        expected.sort { ($0.time, $0.order) < ($1.time, $1.order) }
        #expect(happened == expected.map(\.order))
    }
}
