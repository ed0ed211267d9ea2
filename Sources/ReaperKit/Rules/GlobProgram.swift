/// A compiled glob: a literal start, then an automaton whose every position consumes one byte.
///
/// All positions that are possible advance together, so time is linear in the text and no pattern
/// makes it backtrack; Glushkov, "The abstract theory of automata", 1961.
struct GlobProgram: Sendable {
    /// What every match begins with.
    let prefix: [UInt8]
    /// What each position accepts.
    let tests: [ByteTest]
    /// Positions that may follow, one run for each position and a last one for the start.
    private let edges: [UInt16]
    /// Where each run begins in ``edges``, and the end of the last.
    private let edgeStarts: [Int]
    /// The position from which every text matches: the `*` at the end of `a*`.
    private let sink: Int?
    /// Whether everything longer than ``prefix`` matches, as with `/usr/**`.
    private let isOpenEnded: Bool

    /// Links positions; `follow[i]` holds what may come after `tests[i]`, its last element what
    /// comes first.
    init(prefix: [UInt8], tests: [ByteTest], follow: [[UInt16]]) {
        self.prefix = prefix
        self.tests = tests
        let edges = follow.flatMap(\.self)
        edgeStarts = follow.reduce(into: [0]) { starts, run in
            starts.append(starts[starts.count - 1] + run.count)
        }
        let end = tests.lastIndex(of: .end)
        let sink = tests.indices.first { position in
            tests[position] == .any && follow[position].contains(UInt16(position))
                && follow[position].contains { Int($0) == end }
        }
        self.edges = edges
        self.sink = sink
        isOpenEnded = sink.map { follow.last?.contains(UInt16($0)) ?? false } ?? false
    }

    /// Whether only ``prefix`` itself matches.
    var isLiteral: Bool { tests == [.end] }

    /// Texts that nobody asks for: what matches one of them matches nearly anything.
    private static let unlikely: [[UInt8]] = [[1, 2], [47, 1], [47, 1, 2, 47, 3, 4, 47, 5, 6]]

    /// Whether nearly anything matches, be it by one alternative of several, as with `{*,x}`.
    var isBroad: Bool { GlobProgram.unlikely.contains(where: matches) }

    /// Whether no position asks for a particular byte, but for slashes.
    var isUnconstrained: Bool {
        let slash = UInt8(ascii: "/")
        return !isLiteral && prefix.allSatisfy { $0 == slash }
            && tests.allSatisfy { test in
                switch test {
                case .any, .anyButSlash, .end, .byte(slash): true
                case .byte, .oneOf: false
                }
            }
    }

    /// Whether the whole of `text` matches.
    func matches(_ text: [UInt8]) -> Bool {
        guard GlobProgram.begins(text, with: prefix) else { return false }
        if isOpenEnded, text.count > prefix.count { return true }
        if isLiteral { return text.count == prefix.count }
        return tests.count <= NarrowPositions.limit
            ? reaches(.end, after: text, NarrowPositions.self)
            : reaches(.end, after: text, WidePositions.self)
    }

    /// Whether ``prefix`` does not rule out a text that begins with `start`.
    func allows(start: [UInt8]) -> Bool {
        for index in 0..<min(start.count, prefix.count) where start[index] != prefix[index] {
            return false
        }
        return true
    }

    /// Whether some longer text that begins with `text` matches.
    func couldMatch(startingWith text: [UInt8]) -> Bool {
        if text.count <= prefix.count {
            return GlobProgram.begins(prefix, with: text)
                && (text.count < prefix.count || !isLiteral)
        }
        guard GlobProgram.begins(text, with: prefix) else { return false }
        return tests.count <= NarrowPositions.limit
            ? reaches(.more, after: text, NarrowPositions.self)
            : reaches(.more, after: text, WidePositions.self)
    }

    private enum Goal { case end, more }

