import Foundation
import TestSupport
import Testing

/// Where `run` tells what came of a leak, and where it does not write.
@Suite("run: reports", .timeLimit(.minutes(60)))
struct RunReportTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ options: [String], _ command: String...) throws -> Completion {
        try Binary.reaper.run(
            ["run", "--settle", "0"] + options + ["--"] + command,
            environment: ["REAPER_STATE_DIR": directory.path("state"), "GITHUB_STEP_SUMMARY": ""]
        )
    }

    private let leak = ["/bin/sh", "-c", "exec >/dev/null 2>&1; sleep 300 & exit 0"]

    @Test(
        "in whatever format and place, standard error tells what came of it, and what proves it",
        arguments: [["--format", "github"], ["--json"], ["-o", "table.txt"], []]
    )
    func outcome(options: [String]) throws {
        let words = options.map { $0 == "table.txt" ? directory.path($0) : $0 }
        let completion = try run(words, leak[0], leak[1], leak[2])
        #expect(completion.code == 23)
        #expect(completion.errorText.contains("1 process gone"), "\(completion.errorText)")
        #expect(completion.errorText.contains("wait4: ECHILD"), "\(completion.errorText)")
    }

    @Test("without a format a report has standard output to itself")
    func standardOutput() throws {
        let completion = try run(["--report", "github=-"], leak[0], leak[1], leak[2])
        #expect(completion.code == 23)
        #expect(completion.text.hasPrefix("::error title=leaked process"), "\(completion.text)")
        #expect(completion.errorText.contains("1 process gone"))
        let both = try run(["--json", "--report", "github=-"], "true")
        #expect(both.code == 2)
        #expect(both.errorText.contains("--report github=-: stdout has the json already"))
    }

    @Test("that something is left is no matter of severity")
    func severity() throws {
        let refused = try run(["--fail-on", "never"], "true")
        #expect(refused.code == 2 && refused.errorText.contains("--fail-on"))
        #expect(try run(["--leak-exit-code", "0"], leak[0], leak[1], leak[2]).code == 0)
    }

    @Test("a named pipe that nobody reads from is said, and the command is not run")
    func pipe() throws {
        let path = directory.path("pipe")
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let mark = directory.path("mark")
        let completion = try run(["--report", "json=\(path)"], "touch", mark)
        #expect(completion.code == 125)
        #expect(
            completion.errorText.hasPrefix(
                "reaper: open --report json=\(path), a named pipe that nobody reads from: "
            ),
            "\(completion.errorText)"
        )
        #expect(!FileManager.default.fileExists(atPath: mark))
    }
}
