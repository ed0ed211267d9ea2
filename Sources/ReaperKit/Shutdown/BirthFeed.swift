/// What the kernel tells of births, and which of the processes are known by an identity.
struct BirthFeed: ~Copyable {
    private var events: ProcessEvents
    private var ledger = BirthLedger()
    private var nodes: [ProcessIdentity: BirthLedger.Node] = [:]
    private var identities: [BirthLedger.Node: ProcessIdentity] = [:]

    /// Who was told to have begun another program since that was last asked.
    private var execs: Set<Int32> = []

    /// Births that were told, of threads too, and the kernel's count when that began.
    private var told: UInt64 = 0
    private let before: UInt64?

    /// Subscribes; who was born before is not told of.
    init() throws(ProcessEvents.Unavailable) {
        events = try .subscribe()
        before = KernelCounters().forks()
    }

    /// Whether as many births were told as happened.
    ///
    /// Anybody may make the kernel believe that nobody listens any more; then none is told, and
    /// no message is missing.
    mutating func hasHeardAll() -> Bool {
        guard let before, let now = KernelCounters().forks() else { return false }
        // A birth is counted a moment before it is told.
        for _ in 0..<Self.patience {
            guard drain() else { return false }
            if told >= now &- before { return true }
            waitBriefly()
        }
        return false
    }

    /// How often it is waited, a millisecond each time, for a birth to be told that was counted.
    private static let patience = 20

    /// The number under which a process was born, as far as is told; `nil` when it is older.
    mutating func birthParent(of number: Int32) -> Int32? {
        ledger.node(of: number).flatMap { ledger.birthParent(of: $0) }
    }

    /// Takes in what has arrived.
    ///
    /// - Returns: Whether nothing was lost.
    mutating func drain() -> Bool {
        do throws(EventLoss) {
            for event in try events.drain() {
                switch event {
                case .fork(let fork):
                    told += 1
                    ledger.note(fork)
                case .exit(let exit): ledger.note(exit)
                case .exec(let number): execs.insert(number)
                }
            }
            return !ledger.isFull
        } catch {
            return false
        }
    }

    /// Waits for more, but no longer than a moment.
    func waitBriefly() { events.wait(milliseconds: 1) }

    /// The process that has a number, as far as the births told until now say.
    mutating func node(of number: Int32) -> BirthLedger.Node? { ledger.node(of: number) }

    /// The number of a process; `nil` when it is known to be gone.
    func number(of node: BirthLedger.Node) -> Int32? { ledger.number(of: node) }

    /// Notes that a process is gone.
    mutating func end(_ node: BirthLedger.Node) { ledger.end(node) }

    /// Ties a process to the identity that it was proven to have.
    ///
    /// - Returns: Whether that identity is not another's, which had the same number in the same
    ///   clock tick.
    mutating func tie(_ node: BirthLedger.Node, to identity: ProcessIdentity) -> Bool {
        if let other = nodes[identity], other != node { return false }
        nodes[identity] = node
        identities[node] = identity
        return true
    }

    /// The identity that a process was proven to have.
    func identity(of node: BirthLedger.Node) -> ProcessIdentity? { identities[node] }

    /// Whether a process that is tied to its birth, or to having none, was born before all this.
    ///
    /// - Returns: `nil` where it is not tied.
    func isOlder(_ identity: ProcessIdentity) -> Bool? {
        nodes[identity].map { ledger.isOlder($0) }
    }

    /// Whether an identity is tied to a process.
    func isTied(_ identity: ProcessIdentity) -> Bool { nodes[identity] != nil }

    /// Who has begun another program since this was last asked, by number.
    mutating func takeExecs() -> Set<Int32> {
        defer { execs = [] }
        return execs
    }

    /// Whether one of these, or of their descendants, can have made a process as its parent's child.
    mutating func canBeMade(_ number: Int32, by members: [ProcessIdentity]) -> Bool {
        let makers = Set(members.compactMap { nodes[$0] })
        guard makers.count == members.count, let node = ledger.node(of: number) else { return true }
        return ledger.canBeMade(node, by: makers)
    }

    /// Those of `members` who have lost a child that was never held and is older than what was told.
    ///
    /// Whom that child has left behind, nobody tells. Of those whose numbers are `known` the children
    /// were seen.
    func bereaved(_ members: [ProcessIdentity], besides known: Set<Int32>) -> [ProcessIdentity] {
        guard !ledger.ended.isEmpty else { return [] }
        var parents: Set<Int32> = []
        for (child, parent) in ledger.ended where !known.contains(child) { parents.insert(parent) }
        return members.filter { parents.contains($0.pid) }
    }

    /// Who was born to one of these or to their descendants, and may live.
    ///
    /// - Returns: `nil` where one of them was never held, so that which process it was is not
    ///   known, and somebody under its number had children.
    func descendants(of members: [ProcessIdentity]) -> [Descendant]? {
        // The usual answer, asked with every look.
        guard ledger.hasBirths else { return [] }
        var seeds: Set<BirthLedger.Node> = []
        for member in members {
            if let node = nodes[member] {
                seeds.insert(node)
            } else if ledger.hadChildren(member.pid) {
                return nil
            }
        }
        return ledger.descendants(of: seeds).compactMap { descendant in
            identities[descendant.ancestor].map { Descendant(node: descendant.node, ancestor: $0) }
        }
    }

    /// A process, and the nearest member that it descends from.
    struct Descendant {
        var node: BirthLedger.Node
        var ancestor: ProcessIdentity
    }
}
