import Foundation

@testable import ReaperKit

/// Files of this package that tests are held to.
enum PackageFiles {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The place of a file, such as `schema/rules.schema.json`.
    static func file(_ path: String) -> URL { root.appending(path: path) }
}

extension JSONValue {
    /// The same value as strict JSON, for readers that know no JSON5.
    func foundationData() throws -> Data {
        try JSONSerialization.data(withJSONObject: foundation, options: .fragmentsAllowed)
    }

    private var foundation: Any {
        switch kind {
        case .null: NSNull()
        case .bool(let flag): flag
        case .integer(let number): number
        case .number(let number): number
        case .string(let text): text
        case .array(let values): values.map(\.foundation)
        case .object(let members):
            Dictionary(members.map { ($0.name, $0.value.foundation) }) { first, _ in first }
        }
    }
}
