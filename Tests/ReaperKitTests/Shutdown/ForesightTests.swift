import Testing

@testable import ReaperKit

@Suite("foresight: who will not end by the stop signal")
struct ForesightTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let note: String?
        var signal = Signal.terminate
        var change: @Sendable (inout ProcessRecord) -> Void = { _ in }
    }

    private static let term = UInt64(1) << 14
    private static let winch = UInt64(1) << 27

    static let cases = [
        Case(testDescription: "an ordinary process", note: nil),
        Case(
            testDescription: "somebody else's",
            note: "belongs to user 1000: may not be signalled from here",
            signal: .kill
        ) {
            $0.isOutOfReach = true
        },
        Case(
            testDescription: "somebody's who is not known",
            note: "belongs to somebody else: may not be signalled from here"
        ) {
            $0.isOutOfReach = true
            $0.status = .denied(13)
        },
        Case(testDescription: "a handler", note: nil) {
            $0.changeStatus { $0.caughtSignals = term }
        },
        Case(testDescription: "ignores", note: "ignores SIGTERM: SIGKILL after 10 s") {
            $0.changeStatus { $0.ignoredSignals = term }
        },
        Case(testDescription: "ignores another", note: nil) {
            $0.changeStatus { $0.ignoredSignals = term << 1 | term >> 1 }
        },
        Case(
            testDescription: "blocks",
            note: "blocks SIGTERM: SIGKILL after 10 s, unless it waits for that signal"
        ) {
            $0.changeStatus {
                $0.blockedSignals = term
                $0.ignoredSignals = term
            }
        },
        Case(testDescription: "another thread may take what the first blocks", note: nil) {
            $0.threads = 2
            $0.changeStatus { $0.blockedSignals = term }
        },
        Case(testDescription: "SIGKILL is never ignored", note: nil, signal: .kill) {
            $0.state = UInt8(ascii: "T")
            $0.changeStatus {
                $0.blockedSignals = .max
                $0.ignoredSignals = .max
            }
        },
        Case(
            testDescription: "the init of a namespace",
            note: "is the init of a pid namespace and has no handler for SIGTERM: "
                + "SIGKILL after 10 s"
        ) {
            $0.changeStatus { $0.namespacePids = [500, 1] }
        },
        Case(testDescription: "an init with a handler", note: nil) {
            $0.changeStatus {
                $0.namespacePids = [500, 1]
                $0.caughtSignals = term
            }
        },
        Case(testDescription: "another one in a namespace", note: nil) {
            $0.changeStatus { $0.namespacePids = [500, 2] }
        },
        Case(
            testDescription: "a signal that does nothing",
            note: "has no handler for SIGWINCH: SIGKILL after 10 s",
            signal: (try? Signal(parsing: "WINCH")) ?? .terminate
        ),
        Case(
            testDescription: "a signal that does something to those who handle it",
            note: nil,
            signal: (try? Signal(parsing: "WINCH")) ?? .terminate
        ) {
            $0.changeStatus { $0.caughtSignals = winch }
        },
        Case(testDescription: "stopped", note: "is stopped: it is continued") {
            $0.state = UInt8(ascii: "T")
        },
        Case(testDescription: "traced", note: "is traced by 4711") {
            $0.changeStatus { $0.tracer = 4711 }
        },
        Case(testDescription: "held by its tracer", note: "is held by 4711", signal: .kill) {
            $0.state = UInt8(ascii: "t")
            $0.changeStatus { $0.tracer = 4711 }
        },
        Case(testDescription: "in the kernel", note: "waits in the kernel (D)", signal: .kill) {
            $0.state = UInt8(ascii: "D")
        },
        Case(
            testDescription: "several at once",
            note: "ignores SIGTERM: SIGKILL after 10 s; is stopped: it is continued; "
                + "is traced by 4711"
        ) {
            $0.state = UInt8(ascii: "T")
            $0.changeStatus {
                $0.ignoredSignals = term
                $0.tracer = 4711
            }
        },
        Case(testDescription: "unread", note: nil) { $0.status = nil },
        Case(testDescription: "denied", note: nil) { $0.status = .denied(13) },
    ]

    @Test("says what its status tells", arguments: cases)
    func note(_ testCase: Case) {
        let process = Cast.process(500, change: testCase.change)
        #expect(process.foresight(of: testCase.signal, grace: .seconds(10)) == testCase.note)
    }

    @Test("every signal has an answer")
    func everySignal() throws {
        for number in 1...64 {
            let signal = try Signal(parsing: "\(number)")
            let deaf = Cast.process(500) {
                $0.changeStatus { $0.ignoredSignals = .max }
            }
            let isNever = signal == .kill || signal == .stop
            #expect((deaf.foresight(of: signal, grace: .zero) == nil) == isNever)
        }
    }

    @Test("a plan says it of each target, and names the tracer; a held plan says it anew")
    func plan() throws {
        let processes = [
            Cast.process(500) { $0.changeStatus { $0.ignoredSignals = Self.term } },
            Cast.process(501, parent: 500) { $0.changeStatus { $0.tracer = 50 } },
        ]
        var options = PlanningOptions()
        options.isSelected = true
        options.timeout = .seconds(2)
        let finding = ShutdownPlannerTests.finding(500)
        let planner = ShutdownPlanner(Cast.snapshot(processes), rules: [], options: options)
        let plan = planner.plan(for: [finding])
        #expect(
            plan.targets.map(\.note) == [
                "is traced by bash (50@5000)", "ignores SIGTERM: SIGKILL after 2 s",
            ]
        )
        var earlier = plan
        earlier.waves[0][0].note = "was another then"
        earlier.waves[0][1].note = nil
        let held = planner.hold(earlier)
        #expect(held.targets.map(\.note) == plan.targets.map(\.note))
        options.isForced = true
        let forced = ShutdownPlanner(Cast.snapshot(processes), rules: [], options: options)
        #expect(forced.plan(for: [finding]).targets.last?.note == nil)
    }
}
