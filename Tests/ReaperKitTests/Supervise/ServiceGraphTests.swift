import ReaperKit
import Testing

@testable import Simulation

@Suite("graph of services")
struct ServiceGraphTests {
    private static func services(_ needs: KeyValuePairs<String, [String]>) -> [Service] {
        needs.map { name, after in
            var service = Service(name: name, command: ["x"])
            service.after = after
            return service
        }
    }

    private static let shop = services([
        "web": ["api", "cache"], "api": ["db"], "cache": [], "db": [], "mail": ["db"], "log": [],
    ])

    @Test("dependencies start first")
    func waves() {
        let graph = ServiceGraph(Self.shop)
        #expect(graph.circle == nil)
        #expect(graph.startOrder == [["cache", "db", "log"], ["api", "mail"], ["web"]])
    }

    @Test("whoever is not asked for costs no wave, and still keeps the order")
    func some() {
        let graph = ServiceGraph(Self.shop)
        #expect(graph.startWaves(of: ["web", "db"]) == [["db"], ["web"]])
        #expect(graph.startWaves(of: ["api", "log", "nobody"]) == [["api", "log"]])
        #expect(graph.startWaves(of: []) == [] && graph.startWaves(of: ["nobody"]) == [])
    }

    @Test("whom a service needs, and who needs it, is found through others")
    func reach() {
        let graph = ServiceGraph(Self.shop)
        #expect(graph.needs(of: "web") == ["api", "cache", "db"])
        #expect(graph.needs(of: "db") == [] && graph.needs(of: "nobody") == [])
        #expect(graph.dependents(of: "db") == ["api", "mail", "web"])
        #expect(graph.dependents(of: "web") == [] && graph.dependents(of: "nobody") == [])
        #expect(graph.needs(of: ["web", "api"]) == ["api", "cache", "db"])
        #expect(graph.dependents(of: ["db", "cache"]) == ["api", "mail", "web"])
    }

    @Test(
        "a circle is named, from its first in the file",
        arguments: [
            (services(["a": ["a"]]), ["a"]), (services(["a": ["b"], "b": ["a"]]), ["a", "b"]),
            (
                services(["x": ["c"], "a": ["b"], "b": ["c", "y"], "c": ["a"], "y": []]),
                ["a", "b", "c"]
            ),
            (services(["x": ["c"], "c": ["b"], "b": ["c"]]), ["c", "b"]),
        ]
    )
    func circle(_ services: [Service], _ circle: [String]) {
        let graph = ServiceGraph(services)
        #expect(graph.circle == circle)
        let names = services.map(\.name).sorted()
        #expect(graph.startOrder.joined().sorted() == names)
        #expect(!graph.startOrder.contains([]))
    }

    @Test("names that nobody has, doubled names and doubled services do no harm")
    func unchecked() {
        let graph = ServiceGraph(
            Self.services(["a": ["nobody", "b", "b"], "b": [], "a": [], "c": ["a", "a"]])
        )
        #expect(graph.circle == nil && graph.startOrder == [["b"], ["a"], ["c"]])
        #expect(graph.needs(of: "c") == ["a", "b"])
        #expect(ServiceGraph([]).startOrder == [])
    }

    @Test("a chain of ten thousand is as deep as it is")
    func chain() {
        let count = 10_000
        let services = (0..<count).map { number in
            var service = Service(name: "s\(number)", command: ["x"])
            if number + 1 < count { service.after = ["s\(number + 1)"] }
            return service
        }
        let graph = ServiceGraph(services)
        #expect(graph.startOrder.count == count && graph.startOrder.first == ["s9999"])
        #expect(graph.startWaves(of: ["s0", "s9999"]) == [["s9999"], ["s0"]])
        #expect(graph.needs(of: "s0").count == count - 1)
        #expect(graph.dependents(of: "s9999").count == count - 1)
    }

    @Test(
        "random graphs: what is needed is in an earlier wave, and nothing is lost",
        arguments: 1...200
    )
    func random(_ seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let count = Int.random(in: 1...40, using: &random)
        let density = Double.random(in: 0...0.4, using: &random)
        // Any order of the file: needs follow another one.
        let ranks = Array(0..<count).shuffled(using: &random)
        let services = (0..<count).map { number in
            var service = Service(name: "s\(number)", command: ["x"])
            service.after = (0..<count).filter { other in
                ranks[other] < ranks[number] && Double.random(in: 0..<1, using: &random) < density
            }.map { "s\($0)" }
            return service
        }
        let graph = ServiceGraph(services)
        let needs = Self.closure(services)
        let chosen = Set(
            services.map(\.name).filter { _ in Bool.random(using: &random) }
        )
        #expect(graph.circle == nil)
        Self.check(graph.startOrder, Set(services.map(\.name)), needs)
        Self.check(graph.startWaves(of: chosen), chosen, needs)
        for service in services {
            let name = service.name
            #expect(graph.needs(of: name) == needs[name])
            #expect(
                graph.dependents(of: name)
                    == Set(services.map(\.name).filter { needs[$0]?.contains(name) == true })
            )
        }
        Self.closeCircle(services, needs, &random)
    }

    /// What each needs, directly or not, the slow way.
    private static func closure(_ services: [Service]) -> [String: Set<String>] {
        var needs = Dictionary(uniqueKeysWithValues: services.map { ($0.name, Set($0.after)) })
        var isChanging = true
        while isChanging {
            isChanging = false
            for (name, direct) in needs {
                let all = direct.union(direct.flatMap { needs[$0] ?? [] })
                if all != direct {
                    needs[name] = all
                    isChanging = true
                }
            }
        }
        return needs
    }

    private static func check(
        _ waves: [[String]],
        _ wanted: Set<String>,
        _ needs: [String: Set<String>]
    ) {
        #expect(waves.joined().count == wanted.count && Set(waves.joined()) == wanted)
        #expect(!waves.contains([]))
        var earlier: Set<String> = []
        for wave in waves {
            for name in wave {
                #expect(needs[name]?.intersection(wanted).isSubset(of: earlier) == true)
            }
            earlier.formUnion(wave)
        }
        // No wave too many: each has somebody who could not be in the one before.
        for (before, wave) in zip(waves, waves.dropFirst()) {
            for name in wave {
                let isHeld = before.contains { needs[name]?.contains($0) == true }
                #expect(isHeld)
            }
        }
    }

    /// One more need, against the others, makes a circle, and the right one.
    private static func closeCircle(
        _ services: [Service],
        _ needs: [String: Set<String>],
        _ random: inout SplitMix
    ) {
        guard
            let index = services.indices.filter({ !services[$0].after.isEmpty }).randomElement(
                using: &random
            ),
            let needed = needs[services[index].name]?.sorted().randomElement(using: &random),
            let other = services.firstIndex(where: { $0.name == needed })
        else { return }
        var services = services
        services[other].after.append(services[index].name)
        let graph = ServiceGraph(services)
        let circle = graph.circle ?? []
        #expect(circle.contains(needed) && circle.contains(services[index].name))
        for (name, next) in zip(circle, circle.dropFirst() + circle.prefix(1)) {
            #expect(services.first { $0.name == name }?.after.contains(next) == true)
        }
        #expect(graph.startOrder.joined().count == services.count)
    }
}
