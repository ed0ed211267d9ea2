import Foundation
import ReaperKit
import Testing

@Suite("report as workflow commands")
struct GitHubReportTests {
    @Test("a line is a command of reaper's or plain words of reaper's", arguments: FormatCase.all)
    private func lines(_ item: FormatCase) throws {
        let text = try GitHubReport.render(item.report, style: ReportStyle()).utf8Text()
        for line in text.split(separator: "\n") {
            guard line.hasPrefix("::") else {
                #expect(line.hasPrefix("reaper"), "\(line)")
                continue
            }
            let command = try #require(Command(line), "\(line)")
            #expect(["error", "warning", "notice"].contains(command.name))
            #expect(Set(command.properties.keys).isSubset(of: ["file", "title"]))
            #expect(command.properties["title"]?.isEmpty == false)
        }
        for scalar in text.unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control)
        }
    }

    @Test("levels follow severities, files are named, evidence is in the message")
    func commands() throws {
        let commands = try commands(of: SampleReport.report())
        #expect(commands.map(\.name) == ["error", "warning", "notice"])
        #expect(
            commands[0].properties["title"]
                == "orphan: wasmcloud\\x1b[2J 4127@88213 (wasmcloud.provider)"
        )
        #expect(commands[0].message.contains("\n  - its executable lies in the cache"))
        #expect(!commands[0].message.contains("hunter2"))
        #expect(commands[1].properties["file"] == "/run/user/1000/node.pid")
    }

    @Test("what was stopped is no annotation, what is left is one")
    func outcome() throws {
        let commands = try commands(of: FormatCase.acted)
        #expect(!commands.contains { $0.properties["file"] != nil })
        #expect(commands.contains { $0.properties["title"] == "clean: 1 of 2 ports held" })
        var done = FormatCase.acted
        done.findings.removeLast()
        done.plan?.refused = []
        done.outcome?.targets[1].result = .killed
        done.outcome?.kept = []
        done.outcome?.ports = []
        #expect(try self.commands(of: done).isEmpty)
        let text = try GitHubReport.render(done, style: ReportStyle()).utf8Text()
        #expect(text.hasSuffix("reaper clean: 2 processes: 1 exited, 1 killed; 1 file removed\n"))
    }

    @Test("an incomplete view is an error")
    func incomplete() throws {
        let commands = try commands(of: FormatCase.incomplete)
        #expect(commands.map(\.name) == ["error"])
        #expect(commands[0].message.contains("hidepid=2"))
    }

    private func commands(of report: Report) throws -> [Command] {
        try GitHubReport.render(report, style: ReportStyle()).utf8Text()
            .split(separator: "\n").compactMap { Command($0) }
    }
}

@Suite("report as a job summary")
struct GitHubSummaryTests {
    @Test("a row has its six cells, and a fence is closed", arguments: FormatCase.all)
    private func rows(_ item: FormatCase) throws {
        let text = try GitHubSummary.render(item.report, style: ReportStyle()).utf8Text()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count { $0 == "```text" } == lines.count { $0 == "```" })
        var isFenced = false
        for line in lines {
            if line.hasPrefix("```") { isFenced.toggle() }
            guard !isFenced else { continue }
            if line.hasPrefix("|") { #expect(line.count { $0 == "|" } == 7, "\(line)") }
            let marks = line.replacingOccurrences(of: "<details><summary>", with: "")
                .replacingOccurrences(of: "</summary>", with: "")
                .replacingOccurrences(of: "</details>", with: "")
            #expect(!marks.contains("<") && !marks.contains("http:") && !marks.contains("www."))
        }
    }

    @Test(
        "a Markdown reader finds no link, image or foreign element in it",
        .enabled("no python3 with markdown_it: 'make formats' installs it") {
            OutsideReader.hasPython("markdown_it, linkify_it")
        },
        arguments: FormatCase.all
    )
    private func reader(_ item: FormatCase) throws {
        let program = """
            import sys, re, markdown_it
            text = open(sys.argv[1], encoding="utf-8", newline="").read()
            html = markdown_it.MarkdownIt("gfm-like", {"html": True}).render(text)
            print(" ".join(sorted(set(re.findall("<([a-z0-9]+)", html)))))
            """
        let summary = GitHubSummary.render(item.report, style: ReportStyle())
        let run = try OutsideReader.python(program, summary, [])
        let known: Set<Substring> = [
            "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "details",
            "summary",
            "pre", "code",
        ]
        #expect(run.status == 0, "\(run.output)")
        let elements = Set(run.output.dropLast().split(separator: " "))
        #expect(elements.isSubset(of: known), "\(run.output)")
    }

    @Test("it never takes more room than there is", arguments: [0, 100, 1000, 20_000, 1 << 20])
    private func limit(_ limit: Int) throws {
        for report in [FormatCase.many(), FormatCase.hostile, FormatCase.empty] {
            let bytes = GitHubSummary.render(report, style: ReportStyle(), limit: limit)
            #expect(bytes.count <= limit)
            let lines = try bytes.utf8Text().split(separator: "\n")
            #expect(lines.count { $0 == "```text" } == lines.count { $0 == "```" })
        }
    }

    @Test("of 5,000 findings it shows 200 and counts the rest")
    func many() throws {
        let text = try GitHubSummary.render(FormatCase.many(), style: ReportStyle()).utf8Text()
        #expect(text.contains("### reaper scan: 5000 findings: 5000 orphans\n"))
        #expect(text.contains("\nand 4800 more\n"))
        #expect(text.utf8.count < GitHubSummary.limit / 2)
    }
}

/// A workflow command as the runner of GitHub Actions takes it apart: `ActionCommand.TryParseV2`.
private struct Command {
    var name: String
    var properties: [String: String] = [:]
    var message: String

    init?(_ line: Substring) {
        guard line.hasPrefix("::"), let end = line.dropFirst(2).range(of: "::") else { return nil }
        let head = line[line.index(line.startIndex, offsetBy: 2)..<end.lowerBound]
        message = Command.plain(line[end.upperBound...])
        let words = head.split(separator: " ", maxSplits: 1)
        guard let first = words.first else { return nil }
        name = String(first)
        for pair in words.dropFirst().first?.split(separator: ",") ?? [] {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let value = parts[1].replacingOccurrences(of: "%3A", with: ":")
                .replacingOccurrences(of: "%2C", with: ",")
            properties[String(parts[0])] = Command.plain(value)
        }
    }

    private static func plain(_ text: some StringProtocol) -> String {
        text.replacingOccurrences(of: "%0D", with: "\r").replacingOccurrences(of: "%0A", with: "\n")
            .replacingOccurrences(of: "%25", with: "%")
    }
}
