import Testing

@testable import ReaperKit

@Suite("matching a process")
struct MatcherTests {
    static let conditions = [
        MatchCase("the number holds", .holds, { $0.pids = [PidCondition(pid: 700)] }),
        MatchCase(
            "number and start time hold",
            .holds,
            { $0.pids = [PidCondition(pid: 700, startTime: 70_000)] }
        ),
        MatchCase(
            "another start time fails",
            .fails,
            { $0.pids = [PidCondition(pid: 700, startTime: 70_001)] }
        ),
        MatchCase("another number fails", .fails, { $0.pids = [PidCondition(pid: 70)] }),
        MatchCase("the state holds", .holds, { $0.states = Array("ZS".utf8) }),
        MatchCase("another state fails", .fails, { $0.states = Array("Z".utf8) }),
        MatchCase("old enough holds", .holds, { $0.olderThan = .seconds(9300) }),
        MatchCase("too young fails", .fails, { $0.olderThan = .seconds(9301) }),
        MatchCase(
            "new since the baseline holds",
            .holds,
            { $0.absentFrom = Baseline(bootID: "", pidNamespace: 0, processes: []) }
        ),
        MatchCase(
            "there at the baseline fails",
            .fails,
            {
                let own = ProcessIdentity(pid: 700, startTime: 70_000)
                $0.absentFrom = Baseline(bootID: "", pidNamespace: 0, processes: [own])
            }
        ),
        MatchCase("the kernel's name holds", .holds, { $0.names = [try Cast.glob("node")] }),
        MatchCase("the executable's name holds", .holds, { $0.names = [try Cast.glob("node2?")] }),
        MatchCase("argument 0's name holds", .holds, { $0.names = [try Cast.glob("server")] }),
        MatchCase(
            "the kernel's name alone holds",
            .holds,
            { $0.kernelNames = [try Cast.glob("node")] }
        ),
        MatchCase(
            "another of its names is not the kernel's",
            .fails,
            { $0.kernelNames = [try Cast.glob("node20")] }
        ),
        MatchCase("part of a name fails", .fails, { $0.names = [try Cast.glob("nod")] }),
        MatchCase("a later argument fails", .fails, { $0.names = [try Cast.glob("80")] }),
        MatchCase("the executable holds", .holds, { $0.executables = [try Cast.glob("/opt/**")] }),
        MatchCase(
            "another executable fails",
            .fails,
            { $0.executables = [try Cast.glob("/opt/*")] }
        ),
        MatchCase(
            "the working directory holds",
            .holds,
            { $0.workingDirectories = [try Cast.glob("/srv/*")] }
        ),
        MatchCase(
            "another directory fails",
            .fails,
            { $0.workingDirectories = [try Cast.glob("/srv")] }
        ),
        MatchCase("an executable below holds", .holds, { $0.directories = ["/opt/app"] }),
        MatchCase("a working directory below holds", .holds, { $0.directories = ["/srv/"] }),
        MatchCase("a directory of a longer name fails", .fails, { $0.directories = ["/opt/ap"] }),
        MatchCase(
            "the joined arguments hold",
            .holds,
            { $0.commands = [try Cast.glob("*server --port 80", as: .text)] }
        ),
        MatchCase(
            "part of the arguments fails",
            .fails,
            { $0.commands = [try Cast.glob("server", as: .text)] }
        ),
        MatchCase(
            "a process without arguments fails even for *",
            .fails,
            { $0.commands = [try Cast.glob("*", as: .text)] },
            process: { $0.arguments = .value([]) }
        ),
        MatchCase(
            "a variable holds",
            .holds,
            { $0.environment = [EnvironmentCondition(name: "JOB")] }
        ),
        MatchCase(
            "a variable's value holds",
            .holds,
            { $0.environment = [.init(name: "JOB", value: try Cast.glob("1?", as: .text))] }
        ),
        MatchCase(
            "an empty value is a value",
            .holds,
            { $0.environment = [.init(name: "EMPTY", value: try Cast.glob("*", as: .text))] }
        ),
        MatchCase(
            "another value fails",
            .fails,
            { $0.environment = [.init(name: "JOB", value: try Cast.glob("1", as: .text))] }
        ),
        MatchCase(
            "part of a variable's name fails",
            .fails,
            { $0.environment = [.init(name: "JO")] }
        ),
        MatchCase("a longer name fails", .fails, { $0.environment = [.init(name: "JOB=17")] }),
        MatchCase("the control group holds", .holds, { $0.cgroups = [try Cast.glob("/ci/job:1")] }),
        MatchCase(
            "an old hierarchy's group holds",
            .holds,
            { $0.cgroups = [try Cast.glob("/old")] }
        ),
        MatchCase("the whole line fails", .fails, { $0.cgroups = [try Cast.glob("0::/ci/job:1")] }),
        MatchCase("the user holds", .holds, { $0.users = [0, 1000] }),
        MatchCase("another user fails", .fails, { $0.users = [1001] }),
        MatchCase(
            "the effective user does not count",
            .fails,
            { $0.users = [0] },
            process: { $0.changeStatus { $0.effectiveUser = 0 } }
        ),
        MatchCase("a listening port holds", .holds, { $0.ports = MatchCase.ports(8080, .tcp) }),
        MatchCase("its other protocol fails", .fails, { $0.ports = MatchCase.ports(8080, .udp) }),
        MatchCase("a port of somebody else fails", .fails, { $0.ports = MatchCase.ports(53) }),
        MatchCase("a port that nobody holds fails", .fails, { $0.ports = MatchCase.ports(9) }),
        MatchCase(
            "a connection holds no port",
            .fails,
            { $0.ports = MatchCase.ports(8080) },
            process: { $0.socketInodes = .value([79]) }
        ),
    ]

    @Test("each condition by itself", arguments: conditions)
    func condition(testCase: MatchCase) throws {
        #expect(try testCase.answer() == testCase.want)
    }
}
