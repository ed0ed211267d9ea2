import Foundation
import TestSupport
import Testing

@Suite("scan: orphans", .timeLimit(.minutes(60)))
struct OrphanScanTests {
    private let directory: TemporaryDirectory
    private let job: String

    init() throws {
        directory = try TemporaryDirectory()
        job = directory.path("cache/job")
    }

    private var rules: String { LiveRules.job(directory.path("cache")) }

    @Test("a job whose host is gone is confirmed, with facts of both classes")
    func confirmed() throws {
        let specimen = try Specimen("orphan", "--dead-session", "--exe", job)
        let completion = try Binary.reaper.scan(rules: rules)
        #expect(completion.code == 1)
        let finding = try #require(try completion.report().finding(about: specimen.root))
        #expect(finding.kind == "orphan" && finding.rule == "live.job")
        #expect(finding.verdict == "confirmed" && finding.severity == "error")
        #expect(finding.remedy.action == "stop")
        let identity = try specimen.root.identity
        #expect(finding.remedy.command?.hasPrefix("reaper clean --pid \(identity) ") == true)
        // What it is stopped by are the rules that found it.
        #expect(finding.remedy.command?.contains(" --rules /") == true)
        let exe = try "/proc/\(specimen.root.pid)/exe"
        #expect(finding.evidence.contains { $0.source == exe && $0.value == job })
        #expect(finding.evidence.contains { $0.source.hasSuffix("/stat") })
    }

    @Test("a job that a subreaper adopted is an orphan, too")
    func subreaper() throws {
        let specimen = try Specimen("orphan", "--adopted", "--dead-session", "--exe", job)
        let report = try Binary.reaper.scan("--orphans", rules: rules).report()
        let finding = try #require(report.finding(about: try specimen.root))
        // Among the ancestors there may be one that an ordinary user cannot look at: the host?
        #expect(finding.verdict == (report.complete ? "confirmed" : "suspect"))
    }

    @Test("a job is nobody's leftover while its host lives")
    func owned() throws {
        let specimen = try Specimen("sleep", "--exe", job, "--owner", directory.path("host"))
        let completion = try Binary.reaper.scan("--orphans", rules: rules)
        let report = try completion.report()
        #expect(report.finding(about: try specimen.root) == nil)
        #expect(report.finding(about: try specimen["owner"]) == nil)
        #expect(try completion.isAllGone())
    }

    @Test("REAPER_KEEP=1 is left alone")
    func kept() throws {
        let kept = try Specimen("orphan", "--dead-session", "--exe", job, "--env", "REAPER_KEEP=1")
        let other = try Specimen("orphan", "--dead-session", "--exe", directory.path("cache/b"))
        let report = try Binary.reaper.scan("--orphans", rules: rules).report()
        #expect(report.finding(about: try kept.root) == nil)
        #expect(report.finding(about: try other.root) != nil)
    }

    @Test(
        "what only looks like a job is not one",
        arguments: [
            ["--argv0", "JOB"], ["--cwd", "CACHE"], ["--env", "JOB=JOB"], ["--name", "6a6f62"],
            ["--args", "JOB"],
        ]
    )
    func lookalike(words: [String]) throws {
        let cache = directory.path("cache")
        let orphan = try Specimen("orphan", "--dead-session", "--exe", job)
        let filled = words.map {
            $0.replacingOccurrences(of: "JOB", with: job)
                .replacingOccurrences(of: "CACHE", with: cache)
        }
        let elsewhere = directory.path("elsewhere")
        let specimen = try Specimen(["orphan", "--dead-session", "--exe", elsewhere] + filled)
        let report = try Binary.reaper.scan("--orphans", rules: rules).report()
        #expect(report.finding(about: try specimen.root) == nil)
        #expect(report.finding(about: try orphan.root) != nil)
    }

    @Test("a deleted executable is shown; one that was replaced is no cause for alarm")
    func deleted() throws {
        let gone = try Specimen("sleep", "--exe", directory.path("a"), "--deleted")
        let replaced = try Specimen("sleep", "--exe", directory.path("b"), "--replaced")
        let whole = try Specimen("sleep", "--exe", directory.path("c"))
        let report = try Binary.reaper.scan("--kind", "deleted_executable").report()
        let finding = try #require(report.finding(about: try gone.root))
        #expect(finding.summary == "its executable was deleted: \(directory.path("a"))")
        #expect(finding.severity == "warning" && finding.verdict == "suspect")
        let other = try #require(report.finding(about: try replaced.root))
        #expect(other.summary.contains("replaced by a newer file") && other.severity == "info")
        #expect(report.finding(about: try whole.root) == nil)
    }

    @Test("a deleted executable alone is no reason to stop anybody")
    func heuristic() throws {
        let specimen = try Specimen("sleep", "--exe", directory.path("a"), "--deleted")
        let words = ["--kind", "deleted_executable", "--pid", try specimen.root.identity]
        let completion = try Binary.reaper.run(["clean", "--json"] + words, rules: nil)
        #expect(try completion.report().finding(about: specimen.root) != nil)
        #expect(try specimen.root.state == .running)
        #expect(completion.code == 1)
    }
}
