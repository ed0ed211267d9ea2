import ReaperKit
import Testing

@testable import reaper

@Suite("arguments of list, stop and wait")
struct InstanceArgumentsTests {
    private func parse(
        _ command: String,
        _ arguments: String...
    ) throws -> Options {
        let row = try #require(Subcommand.named(command))
        return try ArgumentParser.parse(arguments, for: row)
    }

    @Test("--name selects processes, but names an instance of stop")
    func name() throws {
        let stop = try parse("stop", "a", "--name", "b", "--service=c*", "-n")
        #expect(stop.instanceNames == ["a", "b", "c*"])
        #expect(stop.selection.isEmpty && stop.action.isDryRun)
        let list = try parse("list", "--name", "b*", "x")
        #expect(list.selection.process.names.count == 1)
        #expect(list.operands == ["x"])
    }

    @Test("--timeout is a grace or a patience, the deadline grows with a grace")
    func timeout() throws {
        #expect(try parse("wait", "1", "-t", "90").action.timeout == .seconds(90))
        let stop = try parse("stop", "--timeout", "60", "a")
        #expect(stop.action.effectiveDeadline == .seconds(80))
    }

    @Test("states of instances may be selected by kind, beside a rule")
    func kinds() throws {
        let list = try parse("list", "--stale-files", "--zombies", "--rule", "manta.*")
        #expect(list.selection.kinds == [.staleInstance, .staleSocket, .zombie])
    }

    private struct Target: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var target: WaitCommand.Target?

        init(_ text: String, _ target: WaitCommand.Target?) {
            testDescription = text
            self.target = target
        }
    }

    private static let targets = [
        Target("4127", .process(PidCondition(pid: 4127))),
        Target("4127@88213", .process(PidCondition(pid: 4127, startTime: 88213))),
        Target(":8080", .ports(PortSet(members: [.init(ports: 8080...8080)]))),
        Target("53/udp", .ports(PortSet(members: [.init(ports: 53...53, transport: .udp)]))),
        Target(":53/udp", .ports(PortSet(members: [.init(ports: 53...53, transport: .udp)]))),
        Target(
            ":3000-3010,9090/tcp",
            .ports(
                PortSet(members: [
                    .init(ports: 3000...3010), .init(ports: 9090...9090, transport: .tcp),
                ])
            )
        ),
        Target("", nil), Target("0", nil), Target("8080-8090", nil),
        Target("http", .instance("http")), Target("3f2c-web", .instance("3f2c-web")),
        Target("/run/web.pid", .instance("/run/web.pid")),
        Target(":", nil), Target("1@", nil), Target("1@x", nil), Target(":1:2", nil),
        Target("4294967297", nil), Target("80/sctp", nil), Target("-1", nil), Target(" 1", nil),
    ]

    @Test("a bare number is a process, a port is marked, a word is a name", arguments: targets)
    private func target(_ testCase: Target) {
        let text = testCase.testDescription
        #expect((try? WaitCommand.target(text)) == testCase.target)
    }
}
