/// Which services need which, and the order that follows.
///
/// Pure, and linear in services and the names in their `after`. A name that no service has counts
/// for nothing, and of services with one name the first counts; a file that was read has neither.
public struct ServiceGraph: Sendable {
    private let names: [String]
    private let numbers: [String: Int]
    private let needs: [[Int]]
    private let dependents: [[Int]]
    /// Whom everybody needs first; those in or behind a circle last, in their order.
    private let sequence: [Int]
    /// Services of which each needs the next, and the last the first; `nil` when all can be ordered.
    public let circle: [String]?

    /// Creates the graph of services.
    public init(_ services: [Service]) {
        var numbers: [String: Int] = [:]
        for (number, service) in services.enumerated() where numbers[service.name] == nil {
            numbers[service.name] = number
        }
        var needs: [[Int]] = []
        var dependents = [[Int]](repeating: [], count: services.count)
        for (number, service) in services.enumerated() {
            let needed = service.after.compactMap { numbers[$0] }
            for other in needed { dependents[other].append(number) }
            needs.append(needed)
        }
        var missing = needs.map(\.count)
        var sequence = missing.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < sequence.count {
            for other in dependents[sequence[next]] {
                missing[other] -= 1
                if missing[other] == 0 { sequence.append(other) }
            }
            next += 1
        }
        let names = services.map(\.name)
        circle = ServiceGraph.circle(among: missing, needs).map { $0.map { names[$0] } }
        self.sequence = sequence + missing.indices.filter { missing[$0] > 0 }
        self.names = names
        self.numbers = numbers
        self.needs = needs
        self.dependents = dependents
    }

    /// All services in waves: whom a service needs is in an earlier one.
    ///
    /// Within a wave they stand in file order. With a ``circle`` each is still in one wave.
    public var startOrder: [[String]] { startWaves(of: Set(names)) }

    /// Some services in waves, those that others of them need, directly or not, in earlier ones.
    public func startWaves(of wanted: Set<String>) -> [[String]] {
        var isWanted = [Bool](repeating: false, count: names.count)
        for name in wanted { if let number = numbers[name] { isWanted[number] = true } }
        // Below 0: not looked at yet, which only happens in a circle.
        var levels = [Int](repeating: -1, count: names.count)
        var deepest = -1
        for number in sequence {
            var level = 0
            for other in needs[number] where levels[other] >= 0 {
                level = max(level, levels[other] + (isWanted[other] ? 1 : 0))
            }
            levels[number] = level
            if isWanted[number] { deepest = max(deepest, level) }
        }
        var waves = [[String]](repeating: [], count: deepest + 1)
        for number in names.indices where isWanted[number] {
            waves[levels[number]].append(names[number])
        }
        return waves
    }

    /// Whom a service needs, directly or not.
    public func needs(of name: String) -> Set<String> { needs(of: [name]) }

    /// Whom any of some services needs, directly or not; some of them may be among those.
    public func needs(of names: Set<String>) -> Set<String> { reach(of: names, along: needs) }

    /// Who needs a service, directly or not.
    public func dependents(of name: String) -> Set<String> { dependents(of: [name]) }

    /// Who needs any of some services, directly or not; some of them may be among those.
    public func dependents(of names: Set<String>) -> Set<String> {
        reach(of: names, along: dependents)
    }

    private func reach(of names: Set<String>, along edges: [[Int]]) -> Set<String> {
        var isReached = [Bool](repeating: false, count: self.names.count)
        var open = names.compactMap { numbers[$0] }
        var reached: Set<String> = []
        while let number = open.popLast() {
            for other in edges[number] where !isReached[other] {
                isReached[other] = true
                reached.insert(self.names[other])
                open.append(other)
            }
        }
        return reached
    }

    /// Follows needs that are missing until one comes again.
    private static func circle(among missing: [Int], _ needs: [[Int]]) -> [Int]? {
        guard let start = missing.firstIndex(where: { $0 > 0 }) else { return nil }
        var path: [Int] = []
        var places: [Int: Int] = [:]
        var current = start
        while places[current] == nil {
            places[current] = path.count
            path.append(current)
            guard let next = needs[current].first(where: { missing[$0] > 0 }) else { return nil }
            current = next
        }
        let circle = Array(path[(places[current] ?? 0)...])
        // From whichever comes first in the file.
        guard let first = circle.min(), let place = circle.firstIndex(of: first) else { return nil }
        return Array(circle[place...] + circle[..<place])
    }
}
