import Testing

@testable import ReaperKit

@Suite("planning a shutdown: whom")
struct ShutdownPlannerTests {
    /// A finding about process `pid`, as if the user had selected it, or `rule` had found it.
    static func finding(
        _ pid: Int32,
        start: UInt64? = nil,
        rule: String? = nil,
        verdict: Verdict = .confirmed,
        action: Remedy.Action = .stop
    ) -> Finding {
        Finding(
            kind: rule == nil ? .leakedProcess : .orphan,
            process: ProcessIdentity(pid: pid, startTime: start ?? Cast.start(of: pid)),
            rule: rule,
            severity: .warning,
            verdict: verdict,
            summary: "found \(pid)",
            evidence: [],
            remedy: Remedy(action)
        )
    }

    private func plan(
        _ findings: [Finding],
        _ processes: [ProcessRecord],
        rules: [Rule] = [],
        _ change: (inout PlanningOptions) -> Void = { $0.isSelected = true }
    ) -> ShutdownPlan {
        var options = PlanningOptions()
        change(&options)
        return ShutdownPlanner(Cast.snapshot(processes), rules: rules, options: options)
            .plan(for: findings)
    }

    /// A process that leads its own session and group.
    private func leader(_ pid: Int32, parent: Int32 = 1) -> ProcessRecord {
        Cast.process(pid, "lead", parent: parent) {
            $0.session = pid; $0.processGroup = pid
        }
    }

    private func member(
        _ pid: Int32,
        of leader: Int32,
        group: Int32? = nil,
        parent: Int32 = 1,
        start: UInt64? = nil
    ) -> ProcessRecord {
        Cast.process(pid, "member", parent: parent, start: start) {
            $0.session = leader
            $0.processGroup = group ?? leader
        }
    }

    @Test("what is only probable is left, and what would stop it is told")
    func leftAlone() {
        let processes = [Cast.process(10), Cast.process(20), Cast.process(30, parent: 20)]
        let findings = [
            Self.finding(10, rule: "a.b", verdict: .probable),
            Self.finding(20, rule: "a.b"),
            // It goes with the tree of the one before.
            Self.finding(30, rule: "a.b", verdict: .probable),
        ]
        func left(_ findings: [Finding], _ change: (inout PlanningOptions) -> Void) -> [String] {
            plan(findings, processes, change).leftAlone.map {
                "\($0.identity?.pid ?? 0): \($0.reason)"
            }
        }
        #expect(left(findings) { _ in } == ["10: --include-probable stops it"])
        #expect(left(findings) { $0.includesProbable = true } == [])
        let reported = [Self.finding(10, rule: "a.b", verdict: .probable, action: .none)]
        let why = ["10: its rule only reports it: --pid stops it"]
        #expect(left(reported) { _ in } == why)
        #expect(left(reported) { $0.includesProbable = true } == why)
        #expect(left(reported) { $0.isSelected = true } == ["10: --include-probable stops it"])
        var suspect = Self.finding(10, rule: "a.b", verdict: .suspect, action: .none)
        suspect.remedy.command = "reaper clean --pid 10@1000"
        let only = ["10: it is only suspect: 'reaper clean --pid 10@1000' stops it"]
        #expect(left([suspect]) { $0.isSelected = true } == only)
        suspect.remedy.command = nil
        #expect(left([suspect]) { _ in } == [])
        let unasked = Self.finding(10, rule: "a.b", action: .none)
        #expect(left([unasked]) { _ in } == why)
        // Reaper's own shell is refused in any case.
        let own = plan(
            [Self.finding(800, rule: "a.b", verdict: .probable)],
            [Cast.process(800)],
            { _ in }
        )
        #expect(own.leftAlone.isEmpty)
    }

    @Test("a tree is stopped deepest first, each with its reason")
    func tree() throws {
        let processes = [
            Cast.process(500), Cast.process(501, parent: 500), Cast.process(502, parent: 501),
            Cast.process(503, parent: 500), Cast.process(600),
        ]
        let plan = plan([Self.finding(500)], processes)
        #expect(plan.waves.count == 1)
        #expect(plan.targets.map(\.identity.pid) == [502, 501, 503, 500])
        #expect(plan.targets.map(\.depth) == [2, 1, 1, 0])
        #expect(Set(plan.targets.map(\.root.pid)) == [500])
        #expect(plan.targets.last?.reason == "found 500")
        #expect(plan.targets.first?.reason == "belongs to job (500@50000)")
        #expect(plan.targets.last?.executable == "/usr/bin/job" && plan.targets.last?.user == 1000)
        #expect(plan.refused.isEmpty)
    }

