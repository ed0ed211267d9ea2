/// Processes that the kernel lets nobody of reaper's rights look into: some of them by number, and
/// of how many.
public struct UnseenProcesses: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// More than this many are counted.
    private static let shown = 5

    /// Their numbers, each once, upwards.
    public private(set) var pids: [Int32]

    /// Takes the numbers in any order.
    public init(_ pids: some Sequence<Int32>) { self.pids = Set(pids).sorted() }

    /// Takes the numbers in any order.
    public init(arrayLiteral pids: Int32...) { self.init(pids) }

    /// How many there are.
    public var count: Int { pids.count }

    /// Whether everybody could be looked at.
    public var isEmpty: Bool { pids.isEmpty }

    /// Who they are: `7 processes (1, 12, 13, 14, 15 and 2 more)`.
    var text: String {
        var names = pids.prefix(Self.shown).map { "\($0)" }.joined(separator: ", ")
        if count > Self.shown { names += " and \(count - Self.shown) more" }
        return counted(count, "process", "processes") + " (\(names))"
    }

    /// That they could not be looked at, and what helps.
    func sentence(on host: HostFacts) -> String {
        "\(text) could not be looked at"
            + (host.effectiveUser == 0 ? "" : "; run as root to see them")
    }
}
