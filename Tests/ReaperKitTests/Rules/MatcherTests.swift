import Glibc
import Testing

@testable import ReaperKit

@Suite("matching a process")
struct MatcherTests {
    typealias Change = @Sendable (inout ProcessPattern) throws -> Void
    typealias Doing = @Sendable (inout ProcessRecord) -> Void

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let want: MatchAnswer
        let pattern: Change
        let process: Doing

        init(
            _ testDescription: String,
            _ want: MatchAnswer,
            _ pattern: @escaping Change,
            process: @escaping Doing = { _ in }
        ) {
            self.testDescription = testDescription
            self.want = want
            self.pattern = pattern
            self.process = process
        }
    }

    /// Process 700, 7000 ticks old... by every fact of one kind at a time.
    private func answer(_ testCase: Case, peers: Bool = false) throws -> MatchAnswer {
        var pattern = ProcessPattern()
        try testCase.pattern(&pattern)
        var process = Cast.process(700, "node") { process in
            process.executable = .value(ExecutableLink(path: "/opt/app/bin/node20"))
            process.arguments = .value(["/usr/bin/server", "--port", "80"])
            process.workingDirectory = .value("/srv/site")
            process.environment = .value(["HOME=/root", "JOB=17", "EMPTY="])
            process.cgroups = .value(["1:name=systemd:/old", "0::/ci/job:1"])
            process.socketInodes = .value([77])
        }
        testCase.process(&process)
        let context = MatchContext(
            host: Cast.host,
            sockets: MatcherTests.sockets,
            includesPeers: peers
        )
        return pattern.evaluate(process, in: context)
    }

    static let sockets = [
        SocketRecord(
            transport: .tcp,
            address: [0, 0, 0, 0],
            port: 8080,
            state: .listen,
            inode: 77,
            user: 0
        ),
        SocketRecord(
            transport: .udp,
            address: [0, 0, 0, 0],
            port: 53,
            state: .close,
            inode: 78,
            user: 0
        ),
        SocketRecord(
            transport: .tcp,
            address: [127, 0, 0, 1],
            port: 8080,
            peerPort: 40_000,
            peerAddress: [127, 0, 0, 1],
            state: .established,
            inode: 79,
            user: 0
        ),
        SocketRecord(
            transport: .tcp,
            address: [127, 0, 0, 1],
            port: 8080,
            state: .timeWait,
            inode: 0,
            user: 0
        ),
    ]

    static let conditions = [
        Case("the number holds", .holds, { $0.pids = [PidCondition(pid: 700)] }),
        Case(
            "number and start time hold",
            .holds,
            { $0.pids = [PidCondition(pid: 700, startTime: 70_000)] }
        ),
        Case(
            "another start time fails",
            .fails,
            { $0.pids = [PidCondition(pid: 700, startTime: 70_001)] }
        ),
        Case("another number fails", .fails, { $0.pids = [PidCondition(pid: 70)] }),
        Case("the state holds", .holds, { $0.states = Array("ZS".utf8) }),
        Case("another state fails", .fails, { $0.states = Array("Z".utf8) }),
        Case("old enough holds", .holds, { $0.olderThan = .seconds(9300) }),
        Case("too young fails", .fails, { $0.olderThan = .seconds(9301) }),
        Case(
            "new since the baseline holds",
            .holds,
            { $0.absentFrom = Baseline(bootID: "", pidNamespace: 0, processes: []) }
        ),
        Case(
            "there at the baseline fails",
            .fails,
            {
                let own = ProcessIdentity(pid: 700, startTime: 70_000)
                $0.absentFrom = Baseline(bootID: "", pidNamespace: 0, processes: [own])
            }
        ),
        Case("the kernel's name holds", .holds, { $0.names = [try Cast.glob("node")] }),
        Case("the executable's name holds", .holds, { $0.names = [try Cast.glob("node2?")] }),
        Case("argument 0's name holds", .holds, { $0.names = [try Cast.glob("server")] }),
        Case("part of a name fails", .fails, { $0.names = [try Cast.glob("nod")] }),
        Case("a later argument fails", .fails, { $0.names = [try Cast.glob("80")] }),
        Case("the executable holds", .holds, { $0.executables = [try Cast.glob("/opt/**")] }),
        Case("another executable fails", .fails, { $0.executables = [try Cast.glob("/opt/*")] }),
        Case(
            "the working directory holds",
            .holds,
            { $0.workingDirectories = [try Cast.glob("/srv/*")] }
        ),
        Case(
            "another directory fails",
            .fails,
            { $0.workingDirectories = [try Cast.glob("/srv")] }
        ),
        Case("an executable below holds", .holds, { $0.directories = ["/opt/app"] }),
        Case("a working directory below holds", .holds, { $0.directories = ["/srv/"] }),
        Case("a directory of a longer name fails", .fails, { $0.directories = ["/opt/ap"] }),
        Case(
            "the joined arguments hold",
            .holds,
            { $0.commands = [try Cast.glob("*server --port 80", as: .text)] }
        ),
        Case(
            "part of the arguments fails",
            .fails,
            { $0.commands = [try Cast.glob("server", as: .text)] }
        ),
        Case(
            "a process without arguments fails even for *",
            .fails,
            { $0.commands = [try Cast.glob("*", as: .text)] },
            process: { $0.arguments = .value([]) }
        ),
        Case("a variable holds", .holds, { $0.environment = [EnvironmentCondition(name: "JOB")] }),
        Case(
            "a variable's value holds",
            .holds,
            { $0.environment = [.init(name: "JOB", value: try Cast.glob("1?", as: .text))] }
        ),
        Case(
            "an empty value is a value",
            .holds,
            { $0.environment = [.init(name: "EMPTY", value: try Cast.glob("*", as: .text))] }
        ),
        Case(
            "another value fails",
            .fails,
            { $0.environment = [.init(name: "JOB", value: try Cast.glob("1", as: .text))] }
        ),
        Case("part of a variable's name fails", .fails, { $0.environment = [.init(name: "JO")] }),
        Case("a longer name fails", .fails, { $0.environment = [.init(name: "JOB=17")] }),
        Case("the control group holds", .holds, { $0.cgroups = [try Cast.glob("/ci/job:1")] }),
        Case("an old hierarchy's group holds", .holds, { $0.cgroups = [try Cast.glob("/old")] }),
        Case("the whole line fails", .fails, { $0.cgroups = [try Cast.glob("0::/ci/job:1")] }),
        Case("the user holds", .holds, { $0.users = [0, 1000] }),
        Case("another user fails", .fails, { $0.users = [1001] }),
        Case(
            "the effective user does not count",
            .fails,
            { $0.users = [0] },
            process: { $0.changeStatus { $0.effectiveUser = 0 } }
        ),
        Case("a listening port holds", .holds, { $0.ports = MatcherTests.ports(8080, .tcp) }),
        Case("its other protocol fails", .fails, { $0.ports = MatcherTests.ports(8080, .udp) }),
        Case("a port of somebody else fails", .fails, { $0.ports = MatcherTests.ports(53) }),
        Case("a port that nobody holds fails", .fails, { $0.ports = MatcherTests.ports(9) }),
        Case(
            "a connection holds no port",
            .fails,
            { $0.ports = MatcherTests.ports(8080) },
            process: { $0.socketInodes = .value([79]) }
        ),
    ]

    static func ports(_ port: UInt16, _ transport: TransportProtocol? = nil) -> PortSet {
        PortSet(members: [.init(ports: port...port, transport: transport)])
    }

    @Test("each condition by itself", arguments: conditions)
    func condition(testCase: Case) throws {
        #expect(try answer(testCase) == testCase.want)
    }

    static let combinations = [
        Case("no condition selects nothing", .fails, { _ in }),
        Case(
            "one value of many is enough",
            .holds,
            { $0.names = [try Cast.glob("x"), try Cast.glob("node")] }
        ),
        Case(
            "every kind must hold",
            .fails,
            {
                $0.names = [try Cast.glob("node")]; $0.users = [1001]
            }
        ),
        Case(
            "every kind holds",
            .holds,
            {
                $0.names = [try Cast.glob("node")]; $0.users = [1000]; $0.states = Array("S".utf8)
            }
        ),
        Case(
            "a fact that was not read is asked for",
            .needs(.executable),
            { $0.executables = [try Cast.glob("/x")] },
            process: { $0.executable = nil }
        ),
        Case(
            "what fails for free is not asked about further",
            .fails,
            {
                $0.states = Array("Z".utf8); $0.environment = [.init(name: "JOB")]
            },
            process: { $0.environment = nil }
        ),
        Case(
            "a name that the kernel keeps is not asked about further",
            .holds,
            { $0.names = [try Cast.glob("node")] },
            process: {
                $0.executable = nil; $0.arguments = nil
            }
        ),
        Case(
            "the executable is asked for before the command line",
            .needs(.executable),
            {
                $0.commands = [try Cast.glob("*", as: .text)]
                $0.executables = [try Cast.glob("/opt/**")]
            },
            process: {
                $0.executable = nil; $0.arguments = nil
            }
        ),
        Case(
            "a port that nobody holds asks for no descriptors",
            .fails,
            { $0.ports = MatcherTests.ports(9) },
            process: { $0.socketInodes = nil }
        ),
        Case(
            "a port that somebody holds does",
            .needs(.sockets),
            { $0.ports = MatcherTests.ports(8080) },
            process: { $0.socketInodes = nil }
        ),
        Case(
            "what was refused cannot be told",
            .unreadable(.executable, EACCES),
            { $0.executables = [try Cast.glob("/x")] },
            process: { $0.executable = .denied(EACCES) }
        ),
        Case(
            "a later condition that fails overrides it",
            .fails,
            {
                $0.executables = [try Cast.glob("/x")]; $0.users = [1001]
            },
            process: { $0.executable = .denied(EACCES) }
        ),
        Case(
            "a later condition is asked for before giving up",
            .needs(.status),
            {
                $0.executables = [try Cast.glob("/x")]; $0.users = [1001]
            },
            process: {
                $0.executable = .denied(EACCES); $0.status = nil
            }
        ),
        Case(
            "a directory that holds another way makes up for a refusal",
            .holds,
            { $0.directories = ["/srv"] },
            process: { $0.executable = .denied(EACCES) }
        ),
        Case(
            "a directory that fails the other way does not",
            .unreadable(.executable, EACCES),
            { $0.directories = ["/other"] },
            process: { $0.executable = .denied(EACCES) }
        ),
        Case(
            "a name may still be refused as argument 0",
            .unreadable(.arguments, EPERM),
            { $0.names = [try Cast.glob("x")] },
            process: { $0.arguments = .denied(EPERM) }
        ),
        Case(
            "who has no executable does not run one",
            .fails,
            { $0.executables = [try Cast.glob("**")] },
            process: { $0.executable = .gone }
        ),
    ]

    @Test("conditions together", arguments: combinations)
    func combination(testCase: Case) throws {
        #expect(try answer(testCase) == testCase.want)
    }

    @Test("with peers, either end of a connection counts; without, only who holds the port")
    func peers() throws {
        for port in [UInt16(8080), 40_000] {
            let connected = Case("", .holds, { $0.ports = Self.ports(port) }) {
                $0.socketInodes = .value([79])
            }
            #expect(try answer(connected, peers: true) == .holds)
            #expect(try answer(connected) == .fails)
        }
        let stranger = Case("", .fails, { $0.ports = Self.ports(8080) }) {
            $0.socketInodes = .value([80])
        }
        #expect(try answer(stranger, peers: true) == .fails)
    }

    @Test("a kernel thread matches by its number and name, and by nothing it does not have")
    func kernelThread() throws {
        var thread = Cast.kernelThread(30)
        thread.executable = .gone
        thread.arguments = .value([])
        let context = MatchContext(host: Cast.host)
        var pattern = ProcessPattern()
        pattern.pids = [PidCondition(pid: 30)]
        #expect(pattern.evaluate(thread, in: context) == .holds)
        pattern.executables = [try Cast.glob("**")]
        #expect(pattern.evaluate(thread, in: context) == .fails)
    }
}
