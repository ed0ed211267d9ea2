import Testing

@testable import ReaperKit

@Suite("targets")
struct ExplanationTargetTests {
    private static let services = ServiceNames(
        parsing: Array("http 80/tcp www\ndns 53/tcp\ndns 53/udp\n".utf8)
    )

    private static func parse(_ text: String) throws(ValueError) -> ExplanationTarget {
        try ExplanationTarget(parsing: text, services: services)
    }

    private static func port(
        _ number: UInt16,
        _ transport: TransportProtocol? = nil
    ) -> PortSet.Member { .init(ports: number...number, transport: transport) }

    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var want: ExplanationTarget

        init(_ text: String, _ want: ExplanationTarget) {
            testDescription = text
            self.want = want
        }
    }

    private static func cases() throws -> [Case] {
        [
            Case("4127", .process(PidCondition(pid: 4127))),
            Case("4127@88213", .process(PidCondition(pid: 4127, startTime: 88_213))),
            Case(":8080", .port(PortSet(members: [port(8080)]))),
            Case(":8080/udp", .port(PortSet(members: [port(8080, .udp)]))),
            Case(":http", .port(PortSet(members: [port(80, .tcp)]))),
            Case(":dns", .port(PortSet(members: [port(53, .tcp), port(53, .udp)]))),
            Case("/run/a.pid", .path("/run/a.pid")),
            Case("./a.pid", .path("./a.pid")),
            Case("8080/udp", .path("8080/udp")),
            Case("node", .name(try Glob(parsing: "node", as: .text))),
            Case("node*", .name(try Glob(parsing: "node*", as: .text))),
            Case("7zip", .name(try Glob(parsing: "7zip", as: .text))),
            Case("a.pid", .name(try Glob(parsing: "a.pid", as: .text))),
        ]
    }

    @Test("are told apart by how they are written")
    func parsed() throws {
        for testCase in try Self.cases() {
            #expect(try Self.parse(testCase.testDescription) == testCase.want)
        }
    }

    @Test(
        "what can be none is refused",
        arguments: [
            "", ":", ":0", ":70000", ":80,90", ":80-90", "::80", ":8080/sctp", ":nosuch", "0",
            "4194305", "99999999999", "4127@", "[a",
        ]
    )
    func refused(text: String) {
        #expect(throws: ValueError.self) { try Self.parse(text) }
    }
}
