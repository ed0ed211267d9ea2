@testable import ReaperKit

extension StalenessJudgeTests {
    /// What the number says, and who has it now.
    static let processes: [Case] = [
        Case("gone", Scene.entry(4127, .gone), is: .stale, because: "process 4127 does not exist"),
        Case(
            "gone since it was listed",
            Scene.entry(4127, .gone),
            [Scene.process(4127)],
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "hidden by hidepid",
            Scene.entry(),
            is: .keep,
            because: "number 4127 is in use, but the view is limited: "
                + "/proc does not show who has it"
        ),
        Case(
            "nobody may say",
            Scene.entry(4127, .unknown),
            is: .report,
            .suspect,
            because: "whether process 4127 exists could not be learned"
        ),
        Case(
            "a zombie, its parent named",
            Scene.entry(),
            [Scene.process(1), process { $0.state = UInt8(ascii: "Z") }],
            match: .fails,
            is: .stale,
            because: "process 4127 has exited and its parent 1 (svc) has not waited for it"
        ),
        Case(
            "a zombie leader with live threads",
            Scene.entry(),
            [process { ($0.state, $0.threads) = (UInt8(ascii: "Z"), 2) }],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "alive and as the rule says",
            Scene.entry(),
            [Scene.process(4127)],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "alive and unreadable",
            Scene.entry(),
            [Scene.process(4127)],
            match: .unknown("exe"),
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "alive and not as the rule says",
            Scene.entry(),
            [Scene.process(4127)],
            match: .fails,
            is: .recycled,
            because: "process 4127 is not what rule test.svc describes"
        ),
        Case(
            "a kernel thread",
            Scene.entry(),
            [process { $0.flags = 0x20_0000 }],
            is: .recycled,
            because: "number 4127 is a kernel thread"
        ),
        Case(
            "another start time than recorded",
            Scene.entry { $0.startTicks = 49_800 },
            [Scene.process(4127)],
            is: .recycled,
            because: "process 4127 did not start at the recorded 49800"
        ),
        Case(
            "the recorded start time, and not as the rule says",
            Scene.entry { $0.startTicks = 49_900 },
            [Scene.process(4127)],
            match: .fails,
            is: .recycled,
            because: "process 4127 is not what rule test.svc describes"
        ),
        Case(
            "the recorded start time, the file older than the process",
            Scene.entry { $0.startTicks = 60_000 },
            [Scene.process(4127, startedAt: 600)],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "the recorded start time, the file older than this boot",
            Scene.entry { $0.startTicks = 49_900 },
            [Scene.process(4127)],
            file: { $0.modified = Scene.bootWall - .seconds(3600) },
            is: .recycled,
            .probable,
            because: "it was last written before this boot, and another one counts from anew"
        ),
        Case(
            "the recorded pidfd inode, and another executable since",
            Scene.entry { $0.pidfdInode = 9 },
            [process { $0.pidfdInode = 9 }],
            match: .fails,
            is: .keep,
            because: "process 4127 is the recorded one and runs"
        ),
        Case(
            "another pidfd inode, and all else alike",
            Scene.entry { ($0.pidfdInode, $0.startTicks) = (9, 49_900) },
            [process { $0.pidfdInode = 10 }],
            is: .recycled,
            because: "process 4127 is another one than recorded"
        ),
        Case(
            "started after the file was written",
            Scene.entry(),
            [Scene.process(4127, startedAt: 600)],
            is: .recycled,
            .probable,
            because: "process 4127 started 100 s after the file was written"
        ),
        Case(
            "started within the clock's tolerance",
            Scene.entry(),
            [Scene.process(4127, startedAt: 502)],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "started later, but runs the recorded executable",
            Scene.entry { $0.executable = "/opt/svc" },
            [process(startedAt: 600) { $0.executable = .value(ExecutableLink(path: "/opt/svc")) }],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "started later, and runs another executable",
            Scene.entry { $0.executable = "/opt/svc" },
            [process(startedAt: 600) { $0.executable = .value(ExecutableLink(path: "/bin/sh")) }],
            is: .recycled,
            because: "process 4127 started 100 s after the file was written"
        ),
        Case(
            "started in time, and runs another executable: it may have called exec",
            Scene.entry { $0.executable = "/opt/svc" },
            [process { $0.executable = .value(ExecutableLink(path: "/opt/svc-2.1")) }],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "a recorded time of start that is the process's own",
            Scene.entry { $0.started = Scene.time(after: 500) },
            [process { _ in }],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "a recorded time of start long before the process started",
            Scene.entry { $0.started = Scene.time(after: 400) },
            [process { _ in }],
            is: .recycled,
            .probable,
            because: "process 4127 started 99 s after the start that is recorded"
        ),
        Case(
            "a recorded time of start long after the process started",
            Scene.entry { $0.started = Scene.time(after: 700) },
            [process { _ in }],
            is: .recycled,
            .probable,
            because: "process 4127 started 201 s before the start that is recorded"
        ),
        Case(
            "another time of start, but the recorded executable",
            Scene.entry { ($0.started, $0.executable) = (Scene.time(after: 700), "/opt/svc") },
            [process { $0.executable = .value(ExecutableLink(path: "/opt/svc")) }],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "another time of start, but the recorded start in ticks",
            Scene.entry { ($0.started, $0.startTicks) = (Scene.time(after: 700), 49_900) },
            [process { _ in }],
            is: .keep,
            because: "process 4127 runs"
        ),
        Case(
            "written before this boot, the number in use again",
            Scene.entry(),
            [Scene.process(4127, startedAt: 3)],
            file: { $0.modified = Scene.bootWall - .seconds(3600) },
            is: .recycled,
            .probable,
            because: "process 4127 started 3603 s after the file was written"
        ),
    ]

    /// A process that has another number in a pid namespace of its own.
    static func nested(_ pid: Int32, as inner: Int32) -> ProcessRecord {
        var process = Scene.process(pid)
        process.status = .value(
            ProcessStatus(
                realUser: 0,
                effectiveUser: 0,
                threadGroup: pid,
                namespacePids: [pid, inner]
            )
        )
        process.namespaces = .value(ProcessNamespaces(pid: 777, mount: 200, network: 300))
        return process
    }

    static func process(
        _ pid: Int32 = 4127,
        startedAt seconds: UInt64 = 499,
        change: (inout ProcessRecord) -> Void
    ) -> ProcessRecord {
        var process = Scene.process(pid, startedAt: seconds)
        change(&process)
        return process
    }
}
