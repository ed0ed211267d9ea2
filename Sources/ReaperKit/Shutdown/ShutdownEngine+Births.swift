/// Whether the kernel has told of every birth, and since when.
struct Hearing {
    /// Clock ticks after boot since when births are told; `nil` before the first look.
    private(set) var since: UInt64?
    private(set) var isIntact = true
    /// Whether nobody lived, when births were last asked for, who is not a member.
    var isSettled = true

    var hasBegun: Bool { since != nil }

    mutating func begin(at tick: UInt64) { since = tick }

    mutating func lose() { isIntact = false }

    /// Whether the birth of whoever started then was told.
    func covers(_ startTime: UInt64) -> Bool {
        // Within one tick it cannot be told which came first.
        isIntact && since.map { startTime > $0 } ?? false
    }
}

extension ShutdownEngine {
    /// Takes in children that were born to members meanwhile, whoever has adopted them by now.
    mutating func takeBirths() -> [ShutdownTarget] {
        guard hearing.isIntact else { return [] }
        guard let births = kernel.births(to: set.order, until: start + options.deadline) else {
            hearing.lose()
            return []
        }
        hearing.isSettled = births.areAll
        var added: [ShutdownTarget] = []
        for birth in births.living where set.admits(birth.child.identity) {
            guard let ancestor = set[birth.ancestor], ancestor.verdict != .refused else { continue }
            let heir = Heir(birth.child, of: ancestor.target, by: .birth)
            guard follows else {
                // It is told, and not stopped: however long one waits, it lives.
                strangers[heir.target.identity] = heir.target
                continue
            }
            hearing.isSettled = false
            if !isOverdue(), admit(heir) {
                doubtful.remove(heir.target.identity)
                added.append(heir.target)
                observe(.appeared(heir.target))
            } else {
                doubtful.insert(heir.target.identity)
            }
        }
        return added
    }
}
