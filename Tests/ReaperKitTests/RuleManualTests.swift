import Testing

@testable import ReaperKit

/// Holds man/reaper-rules.5 to what the reader of rule files really accepts.
@Suite("manual page of rule files")
struct RuleManualTests {
    private let page: ManualPage

    init() throws { page = try ManualPage("man/reaper-rules.5") }

    @Test(
        "it describes every key, and no other",
        arguments: [
            ("The file", RuleDecoder.fileKeys), ("A rule", RuleDecoder.keys),
            ("Conditions", RuleDecoder.patternKeys), ("Stopping", RuleDecoder.stopKeys),
            ("Instances", RuleDecoder.instanceKeys),
        ]
    )
    func describesKeys(_ heading: String, _ keys: [String]) {
        #expect(page.keys(under: heading).sorted() == keys.sorted())
    }

    @Test("it has every word that a key can have")
    func words() {
        let text = page.lines.joined(separator: "\n")
        let words =
            InstanceFormat.allCases.map(\.rawValue) + StopOrder.allCases.map(\.rawValue)
            + Severity.allCases.map(\.rawValue)
        for group in ["pid", "id", "alias", "start", "host", "node"] {
            #expect(text.contains("\n.Ql \(group)"), "\(group)")
        }
        for word in words {
            #expect(text.contains(".Ql \(word)") || text.contains(".It Ql \(word)"))
        }
    }

    @Test("its example is right, and nothing in it is idle")
    func example() throws {
        let text = try #require(page.examples.first)
        let check = RuleFileTests.reader.check(Array(text.utf8), source: "example.json5")
        #expect(check.errors == [] && check.warnings == [])
        #expect(check.file?.rules.count == 3)
    }

    @Test(
        "mandoc(1) has nothing against it",
        .enabled("mandoc is not installed") { ManualPage.hasLint }
    )
    func lint() throws { #expect(try page.lint() == "") }
}
