import Foundation
import TestSupport
import Testing

@Suite("scan: status, formats and files", .timeLimit(.minutes(60)))
struct LiveOutputTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("--fail-on says which severities fail", arguments: ["error", "warning", "info"])
    func failOn(severity: String) throws {
        let specimen = try Specimen("orphan", "--dead-session", "--exe", directory.path("c/job"))
        let rules = LiveRules.job(directory.path("c"), severity: severity)
        let levels = ["error", "warning", "info", "never"]
        for level in levels {
            let completion = try Binary.reaper.scan("--orphans", "--fail-on", level, rules: rules)
            let report = try completion.report()
            #expect(report.finding(about: try specimen.root)?.severity == severity)
            // An ordinary user cannot see every executable.
            let otherwise: Int32 = report.complete ? 0 : 3
            // A level includes those before it.
            let fails = level != "never" && levels.drop { $0 != severity }.contains(level)
            #expect(completion.code == (fails ? 1 : otherwise), "\(level)")
        }
    }

    @Test("a file that must not grow any more is told; it does not end reaper")
    func fileSizeLimit() throws {
        let words = "scan --orphans --no-default-rules --json -o \(directory.path("report.json"))"
        let completion = try Binary(path: "/bin/sh")
            .run(["-c", "ulimit -f 0; exec \(Binary.reaper.path) \(words)"])
        #expect(completion.code == 3, "\(completion.errorText)")
        #expect(completion.errorText.lowercased().contains("file too large"))
    }

    @Test("-o writes the file whole, and nothing to stdout")
    func file() throws {
        let specimen = try Specimen("sleep")
        let path = directory.path("report.json")
        let words = ["scan", "--json", "--pid", try specimen.root.identity]
        let completion = try Binary.reaper.run(words + ["-o", path], rules: nil)
        #expect(completion.code == 1 && completion.output.isEmpty)
        #expect(try directory.read("report.json").contains(specimen.root.identity))
        let missing = try Binary.reaper.run(words + ["-o", directory.path("no/x")], rules: nil)
        #expect(missing.code == 2)
        #expect(missing.errorText.contains("No such file"))
    }

    @Test("a report that cannot be written stops nobody")
    func unwritable() throws {
        let specimen = try Specimen("sleep")
        let words = ["clean", "--pid", try specimen.root.identity, "-o", directory.path("no/x")]
        #expect(try Binary.reaper.run(words, rules: nil).code == 2)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("every format tells of the same processes", arguments: ["scan", "clean -n", "clean"])
    func lines(command: String) throws {
        let specimen = try Specimen("tree", "--depth", "1", "--exe", directory.path("job"))
        let words = command.split(separator: " ").map(String.init)
        let selector = ["--in", directory.path]
        let format = ["--format", "ndjson"]
        let completion = try Binary.reaper.run(words + selector + format, rules: nil)
        let lines = try completion.text.split(separator: "\n").map { line in
            try #require(
                JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                "\(line)"
            )
        }
        let found = lines.compactMap { ($0["process"] as? [String: Any])?["identity"] as? String }
        #expect(Set(found) == Set(specimen.processes.values.map(\.identity)))
        for line in lines {
            let host = try #require(line["host"] as? [String: Any])
            #expect(host["boot_id"] as? String != nil && line["started_at"] != nil)
        }
        let actions = lines.filter { $0["plan"] != nil }
        #expect(actions.count == (command == "scan" ? 0 : 1))
    }

    @Test("a reader that goes away does not change the status", arguments: ["", "--json", "-v"])
    func pipe(format: String) throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "100")
        let bash = Binary(path: "/bin/bash")
        let script = #"""
            "$0" scan $2 --no-default-rules --exe "$1" | head -1 >&2; echo "${PIPESTATUS[0]}"
            """#
        let exe = try #require(specimen.root.link("exe"))
        let completion = try bash.run(["-c", script, Binary.reaper.path, exe, format])
        #expect(completion.text == "1\n")
        #expect(completion.errorText.split(separator: "\n").count == 1)
    }

    @Test(
        "it needs no home and no standard input",
        arguments: ["env -u HOME", "env -i", "env HOME=", "env HOME=/nonexistent", "env"]
    )
    func environment(prefix: String) throws {
        let specimen = try Specimen("sleep")
        let script = prefix + #" "$0" scan --json --pid "$1" <&-"#
        let words = ["-c", script, Binary.reaper.path, try specimen.root.identity]
        let completion = try Binary(path: "/bin/sh").run(words)
        #expect(try completion.report().found == [specimen.root.identity])
        #expect(completion.code == 1, "\(completion.errorText)")
    }

    @Test("without standard streams it still does what it was asked, and nothing else")
    func streams() throws {
        let specimen = try Specimen("sleep")
        let script = #""$0" clean --no-default-rules --pid "$1" <&- >&- 2>&-; echo $?"#
        let words = ["-c", script, Binary.reaper.path, try specimen.root.identity]
        let completion = try Binary(path: "/bin/sh").run(words)
        #expect(completion.text == "3\n" || completion.text == "1\n")
        #expect(try specimen.root.hasEnded)
    }
}
