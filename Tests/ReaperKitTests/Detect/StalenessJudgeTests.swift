import Testing

@testable import ReaperKit

@Suite("judging instance files")
struct StalenessJudgeTests {
    /// One situation, and the answer with the fact that decides.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var entry: InstanceEntry
        var file: InstanceFile
        var processes: [ProcessRecord]
        var match: RecordedAnswer
        var answer: StalenessJudgment.Answer
        var certainty: Verdict
        var reason: String

        init(
            _ name: String,
            _ entry: InstanceEntry,
            _ processes: [ProcessRecord] = [],
            match: RecordedAnswer = .holds,
            format: InstanceFormat = .pid,
            file change: (inout InstanceFile) -> Void = { _ in },
            is answer: StalenessJudgment.Answer,
            _ certainty: Verdict = .confirmed,
            because reason: String
        ) {
            testDescription = name
            self.entry = entry
            self.processes = processes
            self.match = match
            file = Scene.file(.entries([entry]), format: format, change: change)
            self.answer = answer
            self.certainty = certainty
            self.reason = reason
        }
    }

    static let cases = places + processes + ages

    @Test("the first question that has an answer decides", arguments: cases)
    func judges(testCase: Case) throws {
        let judge = StalenessJudge(
            snapshot: Scene.snapshot(testCase.processes.sorted { $0.pid < $1.pid }),
            rule: try Scene.rule()
        ) { _ in testCase.match }
        let judgment = judge.judge(testCase.file).whole
        #expect(judgment.answer == testCase.answer)
        #expect(judgment.certainty == testCase.certainty)
        #expect(judgment.reason == testCase.reason)
        #expect(judgment.evidence.contains { $0.fact == testCase.reason })
        #expect(judgment.evidence.allSatisfy { !$0.fact.isEmpty && !$0.source.isEmpty })
        #expect(judge.judge(testCase.file).entries == [judgment])
    }

    /// Contents without entries, and their answer.
    struct FileCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var contents: InstanceContents
        var answer: StalenessJudgment.Answer
        var reason: String
    }

    static let fileCases = [
        FileCase(
            testDescription: "malformed",
            contents: .malformed("expected a number"),
            answer: .report,
            reason: "it is malformed: expected a number"
        ),
        FileCase(
            testDescription: "unsafe",
            contents: .unsafe("it is a device"),
            answer: .report,
            reason: "it is not safe to open: it is a device"
        ),
        FileCase(
            testDescription: "oversized",
            contents: .oversized(bytes: 9000, limit: 8192),
            answer: .report,
            reason: "it is too big to be read: it holds 9000 bytes, more than the 8192 that are "
                + "read of such a file"
        ),
        FileCase(
            testDescription: "denied",
            contents: .denied(13),
            answer: .report,
            reason: "it cannot be read: Permission denied"
        ),
        FileCase(
            testDescription: "no entries",
            contents: .entries([]),
            answer: .keep,
            reason: "it names no process"
        ),
        FileCase(
            testDescription: "an unbound socket",
            contents: .socket(.unbound),
            answer: .stale,
            reason: "no socket is bound to it"
        ),
        FileCase(
            testDescription: "a bound socket",
            contents: .socket(.bound),
            answer: .keep,
            reason: "a socket is bound to it"
        ),
        FileCase(
            testDescription: "a socket nobody can judge",
            contents: .socket(.unknown("EPERM")),
            answer: .report,
            reason: "whether a socket is bound to it could not be learned: EPERM"
        ),
        FileCase(
            testDescription: "all entries dead",
            contents: .entries([Scene.entry(7, .gone), Scene.entry(8, .gone)]),
            answer: .stale,
            reason: "none of its 2 processes exists any more"
        ),
        FileCase(
            testDescription: "some entries dead",
            contents: .entries([Scene.entry(7, .gone), Scene.entry(4127)]),
            answer: .keep,
            reason: "1 of its 2 processes are gone"
        ),
        FileCase(
            testDescription: "some entries dead, one unknown",
            contents: .entries([Scene.entry(7, .gone), Scene.entry(8, .unknown)]),
            answer: .report,
            reason: "1 of its 2 processes are gone"
        ),
    ]

    @Test("a file is stale only if all of it is", arguments: fileCases)
    func files(testCase: FileCase) throws {
        let judge = StalenessJudge(
            snapshot: Scene.snapshot([Scene.process(4127)]),
            rule: try Scene.rule()
        ) { _ in .holds }
        let whole = judge.judge(Scene.file(testCase.contents)).whole
        #expect(whole.answer == testCase.answer)
        #expect(whole.reason == testCase.reason)
    }

    @Test(
        "a file of an impossible time is judged",
        arguments: [Int64.min, -1 << 53, 1 << 53, .max]
    )
    func impossibleTimes(seconds: Int64) throws {
        let judge = StalenessJudge(
            snapshot: Scene.snapshot([Scene.process(4127)]),
            rule: try Scene.rule()
        ) { _ in .holds }
        for entry in [Scene.entry(4127), Scene.entry(7, .gone)] {
            let file = Scene.file(.entries([entry])) { $0.modified = .seconds(seconds) }
            let isLate = seconds < 0 && entry.liveness == .alive
            let isGone = entry.liveness == .gone
            #expect(
                judge.judge(file).whole.answer == (isGone ? .stale : isLate ? .recycled : .keep)
            )
        }
    }

    @Test("a socket on a network file system is kept")
    func networkSocket() throws {
        let judge = StalenessJudge(snapshot: Scene.snapshot(), rule: try Scene.rule()) { _ in .holds
        }
        let file = Scene.file(.socket(.unbound), format: .socket) {
            $0.isOnNetworkFileSystem = true
        }
        #expect(judge.judge(file).whole.answer == .keep)
    }
}
