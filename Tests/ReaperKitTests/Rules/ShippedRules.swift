@testable import ReaperKit

/// The rules inside the program, as user 1000 with the home `/home/u` gets them.
enum ShippedRules {
    static let reader = RuleFileReader(environment: ["HOME": "/home/u"])

    static func load() throws -> [Rule] {
        let files = try EmbeddedRules.files.map { try reader.read($1, source: $0) }
        return try RuleSet(files: files).rules
    }

    /// Rules that find processes by what they look like.
    static func finding() throws -> [Rule] {
        try load().filter { rule in
            !rule.protect && !rule.match.isEmpty
                && (rule.instance == nil || rule.instance?.environment != nil)
        }
    }

    /// Rules that name files.
    static func naming() throws -> [Rule] {
        try load().filter { $0.instance?.files.isEmpty == false }
    }
}
