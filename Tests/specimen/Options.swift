/// One command line: a mode, its options, and the arguments of the staged program.
struct Options {
    /// The words as they were given, to hand to the next process.
    let words: [String]
    let mode: String
    /// What follows `--args`: the staged process's own arguments, instead of the real ones.
    private(set) var arguments: [String]?
    private var values: [String: [String]] = [:]

    private static let switches: Set<String> = [
        "adopted", "bound-only", "close", "dead-session", "deleted", "dgram", "established",
        "forgetful", "ignore-term", "in-flight", "leading", "listening", "orphan", "own-group",
        "own-network", "plain", "replaced", "reuseport", "setsid", "stopped-parent", "tcp",
        "time-wait", "udp", "v4", "v6",
    ]
    private static let valued: Set<String> = [
        "argv0", "content", "cwd", "depth", "env", "exe", "frozen", "ignore-term-at", "ignoring",
        "linger-ms", "lock", "name", "nobody-at", "own-group-at", "owner", "path", "period-us",
        "port", "setsid-at", "shared-by-children", "slow", "user", "width", "with",
    ]

    init(parsing words: [String]) throws(StagingError) {
        guard let mode = words.first else { throw StagingError("usage: specimen MODE [OPTION...]") }
        self.words = words
        self.mode = mode
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            if word == "--args" {
                arguments = Array(rest)
                break
            }
            let name = String(word.dropFirst(2))
            if word.hasPrefix("--"), Options.switches.contains(name) {
                values[name] = []
            } else if word.hasPrefix("--"), Options.valued.contains(name),
                let value = rest.popFirst()
            {
                values[name, default: []].append(value)
            } else {
                throw StagingError("\(mode): '\(word)' is no option, or lacks its value")
            }
        }
    }

    /// Whether the subject loses its parent; the mode of that name sleeps otherwise.
    var isOrphan: Bool { has("orphan") || mode == "orphan" }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String? { values[name]?.last }

    func list(_ name: String) -> [String] { values[name] ?? [] }

    func number(_ name: String) throws(StagingError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw StagingError("--\(name): '\(text)' is not a number from 0 up")
        }
        return number
    }

    func required(_ name: String) throws(StagingError) -> String {
        guard let text = text(name) else { throw StagingError("\(mode): --\(name) is missing") }
        return text
    }
}
