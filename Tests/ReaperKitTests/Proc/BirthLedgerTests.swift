import Testing

@testable import ReaperKit

@Suite("the ledger of births")
struct BirthLedgerTests {
    /// A ledger that was told `births`, each a parent's number and a child's.
    private static func ledger(_ births: [(Int32, Int32)]) -> BirthLedger {
        var ledger = BirthLedger()
        for (parent, child) in births { ledger.note(born(child, to: parent)) }
        return ledger
    }

    private static func born(_ child: Int32, to parent: Int32) -> ForkEvent {
        ForkEvent(parent: parent, child: child, childProcess: child)
    }

    /// Numbers of the descendants of who has `number` now, with the nearest member's.
    private static func heirs(
        of members: [BirthLedger.Node?],
        in ledger: BirthLedger
    ) -> [Int32] {
        ledger.descendants(of: Set(members.compactMap(\.self)))
            .compactMap { ledger.number(of: $0.node) }
    }

    @Test("a daemon whose parents are gone is its ancestor's, in the order of births")
    func doubleFork() {
        var ledger = Self.ledger([(10, 11), (11, 12), (20, 21), (10, 13), (12, 14)])
        let member = ledger.node(of: 10)
        #expect(Self.heirs(of: [member], in: ledger) == [11, 12, 13, 14])
        if let middle = ledger.node(of: 11) { ledger.end(middle) }
        #expect(Self.heirs(of: [member], in: ledger) == [12, 13, 14])
        #expect(Self.heirs(of: [], in: ledger).isEmpty)
    }

    @Test("a number that was used again names another process, with other children")
    func reuse() {
        var ledger = Self.ledger([(10, 11), (11, 12)])
        let first = ledger.node(of: 10)
        let middle = ledger.node(of: 11)
        // 11 ends, and its number goes to a stranger's child, who has children too.
        ledger.note(Self.born(11, to: 1))
        ledger.note(Self.born(13, to: 11))
        #expect(ledger.node(of: 11) != middle)
        #expect(middle.flatMap(ledger.number) == nil)
        #expect(Self.heirs(of: [first], in: ledger) == [12])
        #expect(Self.heirs(of: [ledger.node(of: 11)], in: ledger) == [13])
        // So does the member's own number: what is born under it from now on is not the member's.
        ledger.note(Self.born(10, to: 1))
        ledger.note(Self.born(14, to: 10))
        #expect(Self.heirs(of: [first], in: ledger) == [12])
    }

    @Test("a thread that takes a number ends who had it, and is nobody")
    func threads() {
        var ledger = Self.ledger([(10, 11)])
        let member = ledger.node(of: 10)
        let child = ledger.node(of: 11)
        ledger.note(ForkEvent(parent: 5, child: 11, childProcess: 6))
        #expect(child.flatMap(ledger.number) == nil)
        #expect(Self.heirs(of: [member], in: ledger).isEmpty)
        #expect(!ledger.hadChildren(5))
        // Threads of the member itself change nothing.
        ledger.note(ForkEvent(parent: 1, child: 15, childProcess: 10))
        ledger.note(Self.born(16, to: 10))
        #expect(Self.heirs(of: [member], in: ledger) == [16])
    }

    @Test("a member that is added late has the children it had before")
    func late() {
        var ledger = Self.ledger([(10, 11), (11, 12), (12, 13)])
        let root = ledger.node(of: 10)
        let late = ledger.node(of: 12)
        #expect(Self.heirs(of: [late], in: ledger) == [13])
        let both = ledger.descendants(of: Set([root, late].compactMap(\.self)))
        // The nearest member is named, and members are not told.
        #expect(both.map(\.ancestor) == [root, late])
        #expect(both.compactMap { ledger.number(of: $0.node) } == [11, 13])
    }

    @Test("numbers that go round many times keep their processes apart")
    func wrap() {
        var ledger = BirthLedger()
        let member = ledger.node(of: 1_000)
        // Each generation has the member's child first, then strangers under all other numbers.
        for generation in 0..<50 {
            for number: Int32 in 2..<100 {
                let isOurs = number == Int32(generation) + 2
                ledger.note(Self.born(number, to: isOurs ? 1_000 : 1))
            }
        }
        // Only the latest generation's is not known to be gone.
        #expect(Self.heirs(of: [member], in: ledger) == [51])
        #expect(ledger.descendants(of: Set([member].compactMap(\.self))).count == 1)
    }

    @Test("a chain of a hundred thousand is followed to its end")
    func chain() {
        var ledger = BirthLedger()
        let member = ledger.node(of: 2)
        var parent: Int32 = 2
        for step: Int32 in 0..<100_000 {
            // Thirty thousand numbers, used again and again.
            let child = 3 + step % 30_000
            ledger.note(Self.born(child, to: parent))
            parent = child
        }
        #expect(!ledger.isFull)
        #expect(Self.heirs(of: [member], in: ledger).last == parent)
        #expect(Self.heirs(of: [member], in: ledger).count == 30_000)
    }

    @Test("a ledger that is full says so, and knows nobody")
    func full() {
        var ledger = BirthLedger(limit: 3)
        ledger.note(Self.born(11, to: 10))
        let member = ledger.node(of: 10)
        #expect(!ledger.isFull)
        ledger.note(Self.born(13, to: 12))
        #expect(ledger.isFull)
        #expect(ledger.node(of: 10) == nil)
        #expect(Self.heirs(of: [member], in: ledger).isEmpty)
        #expect(member.flatMap(ledger.number) == nil)
        if let member { ledger.end(member) }
        ledger.note(Self.born(14, to: 10))
        #expect(ledger.isFull)
    }

    @Test("who had children is known by number, whichever process that was")
    func fertility() {
        let ledger = Self.ledger([(10, 11)])
        #expect(ledger.hadChildren(10))
        #expect(!ledger.hadChildren(11))
    }

    @Test("a child of its maker's parent is only made while a maker lives")
    func makers() throws {
        var ledger = BirthLedger()
        func born(_ child: Int32, to parent: Int32, at time: UInt64) {
            let fork = ForkEvent(parent: parent, child: child, childProcess: child, time: time)
            ledger.note(fork)
        }
        let maker = ledger.node(of: 50)
        let makers = Set([maker].compactMap(\.self))
        #expect(makers.count == 1)
        born(60, to: 10, at: 100)
        ledger.note(ExitEvent(process: 50, parent: 10, time: 200))
        born(61, to: 10, at: 300)
        let nodes = [ledger.node(of: 60), ledger.node(of: 61)].compactMap(\.self)
        let early = try #require(nodes.first)
        let late = try #require(nodes.last)
        #expect(ledger.canBeMade(early, by: makers))
        // Whom it made while it lived, and who lives on, may have made the later one.
        #expect(ledger.canBeMade(late, by: makers))
        ledger.note(ExitEvent(process: 60, parent: 10, time: 250))
        #expect(!ledger.canBeMade(late, by: makers))
        #expect(!ledger.canBeMade(late, by: []))
        #expect(ledger.ended == [50: 10])
    }
}
