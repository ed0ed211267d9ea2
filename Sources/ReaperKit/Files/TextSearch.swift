/// Takes texts apart by rules' patterns, all of one run within a bounded time.
///
/// On text that was made for it an expression can take time that grows without bound.
public final class TextSearch {
    /// The most that one search takes.
    private let limit: Duration
    /// What every search may take, whatever the others took; most take a hundredth of it.
    private static let grace = Duration.milliseconds(10)

    /// What is left for what searches take beyond their grace, of all together.
    private(set) var left: Duration
    /// Expressions that were not through with a text in time, and why that is all that is known.
    ///
    /// None of them is tried on further texts: there can be thousands.
    private var slow: [String: String] = [:]

    /// Begins a run.
    public convenience init() { self.init(limit: .seconds(1), total: .seconds(2)) }

    init(limit: Duration, total: Duration) {
        self.limit = limit
        left = total
    }

    /// Searches a text for entries.
    func entries(of pattern: String?, in text: [UInt8]) -> TextAnswer {
        if let reason = slow[pattern ?? ""] { return .late(reason) }
        let start = Clock.monotonic()
        let time = min(limit, Self.grace + left)
        let result = TimedWork.run(for: time) {
            Result { () throws(InstanceFormatError) in
                try InstanceText.matches(of: pattern, in: text)
            }
        }
        left = max(left - max(Clock.monotonic() - start - Self.grace, .zero), .zero)
        if let result { return .searched(result) }
        let reason =
            time < limit
            ? "it was not taken apart by the rule's pattern in time: others had taken too long"
            : "taking it apart by the rule's pattern takes too long"
        slow[pattern ?? ""] = reason
        return .late(reason)
    }
}

/// What came of a search.
enum TextAnswer {
    case searched(Result<[InstanceEntry], InstanceFormatError>)
    /// It was not through in time; the text says so.
    case late(String)
}
