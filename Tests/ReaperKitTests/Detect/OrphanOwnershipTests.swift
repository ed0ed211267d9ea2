import Testing

@testable import ReaperKit

@Suite("what belongs to a rule")
struct OrphanOwnershipTests {
    /// The job without its place: whatever the rule asks for, its executable lies elsewhere.
    private static func elsewhere(_ process: inout ProcessRecord) {
        process.executable = .value(ExecutableLink(path: "/usr/bin/python3"))
        process.arguments = .value(["/cache/job"])
        process.workingDirectory = .value("/cache")
        process.environment = .value(["JOB=17"])
        process.socketInodes = .value([77])
    }

    private static func rule(
        _ change: @escaping @Sendable (inout ProcessPattern) throws -> Void
    ) -> @Sendable (inout Rule) throws -> Void {
        { rule in
            rule.match = ProcessPattern()
            try change(&rule.match)
        }
    }

    static let lookalikes = [
        OrphanCase(
            "only the kernel's name",
            .suspect,
            rule: rule {
                $0.names = [try Cast.glob("job")]
            },
            job: elsewhere
        ),
        OrphanCase(
            "only argument 0",
            .suspect,
            rule: rule {
                $0.commands = [try Cast.glob("/cache/*", as: .text)]
            },
            job: elsewhere
        ),
        OrphanCase(
            "only the working directory",
            .suspect,
            rule: rule {
                $0.workingDirectories = [try Cast.glob("/cache")]
            },
            job: elsewhere
        ),
        OrphanCase(
            "only the working directory, by `in`",
            .suspect,
            rule: rule {
                $0.directories = ["/cache"]
            },
            job: elsewhere
        ),
        OrphanCase(
            "only a port",
            .suspect,
            rule: rule {
                $0.ports = MatchCase.ports(8080)
            },
            snapshot: { $0.sockets = MatchCase.sockets },
            job: elsewhere
        ),
        OrphanCase(
            "only a control group",
            .suspect,
            rule: rule {
                $0.cgroups = [try Cast.glob("/ci/*")]
            }
        ) {
            elsewhere(&$0)
            $0.cgroups = .value(["0::/ci/job"])
        },
        OrphanCase(
            "the environment of another user",
            .probable,
            rule: rule {
                $0.environment = [EnvironmentCondition(name: "JOB")]
            }
        ) {
            elsewhere(&$0)
            $0.changeStatus {
                $0.realUser = 1001
                $0.effectiveUser = 1001
            }
        },
        OrphanCase(
            "the environment of who changed users",
            .suspect,
            rule: rule {
                $0.environment = [EnvironmentCondition(name: "JOB")]
            }
        ) {
            elsewhere(&$0)
            $0.changeStatus { $0.effectiveUser = 0 }
        },
    ]

    @Test("is not what only looks like it", arguments: lookalikes)
    func lookalike(testCase: OrphanCase) throws {
        #expect(try testCase.detection().findings.map(\.verdict) == testCase.want.map { [$0] })
    }

    static let owned = [
        OrphanCase("its executable", .confirmed),
        OrphanCase(
            "its executable, by `in`",
            .confirmed,
            rule: rule {
                $0.directories = ["/cache"]
            }
        ),
        OrphanCase(
            "its own environment",
            .confirmed,
            rule: rule {
                $0.environment = [EnvironmentCondition(name: "JOB")]
            },
            job: elsewhere
        ),
        OrphanCase(
            "the mark of a reaper of this pid namespace",
            .confirmed,
            rule: rule {
                $0.environment = [EnvironmentCondition(name: "REAPER_RUN")]
            }
        ) {
            elsewhere(&$0)
            $0.environment = .value(["REAPER_RUN=100-12-ab"])
        },
        OrphanCase(
            "the mark of a reaper that may live in another pid namespace",
            .suspect,
            rule: rule {
                $0.environment = [EnvironmentCondition(name: "REAPER_RUN")]
            }
        ) {
            elsewhere(&$0)
            $0.environment = .value(["REAPER_RUN=7-12-ab"])
        },
        OrphanCase(
            "root's environment, where an owner is named",
            .confirmed,
            rule: rule {
                $0.environment = [EnvironmentCondition(name: "JOB")]
            },
            snapshot: { $0.host.effectiveUser = 0 }
        ) {
            elsewhere(&$0)
            $0.changeStatus {
                $0.realUser = 0
                $0.effectiveUser = 0
            }
        },
        OrphanCase("root's environment alone", .probable) { rule in
            rule.match = ProcessPattern()
            rule.match.environment = [EnvironmentCondition(name: "JOB")]
            rule.owner = nil
        } snapshot: { snapshot in
            snapshot.host.effectiveUser = 0
        } job: {
            elsewhere(&$0)
            $0.changeStatus {
                $0.realUser = 0
                $0.effectiveUser = 0
            }
        },
    ]

