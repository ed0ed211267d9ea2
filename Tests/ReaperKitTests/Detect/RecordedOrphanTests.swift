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

    /// What is found; every trace must say the same of its process.
    private static func detect(
        _ processes: [ProcessRecord],
        _ entries: [InstanceEntry],
        file change: (inout InstanceFile) -> Void = { _ in }
    ) throws -> [Finding] {
        let rules = [try rule()]
        let snapshot = snapshot(processes, entries, file: change)
        let files = StaleInstanceDetector(rules: rules) { _, _ in .holds }
        let view = SnapshotView(snapshot, rules: rules)
        let findings = RecordedOrphans(judgments: files.judgments(in: snapshot))
            .detect(in: view, besides: []).findings
        for process in snapshot.processes {
            let trace = RuleTrace(rules[0], of: process, in: view)
            let finding = findings.first { $0.process == process.identity }
            #expect(trace.finding == finding && trace.isByRecord)
            #expect(trace.effect == (finding == nil ? .none : .report), "\(trace.reason)")
        }
        return findings
    }

    private static func snapshot(
        _ processes: [ProcessRecord],
        _ entries: [InstanceEntry],
        file change: (inout InstanceFile) -> Void = { _ in }
    ) -> Snapshot {
        var file = file(entries)
        change(&file)
        return Cast.snapshot(processes) { $0.instanceFiles = [file] }
    }

    private static func trace(
        _ processes: [ProcessRecord],
        _ entries: [InstanceEntry],
        of pid: Int32 = 500,
        _ others: [Rule] = [],
        change: (inout InstanceFile) -> Void = { _ in }
    ) throws -> RuleTrace {
        let rules = [try rule()] + others
        let snapshot = snapshot(processes, entries, file: change)
        let process = try #require(snapshot.process(pid))
        let view = SnapshotView(snapshot, rules: rules)
        return try #require(RuleTrace.traces(of: process, by: rules, in: view).first)
    }

    @Test("a trace says which file records it, whether its owner lives, and what follows")
    func traced() throws {
        let entries = [Self.entry(500, start: 50_000)]
        let found = try Self.trace([Self.service()], entries)
        #expect(found.files.map(\.relation) == [.process] && found.isRecorded)
        #expect(found.files.first?.path == "/state/pid.xml")
        #expect(found.owner?.ancestors.map(\.process.pid) == [1] && found.owner?.alive == nil)
        #expect(found.ownership.count == 1 && !found.abandonment.isEmpty)
        #expect(found.effect == .report && found.reason == "the rule has no 'stop'")
        let line = RuleTraceText.line(of: found, style: ReportStyle())
        #expect(line == "test.service: yes: the rule has no 'stop'")

        let owned = try Self.trace(
            [Cast.process(400, "host"), Self.service(parent: 400)],
            entries
        )
        #expect(owned.owner?.alive?.process.pid == 400 && owned.effect == .none)
        #expect(owned.reason == "its owner host (400@40000) is alive")

        let member = try Self.trace(
            [Self.service(600)],
            [Self.entry(500, start: 50_000, .gone)],
            of: 600
        )
        #expect(member.files.map(\.relation) == [.session] && member.effect == .report)
        let lines = RuleTraceText.lines(of: member, style: ReportStyle())
        let recorded = "  recorded: /state/pid.xml: stale: process 500 does not exist, and it led "
        #expect(lines.contains(recorded + "this one's session"), "\(lines)")
    }

    @Test("a trace says why a file does not record it")
    func traceOfOthers() throws {
        let recycled = try Self.trace([Self.service()], [Self.entry(500, start: 1)])
        #expect(recycled.files.map(\.relation) == [.number] && !recycled.isRecorded)
        #expect(recycled.reason.hasPrefix("/state/pid.xml has its number: process 500 did not"))
        let answer = { RuleTraceText.line(of: $0, style: ReportStyle()).split(separator: ": ")[1] }
        #expect(answer(recycled) == "no" && recycled.owner == nil)
        let stranger = try Self.trace([Self.service(510, session: 510)], [], of: 510)
        #expect(stranger.files.isEmpty && answer(stranger) == "no")
        #expect(stranger.reason.hasSuffix("about whom its files record, and none records this one"))
        let unread = try Self.trace([Self.service()], []) {
            $0.contents = .oversized(bytes: 9, limit: 8)
        }
        #expect(unread.files.map(\.relation) == [.unknown] && answer(unread) == "unknown")
        #expect(unread.reason.hasPrefix("whether /state/pid.xml records it is unknown: it is too"))
    }

    @Test("what a rule describes is found by that rule, recorded or not")
    func described() throws {
        var other = Rule(id: "test.shell", title: "Shell", source: "test")
        other.match.executables = [try Cast.glob("/**", as: .path)]
        other.owner = try Self.rule().owner
        let entries = [Self.entry(500, start: 50_000)]
        let trace = try Self.trace([Self.service()], entries, [other])
        #expect(trace.finding != nil && trace.effect == .none)
        #expect(trace.reason == "test.shell finds it and decides")
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

    @Test("who is recorded to lead nobody is told itself, and nobody with its number for a session")
    func follower() throws {
        var entry = Self.entry(500, start: 50_000)
        entry.leads = false
        #expect(try Self.detect([Self.service()], [entry]).map(\.process?.pid) == [500])
        entry.liveness = .gone
        let members = [Self.service(600), Cast.process(602, "worker") { $0.processGroup = 500 }]
        #expect(try Self.detect(members, [entry]).isEmpty)
    }

    @Test("who was recorded before this boot has led nobody in it")
    func earlierBoot() throws {
        let members = [Self.service(600), Cast.process(602, "worker") { $0.processGroup = 500 }]
        var entry = Self.entry(500, .gone)
        for change: (inout InstanceFile) -> Void in [
            { $0.modified = .seconds(900_000) }, { _ in entry.bootID = "another" },
        ] {
            var file = Self.file([entry])
            change(&file)
            file.contents = .entries([entry])
            let findings = try Self.detect(members, [entry]) { $0 = file }
            #expect(findings.isEmpty)
        }
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
