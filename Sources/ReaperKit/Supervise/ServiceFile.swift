/// Services that were read from one file, and belong together.
public struct ServiceFile: Sendable, Equatable {
    /// Its path, as it was given.
    public var source: String
    /// The directory that it lies in, where services are started that name no other.
    public var directory: ByteString
    /// In file order.
    public var services: [Service]

    /// How many services a file may have.
    public static let maximumCount = 10_000

    /// Creates a file.
    public init(source: String, directory: ByteString = ".", services: [Service]) {
        self.source = source
        self.directory = directory
        self.services = services
    }

    /// Refuses what is no number of services for one file.
    static func refuse(count: Int, at position: TextPosition) throws(JSONError) {
        guard count > 0 else {
            throw JSONError("expected at least one service, found none", at: position)
        }
        guard count <= maximumCount else {
            throw JSONError(
                "expected at most \(maximumCount) services, found \(count)",
                at: position
            )
        }
    }
}

extension Service {
    /// Longest name, in bytes.
    public static let longestName = 64

    /// Whether a service can have this name, which also names its files.
    public static func isName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain && (1...longestName).contains(name.utf8.count)
            && name.first != "." && name.first != "-"
    }

    /// Refuses what is no name for a service.
    static func refuseBadName(_ name: PlacedText) throws(JSONError) {
        guard !isName(name.text) else { return }
        throw JSONError(
            "expected a service's name of letters, digits, '-', '_' and '.', at most"
                + " \(longestName) and none of '-' and '.' first, found"
                + " '\(name.text.escapedForTerminal)'",
            at: name.position
        )
    }
}
