import Foundation
import TestSupport
import Testing

@Suite("stop: what it says is so", .timeLimit(.minutes(60)))
struct StopWordsTests {
    private let live: LiveInstances

    init() throws { live = try LiveInstances() }

    @Test("a file is not said to be cleaned up while nothing is done")
    func dryRun() throws {
        try live.record("gone-1", LiveInstances.nobody)
        let dry = try live.stop("gone-1", "--dry-run")
        let file = live.directory.path("run/gone-1.json")
        #expect(dry.errorText.contains("its file \(file) is to be cleaned up"), "\(dry.errorText)")
        #expect(live.has("run/gone-1"))
        let specimens = try [live.job("a-1"), live.job("b-1")]
        let refused = try live.stop("--all", "--rule", "live.job")
        #expect(refused.code == 2 && !refused.errorText.contains("cleaning up"))
        for specimen in specimens { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("of whom a broken file tells is not said to run")
    func broken() throws {
        let specimen = try live.job("a-1")
        try live.record("zero", 0)
        let said = try live.stop("nosuch").errorText
        #expect(said.contains("Running instances:\n  - a-1, PID"))
        #expect(!said.contains("zero"), "whose name was not asked for: \(said)")
        #expect(said.contains("Of 1 other it is not known whether it runs: 'reaper list -v'"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a bare number is no name: what would stop the process can be typed as it is printed")
    func number() throws {
        let specimen = try live.job("a-1")
        let stranger = try Specimen("sleep")
        let (root, other) = try (specimen.root, stranger.root)
        let unknown = try live.stop("\(other.pid)")
        #expect(unknown.code == 1)
        let said = unknown.errorText
        #expect(said.contains("'reaper clean --pid \(other.identity)' stops that"), "\(said)")
        let exact = try live.stop(other.identity)
        #expect(exact.code == 1)
        #expect(exact.errorText.contains("'reaper clean --pid \(other.identity)' stops that"))
        let past = try live.stop("\(other.pid)@1").errorText
        #expect(past.contains("that process is gone: number \(other.pid) names "), "\(past)")
        let known = try live.stop("\(root.pid)").errorText
        #expect(known.contains("of 'a-1' (PID \(root.pid)): 'reaper stop \(root.identity)'"))
        #expect(try live.stop(root.identity, "--json").isAllGone())
        #expect(try root.hasEnded && stranger.finish().signals.isEmpty)
    }

    @Test("a name that a shell would take apart is quoted in advice")
    func quoted() throws {
        let kept = try Specimen(
            "sleep",
            "--exe",
            live.directory.path("bin/job-x"),
            "--env",
            "REAPER_KEEP=1"
        )
        try live.directory.write(
            "{\"id\": \"my job\", \"pid\": \(try kept.root.pid)}",
            to: "run/x.json"
        )
        let said = try live.stop("--all", "--rule", "live.job").errorText
        #expect(said.contains("'reaper stop 'my job'' stops it"), "\(said)")
        #expect(try kept.finish().signals.isEmpty)
    }

    @Test("-v shows what tells that it is the one, and the plan, before anything is done")
    func verbose() throws {
        let specimen = try live.job("a-1")
        let root = try specimen.root
        let said = try live.stop("a-1", "-v").errorText
        let parts = said.components(separatedBy: "plan: stop 1 process, remove 1 file\n")
        try #require(parts.count == 2, "\(said)")
        #expect(parts[0].contains("live a-1 (running): process \(root.pid) runs\n"))
        #expect(parts[0].contains("  rule live.job\n  - "), "\(said)")
        #expect(parts[1].contains(root.identity) && parts[1].contains("Sent SIGTERM to 'a-1'"))
        #expect(root.hasEnded)
    }

    @Test("a deadline that leaves less than the grace is what is told")
    func deadline() throws {
        let specimen = try live.job("a-1")
        let said = try live.stop("a-1", "--deadline", "6").errorText
        #expect(said.contains("Waiting up to 4 s for graceful shutdown..."), "\(said)")
        #expect(try specimen.root.hasEnded)
    }

    @Test("without any grace nobody is waited for")
    func noGrace() throws {
        let specimen = try live.job("a-1", ["term-ignorer", "--with", "consume"])
        let said = try live.stop("a-1", "-t", "0", "--json").errorText
        #expect(said.contains("Not waiting for graceful shutdown: who"), "\(said)")
        #expect(!said.contains("Waiting up to") && !said.contains("not responding"))
        #expect(try specimen.root.hasEnded)
    }

    @Test("who is waited for is named: what it started, when it has ended itself")
    func waitedFor() throws {
        let specimen = try live.job("a-1", ["wrapper", "--setsid", "--ignore-term"])
        let (root, payload) = try (specimen.root, specimen["payload"])
        let said = try live.stop("a-1", "-t", "300ms", "--json").errorText
        let whom = "(PID \(payload.pid)) of 'a-1' (PID \(root.pid)) not responding after "
        #expect(said.contains(whom), "\(said)")
        #expect(said.components(separatedBy: "✓").count == 2)
        #expect(root.hasEnded && payload.hasEnded)
    }

    @Test("where nobody can be asked it says what asks, and about whom")
    func unasked() throws {
        let specimen = try live.job("a-1")
        let root = try specimen.root
        let variable = try live.run(
            "stop",
            ["a-1"],
            environment: ["REAPER_CONFIRM_STOP": "true"]
        )
        let whom = "'a-1' (PID \(root.pid))"
        #expect(variable.code == 2)
        let said = variable.errorText
        #expect(said.contains("REAPER_CONFIRM_STOP is true: it asks before it stops \(whom)"))
        let flag = try live.stop("-i", "a-1")
        #expect(flag.code == 2)
        #expect(flag.errorText.contains("--interactive asks before it stops \(whom)"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a name is found before it is asked about, and several are listed")
    func question() throws {
        let specimens = try [live.job("web-a1"), live.job("web-b1")]
        let root = try specimens[0].root
        let one = try live.onTerminal("-i", "web-a", answer: "n\n").text
        let found = "Found matching instance: web-a1"
        let parts = one.components(separatedBy: found)
        #expect(parts.count == 2, "\(one)")
        #expect(parts.last?.contains("Stop 'web-a1' (PID \(root.pid))? [y/N]") == true)
        let both = try live.onTerminal("-i", "web-a1", "web-b1", answer: "n\n").text
        let list = both.components(separatedBy: "Stop these 2? [y/N]")
        #expect(list.count == 2, "\(both)")
        #expect(list[0].contains("  - web-a1, PID") && list[0].contains("  - web-b1, PID"))
        for specimen in specimens { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("a plan that is executed later is told step by step, too")
    func plan() throws {
        let specimen = try live.job("a-1")
        let root = try specimen.root
        let dry = try live.stop("a-1", "--dry-run", "--json")
        let plan = try live.directory.write(dry.text, to: "plan.json")
        let completion = try live.stop("--plan", plan, "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        let said = completion.errorText
        #expect(said.contains("Sent SIGTERM to 'job-a-1' (PID \(root.pid))\n"), "\(said)")
        #expect(said.contains("✓ 'job-a-1' (PID \(root.pid)) stopped gracefully after "))
    }

    @Test("of several who stop one at the same time nobody fails")
    func concurrent() async throws {
        let live = live
        for round in 0..<3 {
            let specimen = try live.job("a-\(round)", ["term-ignorer", "--with", "consume"])
            try await withThrowingTaskGroup(of: Completion.self) { group in
                for _ in 0..<3 {
                    group.addTask { try live.stop("a-\(round)", "-t", "300ms", "--json") }
                }
                for try await completion in group {
                    // Who comes when all is over finds nothing of that name.
                    let isOver = completion.errorText.contains("not found")
                    let isGone = try completion.isAllGone()
                    #expect(isOver || isGone, "\(completion.text)\(completion.errorText)")
                }
            }
            #expect(try specimen.root.hasEnded && !live.has("run/a-\(round)"))
        }
    }
}
