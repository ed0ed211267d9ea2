import Foundation

/// What docs/acceptance.md says, as far as it can be held to the tables of this program.
struct AcceptanceTable {
    /// A command in backquotes, in words.
    struct Command: Sendable, CustomStringConvertible {
        var row: String
        var words: [String]
        var description: String { "\(row): \(words.joined(separator: " "))" }
    }

    /// Its rows, and the lines of the advice below them; what is not there yet is told above.
    private let lines: [(row: String, text: String)]
    /// The headings of the advice, as in `**After a crash** ...`.
    let advice: [String]

    init() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/acceptance.md")
        let parts = try String(contentsOf: file, encoding: .utf8)
            .components(separatedBy: "\n## For operators\n")
        let rows = parts[0].split(separator: "\n").compactMap { line -> (String, String)? in
            // The second cell quotes the documents, and so other programs' flags.
            let cells = line.split(separator: "|", maxSplits: 2).map(String.init)
            guard cells.count == 3, Double(cells[0].filter { $0 != " " }) != nil else { return nil }
            return (cells[0], cells[2])
        }
        let below = parts.count > 1 ? parts[1] : ""
        lines = rows + [("For operators", below.replacingOccurrences(of: "\n", with: " "))]
        advice = below.components(separatedBy: "\n\n").compactMap { paragraph in
            let pieces = paragraph.components(separatedBy: "**")
            return pieces.count > 2 ? pieces[1].trimmingCharacters(in: ["."]) : nil
        }
    }

    /// Every quoted command of reaper, and every quoted flag; `name` says what is a subcommand.
    func commands(isName name: (String) -> Bool) -> [Command] {
        lines.flatMap { line in
            line.text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }
                .flatMap { Self.commands(in: String($0.element), isName: name) }
                .map { Command(row: line.row, words: $0) }
        }
    }

    /// The commands of one quotation: `reaper stop ID && dora start ...` has one.
    private static func commands(in code: String, isName: (String) -> Bool) -> [[String]] {
        var code = code
        for separator in ["&&", ";", "|"] {
            code = code.replacingOccurrences(of: separator, with: "\n")
        }
        return code.split(separator: "\n").compactMap { part in
            var words = part.split(separator: " ").map(String.init)
            if let first = words.first, first.hasSuffix("reaper") { return words }
            if words.first == "ExecStop=/usr/local/bin/reaper" { return words }
            guard let first = words.first, isName(first) || first.hasPrefix("--") else {
                return nil
            }
            words.insert("reaper", at: 0)
            return words
        }
    }
}
