import Foundation
import TestSupport
import Testing

/// A supervisor that is not selected itself and starts again whatever is stopped.
@Suite(
    "clean: a supervisor outside the selection",
    .enabled(if: Machine.isRoot && Machine.python != nil, "needs python3, births told"),
    .timeLimit(.minutes(60))
)
struct RestarterTests {
    /// Its children read its own standard input, and end with it.
    private static let supervisor = """
        import subprocess
        job, delay = sys.argv[1], float(sys.argv[2])
        def bear():
            return subprocess.Popen(['cat'], executable=job)
        first = bear()
        def go_on(child):
            while True:
                child.wait()
                threading.Event().wait(delay)
                child = bear()
        threading.Thread(target=go_on, args=(first,), daemon=True).start()
        tell('root')
        ready()
        stay()

        """

    @Test(
        "it is named, and left alone; what it starts is not called gone",
        arguments: ["0", "0.1"]
    )
    func named(delay: String) throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("", to: "bin/.keep")
        let job = directory.path("bin/job")
        try FileManager.default.copyItem(atPath: "/bin/cat", toPath: job)
        let file = try directory.write(
            PythonProgram.prelude + Self.supervisor,
            to: "supervisor.py"
        )
        let program = try PythonProgram([file, job, delay], environment: [:])
        let root = try program.root
        let completion = try Binary.reaper.clean("--timeout", "1s", "--exe", job)
        // Reaper looks once more after 250 ms: on a busy machine even this one can be back later.
        if completion.code == 0, delay != "0" { return }
        #expect(completion.code == 1, "\(completion.text)")
        let report = try completion.report()
        let outcome = try #require(report.outcome)
        let kept = outcome.kept.first { $0.identity == root.identity }
        #expect(
            kept?.reason.hasSuffix("starts job again whenever it is stopped: stop that first")
                == true,
            "\(completion.text)"
        )
        let unproven = "job is started again by "
        #expect(outcome.unproven?.hasPrefix(unproven) == true, "\(completion.text)")
        #expect(outcome.unproven?.contains("(\(root.identity))") == true)
        #expect(outcome.proof == "none" && report.target(root) == nil)
        #expect(root.state == .running)
    }
}