    @Test("who may be an unknown ancestor of reaper is not stopped; who is younger cannot be one")
    func incompleteChain() {
        var options = PlanningOptions()
        options.isSelected = true
        for isOlder in [true, false] {
            let known = ProcessIdentity(pid: 900, startTime: isOlder ? 90_000 : 40_000)
            let snapshot = Cast.snapshot([Cast.process(500)]) {
                $0.host.ownChain = [known]
                $0.host.isOwnChainComplete = false
            }
            let plan = ShutdownPlanner(snapshot, rules: [], options: options)
                .plan(for: [Self.finding(500)])
            #expect(plan.targets.isEmpty == isOlder)
            #expect(plan.refused.count == (isOlder ? 1 : 0))
        }
    }

    @Test("a leader takes its session and group along, wherever they hang")
    func leaderTakesMembers() {
        let processes = [
            leader(500), member(501, of: 500), member(502, of: 500, group: 502),
            Cast.process(503, parent: 502) { $0.session = 503 }, Cast.process(600),
        ]
        let plan = plan([Self.finding(500)], processes)
        #expect(Set(plan.targets.map(\.identity.pid)) == [500, 501, 502, 503])
        let lead = plan.targets.last
        #expect(lead?.identity.pid == 500 && lead?.leadsSession == true && lead?.leadsGroup == true)
    }

    @Test("who leads neither takes nobody along: a shell's other jobs stay")
    func memberTakesNobody() {
        let processes = [leader(400), member(500, of: 400), member(501, of: 400)]
        let plan = plan([Self.finding(500)], processes)
        #expect(plan.targets.map(\.identity.pid) == [500])
        #expect(plan.targets.first?.leadsSession == false)
    }

    @Test("a group leader takes its group, and not the rest of its session")
    func groupLeader() {
        let processes = [
            leader(400), member(500, of: 400, group: 500), member(501, of: 400, group: 500),
            member(502, of: 400, group: 502),
        ]
        let plan = plan([Self.finding(500)], processes)
        #expect(plan.targets.map(\.identity.pid).sorted() == [500, 501])
    }

    @Test("the parent is not taken along because of its group")
    func parentInGroup() {
        let processes = [
            leader(400), member(450, of: 400, group: 500, parent: 400),
            member(500, of: 400, group: 500, parent: 450),
        ]
        let plan = plan([Self.finding(500)], processes)
        #expect(plan.targets.map(\.identity.pid) == [500])
    }

    @Test("numbers that were read before they were used again take nobody along")
    func reusedNumbers() {
        let processes = [
            leader(500),
            // Older than the leader of their session, or than their parent.
            member(490, of: 500), Cast.process(491, parent: 500),
            // A group of that number in another session.
            Cast.process(501) { $0.processGroup = 500 },
        ]
        let plan = plan([Self.finding(500)], processes)
        #expect(plan.targets.map(\.identity.pid) == [500])
    }

    @Test("a root inside another root's tree is stopped with that tree, once")
    func folded() {
        let processes = [
            Cast.process(500), Cast.process(501, parent: 500), Cast.process(502, parent: 501),
        ]
        let findings = [Self.finding(502), Self.finding(500), Self.finding(500)]
        let plan = plan(findings, processes)
        #expect(plan.targets.map(\.identity.pid) == [502, 501, 500])
        #expect(Set(plan.targets.map(\.root.pid)) == [500])
    }

    @Test("a cycle of records loses nobody")
    func cycle() {
        let processes = [
            Cast.process(500, parent: 501, start: 7), Cast.process(501, parent: 500, start: 7),
        ]
        let findings = [Self.finding(500, start: 7), Self.finding(501, start: 7)]
        let targets = plan(findings, processes).targets.map(\.identity.pid)
        #expect(targets.sorted() == [500, 501])
    }