    private func reaches<Positions: PositionSet>(
        _ goal: Goal,
        after text: [UInt8],
        _: Positions.Type
    ) -> Bool {
        var active = Positions(capacity: tests.count)
        var next = active
        follow(tests.count, into: &active)
        for index in prefix.count..<text.count {
            if let sink, active.contains(sink) { return true }
            let byte = text[index]
            next.removeAll()
            active.forEach { position in
                if tests[position].accepts(byte) { follow(position, into: &next) }
            }
            if next.isEmpty { return false }
            swap(&active, &next)
        }
        var found = false
        active.forEach { position in
            found = found || (tests[position] == .end) == (goal == .end)
        }
        return found
    }

    private func follow(_ position: Int, into set: inout some PositionSet) {
        for edge in edgeStarts[position]..<edgeStarts[position + 1] {
            set.insert(Int(edges[edge]))
        }
    }

    private static func begins(_ text: [UInt8], with start: [UInt8]) -> Bool {
        guard text.count >= start.count else { return false }
        for index in start.indices where text[index] != start[index] { return false }
        return true
    }
}

/// Which byte one position of a glob accepts.
enum ByteTest: Sendable, Hashable {
    case byte(UInt8)
    case any
    case anyButSlash
    case oneOf(ByteClass)
    /// No byte: the text must be over.
    case end

    func accepts(_ byte: UInt8) -> Bool {
        switch self {
        case .byte(let wanted): byte == wanted
        case .any: true
        case .anyButSlash: byte != UInt8(ascii: "/")
        case .oneOf(let bytes): bytes.contains(byte)
        case .end: false
        }
    }
}

/// A set of ASCII bytes, or the complement of one.
struct ByteClass: Sendable, Hashable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    /// Whether bytes from 0x80 belong to it.
    private var isComplement = false

    mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << byte } else if byte < 128 { high |= 1 << (byte - 64) }
    }

    mutating func remove(_ byte: UInt8) {
        if byte < 64 { low &= ~(1 << byte) } else if byte < 128 { high &= ~(1 << (byte - 64)) }
    }

    mutating func invert() {
        low = ~low
        high = ~high
        isComplement.toggle()
    }

    func contains(_ byte: UInt8) -> Bool {
        if byte < 64 { return low & (1 << byte) != 0 }
        if byte < 128 { return high & (1 << (byte - 64)) != 0 }
        return isComplement
    }
}

/// A set of positions in a glob.
private protocol PositionSet {
    init(capacity: Int)
    var isEmpty: Bool { get }
    func contains(_ position: Int) -> Bool
    func forEach(_ body: (Int) -> Void)
    mutating func insert(_ position: Int)
    mutating func removeAll()
}

/// Up to 64 positions in a register: nearly every glob that people write.
private struct NarrowPositions: PositionSet {
    static let limit = 64
    private var bits: UInt64 = 0

    init(capacity _: Int) {}
    var isEmpty: Bool { bits == 0 }
    func contains(_ position: Int) -> Bool { bits & (1 << UInt64(position)) != 0 }
    mutating func insert(_ position: Int) { bits |= 1 << UInt64(position) }
    mutating func removeAll() { bits = 0 }

    func forEach(_ body: (Int) -> Void) {
        var rest = bits
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}

/// Any number of positions.
private struct WidePositions: PositionSet {
    private var members: [Int] = []
    private var isMember: [Bool]

    init(capacity: Int) { isMember = Array(repeating: false, count: capacity) }
    var isEmpty: Bool { members.isEmpty }
    func contains(_ position: Int) -> Bool { isMember[position] }
    func forEach(_ body: (Int) -> Void) { members.forEach(body) }

    mutating func insert(_ position: Int) {
        if isMember[position] { return }
        isMember[position] = true
        members.append(position)
    }

    mutating func removeAll() {
        for member in members { isMember[member] = false }
        members.removeAll(keepingCapacity: true)
    }
}
