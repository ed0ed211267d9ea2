import Testing

@testable import ReaperKit

@Suite("parent chains")
struct ParentChainTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Those beside PID 1 (session 1), shell 50 and whoever `Cast` adds.
        var others: [ProcessRecord] = []
        var process: ProcessRecord
        var parents: [Int32]
        var end: ParentChain.End
        var bond: ParentChain.Bond?
    }

    private static func process(
        _ pid: Int32,
        _ name: ByteString = "job",
        parent: Int32,
        session: Int32 = 50,
        start: UInt64? = nil
    ) -> ProcessRecord {
        Cast.process(pid, name, parent: parent, start: start) { $0.session = session }
    }

    private static let cases: [Case] = [
        Case(
            testDescription: "a shell's child",
            process: process(500, parent: 50),
            parents: [50, 1],
            end: .first,
            bond: .started
        ),
        Case(
            testDescription: "a child that leads a session of its own",
            process: process(500, parent: 50, session: 500),
            parents: [50, 1],
            end: .first,
            bond: .started
        ),
        Case(
            testDescription: "PID 1 may have started a session's leader, or adopted it",
            process: process(500, parent: 1, session: 500),
            parents: [1],
            end: .first,
            bond: .startedOrAdopted
        ),
        Case(
            testDescription: "who is in another session was adopted, whoever its parent is",
            process: process(500, parent: 1, session: 77),
            parents: [1],
            end: .first,
            bond: .adopted("its session 77 is neither its own nor its parent's")
        ),
        Case(
            testDescription: "also when PID 1 is in no session that can be seen",
            others: [Cast.process(1, "init", parent: 0) { $0.session = 0 }],
            process: process(500, parent: 1, session: 77),
            parents: [1],
            end: .first,
            bond: .adopted("its session 77 is neither its own nor its parent's")
        ),
        Case(
            testDescription: "a subreaper adopts like PID 1",
            others: [process(300, "keeper", parent: 50)],
            process: process(500, parent: 300, session: 77),
            parents: [300, 50, 1],
            end: .first,
            bond: .adopted("its session 77 is neither its own nor its parent's")
        ),
        Case(
            testDescription: "a container's init adopts",
            others: [process(300, "tini", parent: 50)],
            process: process(500, parent: 300),
            parents: [300, 50, 1],
            end: .first,
            bond: .startedOrAdopted
        ),
        Case(
            testDescription: "a number of a session outside this namespace says nothing",
            process: process(500, parent: 50, session: 0),
            parents: [50, 1],
            end: .first,
            bond: .started
        ),
        Case(
            testDescription: "a parent that started later is never believed",
            others: [process(300, "stranger", parent: 1, start: 50_001)],
            process: process(500, parent: 300),
            parents: [],
            end: .recycled(process(300, "stranger", parent: 1, start: 50_001)),
            bond: nil
        ),
        Case(
            testDescription: "nor is one further up",
            others: [
                process(300, "stranger", parent: 1, start: 45_001),
                process(450, "shell", parent: 300),
            ],
            process: process(500, parent: 450),
            parents: [450],
            end: .recycled(process(300, "stranger", parent: 1, start: 45_001)),
            bond: .started
        ),
        Case(
            testDescription: "one of the same tick is",
            others: [process(300, parent: 50, start: 50_000)],
            process: process(500, parent: 300),
            parents: [300, 50, 1],
            end: .first,
            bond: .started
        ),
        Case(
            testDescription: "a cycle ends",
            others: [process(300, parent: 500, start: 50_000)],
            process: process(500, parent: 300),
            parents: [300],
            end: .recycled(process(500, parent: 300)),
            bond: .started
        ),
        Case(
            testDescription: "a parent that was not seen",
            process: process(500, parent: 4000),
            parents: [],
            end: .unseen(4000),
            bond: nil
        ),
        Case(
            testDescription: "a parent outside this pid namespace",
            others: [process(300, parent: 0)],
            process: process(500, parent: 300),
            parents: [300],
            end: .outside,
            bond: .started
        ),
        Case(
            testDescription: "PID 1 itself",
            process: Cast.process(1, "systemd", parent: 0),
            parents: [],
            end: .first,
            bond: nil
        ),
    ]

    @Test("go as far as they can be believed", arguments: cases)
    private func chain(_ testCase: Case) {
        let snapshot = Cast.snapshot(testCase.others + [testCase.process])
        let chain = ParentChain(of: testCase.process, in: snapshot)
        #expect(chain.ancestors.map(\.pid) == testCase.parents)
        #expect(chain.end == testCase.end)
        #expect(chain.firstBond == testCase.bond)
    }

    @Test("who adopted a process did not start it, and whoever is above keeps it no more")
    func keepers() {
        let adopter = Self.process(300, "keeper", parent: 50)
        let parent = Self.process(450, "shell", parent: 300, session: 77)
        let process = Self.process(500, parent: 450, session: 77)
        let snapshot = Cast.snapshot([adopter, parent, process])
        let chain = ParentChain(of: process, in: snapshot)
        #expect(chain.ancestors.map(\.pid) == [450, 300, 50, 1])
        #expect(chain.starters.map(\.pid) == [450, 50])
        #expect(chain.keepers.map(\.pid) == [450])
    }

    @Test("a number that was used again is said to be, and by whom")
    func sentence() throws {
        let stranger = Self.process(300, "stranger", parent: 1, start: 60_000)
        let process = Self.process(500, parent: 300)
        let account = ProcessAccount(process, in: Cast.snapshot([stranger, process]))
        let explanation = Explanation(account, target: "500")
        let parents = try #require(explanation[.parents]?.statements)
        #expect(parents.count == 1)
        #expect(
            parents[0].text
                == "the number 300 was reused: stranger (300@60000) started after job (500@50000) and"
                + " cannot be its parent; the real parent is unknown"
        )
        #expect(parents[0].mark == .odd)
        let odd = try #require(explanation[.odd]?.statements.first)
        #expect(odd.text.contains("the real parent is unknown"))
        #expect(explanation[.origin]?.statements.allSatisfy { $0.process == nil } == true)
    }
}
