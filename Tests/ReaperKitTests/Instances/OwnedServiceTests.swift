import Testing

@testable import ReaperKit

/// A service that a supervisor's file records, with its start, and that says nothing else of itself.
@Suite("whom stopping an owned service takes")
struct OwnedServiceTests {
    private static let service = InstanceScene.process(301, "sh", startedAt: 410)
    private static let boss = InstanceScene.process(300, "boss", startedAt: 400)

    private static func record(_ process: ProcessRecord = service) -> InstanceFile {
        InstanceScene.file("web", process.pid, rule: "test.service") {
            let entry = Scene.entry(process.pid) { $0.startTicks = process.identity.startTime }
            $0.contents = .entries([entry])
        }
    }

    private static func below(_ parent: Int32) -> ProcessRecord {
        var process = service
        process.parent = parent
        return process
    }

    /// Who is there besides, what is recorded besides, and what is said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var processes: [ProcessRecord]
        var files: [InstanceFile] = []
        /// A part of the reason for not stopping it; `nil` where it is stopped.
        var reason: String?
    }

    private static func bossFile(
        _ liveness: PidLiveness = .alive,
        _ change: (inout InstanceFile) -> Void = { _ in }
    ) -> InstanceFile {
        InstanceScene.file("boss", 300, liveness, rule: "test.supervisor", change: change)
    }

    static let cases = [
        Case(testDescription: "alone", processes: [service]),
        Case(
            testDescription: "its supervisor is above it",
            processes: [boss, below(300)],
            reason: "boss (300@40000) looks after it"
        ),
        Case(
            testDescription: "a supervisor is recorded beside it",
            processes: [boss, service],
            files: [bossFile()],
            reason: "boss (300@40000) looks after it"
        ),
        Case(
            testDescription: "the recorded supervisor is gone",
            processes: [service],
            files: [bossFile(.gone)]
        ),
        Case(
            testDescription: "the recorded number is another program's",
            processes: [InstanceScene.process(300, "vi", startedAt: 400), service],
            files: [bossFile()]
        ),
        Case(
            testDescription: "the recorded supervisor is hidden",
            processes: [service],
            files: [bossFile()],
            reason: "is unknown: /run/boss.json: number 300 is in use, but the view is limited"
        ),
        Case(
            testDescription: "the recorded supervisor seems younger than its file",
            processes: [InstanceScene.process(300, "boss", startedAt: 700), service],
            files: [bossFile()],
            reason: "is unknown: /run/boss.json: process 300 started 200 s after"
        ),
        Case(
            testDescription: "the supervisor's file cannot be read",
            processes: [service],
            files: [bossFile { $0.contents = .denied(13) }],
            reason: "is unknown: /run/boss.json: it cannot be read: "
        ),
        Case(
            testDescription: "the supervisor's file is malformed",
            processes: [service],
            files: [bossFile { $0.contents = .malformed("no number") }],
            reason: "is unknown: /run/boss.json: it is malformed: no number"
        ),
        Case(
            testDescription: "the supervisor's file is a link",
            processes: [service],
            files: [bossFile { $0.contents = .unsafe("it is a symbolic link") }],
            reason: "is unknown: /run/boss.json: it is not safe to open: it is a symbolic link"
        ),
        Case(
            testDescription: "its parent is outside",
            processes: [below(0)],
            reason: "is unknown: the parent of sh (301@41000) is outside this pid namespace"
        ),
        Case(
            testDescription: "its parent is hidden",
            processes: [below(299)],
            reason: "is unknown: process 299, above it, cannot be seen"
        ),
        Case(
            testDescription: "what its parent runs cannot be read",
            processes: [
                InstanceScene.process(300, "worker", startedAt: 400) {
                    $0.executable = .denied(13)
                }, below(300),
            ],
            reason: "is unknown: exe of process 300, above it, cannot be read"
        ),
        Case(
            testDescription: "its parent is another program",
            processes: [InstanceScene.process(300, "worker", startedAt: 400), below(300)]
        ),
    ]

    @Test("is told", arguments: cases)
    func objection(testCase: Case) throws {
        let first = InstanceScene.process(1, "init", below: 0, startedAt: 0)
        let listing = try InstanceScene.listing(
            [first] + testCase.processes,
            testCase.files + [Self.record()]
        )
        let chosen = listing.instances.filter { $0.rule == "test.service" }
        let stop = InstanceStop(chosen, in: listing, rules: try InstanceScene.rules())
        guard let reason = testCase.reason else {
            #expect(stop.targets == chosen && stop.refused.isEmpty, "\(stop.refused)")
            return
        }
        #expect(stop.targets.isEmpty)
        let told = stop.refused.first?.reason ?? ""
        #expect(told.contains(reason), "\(told)")
    }

    @Test("one that is named with its supervisor goes with that; one that is not its child is told")
    func together() throws {
        for (process, isTree) in [(Self.below(300), true), (Self.service, false)] {
            let listing = try InstanceScene.listing(
                [Self.boss, process],
                [Self.bossFile(), Self.record()]
            )
            for chosen in [listing.instances, listing.instances.reversed()] {
                let stop = InstanceStop(chosen, in: listing, rules: try InstanceScene.rules())
                #expect(stop.targets.count == (isTree ? 2 : 1))
                let reason = stop.refused.first?.reason
                #expect(reason?.contains("and is stopped now: once that is gone") != isTree)
                #expect((reason == nil) == isTree)
            }
        }
    }
}
