import Testing

@testable import ReaperKit

@Suite("who belongs to an instance")
struct CompanyTests {
    private static func process(
        _ pid: Int32,
        session: Int32,
        group: Int32? = nil,
        state: Character = "S"
    ) -> ProcessRecord {
        Cast.process(pid, parent: 1, state: state) { process in
            process.session = session
            process.processGroup = group ?? session
        }
    }

    private static func company(of pid: Int32, _ processes: [ProcessRecord]) throws -> [Int32] {
        let snapshot = Cast.snapshot(processes)
        return snapshot.company(of: try #require(snapshot.process(pid)).identity).map(\.pid)
    }

    @Test("the members of the session and of the group that it leads, and nobody else")
    func members() throws {
        let processes = [
            Self.process(500, session: 500), Self.process(501, session: 500, group: 501),
            Self.process(502, session: 500), Self.process(600, session: 600),
        ]
        #expect(try Self.company(of: 500, processes) == [500, 501, 502])
        #expect(try Self.company(of: 502, processes) == [502])
        let group = [
            Self.process(500, session: 400, group: 500),
            Self.process(501, session: 400, group: 500),
            Self.process(502, session: 400),
        ]
        #expect(try Self.company(of: 500, group) == [500, 501])
    }

    @Test("a zombie has none, nor has whoever has its number by now")
    func gone() throws {
        let processes = [
            Self.process(500, session: 500, state: "Z"), Self.process(501, session: 500),
        ]
        #expect(try Self.company(of: 500, processes) == [500])
        let snapshot = Cast.snapshot([
            Self.process(500, session: 500), Self.process(501, session: 500),
        ])
        let other = ProcessIdentity(pid: 500, startTime: 1)
        #expect(snapshot.company(of: other) == [other])
    }
}
