import Foundation
import ReaperKit
import Testing

@testable import reaper

@Suite("help and manual page")
struct HelpTests {
    @Test("the overview has every command")
    func overview() {
        for command in Subcommand.all {
            #expect(Help.overview.contains(command.summary.prefix(20)))
        }
    }

    @Test("a page has every flag of its command and no other", arguments: Subcommand.Name.allCases)
    private func flags(_ name: Subcommand.Name) throws {
        let command = try #require(Subcommand.named(name.rawValue))
        let page = Help.page(of: command)
        let section = page.components(separatedBy: "\nExamples:")[0]
        for flag in Flag.all {
            let isShown = section.contains(
                " --\(flag.long)\(flag.placeholder.map { " \($0)" } ?? " ")"
            )
            // Commands may have flags of one name for themselves.
            let isItsOwn = command.flags.contains {
                $0.long == flag.long && $0.placeholder == flag.placeholder
            }
            #expect(isShown == isItsOwn, "--\(flag.long)")
        }
    }

    @Test("no line is wider than a terminal", arguments: Subcommand.Name.allCases)
    private func width(_ name: Subcommand.Name) throws {
        let command = try #require(Subcommand.named(name.rawValue))
        for line in (Help.page(of: command) + Help.overview).split(separator: "\n") {
            #expect(line.count <= Help.width)
        }
    }

    @Test("the manual page in the repository is the generated one")
    func manualPage() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "man/reaper.1")
        let text = try String(contentsOf: file, encoding: .utf8)
        let advice: Comment = "run: reaper help man-page > man/reaper.1"
        #expect(text == ManPage.text, advice)
    }

    @Test("its notes are the advice for operators in docs/acceptance.md, heading by heading")
    func notes() throws {
        let headings = try AcceptanceTable().advice
        #expect(headings.count == 3 && ManPage.notes.map(\.0) == headings)
    }

    @Test("the manual page has every flag, every status and only lines that roff reads as text")
    func manualPageContents() {
        let text = ManPage.text
        for flag in Flag.all {
            let name = flag.long.replacingOccurrences(of: "-", with: "\\-")
            #expect(text.contains("\\fB\\-\\-\(name)\\fR"))
        }
        for status in ExitStatus.allCases {
            let isListed = text.contains("\\fB\(status.rawValue)\\fR")
            #expect(isListed == Help.statuses.contains(status))
        }
        let requests = [".\\\"", ".TH ", ".SH ", ".SS ", ".TP", ".PP", ".br"]
        for line in text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(requests.contains { line.hasPrefix($0) }, "\(line)")
        }
    }
}
