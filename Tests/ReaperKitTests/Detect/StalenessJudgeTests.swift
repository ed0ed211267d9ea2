import Testing

@testable import ReaperKit

/// A machine that booted 1000 s before the scan, and a file written 500 s before it.
enum Scene {
    static let bootWall = Duration.seconds(1_000_000)
    static let now = Duration.seconds(1_001_000)
    static let written = Duration.seconds(1_000_500)

    /// A process that started so many seconds after boot; the file was written at 500.
    static func process(_ pid: Int32, startedAt seconds: UInt64 = 499) -> ProcessRecord {
        ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTime: seconds * 100),
            name: "svc",
            parent: 1
        )
    }

    static func snapshot(_ processes: [ProcessRecord] = []) -> Snapshot {
        var host = HostFacts()
        host.name = "box.example"
        host.bootID = "3f2c-aa"
        host.sinceBoot = .seconds(1000)
        host.wallClock = now
        host.namespaces = ProcessNamespaces(pid: 100, mount: 200, network: 300)
        return Snapshot(host: host, processes: processes)
    }

    static func file(
        _ contents: InstanceContents,
        format: InstanceFormat = .pid,
        change: (inout InstanceFile) -> Void = { _ in }
    ) -> InstanceFile {
        var file = InstanceFile(
            path: "/run/svc.pid",
            rule: "test.svc",
            format: format,
            file: FileIdentity(device: 1, inode: 2, changed: written),
            owner: 0,
            mode: 0o644,
            modified: written,
            contents: contents
        )
        change(&file)
        return file
    }

    static func entry(
        _ pid: Int32? = 4127,
        _ liveness: PidLiveness = .alive,
        change: (inout InstanceEntry) -> Void = { _ in }
    ) -> InstanceEntry {
        var entry = InstanceEntry(pid: pid, liveness: liveness)
        change(&entry)
        return entry
    }

    /// A rule that asks something of the process, so that its answer counts.
    static func rule() throws -> Rule {
        var rule = Rule(id: "test.svc", title: "A service", source: "test")
        rule.match.names = [try Glob(parsing: "svc", as: .text)]
        return rule
    }
}

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

    private static func nested(_ pid: Int32, as inner: Int32) -> ProcessRecord {
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

    private static func process(
        _ pid: Int32 = 4127,
        startedAt seconds: UInt64 = 499,
        change: (inout ProcessRecord) -> Void
    ) -> ProcessRecord {
        var process = Scene.process(pid, startedAt: seconds)
        change(&process)
        return process
    }

    private static let places: [Case] = [
        Case(
            "another host, and the number is free here",
            Scene.entry(4127, .gone) { $0.host = "db1" },
            is: .keep,
            because: "it was written on another host"
        ),
        Case(
            "this host by its short name",
            Scene.entry(4127, .gone) { $0.host = "BOX" },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "a host with our first label in another domain",
            Scene.entry(4127, .gone) { $0.host = "box.other" },
            is: .keep,
            because: "it was written on another host"
        ),
        Case(
            "another host and another boot",
            Scene.entry { ($0.host, $0.bootID) = ("db1", "ffff") },
            is: .keep,
            because: "it was written on another host"
        ),
        Case(
            "a network file system",
            Scene.entry(4127, .gone),
            file: { $0.isOnNetworkFileSystem = true },
            is: .keep,
            because: "its file system is shared with other hosts"
        ),
        Case(
            "another boot, although the number is in use",
            Scene.entry { $0.bootID = "ffff" },
            [Scene.process(4127)],
            is: .stale,
            because: "it was written in another boot"
        ),
        Case(
            "another boot, although it is locked",
            Scene.entry { $0.bootID = "ffff" },
            file: { $0.lock = .held("flock") },
            is: .stale,
            because: "it was written in another boot"
        ),
        Case(
            "this boot without hyphens",
            Scene.entry(4127, .gone) { $0.bootID = "3F2CAA" },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "a lock that a child of the dead process inherited",
            Scene.entry(4127, .gone),
            file: { $0.lock = .held("flock") },
            is: .keep,
            because: "somebody holds a lock on it"
        ),
        Case(
            "a lock file that nobody locks",
            Scene.entry(nil, .unknown),
            format: .lock,
            is: .stale,
            because: "nobody holds a lock on it"
        ),
        Case(
            "a lock file that cannot be asked",
            Scene.entry(nil, .unknown),
            format: .lock,
            file: { $0.lock = .unknown(37) },
            is: .report,
            .suspect,
            because: "it names no process and its lock cannot be asked"
        ),
        Case(
            "a number of a nested namespace that is free here",
            Scene.entry(7, .gone),
            [nested(5000, as: 7)],
            is: .keep,
            because: "number 7 belongs to process 5000 in a nested pid namespace"
        ),
        Case(
            "a number of a nested namespace that a stranger has here",
            Scene.entry(4127),
            [Scene.process(4127), nested(5000, as: 4127)],
            is: .keep,
            because: "number 4127 belongs to process 5000 in a nested pid namespace"
        ),
        Case(
            "a number of a nested process that is not the rule's",
            Scene.entry(7, .gone),
            [nested(5000, as: 7)],
            match: .fails,
            is: .stale,
            because: "process 7 does not exist"
        ),
        Case(
            "a number of a nested process, but a record of ours",
            Scene.entry(7, .gone) { $0.pidNamespace = 100 },
            [nested(5000, as: 7)],
            is: .stale,
            because: "process 7 does not exist"
        ),
        Case(
            "a recorded namespace that we can see into",
            Scene.entry(7, .gone) { $0.pidNamespace = 777 },
            [nested(5000, as: 7)],
            is: .keep,
            because: "its process is alive in pid namespace 777"
        ),
        Case(
            "a recorded namespace that we cannot see into",
            Scene.entry(7, .gone) { $0.pidNamespace = 778 },
            [nested(5000, as: 7)],
            is: .keep,
            because: "its pid namespace is not ours"
        ),
    ]

    private static let processes: [Case] = [
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
            "written before this boot, the number in use again",
            Scene.entry(),
            [Scene.process(4127, startedAt: 3)],
            file: { $0.modified = Scene.bootWall - .seconds(3600) },
            is: .recycled,
            .probable,
            because: "process 4127 started 3603 s after the file was written"
        ),
    ]

    private static let ages: [Case] = [
        Case(
            "dead, but written a moment ago",
            Scene.entry(4127, .gone),
            file: { $0.modified = Scene.now - .milliseconds(500) },
            is: .settling(.milliseconds(1500)),
            because: "process 4127 does not exist"
        ),
        Case(
            "dead, but renamed into place a moment ago",
            Scene.entry(4127, .gone),
            file: { $0.file.changed = Scene.now - .milliseconds(500) },
            is: .settling(.milliseconds(1500)),
            because: "process 4127 does not exist"
        ),
        Case(
            "dead and just old enough",
            Scene.entry(4127, .gone),
            file: { $0.modified = Scene.now - .seconds(2) },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "dead, and dated in the future",
            Scene.entry(4127, .gone),
            file: { $0.modified = Scene.now + .seconds(86_400) },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "alive, written a moment ago",
            Scene.entry(),
            [Scene.process(4127)],
            file: { $0.modified = Scene.now },
            is: .keep,
            because: "process 4127 runs"
        ),
    ]

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
