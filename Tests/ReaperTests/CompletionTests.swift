import Foundation
import ReaperKit
import TestSupport
import Testing

@testable import reaper

@Suite("completion tables")
struct CompletionTableTests {
    private static let machine = ParsingContext(
        userNumber: { _ in nil },
        services: { ServiceNames() },
        realPath: { ByteString($0) },
        currentDirectory: { "/" }
    )

    @Test(
        "every word that is offered for a flag is one that it takes",
        arguments: Subcommand.Name.allCases
    )
    private func words(_ name: Subcommand.Name) throws {
        let command = try #require(Subcommand.named(name.rawValue))
        for flag in command.flags {
            guard case .words(let words) = flag.completion(for: command),
                case .value(_, let apply) = flag.argument
            else { continue }
            #expect(!words.isEmpty)
            for word in words {
                var options = Options()
                #expect(throws: Never.self, "--\(flag.long) \(word)") {
                    try apply(&options, word, Self.machine)
                }
            }
        }
    }

    @Test("formats are those that the parser lets the command have")
    func formats() throws {
        func formats(_ name: Subcommand.Name) throws -> CompletionSource? {
            let command = try #require(Subcommand.named(name.rawValue))
            return Flag.long("format", for: name)?.completion(for: command)
        }
        #expect(try formats(.scan) == .words(ReportFormat.allCases.map(\.rawValue)))
        #expect(try formats(.list) == .words(["table", "json", "ndjson"]))
        #expect(try formats(.rules) == .words(["table", "json"]))
    }

    @Test(
        "only what no shell reads anything else in is offered",
        arguments: [
            ("prod-a3f2", true), ("wasmcloud.provider", true), ("8080/udp", true), (":8080", true),
            ("4127@88213", true), ("a,b+c%d", true), ("", false), ("--force", false), ("-n", false),
            ("a b", false), ("a\nb", false), ("a\tb", false), ("$(reboot)", false), ("`id`", false),
            ("a;b", false), ("a|b", false), ("a&b", false), ("'a", false), ("\"a", false),
            ("a\\b", false), ("~root", false), ("a*", false), ("a{b,c}", false), ("a=b", false),
            ("!!", false), ("#a", false), ("<a", false), ("\u{1b}[31m", false), ("é", false),
            (String(repeating: "a", count: 129), false),
        ]
    )
    func plain(_ word: String, _ isPlain: Bool) {
        #expect(CompleteCommand.isPlain(word) == isPlain)
    }
}

/// What `reaper complete` says in the machine that a test has made.
@Suite("names for completion", .timeLimit(.minutes(60)))
struct CompleteCommandTests {
    @Test("it never fails, and says nothing but names")
    func neverFails() throws {
        for words in [[], ["bogus"], ["rules", "--help"], ["services"], ["instances", "ports"]] {
            let completion = try Binary.reaper.run(
                ["complete"] + words,
                environment: ["REAPER_RULES": "/nonexistent", "REAPER_STATE_DIR": "/nonexistent"]
            )
            #expect(completion.code == 0 && completion.errorOutput.isEmpty)
            let lines = completion.text.split(separator: "\n")
            #expect(lines.allSatisfy { CompleteCommand.isPlain(String($0)) })
        }
    }

    @Test("rules that ship, and those of a file")
    func rules() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "{ name: 'mine', title: 'Mine', rules: [{ id: 'web', title: 'A', match: { name: ['x'] } }] }",
            to: "mine.json5"
        )
        let said = try Binary.reaper.run(
            ["complete", "rules"],
            environment: ["REAPER_RULES": file]
        )
        let lines = said.text.split(separator: "\n")
        #expect(lines.contains("mine.web") && lines.contains("wasmcloud.provider"))
    }

    @Test("instances, without those whose names a shell would read something in")
    func instances() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            """
            { name: 'mine', title: 'Mine', rules: [{ id: 'web', title: 'A', match: { name: ['x'] },
              instance: { files: ['\(directory.path)/run/*.pid'], format: 'pid' } }] }
            """,
            to: "mine.json5"
        )
        for name in ["plain-1", "a b", "$(touch pwned)", "new\nline", "\u{1b}[31mred", ";id"] {
            try directory.write("2147483647\n", to: "run/\(name).pid")
        }
        let said = try Binary.reaper.run(
            ["complete", "instances"],
            environment: ["REAPER_RULES": file]
        )
        let lines = said.text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("plain-1") })
        #expect(!said.text.contains { "$; \u{1b}".contains($0) } && !lines.contains("line"))
    }

    @Test("ports that somebody listens on")
    func ports() throws {
        let specimen = try Specimen(["listen"])
        let port = try specimen.port
        let said = try Binary.reaper.run(["complete", "ports", "targets"])
        let lines = said.text.split(separator: "\n")
        #expect(lines.contains("\(port)") && lines.contains(":\(port)"))
    }

    @Test("services of the file in the current directory")
    func services() throws {
        let directory = try TemporaryDirectory()
        try directory.write("web: true\ndb: true\n", to: "Procfile")
        let shell = Binary(path: "/bin/sh")
        let said = try shell.run(
            [
                "-c", "cd \"$1\" && exec \"$2\" complete services", "sh", directory.path,
                Binary.reaper.path,
            ],
            environment: ["REAPER_STATE_DIR": directory.path("state")]
        )
        #expect(said.text == "db\nweb\n")
    }
}
