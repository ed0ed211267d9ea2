extension ShutdownPlan {
    /// Every target of a wave with its place in the order: a tree goes level by level, trees go
    /// together.
    ///
    /// - Parameter wave: The targets of one wave.
    /// - Returns: Them in their order, with steps from 1.
    static func steps(of wave: [ShutdownTarget]) -> [(target: ShutdownTarget, step: Int)] {
        var depths: [ProcessIdentity: Set<Int>] = [:]
        for target in wave { depths[target.root, default: []].insert(target.depth) }
        let places = depths.mapValues { depths in
            Dictionary(uniqueKeysWithValues: depths.sorted().enumerated().map { ($1, $0) })
        }
        return wave.map { target in
            let own = places[target.root] ?? [:]
            let place = own[target.depth] ?? 0
            return (target, target.order == .deepestFirst ? own.count - place : place + 1)
        }
    }
}
