import Foundation
import TestSupport
import Testing

/// What reaper is started with says nothing that is not so.
@Suite("run: inherited", .timeLimit(.minutes(60)))
struct RunInheritedTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func shell(_ script: String) throws -> Completion {
        try Binary(path: "/bin/sh").run(
            ["-c", script],
            environment: ["REAPER_STATE_DIR": directory.path("state")]
        )
    }

    @Test(
        "a variable from elsewhere does not make an older child the command's",
        arguments: ["1", ""]
    )
    func variable(value: String) throws {
        let completion = try shell(
            """
            sleep 300 >/dev/null 2>&1 &
            echo $!
            export REAPER_RUN_NESTED=\(value)
            exec \(Binary.reaper.path) run --settle 0 -- true
            """
        )
        let older = try #require(Int32(completion.text.filter(\.isNumber)))
        defer { kill(older, SIGKILL) }
        #expect(completion.code == 0 && completion.errorOutput.isEmpty, "\(completion.errorText)")
        #expect(kill(older, 0) == 0)
    }

    @Test("where no file may grow no half of a record is left")
    func limit() throws {
        _ = try shell("ulimit -c 0; ulimit -f 0; exec \(Binary.reaper.path) run -- true")
        let runs = directory.path("state/runs")
        #expect(try FileManager.default.contentsOfDirectory(atPath: runs).isEmpty)
    }
}
