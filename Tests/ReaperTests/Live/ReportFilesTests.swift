import Foundation
import Glibc
import TestSupport
import Testing

@Suite("several reports in one run", .timeLimit(.minutes(60)))
struct ReportFilesTests {
    private static let formats = [
        "table", "tree", "json", "ndjson", "junit", "github", "openmetrics", "html", "dot",
    ]
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(
        "each file has its format, whole, and nothing else is left",
        arguments: ["scan", "clean"]
    )
    func everywhere(command: String) throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "2")
        let root = try specimen.root.identity
        let reports = Self.formats.flatMap { ["--report", "\($0)=\(directory.path($0))"] }
        let completion = try run([command, "--pid", root, "--json"] + reports)
        let report = try completion.report()
        #expect(report.found == [root])
        #expect(try names() == Self.formats.sorted())
        // Started once, looked once: one report in many forms.
        #expect(try directory.read("json") == completion.text)
        for format in Self.formats where format != "openmetrics" {
            // What was stopped is nothing to annotate.
            let isTold = format != "github" || command == "scan"
            #expect(try directory.read(format).contains(root) == isTold, "\(format)")
        }
        #expect(try directory.read("junit").hasPrefix("<?xml"))
        #expect(try directory.read("dot").hasPrefix("digraph"))
        let page = try directory.read("html")
        #expect(page.hasPrefix("<!DOCTYPE html>\n") && page.hasSuffix("</html>\n"))
        let asked = page.firstMatch(of: try Regex("<code>reaper \(command) [^<]*--pid \(root)"))
        #expect(asked != nil)
        #expect(page.contains("Exit status \(completion.code ?? -1). "))
        #expect(page.contains("<svg ") == (command == "clean"))
        let metrics = try directory.read("openmetrics")
        #expect(metrics.hasSuffix("# EOF\n"))
        let label = #"{command="clean",result="exited"}"#
        #expect(metrics.contains("reaper_stopped_processes\(label) 3\n") == (command == "clean"))
    }

    @Test("stop writes them, too, also when it stops nobody")
    func stop() throws {
        let path = directory.path("report.json")
        let completion = try run(["stop", "nobody-\(getpid())", "--report", "json=\(path)"])
        #expect(completion.code == 1 && completion.output.isEmpty)
        #expect(try directory.read("report.json").contains(#""command": "stop""#))
    }

    @Test("a file that cannot be written is said before anybody is stopped")
    func unwritable() throws {
        let specimen = try Specimen("sleep")
        let missing = directory.path("no/x")
        let words = ["clean", "--pid", try specimen.root.identity]
        let reports = ["--report", "dot=\(directory.path("a"))", "--report", "junit=\(missing)"]
        let completion = try run(words + reports)
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(
            completion.errorText
                == "reaper: open --report junit=\(missing): No such file or directory\n"
        )
        #expect(try names() == [])
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("one file by two names is refused, whether or not it is there", arguments: [true, false])
    func twice(exists: Bool) throws {
        let file = directory.path("x")
        if exists { try directory.write("old", to: "x") }
        try FileManager.default.createSymbolicLink(
            atPath: directory.path("link"),
            withDestinationPath: "."
        )
        for other in [directory.path("./x"), directory.path("link/x")] {
            let words = ["scan", "--zombies", "-o", file, "--report", "json=\(other)"]
            let completion = try run(words)
            #expect(completion.code == 2)
            #expect(completion.errorText.contains("is the same file as -o \(file)"))
        }
        #expect(try names() == ["link"] + (exists ? ["x"] : []))
    }

    // MARK: - The job summary

    @Test("github appends a summary where GITHUB_STEP_SUMMARY says; other formats do not")
    func summary() throws {
        let specimen = try Specimen("sleep")
        let root = try specimen.root.identity
        let file = try directory.write("before\n", to: "summary.md")
        let environment = ["GITHUB_STEP_SUMMARY": file]
        _ = try run(["scan", "--pid", root, "--json"], environment)
        #expect(try directory.read("summary.md") == "before\n")
        let completion = try run(["scan", "--pid", root, "--format", "github"], environment)
        #expect(completion.code == 1 && completion.text.hasPrefix("::warning title=leaked process"))
        let text = try directory.read("summary.md")
        #expect(text.hasPrefix("before\n### reaper scan: 1 finding: 1 leaked process\n"))
        #expect(text.contains(root.replacingOccurrences(of: "@", with: "&#64;")))
        let none = try run(["scan", "--pid", root, "--format", "github"])
        #expect(none.text == completion.text)
    }

    @Test(
        "a summary file that is none is refused before anybody is stopped, and nobody waits for it",
        arguments: ["link", "pipe", "second name", "directory"]
    )
    func unsafeSummary(kind: String) throws {
        let specimen = try Specimen("sleep")
        let victim = try directory.write("precious", to: "victim")
        let path = directory.path("summary")
        switch kind {
        case "link": #expect(unsafe symlink(victim, path) == 0)
        case "pipe": #expect(unsafe mkfifo(path, 0o600) == 0)
        case "second name": #expect(unsafe link(victim, path) == 0)
        default: #expect(unsafe mkdir(path, 0o700) == 0)
        }
        let words = ["clean", "--pid", try specimen.root.identity, "--report"]
        let report = ["github=\(directory.path("out"))"]
        let completion = try run(words + report, ["GITHUB_STEP_SUMMARY": path])
        #expect(completion.code == 2)
        #expect(completion.errorText.contains("GITHUB_STEP_SUMMARY=\(path): "))
        #expect(try directory.read("victim") == "precious")
        #expect(try names() == ["summary", "victim"])
        #expect(try specimen.finish().signals.isEmpty)
    }

    private func run(
        _ words: [String],
        _ environment: [String: String] = [:]
    ) throws -> Completion {
        try Binary.reaper.run(words, rules: nil, environment: environment)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }
}
