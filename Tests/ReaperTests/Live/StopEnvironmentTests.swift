import TestSupport
import Testing

@Suite("stop: environment variables", .timeLimit(.minutes(60)))
struct StopEnvironmentTests {
    private let live: LiveInstances

    init() throws { live = try LiveInstances() }

    private func stop(_ words: String..., with environment: [String: String]) throws -> Completion {
        try live.run("stop", words + ["--rule", "live.job"], environment: environment)
    }

    @Test("REAPER_STOP_TIMEOUT is the grace, --timeout beats it")
    func timeout() throws {
        let first = try live.job("a-1", ["term-ignorer"])
        let short = try stop("a-1", with: ["REAPER_STOP_TIMEOUT": "300ms"])
        #expect(short.errorText.contains("Waiting up to 300 ms"))
        #expect(try first.root.hasEnded)
        let second = try live.job("b-1")
        let typed = try stop("b-1", "-t", "2s", with: ["REAPER_STOP_TIMEOUT": "300ms"])
        #expect(typed.errorText.contains("Waiting up to 2 s"))
        #expect(try second.root.hasEnded)
    }

    @Test("REAPER_FORCE_STOP kills at once, a grace or a signal beats it")
    func force() throws {
        let first = try live.job("a-1")
        let forced = try stop("a-1", with: ["REAPER_FORCE_STOP": "true"])
        #expect(forced.errorText.contains("Sent SIGKILL"))
        #expect(try first.finish().signals.isEmpty)
        let second = try live.job("b-1")
        let asked = try stop("b-1", "-t", "5", with: ["REAPER_FORCE_STOP": "1"])
        #expect(asked.errorText.contains("Sent SIGTERM"))
        #expect(try second.finish().signals == ["root TERM"])
    }

    @Test("REAPER_CONFIRM_STOP asks about one, or about none; --yes beats it")
    func confirm() throws {
        let first = try live.job("a-1")
        let asks = try stop("a-1", with: ["REAPER_CONFIRM_STOP": "true"])
        #expect(asks.code == 2)
        #expect(try first.root.state == .running)
        let second = try live.job("b-1")
        // Not to be asked is not to mean all: a script may have named none by accident.
        let accident = try stop(with: ["REAPER_CONFIRM_STOP": "no"])
        #expect(accident.code == 2 && accident.errorText.contains("say --all, or --yes"))
        #expect(try second.root.state == .running)
        _ = try stop("--all", with: ["REAPER_CONFIRM_STOP": "no"])
        #expect(try first.root.hasEnded && second.root.hasEnded)
        let third = try live.job("c-1")
        _ = try stop("c-1", "-y", with: ["REAPER_CONFIRM_STOP": "true"])
        #expect(try third.root.hasEnded)
    }

    @Test(
        "a value that is not understood is a usage error that names the variable",
        arguments: [
            ("REAPER_STOP_TIMEOUT", "soon"), ("REAPER_STOP_TIMEOUT", "-1"),
            ("REAPER_STOP_TIMEOUT", "31s"), ("REAPER_FORCE_STOP", "perhaps"),
            ("REAPER_CONFIRM_STOP", "2"),
        ]
    )
    func wrong(name: String, value: String) throws {
        let specimen = try live.job("a-1")
        let completion = try stop("a-1", "--yes", "--force", with: [name: value])
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(completion.errorText.hasPrefix("reaper: \(name): '\(value)' is not "))
        #expect(try specimen.finish().signals.isEmpty)
    }
}
