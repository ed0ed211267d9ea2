import Testing

@testable import ReaperKit

@Suite("findings about instance files")
struct StaleInstanceDetectorTests {
    private func findings(
        _ files: [InstanceFile],
        _ processes: [ProcessRecord] = [Scene.process(4127)],
        rule change: (inout Rule) -> Void = { _ in }
    ) throws -> [Finding] {
        var rule = try Scene.rule()
        rule.severity = .error
        change(&rule)
        var snapshot = Scene.snapshot(processes)
        snapshot.instanceFiles = files
        return StaleInstanceDetector(rules: [rule]) { _, _ in .holds }.findings(in: snapshot)
    }

    @Test("a stale file is confirmed, and clean removes it")
    func stale() throws {
        let finding = try #require(
            try findings([Scene.file(.entries([Scene.entry(7, .gone)]))]).first
        )
        #expect(finding.kind == .staleInstance)
        #expect(finding.id == "stale_instance:/run/svc.pid")
        #expect(finding.rule == "test.svc")
        #expect(finding.severity == .error)
        #expect(finding.verdict == .confirmed)
        #expect(finding.summary == "/run/svc.pid: process 7 does not exist")
        #expect(
            finding.remedy
                == Remedy(.remove, command: "reaper clean --stale-files --rule test.svc")
        )
        #expect(finding.process == nil)
    }

    @Test("while somebody is left of its session the file stays, and leads to whoever that is")
    func remainder() throws {
        var member = Scene.process(4127)
        member.session = 7
        let file = Scene.file(.entries([Scene.entry(7, .gone)]))
        let finding = try #require(try findings([file], [member]).first)
        #expect(finding.verdict == .suspect && finding.remedy.action == .none)
        #expect(finding.remedy.command == "reaper clean --pid \(member.identity)")
        #expect(finding.summary.hasSuffix("(\(member.identity)) still runs"), "\(finding.summary)")
    }

    @Test("a rule that keeps its files gets no remedy")
    func keep() throws {
        let found = try findings([Scene.file(.entries([Scene.entry(7, .gone)]))]) { $0.keep = true }
        #expect(found.map(\.remedy) == [Remedy(.none)])
        #expect(found.map(\.verdict) == [.confirmed])
    }

    @Test("a stale socket has a kind of its own")
    func socket() throws {
        let found = try findings([Scene.file(.socket(.unbound), format: .socket)])
        #expect(found.map(\.kind) == [.staleSocket])
        #expect(found.map(\.remedy.action) == [.remove])
    }

    @Test("what cannot be judged is shown and never acted on")
    func doubtful() throws {
        let found = try findings([
            Scene.file(.malformed("x")), Scene.file(.unsafe("x")), Scene.file(.denied(13)),
            Scene.file(.oversized(bytes: 9000, limit: 8192)),
            Scene.file(.entries([Scene.entry(7, .unknown)])),
            Scene.file(.entries([Scene.entry(7, .gone), Scene.entry(4127)])),
        ])
        #expect(found.map(\.verdict) == Array(repeating: .suspect, count: 6))
        #expect(found.map(\.severity) == [.warning, .info, .info, .warning, .info, .info])
        #expect(found.map(\.remedy) == Array(repeating: Remedy(.none), count: 6))
    }

    @Test("live instances, settling ones and files without a rule give no finding")
    func silent() throws {
        let young = Scene.file(.entries([Scene.entry(7, .gone)])) { $0.modified = Scene.now }
        let stranger = Scene.file(.entries([Scene.entry(7, .gone)])) { $0.rule = "other.rule" }
        let live = Scene.file(.entries([Scene.entry(4127)]))
        #expect(try findings([young, stranger, live]).isEmpty)
    }

    @Test("the time to look again is that of the youngest file")
    func lookAgain() throws {
        var snapshot = Scene.snapshot()
        let detector = StaleInstanceDetector(rules: [try Scene.rule()]) { _, _ in .holds }
        #expect(detector.lookAgain(in: snapshot) == nil)
        snapshot.instanceFiles = [100, 900].map { age in
            Scene.file(.entries([Scene.entry(7, .gone)])) {
                $0.modified = Scene.now - .milliseconds(age)
            }
        }
        #expect(detector.lookAgain(in: snapshot) == .milliseconds(1900))
    }
}
