import Testing

@testable import ReaperKit

@Suite("oddities")
struct OddityTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout ProcessRecord) -> Void = { _ in }
        var details: @Sendable (inout ProcessDetails) -> Void = { _ in }
        var others: [ProcessRecord] = []
        /// Parts of the sentences, in order.
        var want: [String]
        /// Where the first is read.
        var source: String?
    }

    private static let cases: [Case] = [
        Case(testDescription: "nothing", want: []),
        Case(
            testDescription: "adopted by PID 1",
            change: {
                $0.parent = 1; $0.session = 77; $0.cgroups = .value(["0::/"])
            },
            want: ["it was adopted by systemd (1@1): its session 77"],
            source: "/proc/500/stat"
        ),
        Case(
            testDescription: "a daemon below PID 1 may have been started there",
            change: {
                $0.parent = 1; $0.session = 500; $0.cgroups = .value(["0::/"])
            },
            want: ["whoever started it is gone, or that started it itself"],
            source: "/proc/500/stat"
        ),
        Case(
            testDescription: "a service below PID 1 was started by it",
            change: {
                $0.parent = 1
                $0.session = 500
                $0.cgroups = .value(["0::/system.slice/nginx.service"])
            },
            want: []
        ),
        Case(
            testDescription: "a deleted executable",
            change: {
                $0.executable = .value(ExecutableLink(path: "/x/job", isDeleted: true))
            },
            want: ["its executable was deleted"],
            source: "/proc/500/exe"
        ),
        Case(
            testDescription: "a replaced executable",
            change: {
                $0.executable = .value(
                    ExecutableLink(path: "/x/job", isDeleted: true, isReplaced: true)
                )
            },
            want: ["replaced by a newer file"],
            source: "/proc/500/exe"
        ),
        Case(
            testDescription: "an executable in memory",
            change: {
                $0.executable = .value(ExecutableLink(path: "/memfd:x", isDeleted: true))
            },
            want: ["exists in memory only"],
            source: "/proc/500/exe"
        ),
        Case(
            testDescription: "a deleted directory",
            details: { $0.isDirectoryDeleted = true },
            want: ["the directory it stands in was deleted"],
            source: "/proc/500/cwd"
        ),
        Case(
            testDescription: "stopped",
            change: { $0.state = UInt8(ascii: "T") },
            want: ["it is stopped"],
            source: "/proc/500/stat"
        ),
        Case(
            testDescription: "traced",
            change: { $0.changeStatus { $0.tracer = 50 } },
            want: ["it is traced by bash (50@5000)"],
            source: "/proc/500/status"
        ),
        Case(
            testDescription: "waiting in the kernel",
            change: { $0.state = UInt8(ascii: "D") },
            details: { $0.waitChannel = "request_wait_answer" },
            want: ["it waits in the kernel (request_wait_answer)"],
            source: "/proc/500/wchan"
        ),
        Case(
            testDescription: "frozen",
            details: { $0.frozenGroup = "/sys/fs/cgroup/x" },
            want: ["its control group is frozen"],
            source: "/sys/fs/cgroup/x"
        ),
        Case(
            testDescription: "a leader that left its threads",
            change: {
                $0.state = UInt8(ascii: "Z"); $0.threads = 3
            },
            want: ["its first thread has exited and 2 others run on"],
            source: "/proc/500/stat"
        ),
        Case(
            testDescription: "a child that was not waited for",
            others: [
                Cast.process(600, "a", parent: 500, state: "Z"), Cast.process(700, parent: 500),
                Cast.process(800, "other", parent: 50, state: "Z"),
            ],
            want: ["its child a (600@60000) has exited, and it has not waited for it"],
            source: "/proc/600/stat"
        ),
        Case(
            testDescription: "many children that were not waited for, by one that is stopped",
            change: { $0.state = UInt8(ascii: "T") },
            others: (600..<605).map { Cast.process($0, parent: 500, state: "Z") },
            want: [
                "it is stopped",
                "5 of its children have exited (job (600@60000), job (601@60100), job (602@60200) "
                    + "and 2 more), and it has not waited for them, and cannot: it is stopped",
            ],
            source: "/proc/500/stat"
        ),
        Case(
            testDescription: "deaf to TERM",
            change: { $0.changeStatus { $0.ignoredSignals = 1 << 14 } },
            want: ["it ignores SIGTERM"],
            source: "/proc/500/status"
        ),
        Case(
            testDescription: "holding TERM back",
            change: { $0.changeStatus { $0.blockedSignals = 1 << 14 } },
            want: ["it blocks SIGTERM"],
            source: "/proc/500/status"
        ),
        Case(
            testDescription: "another thread may take what the first one blocks",
            change: {
                $0.threads = 2; $0.changeStatus { $0.blockedSignals = 1 << 14 }
            },
            want: []
        ),
        Case(
            testDescription: "other signals do not matter",
            change: {
                $0.changeStatus {
                    $0.ignoredSignals = 1 << 12; $0.blockedSignals = 1
                }
            },
            want: []
        ),
        Case(
            testDescription: "with another user's rights",
            change: { $0.changeStatus { $0.effectiveUser = 0 } },
            want: ["it has the rights of user 0, not of user 1000"],
            source: "/proc/500/status"
        ),
        Case(
            testDescription: "with libraries put before its own",
            change: { $0.environment = .value(["LD_PRELOAD=/x.so", "REAPER_KEEP=1"]) },
            want: ["LD_PRELOAD", "REAPER_KEEP=1"],
            source: "/proc/500/environ"
        ),
        Case(
            testDescription: "a zombie, and nothing else of it",
            change: {
                $0.state = UInt8(ascii: "Z"); $0.changeStatus { $0.ignoredSignals = .max }
            },
            want: ["its parent bash (50@5000) has not waited for it"],
            source: "/proc/500/stat"
        ),
        Case(
            testDescription: "a zombie of a stopped parent",
            change: {
                $0.state = UInt8(ascii: "Z"); $0.parent = 400
            },
            others: [Cast.process(400, parent: 50, state: "T")],
            want: ["and cannot: it is stopped"],
            source: "/proc/500/stat"
        ),
        Case(
            testDescription: "a zombie of PID 1",
            change: {
                $0.state = UInt8(ascii: "Z"); $0.parent = 1
            },
            want: ["PID 1 has not waited for it yet"],
            source: "/proc/500/stat"
        ),
    ]

    @Test("are told with where they were read", arguments: cases)
    private func oddities(_ testCase: Case) {
        let process = Cast.process(500, parent: 50, change: testCase.change)
        var details = ProcessDetails()
        testCase.details(&details)
        let snapshot = Cast.snapshot([process] + testCase.others)
        let found = Oddity.all(of: ProcessAccount(process, in: snapshot, details: details))
        #expect(found.count == testCase.want.count, "\(found.map(\.text))")
        for (statement, part) in zip(found, testCase.want) {
            #expect(statement.text.contains(part), "\(statement.text)")
            #expect(statement.mark == .odd)
        }
        #expect(found.first?.source == testCase.source)
    }

    @Test("a kernel thread is not odd for being one")
    func kernelThread() {
        let thread = Cast.kernelThread(44)
        #expect(Oddity.all(of: ProcessAccount(thread, in: Cast.snapshot([thread]))).isEmpty)
    }
}
