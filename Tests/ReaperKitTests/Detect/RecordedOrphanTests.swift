import Testing

@testable import ReaperKit

/// A supervisor's file names process 500, which may be any program; `host` is its owner.
@Suite("processes that a file records, without their owner")
struct RecordedOrphanTests {
    private static func rule() throws -> Rule {
        var rule = Rule(id: "test.service", title: "Service outlived its host", source: "test")
        var instance = InstanceRule()
        instance.files = [try Cast.glob("/state/*")]
        rule.instance = instance
        var owner = ProcessPattern()
        owner.names = [try Cast.glob("host")]
        rule.owner = owner
        rule.keep = true
        return rule
    }

    private static func entry(
        _ pid: Int32,
        start: UInt64? = nil,
        _ liveness: PidLiveness = .alive
    ) -> InstanceEntry {
        var entry = InstanceEntry(pid: pid, liveness: liveness)
        entry.startTicks = start
        return entry
    }

    private static func file(_ entries: [InstanceEntry]) -> InstanceFile {
        InstanceFile(
            path: "/state/pid.xml",
            rule: "test.service",
            format: .text,
            file: FileIdentity(device: 1, inode: 2, changed: .seconds(1_009_000)),
            owner: 1000,
            mode: 0o600,
            modified: .seconds(1_009_000),
            contents: .entries(entries)
        )
    }

    private static func detect(
        _ processes: [ProcessRecord],
        _ entries: [InstanceEntry],
        file change: (inout InstanceFile) -> Void = { _ in }
    ) throws -> [Finding] {
        let rules = [try rule()]
        var file = file(entries)
        change(&file)
        let snapshot = Cast.snapshot(processes) { $0.instanceFiles = [file] }
        let files = StaleInstanceDetector(rules: rules) { _, _ in .holds }
        let view = SnapshotView(snapshot, rules: rules)
        let findings = RecordedOrphans(rules: rules, judgments: files.judgments(in: snapshot))
            .detect(in: view, besides: []).findings
        // What explains a finding must find the same.
        for process in snapshot.processes {
            let trace = RuleTrace(rules[0], of: process, in: view)
            #expect(trace.finding == findings.first { $0.process == process.identity })
            #expect(trace.isRecorded || trace.finding == nil)
            #expect(trace.effect == (trace.finding == nil ? .none : .report), "\(trace.reason)")
        }
        return findings
    }

    private static func service(
        _ pid: Int32 = 500,
        parent: Int32 = 1,
        session: Int32 = 500
    ) -> ProcessRecord {
        Cast.process(pid, "sh", parent: parent) { process in
            process.session = session
            process.processGroup = session
        }
    }

    @Test("with its start time recorded it is confirmed, and nothing is done about it")
    func identity() throws {
        let findings = try Self.detect([Self.service()], [Self.entry(500, start: 50_000)])
        let finding = try #require(findings.first)
        #expect(findings.count == 1 && finding.rule == "test.service")
        #expect(finding.kind == .orphan && finding.verdict == .confirmed)
        #expect(finding.remedy.action == .none)
        #expect(finding.evidence.contains { $0.fact.contains("start time included") })
    }

    @Test("a number alone makes it probable")
    func number() throws {
        let findings = try Self.detect([Self.service()], [Self.entry(500)])
        #expect(findings.map(\.verdict) == [.probable])
    }

    @Test("named twice it is found once, by the stronger record")
    func twice() throws {
        let entries = [Self.entry(500), Self.entry(500, start: 50_000)]
        let findings = try Self.detect([Self.service()], entries)
        #expect(findings.map(\.verdict) == [.confirmed])
    }

    @Test("while its owner lives, also further up, it is nobody's leftover")
    func owned() throws {
        let host = Cast.process(400, "host")
        let shell = Cast.process(450, "sh", parent: 400)
        let entries = [Self.entry(500, start: 50_000)]
        #expect(try Self.detect([host, Self.service(parent: 400)], entries).isEmpty)
        #expect(try Self.detect([host, shell, Self.service(parent: 450)], entries).isEmpty)
    }

    @Test("another process with the number is not it")
    func recycled() throws {
        #expect(try Self.detect([Self.service()], [Self.entry(500, start: 1)]).isEmpty)
    }

    @Test("who resembles it and is not recorded does not matter")
    func stranger() throws {
        let findings = try Self.detect(
            [Self.service(), Self.service(510, session: 510)],
            [Self.entry(500, start: 50_000)]
        )
        #expect(findings.map(\.process?.pid) == [500])
    }

    @Test("of a service whose leader is gone the rest of its session and group is told")
    func session() throws {
        let members = [
            Self.service(600), Self.service(601),
            Cast.process(602, "worker") { $0.processGroup = 500 },
            Cast.process(603, "other"),
        ]
        let findings = try Self.detect(members, [Self.entry(500, start: 50_000, .gone)])
        #expect(findings.map(\.process?.pid) == [600, 601, 602])
        #expect(findings.allSatisfy { $0.verdict == .probable && $0.remedy.action == .none })
        #expect(findings.first?.evidence.contains { $0.fact.contains("its session") } == true)
        #expect(findings.last?.evidence.contains { $0.fact.contains("its group") } == true)
    }

    @Test("a zombie leader counts as gone; itself it is not told")
    func zombie() throws {
        let leader = Cast.process(500, "sh", state: "Z") { $0.session = 500 }
        let findings = try Self.detect([leader, Self.service(600)], [Self.entry(500)])
        #expect(findings.map(\.process?.pid) == [600])
    }

    @Test("a listing that lacks the leader is no proof that it is gone")
    func hidden() throws {
        let findings = try Self.detect([Self.service(600)], [Self.entry(500, .alive)])
        #expect(findings.isEmpty)
    }

    @Test("the word of another user's file does not count, nor that of one others can write")
    func authority() throws {
        let entries = [Self.entry(500, start: 50_000)]
        for change: (inout InstanceFile) -> Void in [
            { $0.owner = 1001 }, { $0.isWritableByOthers = true },
        ] {
            let findings = try Self.detect([Self.service()], entries, file: change)
            #expect(findings.map(\.verdict) == [.suspect])
        }
    }

    @Test("another host's numbers mean others")
    func elsewhere() throws {
        var entry = Self.entry(500, start: 50_000)
        entry.host = "elsewhere"
        #expect(try Self.detect([Self.service()], [entry]).isEmpty)
    }
}
