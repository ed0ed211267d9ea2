import Foundation
import ReaperKit
import TestSupport
import Testing

@Suite("version")
struct VersionTests {
    @Test("it is that of the top entry of CHANGELOG.md")
    func changelog() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "CHANGELOG.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let top = try #require(text.firstMatch(of: /(?m)^## (\S+) - (unreleased|\d{4}-\d\d-\d\d)$/))
        #expect(text.firstMatch(of: /(?m)^## .*$/)?.0 == top.0)
        #expect(top.1 == ReaperVersion.current)
    }

    @Test("--version has the version on the first line, and claims no commit that it was not told")
    func output() throws {
        let said = try Binary.reaper.run(["--version"])
        #expect(said.code == 0 && said.text == ReaperVersion.text)
        let lines = said.text.split(separator: "\n")
        #expect(lines.first == "reaper \(ReaperVersion.current)")
        #expect(lines.last?.hasPrefix("build ") == true)
        #expect((lines.count == 2) == (ReaperVersion.commit == nil))
    }
}
