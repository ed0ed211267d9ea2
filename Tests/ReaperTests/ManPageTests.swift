import Foundation
import ReaperKit
import TestSupport
import Testing

@testable import reaper

/// Holds the pages below `man` to their generator, to each other, and to mandoc(1).
@Suite("manual pages")
struct ManPageTests {
    private static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "man")

    /// Every file below `man`.
    private static let files: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: directory.path()).sorted()) ?? []

    private static func text(_ file: String) throws -> String {
        try String(contentsOf: directory.appending(path: file), encoding: .utf8)
    }

    @Test("those of section 1 are the generated ones, and no other is there")
    func generated() throws {
        let pages = ManPage.all
        #expect(Self.files.filter { $0.hasSuffix(".1") } == pages.map(\.file).sorted())
        for page in pages {
            let isGenerated = try Self.text(page.file) == page.text
            #expect(isGenerated, "\(page.file): run 'make man'")
        }
    }

    @Test("every command has one, with every flag of it and no other, and every status")
    func contents() {
        for command in ManPage.commands {
            let text = ManPage(of: command).text
            for flag in Flag.all {
                let name = flag.long.replacingOccurrences(of: "-", with: "\\-")
                let isThere = text.contains("Fl \\-\(name)\n") || text.contains("Fl \\-\(name) ")
                let isItsOwn = command.flags.contains { $0.longNames.contains(flag.long) }
                #expect(isThere == isItsOwn, "\(command.name) --\(flag.long)")
            }
            for status in ExitStatus.allCases {
                let isThere = text.contains(".It \(status.rawValue)\n")
                #expect(isThere == Help.statuses(of: command).contains { $0.0 == status })
            }
        }
        for status in ExitStatus.allCases {
            let isThere = ManPage.overview.text.contains(".It \(status.rawValue)\n")
            #expect(isThere == Help.statuses.contains(status))
        }
    }

    @Test("pages of reaper that they refer to are there")
    func references() throws {
        for file in Self.files {
            for match in try Self.text(file).matches(of: /\.(?:It )?Xr (reaper\S*) (\d)/) {
                #expect(Self.files.contains("\(match.1).\(match.2)"), "\(file): \(match.0)")
            }
        }
        for format in ManPage.formats {
            #expect(Self.files.contains("\(format.name).\(format.section)"))
        }
    }

    @Test(
        "mandoc has nothing against them",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc"),
            "needs mandoc"
        ),
        arguments: files
    )
    func lint(_ file: String) throws {
        let mandoc = Binary(path: "/usr/bin/mandoc")
        let path = Self.directory.appending(path: file).path()
        let said = try mandoc.run(["-T", "lint", "-W", "warning", path])
        #expect(said.text == "" && said.code == 0)
    }

    @Test("a synopsis in macros")
    func synopsis() {
        #expect(
            ManPage.synopsis("[OPTION...] -- COMMAND...") == [
                ".Op Ar OPTION...", ".Fl \\-", ".Ar COMMAND...",
            ]
        )
        #expect(ManPage.synopsis("[list | show] FILE") == [".Op Cm list | Cm show", ".Ar FILE"])
        #expect(ManPage.synopsis("bash | zsh") == [".Cm bash", ".No \\&|", ".Cm zsh"])
        #expect(ManPage.synopsis("[-o FILE]") == [".Op Fl o Ar FILE"])
    }

    @Test("text has no meaning to roff")
    func escapes() {
        #expect(
            MdocText.escaped(".Sh 'a' \\n -x \"b\"") == "\\&.Sh \\(aqa\\(aq \\en \\-x \\(dqb\\(dq"
        )
        var page = MdocText(name: "x", section: 1, summary: "y")
        page.prose(["One. 'Two'. Three, e.g. four. Five."])
        #expect(page.text.hasSuffix("\nOne. \\(aqTwo\\(aq.\nThree, e.g. four.\nFive.\n"))
    }
}
