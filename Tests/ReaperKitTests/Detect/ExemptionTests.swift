import Testing

@testable import ReaperKit

@Suite("what is expected")
struct ExemptionTests {
    private static let web = Cast.process(500, "web")
    private static let zombie = Cast.process(501, "dead", parent: 500, state: "Z")
    private static let hidden = Cast.process(502, "secret") { $0.executable = .denied(13) }

    private func detect(_ exemptions: [Exemption]) -> Detection {
        var detection = Detection()
        detection.findings = [
            finding(.leakedProcess, Self.web.identity), finding(.zombie, Self.zombie.identity),
            finding(.leakedProcess, Self.hidden.identity),
            finding(.staleInstance, nil, "/run/a/x.pid", rule: "a.files"),
            finding(.leakedPort),
        ]
        let file = Scene.file(.entries([Scene.entry(500)])) { $0.rule = "a.state" }
        let snapshot = Cast.snapshot([Self.web, Self.zombie, Self.hidden]) {
            $0.instanceFiles = [file]
        }
        detection.setAside(exemptions, in: SnapshotView(snapshot, rules: []))
        return detection
    }

    private func finding(
        _ kind: FindingKind,
        _ process: ProcessIdentity? = nil,
        _ file: ByteString? = nil,
        rule: String? = nil
    ) -> Finding {
        Finding(
            kind: kind,
            process: process,
            file: file,
            rule: rule,
            severity: .warning,
            verdict: .confirmed,
            summary: "x",
            evidence: [],
            remedy: Remedy(.none)
        )
    }

    private func processes(_ change: (inout ProcessPattern) throws -> Void) throws -> Exemption {
        var pattern = ProcessPattern()
        try change(&pattern)
        return Exemption("x", .processes(pattern))
    }

    @Test("nothing is set aside without a reason")
    func none() throws {
        #expect(detect([]).findings.count == 5)
        let other = try processes { $0.names = [try Cast.glob("other", as: .text)] }
        #expect(detect([other]).findings.count == 5)
    }

    @Test("a process, and the zombies that it leaves, by a selector")
    func byName() throws {
        let detection = detect([try processes { $0.names = [try Cast.glob("web", as: .text)] }])
        #expect(
            detection.ignored.map(\.finding.process) == [Self.web.identity, Self.zombie.identity]
        )
        #expect(detection.ignored.map(\.exemption) == ["x", "x"])
        #expect(detection.findings.count == 3)
    }

    @Test("what was refused excuses nobody")
    func unreadable() throws {
        let detection = detect([try processes { $0.executables = [try Cast.glob("/usr/bin/*")] }])
        #expect(detection.findings.contains { $0.process == Self.hidden.identity })
        #expect(detection.ignored.map(\.finding.process).contains(Self.web.identity))
    }

    @Test("what has not been read is asked for")
    func unread() throws {
        var pattern = ProcessPattern()
        pattern.ports = PortSet(members: [.init(ports: 80...80)])
        var detection = Detection()
        detection.findings = [finding(.leakedProcess, Self.web.identity)]
        var snapshot = Cast.snapshot([Cast.process(500, "web") { $0.socketInodes = nil }])
        snapshot.sockets = [PortHolderDetectorTests.socket(80, 1)]
        let exemption = Exemption("port=80", .ports(pattern.ports ?? PortSet(members: [])))
        detection.setAside([exemption], in: SnapshotView(snapshot, rules: []))
        #expect(detection.wanted == [FactRequest(pid: 500, kind: .sockets)])
    }

    @Test("what a rule found, describes or has a record of, by its name")
    func byRule() throws {
        var rule = Rule(id: "b.job", title: "Job", source: "test")
        rule.match.names = [try Cast.glob("secr*", as: .text)]
        func ignored(_ glob: ByteString) throws -> [Finding] {
            let exemption = Exemption("r", .rules(try Cast.glob(glob, as: .text)))
            return detect([exemption.resolved(by: [rule])]).ignored.map(\.finding)
        }
        #expect(try ignored("a.files").map(\.file) == ["/run/a/x.pid"])
        #expect(try ignored("b.*").map(\.process) == [Self.hidden.identity])
        // The file of rule a.state records the process.
        #expect(try ignored("a.state").map(\.process) == [Self.web.identity, Self.zombie.identity])
        #expect(try ignored("c.*").isEmpty)
    }

    @Test("a rule's mark in the environment is one of its descriptions")
    func byMark() {
        var rule = Rule(id: "b.job", title: "Job", source: "test")
        rule.instance = InstanceRule()
        rule.instance?.environment = "JOB"
        let exemption = Exemption("b.job", .rules(Glob.matchingNothing("b.job", as: .text)))
        #expect(exemption.resolved(by: [rule]).patterns.isEmpty)
        let glob = try? Cast.glob("b.job", as: .text)
        let known = glob.map { Exemption("b.job", .rules($0)).resolved(by: [rule]) }
        #expect(known?.patterns.map(\.environment) == [[EnvironmentCondition(name: "JOB")]])
    }

    @Test("a file by its path")
    func byFile() throws {
        let detection = detect([Exemption("f", .files(try Cast.glob("/run/**")))])
        #expect(detection.ignored.map(\.finding.file) == ["/run/a/x.pid"])
    }

    @Test("a port by its number, and no other")
    func byPort() {
        let exemption = Exemption(
            "port=80/tcp",
            .ports(PortSet(members: [.init(ports: 80...80, transport: .tcp)]))
        )
        #expect(exemption.covers(PortHolderDetectorTests.socket(80, 1)))
        #expect(!exemption.covers(PortHolderDetectorTests.socket(81, 1)))
    }

    @Test("it is not stopped with a tree either")
    func protection() throws {
        let exemption = try processes { $0.names = [try Cast.glob("worker", as: .text)] }
        var selection = Selection()
        selection.process.absentFrom = Baseline(bootID: "b", pidNamespace: 1)
        selection.exemptions = [exemption]
        let request = ScanRequest(selection: selection, rules: [])
        #expect(request.rules.isEmpty)
        let snapshot = Cast.snapshot([Self.web, Cast.process(600, "worker", parent: 500)])
        var root = finding(.leakedProcess, Self.web.identity)
        root.remedy = Remedy(.stop)
        var options = PlanningOptions()
        options.isSelected = true
        let planner = ShutdownPlanner(snapshot, rules: request.planningRules, options: options)
        let plan = planner.plan(for: [root])
        #expect(plan.targets.map(\.identity) == [Self.web.identity])
        #expect(plan.refused.map(\.reason) == ["rule --ignore x protects it: it is expected"])
    }
}
