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
                "zinit.server",
                "devservers.http-server", "devservers.php", "devservers.ruby",
                "browsers.driver-elsewhere",
            ].contains(testCase.rule)
        guard isTold else { return }
        #expect(finding.severity == .info && finding.remedy.action == .none)
    }

    @Test("what anybody may run is systemd's own affair where systemd runs it as a service")
    func service() throws {
        let rules = try ShippedRules.load()
        for (path, words) in [
            ("/usr/bin/ruby3.1", ["puma 6.4.0 (tcp://0.0.0.0:9292) [app]"]),
            ("/usr/bin/chromedriver", ["chromedriver", "--port=4444"]),
        ] as [(ByteString, [ByteString])] {
            for (unit, isFound) in [("puma.service", false), ("session-3.scope", true)] {
                let process = Cast.process(500, path.baseName, parent: 1) {
                    $0.executable = .value(ExecutableLink(path: path))
                    $0.arguments = .value(words)
                    $0.environment = .value([])
                    $0.cgroups = .value([ByteString("0::/system.slice/\(unit)")])
                }
                let snapshot = Cast.snapshot([process])
                let found = OrphanDetector(rules: rules).findings(in: snapshot, rules: rules)
                #expect(found.isEmpty != isFound, "\(unit)")
                let view = SnapshotView(snapshot, rules: rules)
                let trace = RuleTrace.traces(of: process, by: rules, in: view)
                    .first { $0.match == .holds }
                #expect(trace?.effect == (isFound ? .report : RuleTrace.Effect.none))
                #expect(isFound || trace?.reason == "systemd runs it as puma.service")
            }
        }
    }
}
