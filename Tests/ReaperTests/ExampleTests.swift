import Foundation
import ReaperKit
import Testing

@testable import reaper

/// A command that the documentation shows, and where.
private struct ShownCommand: Sendable, CustomTestStringConvertible {
    var place: String
    var words: [String]
    /// Whether it is a part of a sentence, in which what goes without saying is left out.
    var isMention = false
    var testDescription: String { "\(place): \(words.joined(separator: " "))" }

    /// The commands of reaper in a line of shell.
    static func all(in line: String, of place: String) -> [ShownCommand] {
        split(line).compactMap { words in
            // What comes before it, such as clush(1), runs it with the words that follow.
            guard let start = words.firstIndex(where: { $0 == "reaper" || $0.hasSuffix("/reaper") })
            else { return nil }
            return ShownCommand(place: place, words: Array(words[(start + 1)...]))
        }
    }

    /// The words of each command of a line, quotes removed, redirections and comments left out.
    static func split(_ line: String) -> [[String]] {
        var commands: [[String]] = [[]]
        var word: String?
        var quote: Character?
        var skipsNext = false
        func finish() {
            if let text = word, !skipsNext { commands[commands.count - 1].append(text) }
            if word != nil { skipsNext = false }
            word = nil
        }
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + "\(character)" }
                continue
            }
            switch character {
            case "'", "\"": (quote, word) = (character, word ?? "")
            case " ": finish()
            case ";", "|", "&", ")", "(":
                // $(id -u) is a word.
                if character == "(", word?.hasSuffix("$") == true {
                    quote = ")"
                    continue
                }
                finish()
                commands.append([])
            case ">", "<":
                finish()
                skipsNext = true
            case "#" where word == nil:
                finish()
                return commands
            default: word = (word ?? "") + "\(character)"
            }
        }
        finish()
        return commands
    }

    /// Those of the tables, which help and the manual pages of section 1 show.
    static var ofTables: [ShownCommand] {
        Subcommand.all.flatMap { command in
            command.examples.flatMap { all(in: $0.command, of: "help \(command.name.rawValue)") }
        }
    }

    /// Indented lines of Markdown that begin with a command; what follows two spaces is a comment.
    static func ofMarkdown(_ path: String) throws -> [ShownCommand] {
        try text(path).components(separatedBy: "\n").filter { $0.hasPrefix("    ") }
            .flatMap { line in
                let code = line.dropFirst(4).replacing(#/^\$ /#, with: "")
                guard
                    code.hasPrefix("reaper ") || code.contains("; reaper ")
                        || code.contains("clush")
                else { return [ShownCommand]() }
                return all(in: String(code.split(separator: "  ").first ?? ""), of: path)
            }
    }

    /// Displayed lines of a manual page that begin with a prompt, and quoted ones.
    static func ofManual(_ path: String) throws -> [ShownCommand] {
        try text(path).components(separatedBy: "\n").flatMap { line -> [ShownCommand] in
            let plain = line.replacing("\\-", with: "-").replacing("\\(aq", with: "'")
            guard plain.hasPrefix("$ reaper ") || plain.hasPrefix(".Ql reaper ") else { return [] }
            let code = plain.replacing(#/^(\$|\.Ql) /#, with: "").replacing(#/ [,.]$/#, with: "")
            return all(in: code, of: path).map { shown in
                var shown = shown
                shown.isMention = plain.hasPrefix(".Ql")
                return shown
            }
        }
    }

    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}

/// Whoever copies an example must not be told that there is no such flag.
@Suite("commands that the documentation shows")
struct ExampleTests {
    private static let machine = ParsingContext(
        userNumber: { _ in 1000 },
        services: { ServiceNames(parsing: Array("http 80/tcp\n".utf8)) },
        realPath: { ByteString($0) },
        currentDirectory: { "/home/alice" },
        homeDirectory: { "/home/alice" }
    )

    /// What stands for a word that a reader puts there.
    private static let stands = [
        "PID": "4127", "PID@START": "4127@88213", "PORT": "8080", "ID": "dora.node",
    ]

    private func check(_ shown: ShownCommand) {
        let words = shown.words.map { Self.stands[$0] ?? $0 }
        guard let first = words.first, !["--help", "--version"].contains(first) else { return }
        guard let command = Subcommand.named(first) else {
            Issue.record("no command '\(first)'")
            return
        }
        do throws(UsageError) {
            let options = try ArgumentParser.parse(
                Array(words.dropFirst()),
                for: command,
                in: Self.machine
            )
            if command.name == .rules { _ = try RulesRequest(options) }
        } catch {
            let isLeftOut = shown.isMention && error.message.hasPrefix("needs ")
            #expect(isLeftOut, "\(shown): \(error)")
        }
    }

    @Test("are understood: those of help", arguments: ShownCommand.ofTables)
    private func tables(_ shown: ShownCommand) { check(shown) }

    @Test(
        "are understood: those of files",
        arguments: [
            ("README.md", 30), ("docs/recipes.md", 2), ("man/reaper-rules.5", 4),
            ("man/reaper-services.5", 1), ("man/reaper-report.5", 4), ("man/reaper-snapshot.5", 2),
        ]
    )
    func files(_ path: String, _ least: Int) throws {
        let isMarkdown = path.hasSuffix(".md")
        let shown = try isMarkdown ? ShownCommand.ofMarkdown(path) : ShownCommand.ofManual(path)
        // A look that finds nothing would find nothing wrong.
        #expect(shown.count >= least, "\(shown.count)")
        for command in shown {
            check(command)
        }
    }

    @Test("are taken apart as a shell would")
    func split() {
        #expect(
            ShownCommand.split("a 'b c' \"d\"; e $(id -u) > f && g | h # i")
                == [["a", "b c", "d"], ["e", "$id -u"], [], ["g"], ["h"]]
        )
    }
}