    @Test("is what has evidence of it", arguments: owned)
    func belongs(testCase: OrphanCase) throws {
        #expect(try testCase.detection().findings.map(\.verdict) == testCase.want.map { [$0] })
    }

    struct Record: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let want: Verdict
        var entry: @Sendable (inout InstanceEntry) -> Void = { _ in }
        var file: @Sendable (inout InstanceFile) -> Void = { _ in }
        var job: @Sendable (inout ProcessRecord) -> Void = { _ in }
    }

    static let records = [
        Record(testDescription: "number and start time", want: .confirmed) {
            $0.startTicks = 50_000
        },
        Record(testDescription: "the pidfd's inode", want: .confirmed) {
            $0.pidfdInode = 9
        } job: {
            $0.pidfdInode = 9
        },
        Record(testDescription: "a number alone", want: .probable),
        Record(testDescription: "another start time", want: .suspect) { $0.startTicks = 49_999 },
        Record(testDescription: "another number", want: .suspect) {
            $0.pid = 501
            $0.startTicks = 50_000
        },
        Record(testDescription: "another pidfd", want: .suspect) {
            $0.startTicks = 50_000
            $0.pidfdInode = 9
        } job: {
            $0.pidfdInode = 8
        },
        Record(testDescription: "the same start time in another boot", want: .suspect) {
            $0.startTicks = 50_000
            $0.bootID = "boot-0"
        },
        Record(testDescription: "this boot", want: .confirmed) {
            $0.startTicks = 50_000
            $0.bootID = "BOOT1"
        },
        Record(testDescription: "another host", want: .suspect) {
            $0.startTicks = 50_000
            $0.host = "other"
        },
        Record(testDescription: "another pid namespace", want: .suspect) {
            $0.startTicks = 50_000
            $0.pidNamespace = 99
        },
        Record(testDescription: "another executable", want: .suspect) {
            $0.executable = "/usr/bin/else"
        },
        Record(testDescription: "a file on another host's disk", want: .suspect) {
            $0.startTicks = 50_000
        } file: {
            $0.isOnNetworkFileSystem = true
        },
        Record(
            testDescription: "a file older than the process",
            want: .suspect,
            file: {
                $0.modified = .seconds(1_000_100)
            }
        ),
        Record(testDescription: "another user's file", want: .suspect) {
            $0.startTicks = 50_000
        } file: {
            $0.owner = 1001
        },
        Record(testDescription: "a file that anybody can write", want: .suspect) {
            $0.startTicks = 50_000
        } file: {
            $0.isWritableByOthers = true
        },
        Record(testDescription: "another system's file", want: .suspect) {
            $0.startTicks = 50_000
        } file: {
            $0.rule = "other.files"
        },
    ]

    @Test("is what an instance file records, where nothing speaks against it", arguments: records)
    func record(testCase: Record) throws {
        var entry = InstanceEntry(pid: 500, liveness: .alive)
        testCase.entry(&entry)
        var file = InstanceFile(
            path: "/run/job.pid",
            rule: "test.files",
            format: .pid,
            file: FileIdentity(device: 1, inode: 2, changed: .zero),
            owner: 1000,
            mode: 0o644,
            modified: .seconds(1_001_000),
            contents: .entries([entry])
        )
        testCase.file(&file)
        let recorded = file
        let scene = OrphanCase("", nil, rule: Self.rule { $0.names = [try Cast.glob("job")] }) {
            $0.instanceFiles = [recorded]
        } job: {
            Self.elsewhere(&$0)
            testCase.job(&$0)
        }
        #expect(try scene.detection().findings.map(\.verdict) == [testCase.want])
    }
}
