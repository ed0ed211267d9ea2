import Foundation
import ReaperKit
import Testing

@testable import reaper

@Suite("help")
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

    @Test(
        "the notes of reaper(1) are the advice for operators in docs/acceptance.md, heading by heading"
    )
    func notes() throws {
        let headings = try AcceptanceTable().advice
        #expect(headings.count == 3 && ManPage.notes.map(\.0) == headings)
    }
}
