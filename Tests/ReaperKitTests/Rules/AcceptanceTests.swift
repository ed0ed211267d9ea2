import Foundation
import Testing

@testable import ReaperKit

/// The table that says who provides what the five systems' documents name.
@Suite("docs/acceptance.md")
struct AcceptanceTests {
    private static let text: String = {
        let path = "\(RuleSetTests.package.text)/docs/acceptance.md"
        return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }()

    /// The cells of every row that begins with an id such as `0.01`.
    private static let rows: [[String]] = text.split(separator: "\n").compactMap { line in
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let id = cells.first, id.count == 4, id.dropFirst().first == "." else { return nil }
        return cells
    }

    @Test("it answers every row of the five documents once, in order")
    func complete() {
        let counts = [93, 46, 72, 16, 46]
        let ids = counts.enumerated().flatMap { document, count in
            (1...count).map { row in "\(document)." + (row < 10 ? "0\(row)" : "\(row)") }
        }
        #expect(Self.rows.compactMap(\.first) == ids)
        for row in Self.rows { #expect(row.count == 3 && !row[2].isEmpty, "\(row)") }
    }

    @Test("the rules that it names exist")
    func rules() throws {
        let ids = Set(try ShippedRules.load().map(\.id))
        let systems = Set(ids.compactMap { $0.split(separator: ".").first })
        let words = Self.text.split(separator: "`").map(String.init)
        let named = words.filter { word in
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 2 && systems.contains(parts[0]) && !word.contains(" ")
        }
        #expect(named.count > 20)
        for word in named { #expect(ids.contains(word), "\(word)") }
    }
}
