import Glibc
import Testing

@testable import ReaperKit

@Suite("matching by several conditions")
struct MatcherCombinationTests {
    static let combinations = [
        MatchCase("no condition selects nothing", .fails, { _ in }),
        MatchCase(
            "one value of many is enough",
            .holds,
            { $0.names = [try Cast.glob("x"), try Cast.glob("node")] }
        ),
        MatchCase(
            "every kind must hold",
            .fails,
            {
                $0.names = [try Cast.glob("node")]; $0.users = [1001]
            }
        ),
        MatchCase(
            "every kind holds",
            .holds,
            {
                $0.names = [try Cast.glob("node")]; $0.users = [1000]; $0.states = Array("S".utf8)
            }
        ),
        MatchCase(
            "a fact that was not read is asked for",
            .needs(.executable),
            { $0.executables = [try Cast.glob("/x")] },
            process: { $0.executable = nil }
        ),
        MatchCase(
            "what fails for free is not asked about further",
            .fails,
            {
                $0.states = Array("Z".utf8); $0.environment = [.init(name: "JOB")]
            },
            process: { $0.environment = nil }
        ),
        MatchCase(
            "a name that the kernel keeps is not asked about further",
            .holds,
            { $0.names = [try Cast.glob("node")] },
            process: {
                $0.executable = nil; $0.arguments = nil
            }
        ),
        MatchCase(
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
        MatchCase(
            "a port that nobody holds asks for no descriptors",
            .fails,
            { $0.ports = MatchCase.ports(9) },
            process: { $0.socketInodes = nil }
        ),
        MatchCase(
            "a port that somebody holds does",
            .needs(.sockets),
            { $0.ports = MatchCase.ports(8080) },
            process: { $0.socketInodes = nil }
        ),
        MatchCase(
            "what was refused cannot be told",
            .unreadable(.executable, EACCES),
            { $0.executables = [try Cast.glob("/x")] },
            process: { $0.executable = .denied(EACCES) }
        ),
        MatchCase(
            "a later condition that fails overrides it",
            .fails,
            {
                $0.executables = [try Cast.glob("/x")]; $0.users = [1001]
            },
            process: { $0.executable = .denied(EACCES) }
        ),
        MatchCase(
            "a later condition is asked for before giving up",
            .needs(.status),
            {
                $0.executables = [try Cast.glob("/x")]; $0.users = [1001]
            },
            process: {
                $0.executable = .denied(EACCES); $0.status = nil
            }
        ),
        MatchCase(
            "a directory that holds another way makes up for a refusal",
            .holds,
            { $0.directories = ["/srv"] },
            process: { $0.executable = .denied(EACCES) }
        ),
        MatchCase(
            "a directory that fails the other way does not",
            .unreadable(.executable, EACCES),
            { $0.directories = ["/other"] },
            process: { $0.executable = .denied(EACCES) }
        ),
        MatchCase(
            "a name may still be refused as argument 0",
            .unreadable(.arguments, EPERM),
            { $0.names = [try Cast.glob("x")] },
            process: { $0.arguments = .denied(EPERM) }
        ),
        MatchCase(
            "who has no executable does not run one",
            .fails,
            { $0.executables = [try Cast.glob("**")] },
            process: { $0.executable = .gone }
        ),
    ]

    @Test("conditions together", arguments: combinations)
    func combination(testCase: MatchCase) throws {
        #expect(try testCase.answer() == testCase.want)
    }

    @Test("with peers, either end of a connection counts; without, only who holds the port")
    func peers() throws {
        for port in [UInt16(8080), 40_000] {
            let connected = MatchCase("", .holds, { $0.ports = MatchCase.ports(port) }) {
                $0.socketInodes = .value([79])
            }
            #expect(try connected.answer(peers: true) == .holds)
            #expect(try connected.answer() == .fails)
        }
        let stranger = MatchCase("", .fails, { $0.ports = MatchCase.ports(8080) }) {
            $0.socketInodes = .value([80])
        }
        #expect(try stranger.answer(peers: true) == .fails)
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
