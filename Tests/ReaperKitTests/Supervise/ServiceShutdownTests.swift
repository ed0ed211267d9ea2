import Testing

@testable import ReaperKit
@testable import Simulation

/// Ending services through the shutdown engine, on the simulated machine.
@Suite("the end of services, simulated")
struct ServiceShutdownTests {
    @Test("comes dependents first, with a true result for each", arguments: 0..<8)
    func promises(part: Int) {
        for seed in UInt64(part) * 300..<UInt64(part + 1) * 300 {
            var shutdown = ServiceShutdown(seed: seed)
            let problems = shutdown.run()
            guard !problems.isEmpty else { continue }
            Issue.record("seed \(seed): \(problems.prefix(5).joined(separator: "\n"))")
            return
        }
    }

    @Test("waves follow the names in after, and a name that nobody has counts for nothing")
    func waves() {
        func target(_ name: String, _ after: [String] = []) -> ServiceEnding.Target {
            ServiceEnding.Target(
                name: name,
                identity: nil,
                mark: "",
                stop: StopAction(),
                after: after
            )
        }
        let ending = ServiceEnding([
            target("db", ["api", "mail"]), target("api", ["web"]), target("web"), target("log"),
            target("mail", ["nobody"]),
        ])
        let waves = ending.waves.map { $0.map(\.name) }
        #expect(waves.first?.contains("web") == true && waves.last == ["db"])
        #expect(waves.joined().count == 5)
        let places = Dictionary(
            uniqueKeysWithValues: waves.enumerated().flatMap { place, names in
                names.map { ($0, place) }
            }
        )
        #expect(places["web"] ?? 9 < places["api"] ?? 0 && places["api"] ?? 9 < places["db"] ?? 0)
        #expect(places["mail"] ?? 9 < places["db"] ?? 0)
    }
}
