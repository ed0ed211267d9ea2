import TestSupport
import Testing

@Suite("output: secrets", .timeLimit(.minutes(60)))
struct LiveSecretTests {
    @Test(
        "are masked, unless they are asked for",
        arguments: [
            "scan -v", "scan --json", "scan --format ndjson", "clean -n -v", "clean -n --json",
        ]
    )
    func masked(words: String) throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen(
            "sleep",
            "--exe",
            directory.path("job"),
            "--env",
            "API_TOKEN=hunter2-environ",
            "--args",
            "--token=hunter2-equals",
            "--password",
            "hunter2-next",
            "postgres://joe:hunter2-url@db/x",
            "--verbose"
        )
        let arguments = words.split(separator: " ").map(String.init)
        let selector = ["--pid", try specimen.root.identity, "--env", "API_TOKEN"]
        let masked = try Binary.reaper.run(arguments + selector, rules: nil)
        #expect(masked.text.contains("--verbose") && !masked.text.contains("hunter2"))
        let shown = try Binary.reaper.run(arguments + selector + ["--show-secrets"], rules: nil)
        for secret in ["hunter2-equals", "hunter2-next", "hunter2-url"] {
            #expect(shown.text.contains(secret), "\(secret)")
        }
        #expect(!shown.text.contains("hunter2-environ"))
    }
}
