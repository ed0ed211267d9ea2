import ReaperKit
import Testing

// Swift Testing has a type of that name, too.
private typealias ExitStatus = ReaperKit.ExitStatus

@Suite("exit status")
struct ExitStatusTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var report: Report
        var threshold = FailureThreshold.warning
        var requiresMatch = false
        var want: ExitStatus

        init(
            _ name: String,
            _ want: ExitStatus,
            _ report: Report,
            _ threshold: FailureThreshold = .warning,
            requiresMatch: Bool = false
        ) {
            testDescription = name
            self.want = want
            self.report = report
            self.threshold = threshold
            self.requiresMatch = requiresMatch
        }
    }

    private static func finding(_ severity: Severity) -> Finding {
        var finding = SampleReport.findings[1]
        finding.severity = severity
        return finding
    }

    private static func scan(_ severities: Severity..., isComplete: Bool = true) -> Report {
        SampleReport.report(severities.map(finding), isComplete: isComplete)
    }

    private static let scans: [Case] = [
        Case("nothing", .clean, scan()),
        Case("nothing, but a match is required", .leftOver, scan(), requiresMatch: true),
        Case("nothing, incomplete", .incomplete, scan(isComplete: false)),
        Case("incomplete, never", .incomplete, scan(.error, isComplete: false), .never),
        Case("something, incomplete", .leftOver, scan(.warning, isComplete: false)),
        Case("info", .clean, scan(.info)),
        Case("info counts", .leftOver, scan(.info), .info),
        Case("info, a match is required", .clean, scan(.info), requiresMatch: true),
        Case("warning", .leftOver, scan(.info, .warning)),
        Case("warning, only errors count", .clean, scan(.warning), .error),
        Case("error, only errors count", .leftOver, scan(.error), .error),
        Case("error, never", .clean, scan(.error), .never),
    ]

    @Test("a scan fails on what counts", arguments: scans)
    private func scanStatus(_ testCase: Case) {
        let status = testCase.report.scanStatus(
            failingOn: testCase.threshold,
            requiresMatch: testCase.requiresMatch
        )
        #expect(status == testCase.want)
    }

    private static func clean(
        _ results: TargetResult...,
        findings: [Finding] = [],
        isComplete: Bool = true,
        change: (inout ShutdownOutcome, inout ShutdownPlan) -> Void = { _, _ in }
    ) -> Report {
        var plan = ShutdownPlan()
        plan.waves = [
            [ShutdownTarget(identity: SampleReport.orphan, reason: "asked for", name: "x")]
        ]
        var outcome = ShutdownOutcome()
        outcome.targets = results.map {
            TargetOutcome(identity: SampleReport.orphan, name: "x", result: $0)
        }
        outcome.proof = .tree
        change(&outcome, &plan)
        return SampleReport.report(findings, isComplete: isComplete, plan: plan, outcome: outcome)
    }

    private static let cleans: [Case] = [
        Case("gone", .clean, clean(.exited, .killed, .alreadyGone)),
        Case("survived", .leftOver, clean(.exited, .survived)),
        Case("denied", .leftOver, clean(.denied)),
        Case("refused on the way", .leftOver, clean(.refused)),
        Case(
            "refused by the plan",
            .leftOver,
            clean(.exited) { $1.refused = [Refusal(path: "/x", reason: "y")] }
        ),
        Case(
            "deadline",
            .deadline,
            clean(.survived) { outcome, _ in outcome.deadlinePassed = true }
        ),
        Case("not proven", .incomplete, clean(.exited) { outcome, _ in outcome.proof = .none }),
        Case(
            "survived, not proven",
            .leftOver,
            clean(.survived) { outcome, _ in outcome.proof = .none }
        ),
        Case("incomplete view", .incomplete, clean(.exited, isComplete: false)),
        Case(
            "files alone need no proof",
            .clean,
            clean { outcome, _ in
                outcome.proof = .none
                outcome.removed = ["/x"]
            }
        ),
        Case(
            "a file kept",
            .leftOver,
            clean { outcome, _ in
                outcome.kept = [Refusal(path: "/x", reason: "y")]
            }
        ),
        Case(
            "a port held",
            .leftOver,
            clean(.exited) { outcome, _ in
                outcome.ports = [PortOutcome(transport: .tcp, port: 1, isFree: false)]
            }
        ),
        Case("its finding is settled", .clean, clean(.exited, findings: [finding(.error)])),
        Case(
            "another finding is not",
            .leftOver,
            clean(.exited, findings: [finding(.error), SampleReport.findings[0]])
        ),
        Case(
            "another finding that does not count",
            .clean,
            clean(.exited, findings: [SampleReport.findings[0]]),
            .error
        ),
        Case(
            "its file is removed",
            .clean,
            clean(.exited, findings: [SampleReport.findings[0]]) { outcome, _ in
                outcome.removed = ["/run/user/1000/node.pid"]
            }
        ),
        Case(
            "dry run with something to do",
            .leftOver,
            SampleReport.report([], plan: SampleReport.plan)
        ),
        Case("dry run with nothing to do", .clean, SampleReport.report([], plan: ShutdownPlan())),
        Case(
            "nothing matched, a match is required",
            .leftOver,
            SampleReport.report([], plan: ShutdownPlan(), outcome: ShutdownOutcome()),
            requiresMatch: true
        ),
    ]

    @Test("a clean fails unless everything asked for is gone and proven", arguments: cleans)
    private func cleanStatus(_ testCase: Case) {
        let status = testCase.report.cleanStatus(
            failingOn: testCase.threshold,
            requiresMatch: testCase.requiresMatch
        )
        #expect(status == testCase.want)
    }

    @Test("the worst of several wins: 2, 124, 1, 3, 0")
    func worst() {
        let order: [ExitStatus] = [.usage, .deadline, .leftOver, .incomplete, .clean]
        for (index, status) in order.enumerated() {
            #expect(ExitStatus.worst(order[index...].reversed()) == status)
        }
        #expect(ExitStatus.worst([]) == .clean)
    }

    @Test("the numbers are the contract")
    func numbers() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 23, 124, 125, 126, 127])
    }
}
