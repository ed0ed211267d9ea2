import Foundation
import Testing

@testable import ReaperKit

/// Holds man/reaper-rules.5 to what the reader of rule files really accepts.
@Suite("manual page of rule files")
struct RuleManualTests {
    private static let file = PackageFiles.file("man/reaper-rules.5")

    private let lines: [String]

    init() throws {
        lines = try String(contentsOf: Self.file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// The keys that a subsection describes.
    private func keys(under heading: String) -> [String] {
        let start = lines.firstIndex(of: ".Ss \(heading)") ?? lines.endIndex
        let section = lines[start...].dropFirst().prefix {
            !$0.hasPrefix(".Ss ") && !$0.hasPrefix(".Sh ")
        }
        return section.compactMap { line in
            line.hasPrefix(".It Cm ") ? String(line.dropFirst(".It Cm ".count)) : nil
        }
    }

    @Test(
        "it describes every key, and no other",
        arguments: [
            ("The file", RuleDecoder.fileKeys), ("A rule", RuleDecoder.keys),
            ("Conditions", RuleDecoder.patternKeys), ("Stopping", RuleDecoder.stopKeys),
            ("Instances", RuleDecoder.instanceKeys),
        ]
    )
    func describesKeys(_ heading: String, _ keys: [String]) {
        #expect(self.keys(under: heading).sorted() == keys.sorted())
    }

    @Test("it has every word that a key can have")
    func words() {
        let text = lines.joined(separator: "\n")
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
        let start = try #require(lines.firstIndex { $0.hasPrefix(".Bd -literal") })
        let text = lines[(start + 1)...].prefix { $0 != ".Ed" }.joined(separator: "\n")
        let check = RuleFileTests.reader.check(Array(text.utf8), source: "example.json5")
        #expect(check.errors == [] && check.warnings == [])
        #expect(check.file?.rules.count == 3)
    }

    @Test(
        "mandoc(1) has nothing against it",
        .enabled("mandoc is not installed") {
            FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc")
        }
    )
    func lint() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/mandoc")
        // Below that it asks for manual pages that need not be installed here.
        process.arguments = ["-T", "lint", "-W", "warning", Self.file.path()]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(String(decoding: said, as: UTF8.self) == "")
    }
}
