/// What somebody asks about: a process, a port, a path or a name.
public enum ExplanationTarget: Sendable, Equatable {
    /// `4127` or `4127@88213`.
    case process(PidCondition)
    /// `:8080`, `:8080/udp` or `:http`; one member for each protocol that was meant.
    case port(PortSet)
    /// Anything with a slash in it.
    case path(ByteString)
    /// Anything else: a glob on what processes are called.
    case name(Glob)

    /// Reads one word of a command line.
    ///
    /// - Parameters:
    ///   - text: The word.
    ///   - services: Names of ports; evaluated only where one is used.
    /// - Throws: `ValueError` for an empty word, a number that no process can have, and what
    ///   follows a colon and is not one port.
    public init(
        parsing text: String,
        services: @autoclosure () -> ServiceNames
    ) throws(ValueError) {
        guard !text.isEmpty else {
            throw ValueError(
                text,
                isNot: "a target",
                expected: "PID, PID@START, :PORT, a path with a slash, or a name"
            )
        }
        if text.hasPrefix(":") {
            self = .port(try ExplanationTarget.port(text, services()))
        } else if text.utf8.contains(UInt8(ascii: "/")) {
            self = .path(ByteString(text))
        } else if ExplanationTarget.isNumber(text) {
            self = .process(try PidCondition(parsing: text))
        } else {
            self = .name(try Glob(parsing: ByteString(text), as: .text))
        }
    }

    private static func port(
        _ text: String,
        _ services: ServiceNames
    ) throws(ValueError) -> PortSet {
        let expected = "one port, such as :8080, :8080/udp or :http"
        let word = String(text.dropFirst())
        guard !word.contains(","), !word.hasPrefix(":") else {
            throw ValueError(text, isNot: "a port", expected: expected)
        }
        let ports = try PortSet(parsing: word, services: services)
        let numbers = Set(ports.members.map(\.ports))
        guard numbers.count == 1, numbers.allSatisfy({ $0.count == 1 }) else {
            throw ValueError(text, isNot: "a port", expected: expected)
        }
        return ports
    }

    /// Digits, and perhaps a start time behind `@`; what is wrong with them is said later.
    private static func isNumber(_ text: String) -> Bool {
        let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
        let parts = text.utf8.split(
            separator: UInt8(ascii: "@"),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        return parts[0].allSatisfy(isDigit) && !parts[0].isEmpty
            && (parts.count == 1 || parts[1].allSatisfy(isDigit))
    }
}
