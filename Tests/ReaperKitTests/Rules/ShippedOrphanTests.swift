import Testing

@testable import ReaperKit

@Suite("shipped rules: processes")
struct ShippedOrphanTests {
    static let cases =
        ShippedOrphanCase.systems + ShippedOrphanCase.developer + ShippedOrphanCase.tags

    @Test("each knows its own, and leaves the living and the strangers alone", arguments: cases)
    func judge(_ testCase: ShippedOrphanCase) throws {
        let finding = testCase.finding(among: try ShippedRules.load())
        if let want = testCase.want {
            #expect(finding?.rule == testCase.rule)
            #expect(finding?.verdict == want)
        } else {
            #expect(finding == nil, "\(finding?.rule ?? "")")
        }
    }

    @Test("every one has a case that it finds and one that it does not")
    func complete() throws {
        let found = Set(Self.cases.filter { $0.want != nil }.map(\.rule))
        let left = Set(Self.cases.filter { $0.want == nil }.map(\.rule))
        let ids = Set(try ShippedRules.finding().map(\.id))
        #expect(found == ids)
        #expect(left == ids)
    }

    /// Whoever stays on purpose, or may be needed by a later step, must not fail anybody's job.
    @Test("what may run without a parent on purpose is only told", arguments: cases)
    func severity(_ testCase: ShippedOrphanCase) throws {
        guard let finding = testCase.finding(among: try ShippedRules.load()) else { return }
        let isTold =
            ["ci", "agents"].contains { testCase.rule.hasPrefix("\($0).") }
            || [
                "builddaemons.gradle", "builddaemons.kotlin", "builddaemons.sccache", "dora.daemon",
            ].contains(testCase.rule)
        guard isTold else { return }
        #expect(finding.severity == .info && finding.remedy.action == .none)
    }
}
