import ReaperKit

/// How far a shutdown is, tree by tree: who is waited for, and how long that can take.
///
/// A function of what it was told and of the time; it draws nothing itself.
struct TreeProgress {
    private struct Tree {
        var root: ShutdownTarget
        /// Whoever has not exited, in the order in which they were planned or found.
        var left: [ShutdownTarget]
        /// When the first of it was asked; `nil`: its turn has not come.
        var began: Duration?
        /// When the grace ends of whoever was asked last.
        var graceEnd: Duration = .zero
        var isKilled = false
        /// How many of it there were.
        var count: Int
    }

    private var trees: [Tree] = []
    private var places: [ProcessIdentity: Int] = [:]
    private let deadline: Duration

    /// Prepares for a plan.
    ///
    /// - Parameters:
    ///   - plan: What will be done.
    ///   - deadline: When all of it has ended, in monotonic time.
    init(_ plan: ShutdownPlan, until deadline: Duration) {
        self.deadline = deadline
        for target in plan.targets where !target.isGone { add(target) }
    }

    private mutating func add(_ target: ShutdownTarget) {
        guard let place = places[target.root] else {
            places[target.root] = trees.count
            trees.append(Tree(root: target, left: [target], count: 1))
            return
        }
        guard !trees[place].left.contains(where: { $0.identity == target.identity }) else { return }
        if target.identity == target.root { trees[place].root = target }
        trees[place].left.append(target)
        trees[place].count += 1
    }

    /// Takes in what happened.
    ///
    /// - Returns: A line to be kept, escaped: a tree is gone, or something else worth knowing.
    mutating func take(_ progress: ShutdownProgress, at now: Duration) -> String? {
        switch progress {
        case .sent(let signal, let target):
            guard signal != .stop, signal != .continue else { return nil }
            add(target)
            guard let place = places[target.root] else { return nil }
            trees[place].began = trees[place].began ?? now
            if signal == .kill {
                trees[place].isKilled = true
            } else {
                trees[place].graceEnd = max(trees[place].graceEnd, now + target.timeout)
            }
            return nil
        case .exited(let target, _):
            guard let place = places[target.root],
                let index = trees[place].left.firstIndex(where: { $0.identity == target.identity })
            else { return nil }
            trees[place].left.remove(at: index)
            guard trees[place].left.isEmpty else { return nil }
            return goneLine(of: trees[place], at: now)
        case .appeared(let target):
            add(target)
            return "found \(name(target)), too"
        case .killing, .waiting: return nil
        case .interrupted(1):
            return "interrupted: finishing; once more to kill what is left at once"
        case .interrupted: return "interrupted again: killing what is left"
        }
    }

    private func goneLine(of tree: Tree, at now: Duration) -> String {
        let others = tree.count == 1 ? "" : " and \(tree.count - 1) below it"
        let after = tree.began.map { " after \((now - $0).tenths)" } ?? ""
        return "gone: \(name(tree.root))\(others)\(after)"
    }

    /// What is waited for now: a line for each tree that was asked, escaped.
    ///
    /// - Parameters:
    ///   - now: The time, in monotonic time.
    ///   - limit: How many lines there is room for.
    /// - Returns: At most that many lines; the last one counts whoever has none.
    func lines(at now: Duration, limit: Int) -> [String] {
        let asked = trees.filter { !$0.left.isEmpty && $0.began != nil }
        let later = trees.count { !$0.left.isEmpty && $0.began == nil }
        let isCrowded = asked.count + (later > 0 ? 1 : 0) > max(limit, 1)
        let shown = asked.prefix(isCrowded ? max(limit - 1, 0) : limit)
        var lines = shown.map { line(of: $0, at: now) }
        let rest = asked.count - shown.count
        var more: [String] = []
        if rest > 0 { more.append("\(rest) more waited for") }
        if later > 0 { more.append("\(later) whose turn comes later") }
        if !more.isEmpty { lines.append("and " + more.joined(separator: ", ")) }
        return lines
    }

    private func line(of tree: Tree, at now: Duration) -> String {
        let root = name(tree.root)
        let others = tree.left.filter { $0.identity != tree.root.identity }
        let who: String
        if let first = others.first {
            let more = tree.left.count - 1
            who = "waiting for \(name(first))" + (more > 0 ? " and \(more) more" : "")
        } else {
            who = "waiting for it to exit"
        }
        guard !tree.isKilled else { return "\(root): SIGKILL, \(who)" }
        let left = max(min(tree.graceEnd, deadline) - now, .zero)
        return "\(root): \(who), \(left.tenths) left"
    }

    private func name(_ target: ShutdownTarget) -> String {
        "\(target.name.text.escapedForTerminal) \(target.identity)"
    }
}

extension Duration {
    /// Seconds with one decimal, as people read a wait.
    fileprivate var tenths: String {
        let tenths = milliseconds / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
