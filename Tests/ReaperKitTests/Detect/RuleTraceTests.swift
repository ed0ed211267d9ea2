import Glibc
import Testing

@testable import ReaperKit

@Suite("rule traces")
struct RuleTraceTests {
    private static func trace(_ testCase: OrphanCase, _ others: [Rule] = []) throws -> RuleTrace {
        let rule = try testCase.makeRule()
        let snapshot = testCase.makeSnapshot()
        let view = SnapshotView(snapshot, rules: [rule] + others)
        return RuleTrace(rule, of: try #require(snapshot.process(500)), in: view)
    }

    private static let cases =
        OrphanVerdictTests.owners + OrphanVerdictTests.adoptions + OrphanVerdictTests.vetoes
        + OrphanVerdictTests.services + OrphanOwnershipTests.lookalikes
        + OrphanOwnershipTests.owned

    @Test("find what the detector finds, and say why", arguments: cases)
    func agrees(testCase: OrphanCase) throws {
        let trace = try Self.trace(testCase)
        let detection = try testCase.detection()
        #expect(trace.finding == detection.findings.first)
        // The detector looks at everybody, the trace at one.
        #expect(trace.wanted == detection.wanted)
        #expect(Set(trace.unknown).isSubset(of: detection.hidden))
        #expect(!trace.reason.isEmpty)
        let stops = trace.finding?.verdict == .confirmed && trace.finding?.remedy.action == .stop
        #expect((trace.effect == .stop) == stops, "\(trace.reason)")
        if let finding = trace.finding {
            let facts = (trace.ownership + trace.abandonment).filter { !$0.fact.isEmpty }
            #expect(facts.allSatisfy(finding.evidence.contains), "\(finding.evidence)")
        }
    }

    @Test("a confirmed orphan is stopped, and it is said how")
    func stopped() throws {
        let trace = try Self.trace(OrphanCase("", .confirmed))
        #expect(trace.rule == "test.job" && trace.process.description == "500@50000")
        #expect(trace.conditions.map(\.name) == ["exe"] && trace.match == .holds)
        #expect(trace.owner?.ancestors.map(\.process.pid) == [1] && trace.owner?.alive == nil)
        #expect(trace.ownership.count == 1 && trace.abandonment.count == 1)
        #expect(trace.vetoes.isEmpty && trace.files.isEmpty && trace.wanted.isEmpty)
        #expect(trace.effect == .stop && trace.reason == "SIGTERM, and SIGKILL after 10s")
        let child = Cast.process(600, parent: 500)
        let family = try Self.trace(OrphanCase("", .confirmed, others: [child]))
        #expect(family.reason == "SIGTERM, and SIGKILL after 10s, with 1 process below it")
    }

    private static let conclusions: [(OrphanCase, RuleTrace.Effect, String)] = [
        (
            OrphanCase("another executable", nil) {
                $0.executable = .value(ExecutableLink(path: "/x/job"))
            }, .none, "it is not what the rule describes: 'exe' does not hold"
        ),
        (
            OrphanCase("no stop", .confirmed, rule: { $0.stop = nil }), .report,
            "the rule has no 'stop'"
        ),
        (
            OrphanCase("a service's", .probable) {
                $0.cgroups = .value(["0::/system.slice/job.service"])
            }, .report,
            "it is only probable; --include-probable would stop it: SIGTERM, and SIGKILL after 10s"
        ),
        (
            OrphanCase("an owner", nil, others: [Cast.process(400, "host")]) { $0.parent = 400 },
            .none, "its owner host (400@40000) is alive"
        ),
        (
            OrphanCase("kept", nil) { $0.environment = .value(["REAPER_KEEP=1"]) }, .none,
            "REAPER_KEEP=1 in its environment asks to be left alone"
        ),
        (
            OrphanCase("a child", nil, rule: { $0.owner = nil }, others: [Cast.process(400)]) {
                $0.parent = 400
            }, .none, "nothing says that whoever looks after it is gone"
        ),
        (
            OrphanCase("a zombie", nil) { $0.state = UInt8(ascii: "Z") }, .none,
            "it has exited: a zombie is its parent's affair"
        ),
        (
            OrphanCase("refused", nil) { $0.executable = .denied(EACCES) }, .none,
            "whether it is what the rule describes is unknown: /proc/500/exe: permission denied"
        ),
        (
            OrphanCase("suspect", .suspect) { $0.status = .denied(EACCES) }, .report,
            "it is only suspect: /proc/500/status: permission denied"
        ),
        (
            OrphanCase(
                "of no ownership",
                .suspect,
                rule: {
                    $0.match = ProcessPattern()
                    $0.match.names = [try Cast.glob("job", as: .text)]
                }
            ), .report,
            "it is only suspect: nothing proves that it belongs to what the rule is about"
        ),
        (
            OrphanCase("protecting", nil, rule: { $0.protect = true }), .protect,
            "nothing that the rule matches is ever stopped"
        ),
        (
            OrphanCase(
                "of files",
                nil,
                rule: {
                    $0.owner = nil
                    $0.instance = InstanceRule()
                }
            ), .none,
            "the rule judges the files that record a process, and none records this one"
        ),
        (
            OrphanCase("unread", nil) { $0.executable = nil }, .none, "exe was not read yet"
        ),
    ]

    @Test("what follows is said with its reason", arguments: conclusions.indices)
    func conclusion(index: Int) throws {
        let (testCase, effect, reason) = Self.conclusions[index]
        let trace = try Self.trace(testCase)
        #expect(trace.effect == effect && trace.reason == reason, "\(testCase.name)")
        #expect(trace.finding?.verdict == testCase.want, "\(testCase.name)")
    }

    @Test("a protecting rule that is named wins")
    func protected() throws {
        var guarding = Rule(id: "test.keep", title: "Keep", source: "test")
        guarding.protect = true
        guarding.match.users = [1000]
        let trace = try Self.trace(OrphanCase("", nil), [guarding])
        #expect(trace.effect == .none && trace.reason == "rule test.keep protects it: Keep")
    }

    @Test("what is not read is asked for, of the process and of its ancestors")
    func wanted() throws {
        let parent = Cast.process(400, "bash") { $0.executable = nil }
        let trace = try Self.trace(
            OrphanCase("", nil, others: [parent]) {
                $0.parent = 400
                $0.environment = nil
            }
        )
        #expect(
            trace.wanted == [
                FactRequest(pid: 400, kind: .executable), FactRequest(pid: 500, kind: .environment),
            ]
        )
        #expect(trace.reason == "more has to be read first")
    }

    @Test("a file that names it is judged")
    func files() throws {
        let entry = Scene.entry(500) { $0.startTicks = 1 }
        let judged = Scene.file(.entries([Scene.entry(7), entry])) { $0.rule = "test.job" }
        let trace = try Self.trace(
            OrphanCase(
                "",
                nil,
                rule: {
                    $0.owner = nil
                    $0.instance = InstanceRule()
                },
                snapshot: { $0.instanceFiles = [judged] }
            )
        )
        #expect(trace.files.map(\.judgment.answer) == [.recycled])
        #expect(trace.reason.hasSuffix("process 500 did not start at the recorded 1"))
    }
}
