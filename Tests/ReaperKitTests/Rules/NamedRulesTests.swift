import Foundation
import Testing

@testable import ReaperKit

/// Whoever copies an example must not be told that there is no such rule.
@Suite("rules that the documentation names")
struct NamedRulesTests {
    /// What stands behind `--rule` or `--ignore`, or is a glob on ids in quotation marks.
    private let patterns = [
        /(?:--rule|--ignore|\brules show|\brules test)[ =]'?([a-z][a-z0-9-]*\.(?:[a-z][a-z0-9-]*|\*))/,
        /'([a-z][a-z0-9-]*\.\*)'/,
    ]

    @Test(
        "exist",
        arguments: [
            "README.md", "docs/acceptance.md", "man/reaper.1", "man/reaper-rules.5",
            "Sources/reaper/Subcommand.swift", "Sources/reaper/Subcommand+Instances.swift",
            "Sources/reaper/Flags+Comparison.swift",
            "Sources/reaper/Flags+Selectors.swift", "Sources/reaper/Flags+Run.swift",
        ]
    )
    func exist(_ path: String) throws {
        let text = try String(contentsOf: PackageFiles.file(path), encoding: .utf8)
            .replacingOccurrences(of: "\\-", with: "-")
            .replacingOccurrences(of: "\\(aq", with: "'")
        let ids = try ShippedRules.load().map(\.id)
        for pattern in patterns {
            for match in text.matches(of: pattern) {
                let glob = try Glob(parsing: ByteString(String(match.1)), as: .text)
                let isThere = ids.contains { glob.matches(ByteString($0)) }
                #expect(isThere, "\(path): \(match.1)")
            }
        }
    }

    @Test("are found where they stand")
    func areFound() throws {
        let text = try String(contentsOf: PackageFiles.file("README.md"), encoding: .utf8)
        #expect(patterns.contains { !text.matches(of: $0).isEmpty })
    }
}
