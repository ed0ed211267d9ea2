import Testing

@testable import ReaperKit

@Suite("files that came since a snapshot")
struct NewFilesTests {
    private static let old = Scene.process(10)
    private static let new = Scene.process(20)

    private func find(
        _ file: InstanceFile,
        findsProcesses: Bool = true,
        found: [FindingKind: ByteString] = [:],
        known: [ByteString: Baseline.Inode?] = [:]
    ) throws -> [Finding] {
        var snapshot = Scene.snapshot([Self.old, Self.new])
        snapshot.instanceFiles = [file]
        let rule = Rule(id: "test.svc", title: "A service", source: "test")
        let judge = StalenessJudge(snapshot: snapshot, rule: rule) { _ in .holds }
        var baseline = Baseline(
            bootID: "3f2c-aa",
            pidNamespace: 100,
            processes: [Self.old.identity]
        )
        baseline.files = known
        var detection = Detection()
        detection.findings = [finding(.leakedProcess, Self.new.identity, nil)]
        for (kind, path) in found { detection.findings.append(finding(kind, nil, path)) }
        NewFiles(baseline: baseline, findsProcesses: findsProcesses).add(
            [(file, rule, judge.judge(file))],
            to: &detection,
            in: SnapshotView(snapshot, rules: [rule])
        )
        return detection.findings
    }

    private func finding(
        _ kind: FindingKind,
        _ process: ProcessIdentity?,
        _ file: ByteString?
    ) -> Finding {
        Finding(
            kind: kind,
            process: process,
            file: file,
            severity: .warning,
            verdict: .confirmed,
            summary: "x",
            evidence: [],
            remedy: Remedy(.none)
        )
    }

    @Test("one of a new process is a fact about that process")
    func ofNewProcess() throws {
        let file = Scene.file(.entries([Scene.entry(20)]))
        let findings = try find(file)
        #expect(findings.map(\.kind) == [.leakedProcess])
        #expect(findings[0].evidence.map(\.source) == ["/run/svc.pid"])
        let alone = try find(file, findsProcesses: false)
        #expect(alone.map(\.kind) == [.leakedProcess, .leakedFile])
        #expect(alone[0].evidence.isEmpty)
    }

    @Test("one of an old process is found, with it")
    func ofOldProcess() throws {
        let finding = try #require(try find(Scene.file(.entries([Scene.entry(10)]))).last)
        #expect(finding.kind == .leakedFile && finding.file == "/run/svc.pid")
        #expect(finding.rule == "test.svc" && finding.holders == [Self.old.identity])
        #expect(finding.severity == .warning && finding.remedy.action == .none)
        #expect(finding.shortSummary.hasSuffix("names svc (10@49900), which was there before"))
        #expect(finding.remedy.command == "reaper explain /run/svc.pid")
    }

    @Test("one that is found as stale is not found twice")
    func stale() throws {
        let file = Scene.file(.entries([Scene.entry(30, .gone)]))
        #expect(try find(file, found: [.staleInstance: file.path]).count == 2)
    }

    @Test("one that is there in place of an older one is a new version of it")
    func replaced() throws {
        let file = Scene.file(.entries([Scene.entry(10)]))
        let place = Baseline.Inode(device: 1, inode: 99)
        #expect(try find(file, known: [file.path: place]).count == 1)
        #expect(try find(file, known: [file.path: nil]).count == 1)
        #expect(try find(file, known: ["/run/other.pid": place]).count == 2)
    }

    @Test("one that names nobody is found", arguments: [SocketLiveness.bound, .unknown("x")])
    func socket(_ liveness: SocketLiveness) throws {
        let file = Scene.file(.socket(liveness), format: .socket)
        let finding = try #require(try find(file).last)
        #expect(finding.kind == .leakedFile && finding.holders.isEmpty)
    }
}
