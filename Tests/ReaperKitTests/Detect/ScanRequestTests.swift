import Testing

@testable import ReaperKit

@Suite("what a selection asks for")
struct ScanRequestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let detectors: [String]
        var files = false
        var judged = true
        var pattern = false
        var ports = false
        let change: @Sendable (inout Selection) throws -> Void
    }

    private static let everything = [
        "OrphanDetector", "ZombieDetector", "DeletedExecutableDetector",
    ]
    private static let somePorts = PortSet(members: [.init(ports: 80...80)])

    static let cases = [
        Case(
            testDescription: "nothing",
            detectors: everything,
            files: true,
            pattern: true,
            ports: true
        ) { _ in },
        Case(
            testDescription: "--orphans",
            detectors: ["OrphanDetector"],
            files: true,
            pattern: true,
            ports: true
        ) { $0.kinds = [.orphan] },
        Case(testDescription: "--zombies", detectors: ["ZombieDetector"]) { $0.kinds = [.zombie] },
        Case(testDescription: "--stale-files", detectors: [], files: true) {
            $0.kinds = [.staleInstance, .staleSocket]
        },
        Case(testDescription: "--kind port_holder alone", detectors: []) {
            $0.kinds = [.portHolder]
        },
        Case(
            testDescription: "--kind port_holder --ports",
            detectors: ["PortHolderDetector"],
            ports: true
        ) {
            $0.kinds = [.portHolder]
            $0.ports = somePorts
        },
        Case(
            testDescription: "--rule",
            detectors: ["OrphanDetector"],
            files: true,
            pattern: true,
            ports: true
        ) { $0.rules = [try Cast.glob("test.*", as: .text)] },
        Case(testDescription: "--rule --zombies", detectors: []) {
            $0.rules = [try Cast.glob("test.*", as: .text)]
            $0.kinds = [.zombie]
        },
        Case(
            testDescription: "--ports",
            detectors: ["PortHolderDetector"],
            judged: false,
            ports: true
        ) { $0.ports = somePorts },
        Case(
            testDescription: "--ports --name",
            detectors: ["PortHolderDetector"],
            judged: false,
            ports: true
        ) {
            $0.ports = somePorts
            $0.process.names = [try Cast.glob("x")]
        },
        Case(
            testDescription: "--name",
            detectors: ["SelectedProcessDetector"],
            judged: false,
            pattern: true
        ) { $0.process.names = [try Cast.glob("x")] },
        Case(testDescription: "--pid", detectors: ["SelectedProcessDetector"], judged: false) {
            $0.process.pids = [PidCondition(pid: 5)]
        },
        Case(
            testDescription: "--zombies --name",
            detectors: ["ZombieDetector"]
        ) {
            $0.kinds = [.zombie]
            $0.process.names = [try Cast.glob("x")]
        },
    ]

    private func request(_ testCase: Case) throws -> ScanRequest {
        var selection = Selection()
        try testCase.change(&selection)
        var rule = try OrphanCase.rule()
        rule.match.ports = PortSet(members: [.init(ports: 9...9)])
        return ScanRequest(selection: selection, rules: [rule])
    }

    @Test("detectors, files, sockets, and whether more may come to match", arguments: cases)
    func asks(testCase: Case) throws {
        let request = try request(testCase)
        #expect(request.detectors.map { "\(type(of: $0))" } == testCase.detectors)
        #expect(request.wantsInstanceFiles == testCase.files)
        #expect(request.isJudged == testCase.judged)
        #expect(request.isPattern == testCase.pattern)
        #expect((request.ports != nil) == testCase.ports)
    }

    @Test("other selectors narrow what rules find, and select by themselves otherwise")
    func narrowing() throws {
        var selection = Selection()
        selection.process.names = [try Cast.glob("x")]
        #expect(ScanRequest(selection: selection, rules: []).narrowing == nil)
        selection.kinds = [.orphan]
        selection.ports = Self.somePorts
        let narrowing = ScanRequest(selection: selection, rules: []).narrowing
        #expect(narrowing?.names.count == 1 && narrowing?.ports == Self.somePorts)
        selection = Selection()
        selection.kinds = [.orphan]
        #expect(ScanRequest(selection: selection, rules: []).narrowing == nil)
    }

    @Test("--rule leaves out other rules, but never those that protect")
    func rules() throws {
        var guarding = try OrphanCase.rule("other.keep")
        guarding.protect = true
        let rules = [try OrphanCase.rule("test.a"), try OrphanCase.rule("other.b"), guarding]
        var selection = Selection()
        #expect(ScanRequest(selection: selection, rules: rules).rules.count == 3)
        selection.rules = [try Cast.glob("test.*", as: .text)]
        let kept = ScanRequest(selection: selection, rules: rules).rules.map(\.id)
        #expect(kept == ["test.a", "other.keep"])
        selection.rules = [try Cast.glob("none.*", as: .text)]
        #expect(ScanRequest(selection: selection, rules: rules).rules.map(\.id) == ["other.keep"])
    }
}

@Suite("files among the findings")
struct FileDetectionTests {
    private func view(_ entries: [InstanceEntry], _ processes: [ProcessRecord]) throws
        -> SnapshotView
    {
        let file = Scene.file(.entries(entries))
        return SnapshotView(
            Cast.snapshot(processes) { $0.instanceFiles = [file] },
            rules: [try Scene.rule()]
        )
    }

    private func detection(_ kinds: Set<FindingKind> = []) throws -> FileDetection {
        var selection = Selection()
        selection.kinds = kinds
        return FileDetection(request: ScanRequest(selection: selection, rules: [try Scene.rule()]))
    }

    @Test("what identifies the recorded process is asked for, and everybody's inner numbers")
    func wanted() throws {
        let unread = Cast.process(500, "other") {
            $0.executable = nil
            $0.status = nil
        }
        let bystander = Cast.process(600) { $0.status = nil }
        let view = try view([InstanceEntry(pid: 500, liveness: .alive)], [unread, bystander])
        let wanted = try detection().wanted(in: view)
        #expect(
            wanted == [
                FactRequest(pid: 500, kind: .status), FactRequest(pid: 500, kind: .executable),
                FactRequest(pid: 600, kind: .status),
            ]
        )
    }

    @Test("a file of a rule that is not in force asks for nothing")
    func stranger() throws {
        let file = Scene.file(.entries([InstanceEntry(pid: 500)])) { $0.rule = "other.rule" }
        let unread = Cast.process(500) { $0.status = nil }
        let snapshot = Cast.snapshot([unread]) { $0.instanceFiles = [file] }
        let view = SnapshotView(snapshot, rules: [])
        #expect(try detection().wanted(in: view).isEmpty)
        #expect(try detection().findings(in: view).isEmpty)
    }

    @Test("only the kinds that were asked for are found")
    func kinds() throws {
        let view = try view([InstanceEntry(pid: 7, liveness: .gone)], [])
        #expect(try detection().findings(in: view).map(\.kind) == [.staleInstance])
        #expect(try detection([.staleInstance]).findings(in: view).count == 1)
        #expect(try detection([.staleSocket]).findings(in: view).isEmpty)
        #expect(try detection([.orphan]).findings(in: view).isEmpty)
    }
}
