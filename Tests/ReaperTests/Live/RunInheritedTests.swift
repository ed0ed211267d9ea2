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

    @Test(
        "what counts time otherwise is no other process, and no snapshot to compare with",
        .enabled(if: Self.canShiftTime, "needs root, and time namespaces")
    )
    func shifted() throws {
        let reaper = Binary.reaper.path
        let outside = "nsenter -T -t $PPID \(reaper) scan --fail-on info"
        let scan = try shell("\(Self.shift) \(reaper) run -- \(outside) --rule reaper.lease")
        #expect(scan.code == 0, "\(scan.text)\(scan.errorText)")
        let file = directory.path("snapshot.json")
        let since = try shell(
            "\(Self.shift) \(reaper) snapshot -o \(file); \(reaper) scan --since \(file)"
        )
        #expect(since.code == 2)
        #expect(since.errorText.contains("another time namespace"), "\(since.errorText)")
    }

    private static let shift = "unshare -T --boottime 100000 --fork"

    private static var canShiftTime: Bool {
        let script = "\(shift) nsenter -T -t $PPID true"
        return (try? Binary(path: "/bin/sh").run(["-c", script]))?.code == 0
    }
}
