/// Who was born to whom since somebody began to listen.
///
/// A number names different processes in the course of time. Here each of them is a node of its
/// own. A number passes on only by a birth that takes it: until that is told, it is the same
/// process's, whatever has become of that. Fed in the order of events, each in constant time.
struct BirthLedger {
    /// One process.
    struct Node: Hashable {
        fileprivate let index: Int
    }

    private struct Entry {
        let number: Int32
        /// The parent's index; negative for who is older than the ledger.
        let parent: Int32
        /// When it was born; 0 for who is older than the ledger.
        let birth: UInt64
        /// When a thread of it was last told to have ended.
        var lastExit: UInt64?
        /// Whether it is known to be gone; its children may live.
        var hasEnded = false
    }

    /// In the order of births; a parent precedes its children.
    private var entries: [Entry] = []
    /// Who has a number, as far as is known.
    private var current: [Int32: Node] = [:]
    /// Numbers under which somebody had children.
    private var fertile: Set<Int32> = []
    /// Whose child each was that is older than the ledger and of which a thread has ended.
    private(set) var ended: [Int32: Int32] = [:]
    private let limit: Int
    /// Whether more were born than it may hold: it knows nothing any more.
    private(set) var isFull = false

    /// Creates an empty ledger for at most `limit` processes.
    init(limit: Int = 200_000) { self.limit = limit }

    /// Takes in one birth.
    mutating func note(_ fork: ForkEvent) {
        guard !isFull else { return }
        guard fork.isProcess else {
            // A thread's number names no process: whoever had it is gone.
            current[fork.child] = nil
            return
        }
        guard let parent = node(of: fork.parent) else { return }
        fertile.insert(fork.parent)
        add(fork.child, parent: Int32(truncatingIfNeeded: parent.index), at: fork.time)
    }

    /// Takes in the end of a thread; its process may go on.
    mutating func note(_ exit: ExitEvent) {
        guard !isFull, let node = node(of: exit.process) else { return }
        entries[node.index].lastExit = exit.time
        if entries[node.index].parent < 0 { ended[exit.process] = exit.parent }
    }

    /// The process that has `number` now; who was never heard of is older than the ledger.
    ///
    /// - Returns: `nil` when the ledger is full.
    mutating func node(of number: Int32) -> Node? {
        current[number] ?? add(number, parent: -1)
    }

    @discardableResult
    private mutating func add(_ number: Int32, parent: Int32, at birth: UInt64 = 0) -> Node? {
        guard !isFull, entries.count < limit else {
            isFull = true
            entries = []
            current = [:]
            ended = [:]
            return nil
        }
        let node = Node(index: entries.count)
        entries.append(Entry(number: number, parent: parent, birth: birth))
        current[number] = node
        return node
    }

    /// The number of who bore a process; `nil` for who is older than the ledger.
    func birthParent(of node: Node) -> Int32? {
        guard entries.indices.contains(node.index), entries[node.index].parent >= 0 else {
            return nil
        }
        return entries[Int(entries[node.index].parent)].number
    }

    /// Whether a process was there before the first birth that was told.
    func isOlder(_ node: Node) -> Bool {
        entries.indices.contains(node.index) && entries[node.index].parent < 0
    }

    /// The number of a process, if nobody was given it since and it is not known to be gone.
    func number(of node: Node) -> Int32? {
        guard entries.indices.contains(node.index), case let entry = entries[node.index],
            !entry.hasEnded, current[entry.number] == node
        else { return nil }
        return entry.number
    }

    /// Whether any birth was told at all.
    var hasBirths: Bool { isFull || !fertile.isEmpty }

    /// Whether anybody who had `number` had children.
    func hadChildren(_ number: Int32) -> Bool { fertile.contains(number) }

    /// Notes that a process is gone; its children are followed on.
    mutating func end(_ node: Node) {
        guard entries.indices.contains(node.index) else { return }
        entries[node.index].hasEnded = true
    }

    /// Whether one of `makers`, or of those that they made, can have made a process as its own
    /// parent's child (`CLONE_PARENT`).
    ///
    /// The kernel tells it as born to that parent, as if the parent had made it. But whoever makes
    /// one lives; who ended before made none.
    func canBeMade(_ node: Node, by makers: Set<Node>) -> Bool {
        guard entries.indices.contains(node.index) else { return true }
        let child = entries[node.index]
        var latest: UInt64 = 0
        for maker in makers {
            guard entries.indices.contains(maker.index) else { return true }
            latest = max(latest, entries[maker.index].lastExit ?? .max)
        }
        var isMade = Array(repeating: false, count: node.index)
        for index in 0..<node.index {
            let entry = entries[index]
            isMade[index] =
                makers.contains(Node(index: index))
                || (entry.parent >= 0
                    && (isMade[Int(entry.parent)]
                        || (entry.parent == child.parent && entry.birth <= latest)))
            if isMade[index] { latest = max(latest, entry.lastExit ?? .max) }
        }
        return child.birth <= latest
    }

    /// A process that was born to one of some others, or to a descendant of theirs.
    struct Descendant: Equatable {
        var node: Node
        /// The nearest of those others.
        var ancestor: Node
    }

    /// Who descends from `members`, is none of them, and can still live, in the order of births.
    func descendants(of members: Set<Node>) -> [Descendant] {
        guard !members.isEmpty, !entries.isEmpty else { return [] }
        var found: [Descendant] = []
        var nearest = [Int32](repeating: -1, count: entries.count)
        for index in entries.indices {
            let node = Node(index: index)
            if members.contains(node) {
                nearest[index] = Int32(truncatingIfNeeded: index)
                continue
            }
            let parent = Int(entries[index].parent)
            guard parent >= 0, nearest[parent] >= 0 else { continue }
            nearest[index] = nearest[parent]
            guard number(of: node) != nil else { continue }
            found.append(
                Descendant(node: node, ancestor: Node(index: Int(nearest[index])))
            )
        }
        return found
    }
}
