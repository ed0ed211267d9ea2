@testable import ReaperKit

/// The rules inside the program, as user 1000 with the home `/home/u` gets them.
enum ShippedRules {
    static let reader = RuleFileReader(environment: ["HOME": "/home/u"])

    static func load() throws -> [Rule] {
        let files = try EmbeddedRules.baseNames.map {
            try reader.read(EmbeddedRules.contents(of: $0), source: $0)
        }
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

extension EmbeddedRules {
    /// All of them, with what they say.
    static var files: [(baseName: String, contents: [UInt8])] {
        baseNames.map { ($0, contents(of: $0)) }
    }
}
