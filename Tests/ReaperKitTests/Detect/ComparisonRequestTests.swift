import Testing

@testable import ReaperKit

@Suite("what is asked of what came since")
struct ComparisonRequestTests {
    private func request(_ change: (inout Selection) -> Void = { _ in }) -> ScanRequest {
        var selection = Selection()
        selection.process.absentFrom = Baseline(bootID: "b", pidNamespace: 1)
        change(&selection)
        return ScanRequest(selection: selection, rules: [])
    }

    private func leaks(_ request: ScanRequest) -> [FindingKind] {
        FindingKind.allCases.filter(request.compares)
    }

    @Test("without kinds everything new is a leak, and a new stale file is stale")
    func everything() {
        let all = request()
        #expect(all.isComparison && !all.isJudged)
        #expect(leaks(all) == [.leakedProcess, .leakedPort, .leakedFile])
        #expect(FindingKind.allCases.filter(all.wants) == [.staleInstance, .staleSocket])
        #expect(all.checks.map(\.name) == ["leaked_process", "leaked_port", "leaked_file"])
        #expect(all.detectors.count == 1 && all.wantsInstanceFiles)
    }

    @Test("kinds of leaks narrow it", arguments: [FindingKind.leakedPort, .leakedFile])
    func kinds(_ kind: FindingKind) {
        let some = request { $0.kinds = [kind] }
        #expect(leaks(some) == [kind] && some.detectors.isEmpty)
        #expect(some.wantsInstanceFiles == (kind == .leakedFile))
    }

    @Test("rules and other kinds judge, and what was there does not count")
    func judged() throws {
        let glob = try Cast.glob("a.*", as: .text)
        for other in [request { $0.kinds = [.zombie] }, request { $0.rules = [glob] }] {
            #expect(other.isJudged && !other.isComparison)
            #expect(other.narrowing?.absentFrom != nil)
        }
        #expect(leaks(request { $0.kinds = [.zombie] }).isEmpty)
    }

    @Test("a rule's new files are asked for with it", arguments: [[], [FindingKind.leakedFile]])
    func ofRule(_ kinds: Set<FindingKind>) throws {
        let glob = try Cast.glob("a.*", as: .text)
        let files = request {
            $0.rules = [glob]; $0.kinds = kinds
        }
        #expect(leaks(files) == [.leakedFile] && files.wantsInstanceFiles)
        #expect(files.wants(.staleInstance) && files.wants(.orphan) == kinds.isEmpty)
        let orphans = request {
            $0.rules = [glob]; $0.kinds = [.orphan]
        }
        #expect(leaks(orphans).isEmpty && !orphans.wants(.staleInstance))
        let below = request {
            $0.rules = [glob]; $0.process.directories = ["/srv"]
        }
        #expect(leaks(below).isEmpty)
    }

    @Test("a condition that no file can be asked leaves files out")
    func conditions() {
        let users = request { $0.process.users = [1000] }
        #expect(leaks(users) == [.leakedProcess, .leakedPort, .leakedFile])
        let below = request { $0.process.directories = ["/srv"] }
        #expect(leaks(below) == [.leakedProcess, .leakedPort])
        let ports = request { $0.ports = PortSet(members: [.init(ports: 80...80)]) }
        #expect(leaks(ports) == [.leakedProcess, .leakedPort])
        #expect(ports.checks.map(\.name) == ["port_holder", "leaked_port"])
    }

    @Test("ports that are expected are read")
    func ports() {
        let ports = PortSet(members: [.init(ports: 80...80)])
        #expect(request { $0.exemptions = [Exemption("port=80", .ports(ports))] }.ports == ports)
        #expect(request().ports == nil)
    }
}
