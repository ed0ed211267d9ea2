import Foundation
import Testing

@testable import ReaperKit

/// Holds the pages of what reaper writes to the schemas, to which other tests hold the output.
@Suite("manual pages of reports and snapshots")
struct ReportManualTests {
    /// A subsection, and the path to the object in the schema that it describes.
    private struct Part: Sendable, CustomTestStringConvertible {
        var page: String
        var heading: String
        var path: [String]
        var testDescription: String { "\(page): \(heading)" }
    }

    private static let definitions = [
        ("A host", "host"), ("What could not be read", "unreadable"), ("Counts", "counts"),
        ("A finding", "finding"), ("A process", "process"), ("A socket", "socket"),
        ("A file", "file"),
        ("Evidence", "evidence"), ("A remedy", "remedy"), ("What is ignored", "ignored"),
        ("A run", "run"), ("A plan", "plan"), ("A target", "target"), ("A removal", "removal"),
        ("A sweep", "sweep"), ("An outcome", "outcome"), ("An instance", "instance"),
        ("A process of an instance", "instance_process"),
    ]

    private static let parts =
        [Part(page: "report", heading: "The report", path: [])]
        + definitions.map { Part(page: "report", heading: $0, path: ["$defs", $1]) }
        + [
            Part(page: "snapshot", heading: "The file", path: []),
            Part(page: "snapshot", heading: "The host", path: ["properties", "host"]),
            Part(page: "snapshot", heading: "What was not seen", path: ["properties", "unseen"]),
            Part(
                page: "snapshot",
                heading: "A listener",
                path: ["properties", "listeners", "items"]
            ),
            Part(
                page: "snapshot",
                heading: "An instance file",
                path: ["properties", "instance_files", "items"]
            ),
        ]

    private static func schema(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: PackageFiles.file("schema/\(name).schema.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("they describe every key, and no other", arguments: parts)
    private func keys(_ part: Part) throws {
        var object = try Self.schema(part.page)
        for step in part.path { object = try #require(object[step] as? [String: Any]) }
        let keys = try #require(object["properties"] as? [String: Any]).keys.sorted()
        let page = try ManualPage("man/reaper-\(part.page).5")
        #expect(page.keys(under: part.heading).sorted() == keys)
    }

    @Test("every object with keys of its own is described")
    func all() throws {
        let definitions = try #require(
            try Self.schema("report")["$defs"] as? [String: [String: Any]]
        )
        let objects = definitions.filter { $0.value["properties"] != nil }.keys.sorted()
        #expect(objects == Self.definitions.map(\.1).sorted())
    }
}
