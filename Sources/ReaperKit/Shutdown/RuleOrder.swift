/// In which wave the processes of each rule are stopped, from what rules say they come `after`.
///
/// A rule's wave is the length of the longest chain of rules before it. Rules that name each other
/// in a circle have no order among themselves: they share the last of the waves that a chain of
/// them would take. Every rule and every name is looked at once, by Tarjan's algorithm for strongly
/// connected components.
struct RuleOrder {
    private let rules: [String: Rule]
    private var waves: [String: Int] = [:]
    /// In which order rules were met, and the earliest one that each can reach.
    private var met: [String: Int] = [:]
    private var earliest: [String: Int] = [:]
    /// Those that were met and have no wave yet.
    private var pending: [String] = []

    init(_ rules: [String: Rule]) { self.rules = rules }

    /// The wave of `rule`, from 0; what no rule is about is stopped in the first.
    mutating func wave(of rule: Rule?) -> Int {
        guard let rule else { return 0 }
        if waves[rule.id] == nil { visit(rule.id) }
        return waves[rule.id] ?? 0
    }

    /// Where a walk along the names has come to.
    private struct Step {
        let id: String
        var next = 0
    }

    /// Goes deeper along each name that is new; not by recursion, for chains can be long.
    private mutating func visit(_ start: String) {
        var path = [meet(start)]
        while let step = path.last {
            let names = rules[step.id]?.after ?? []
            if step.next < names.count {
                path[path.count - 1].next += 1
                let name = names[step.next]
                if met[name] == nil {
                    path.append(meet(name))
                } else if waves[name] == nil {
                    lower(step.id, to: met[name])
                }
                continue
            }
            path.removeLast()
            if earliest[step.id] == met[step.id] { close(step.id) }
            if let caller = path.last { lower(caller.id, to: earliest[step.id]) }
        }
    }

    private mutating func meet(_ id: String) -> Step {
        met[id] = met.count
        earliest[id] = met[id]
        pending.append(id)
        return Step(id: id)
    }

    private mutating func lower(_ id: String, to number: Int?) {
        guard let now = earliest[id], let number else { return }
        earliest[id] = min(now, number)
    }

    /// All that was met since `first` can reach it, and only that: they share a wave.
    private mutating func close(_ first: String) {
        let start = pending.lastIndex(of: first) ?? pending.endIndex
        let circle = pending[start...]
        let before = circle.flatMap { rules[$0]?.after ?? [] }.compactMap { waves[$0] }.max()
        let wave = circle.count - 1 + (before.map { $0 + 1 } ?? 0)
        pending.removeSubrange(start...)
        for id in circle { waves[id] = wave }
    }
}