    @Test("whose number means somebody else now is left out")
    func recycled() {
        #expect(plan([Self.finding(500, start: 1)], [Cast.process(500)]).isEmpty)
        #expect(plan([Self.finding(499)], [Cast.process(500)]).isEmpty)
        #expect(plan([Self.finding(500)], [Cast.process(500)]).targets.count == 1)
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let process: ProcessRecord
        let reason: String
    }

    static let refusals = [
        Refused(
            testDescription: "PID 1",
            process: Cast.process(1, "systemd", parent: 0),
            reason: "PID 1 is never stopped"
        ),
        Refused(
            testDescription: "a kernel thread",
            process: Cast.kernelThread(30),
            reason: "kworker/0:1 (30@2) is a kernel thread"
        ),
        Refused(
            testDescription: "reaper",
            process: Cast.process(900, "reaper", parent: 800),
            reason: "this is reaper itself"
        ),
        Refused(
            testDescription: "an ancestor",
            process: Cast.process(800, "bash"),
            reason: "bash (800@80000) is an ancestor of reaper"
        ),
        Refused(
            testDescription: "what a rule protects",
            process: Cast.process(500, "db"),
            reason: "rule site.db protects it: The database"
        ),
        Refused(
            testDescription: "what a rule may protect",
            process: Cast.process(500, "x") { $0.executable = .denied(13) },
            reason: "whether rule site.db protects it is unknown: exe is not readable"
        ),
        Refused(
            testDescription: "a nested pid namespace",
            process: Cast.process(500) { $0.changeStatus { $0.namespacePids = [500, 1] } },
            reason: "it lives in another pid namespace, as in a container: stop it from inside, "
                + "or stop the container"
        ),
        Refused(
            testDescription: "another mount namespace",
            process: Cast.process(500) {
                $0.namespaces = .value(
                    ProcessNamespaces(pid: 100, mount: 9, network: 300, sharesExecutable: false)
                )
            },
            reason: "it lives in another mount namespace, where its path is another file: "
                + "run reaper inside it (nsenter -t 500 -m)"
        ),
    ]

    @Test("whoever must not be touched is refused, with the reason", arguments: refusals)
    func refused(testCase: Refused) throws {
        var rule = Rule(id: "site.db", title: "The database", source: "test")
        rule.protect = true
        rule.match.names = [try Cast.glob("db")]
        let identity = testCase.process.identity
        let finding = Self.finding(identity.pid, start: identity.startTime)
        let plan = plan([finding, finding], [testCase.process], rules: [rule])
        #expect(plan.targets.isEmpty)
        #expect(plan.refused == [Refusal(identity, reason: testCase.reason)])
        #expect(plan.isNothingToDo && !plan.isEmpty)
    }

    @Test("a rule about containers stops processes there; a descendant there belongs to its tree")
    func containers() throws {
        let inside = Cast.process(501, parent: 500) {
            $0.changeStatus { $0.namespacePids = [501, 1] }
        }
        let whole = plan([Self.finding(500)], [Cast.process(500), inside])
        #expect(whole.targets.map(\.identity.pid) == [501, 500] && whole.refused.isEmpty)
        var rule = try OrphanCase.rule()
        rule.containers = true
        let found = Self.finding(501, rule: rule.id)
        #expect(plan([found], [inside], rules: [rule]).targets.map(\.identity.pid) == [501])
        rule.containers = false
        #expect(plan([found], [inside], rules: [rule]).refused.count == 1)
    }

    @Test(
        "who is protected stays, with what it runs and the reason; reaper's own chain is passed over"
    )
    func partOfTree() throws {
        var rule = Rule(id: "site.db", title: "The database", source: "test")
        rule.protect = true
        rule.match.names = [try Cast.glob("db")]
        let processes = [
            leader(500), Cast.process(501, "db", parent: 500), Cast.process(502, parent: 501),
            Cast.process(800, "bash", parent: 500) { $0.session = 500 },
            Cast.process(900, "reaper", parent: 800) { $0.session = 500 },
            Cast.process(901, "other", parent: 800),
        ]
        let plan = plan([Self.finding(500)], processes, rules: [rule])
        #expect(plan.targets.map(\.identity.pid).sorted() == [500, 901])
        #expect(plan.refused.map(\.identity?.pid) == [501])
    }
}
