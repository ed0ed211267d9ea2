import Testing

@testable import ReaperKit

@Suite("planning a shutdown: when and how")
struct PlanOrderTests {
    private func plan(
        _ findings: [Finding],
        rules: [Rule] = [],
        processes: [ProcessRecord]? = nil,
        _ change: (inout PlanningOptions) -> Void = { _ in }
    ) -> ShutdownPlan {
        var options = PlanningOptions()
        change(&options)
        let snapshot = Cast.snapshot(processes ?? (500...506).map { Cast.process($0) })
        return ShutdownPlanner(snapshot, rules: rules, options: options).plan(for: findings)
    }

    private func rules(_ after: KeyValuePairs<String, [String]>) throws -> [Rule] {
        try after.map { id, earlier in
            var rule = try OrphanCase.rule(id)
            rule.after = earlier
            return rule
        }
    }

    struct Order: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let after: KeyValuePairs<String, [String]>
        /// Rules in the order of waves.
        let want: [Set<String>]
    }

    static let orders = [
        Order(testDescription: "alone", after: ["a": [], "b": []], want: [["a", "b"]]),
        Order(testDescription: "a pair", after: ["a": ["b"], "b": []], want: [["b"], ["a"]]),
        Order(
            testDescription: "a chain that begins with a rule nobody matched",
            after: ["a": ["x"], "x": ["b"], "b": []],
            want: [["b"], ["a"]]
        ),
        Order(
            testDescription: "a short cut beside a chain",
            after: ["a": ["b", "d"], "b": ["c"], "c": ["d"], "d": ["e"], "e": []],
            want: [["e"], ["d"], ["c"], ["b"], ["a"]]
        ),
        Order(testDescription: "a circle", after: ["a": ["b"], "b": ["a"]], want: [["a", "b"]]),
        Order(testDescription: "itself", after: ["a": ["a"]], want: [["a"]]),
        Order(
            testDescription: "a circle of three beside a chain, and whoever follows it",
            after: [
                "a": ["b"], "b": ["c"], "c": ["a"], "d": ["e"], "e": [], "f": ["b"],
            ],
            want: [["e"], ["d"], ["a", "b", "c"], ["f"]]
        ),
        Order(
            testDescription: "a circle that follows a rule",
            after: ["a": ["b"], "b": ["a", "c"], "c": []],
            want: [["c"], ["a", "b"]]
        ),
        Order(
            testDescription: "nobody knows it",
            after: ["a": ["q"], "b": []],
            want: [["b"], ["a"]]
        ),
    ]

    @Test("a rule's processes are stopped after those that it names", arguments: orders)
    func waves(testCase: Order) throws {
        let rules = try rules(testCase.after)
        var pids: [Int32: String] = [:]
        var findings: [Finding] = []
        for (index, rule) in rules.enumerated() where rule.id != "x" {
            let pid = Int32(500 + index)
            pids[pid] = rule.id
            findings.append(ShutdownPlannerTests.finding(pid, rule: rule.id))
        }
        let waves = plan(findings, rules: rules).waves
        #expect(waves.map { Set($0.compactMap { pids[$0.identity.pid] }) } == testCase.want)
    }

    @Test("two hundred rules, each after all the earlier ones, make two hundred waves")
    func totalOrder() throws {
        let count = 200
        let rules = try (0..<count).map { index in
            var rule = try OrphanCase.rule("r\(index)")
            rule.after = (0..<index).map { "r\($0)" }
            return rule
        }
        let pids = (0..<Int32(count)).map { 1000 + $0 }
        let findings = pids.reversed().map {
            ShutdownPlannerTests.finding($0, rule: "r\($0 - 1000)")
        }
        let plan = plan(findings, rules: rules, processes: pids.map { Cast.process($0) })
        #expect(plan.waves.map { $0.map(\.identity.pid) } == pids.map { [$0] })
    }

    @Test("sixty rules that all name each other are stopped together")
    func tangle() throws {
        let ids = (0..<60).map { "r\($0)" }
        let rules = try ids.map { id in
            var rule = try OrphanCase.rule(id)
            rule.after = ids
            return rule
        }
        let processes = (0..<60).map { Cast.process(1000 + Int32($0)) }
        let findings = (0..<60).map {
            ShutdownPlannerTests.finding(1000 + Int32($0), rule: ids[$0])
        }
        #expect(plan(findings, rules: rules, processes: processes).waves.map(\.count) == [60])
    }

    @Test("the rule says how, and the command line overrides it")
    func overrides() throws {
        var rule = try OrphanCase.rule()
        rule.stop = StopAction(
            signal: .interrupt,
            timeout: .seconds(2),
            order: .rootFirst
        )
        let finding = ShutdownPlannerTests.finding(500, rule: rule.id)
        func target(_ change: (inout PlanningOptions) -> Void) throws -> ShutdownTarget {
            try #require(plan([finding], rules: [rule], change).targets.first)
        }
        let plain = try target { _ in }
        #expect(plain.signal == .interrupt && plain.timeout == .seconds(2))
        #expect(plain.order == .rootFirst)
        let other = try target {
            $0.signal = .stop
            $0.timeout = .seconds(60)
            $0.order = .atOnce
        }
        #expect(other.signal == .stop && other.timeout == .seconds(60) && other.order == .atOnce)
        let forced = try target {
            $0.signal = .stop
            $0.timeout = .seconds(60)
            $0.isForced = true
        }
        #expect(forced.signal == .kill && forced.timeout == .zero)
    }

    @Test("without a rule TERM asks, and waits ten seconds")
    func defaults() throws {
        let plan = plan([ShutdownPlannerTests.finding(500)]) { $0.isSelected = true }
        let target = try #require(plan.targets.first)
        #expect(target.signal == .terminate && target.timeout == .seconds(10))
        #expect(target.order == .deepestFirst)
    }

    struct Gate: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let finding: Finding
        let acts: Bool
        var change: @Sendable (inout PlanningOptions) -> Void = { _ in }
    }

    private static func found(
        _ verdict: Verdict,
        action: Remedy.Action = .stop,
        rule: String? = "test.job"
    ) -> Finding {
        ShutdownPlannerTests.finding(500, rule: rule, verdict: verdict, action: action)
    }

    static let gates = [
        Gate(testDescription: "confirmed by a rule", finding: found(.confirmed), acts: true),
        Gate(testDescription: "probable", finding: found(.probable), acts: false),
        Gate(testDescription: "probable and selected", finding: found(.probable), acts: false) {
            $0.isSelected = true
        },
        Gate(testDescription: "probable, and asked for", finding: found(.probable), acts: true) {
            $0.includesProbable = true
        },
        Gate(testDescription: "suspect, whatever was asked", finding: found(.suspect), acts: false)
        {
            $0.includesProbable = true
            $0.isSelected = true
            $0.isForced = true
            $0.remindsParents = true
        },
        Gate(
            testDescription: "no rule and not selected",
            finding: found(.confirmed, rule: nil),
            acts: false
        ),
        Gate(testDescription: "selected", finding: found(.confirmed, rule: nil), acts: true) {
            $0.isSelected = true
        },
        Gate(
            testDescription: "a rule that only reports",
            finding: found(.confirmed, action: .none),
            acts: false
        ),
        Gate(
            testDescription: "a rule that only reports, selected",
            finding: found(.confirmed, action: .none),
            acts: true
        ) { $0.isSelected = true },
        Gate(
            testDescription: "a rule that only reports, selected by its kind alone",
            finding: found(.confirmed, action: .none),
            acts: false
        ) {
            $0.isSelected = true
            $0.isSelectedByKind = true
        },
        Gate(
            testDescription: "a detector's own judgment, selected",
            finding: found(.confirmed, action: .none, rule: nil),
            acts: false
        ) { $0.isSelected = true },
    ]

    @Test("only what was asked for is acted on", arguments: gates)
    func gate(testCase: Gate) throws {
        let plan = plan([testCase.finding], rules: [try OrphanCase.rule()], testCase.change)
        #expect(plan.isEmpty != testCase.acts)
    }

    @Test("zombies are no targets: their parents are reminded when that was asked for")
    func zombies() throws {
        let finding = ShutdownPlannerTests.finding(501, action: .signalParent)
        let zombie = Cast.process(501, parent: 500, state: "Z")
        let processes = [Cast.process(500, state: "T"), zombie]
        #expect(plan([finding], processes: processes).isEmpty)
        let plan = plan([finding], processes: processes) { $0.remindsParents = true }
        #expect(plan.targets.isEmpty)
        let parent = Cast.process(500).identity
        let wanted = ZombieTarget(
            identity: zombie.identity,
            parent: parent,
            isParentStopped: true,
            name: zombie.name
        )
        #expect(plan.zombies == [wanted])
    }

    @Test(
        "a parent that must be left alone, or is not its parent, is not reminded",
        arguments: [
            (1, "its parent is systemd (1@1), left alone"),
            (900, "its parent is reaper (900@90000), left alone"),
            (700, "its parent's number was used again: job (700@70000) started after it"),
            (77, "its parent, process 77, was not seen"),
        ] as [(Int32, String)]
    )
    func zombieParents(parent: Int32, reason: String) {
        let finding = ShutdownPlannerTests.finding(501, start: 99_000, action: .signalParent)
        let young = ShutdownPlannerTests.finding(501, start: 60_000, action: .signalParent)
        let isReused = parent == 700
        let zombie = Cast.process(
            501,
            parent: parent,
            start: isReused ? 60_000 : 99_000,
            state: "Z"
        )
        let plan = plan([isReused ? young : finding], processes: [zombie, Cast.process(700)]) {
            $0.isSelected = true
        }
        #expect(plan.zombies.isEmpty)
        #expect(plan.refused.map(\.reason) == [reason])
    }

    @Test("a zombie inside a tree is nobody to stop")
    func zombieInTree() {
        let processes = [
            Cast.process(500), Cast.process(501, parent: 500, state: "Z"),
            Cast.process(502, parent: 500, state: "Z") { $0.threads = 2 },
        ]
        let plan = plan([ShutdownPlannerTests.finding(500)], processes: processes) {
            $0.isSelected = true
        }
        #expect(plan.targets.map(\.identity.pid) == [502, 500])
    }

    @Test("a stale file is removed as the very file that was judged")
    func removal() {
        let file = Scene.file(.entries([InstanceEntry(pid: 7, liveness: .gone)]))
        var snapshot = Cast.snapshot([])
        snapshot.instanceFiles = [file]
        var finding = Finding(
            kind: .staleInstance,
            file: "/run/svc.pid",
            rule: "test.svc",
            severity: .warning,
            verdict: .confirmed,
            summary: "/run/svc.pid: process 7 does not exist",
            evidence: [],
            remedy: Remedy(.remove)
        )
        let planner = ShutdownPlanner(snapshot, rules: [], options: PlanningOptions())
        let removal = FileRemoval(
            path: "/run/svc.pid",
            file: file.file,
            rule: "test.svc",
            reason: "process 7 does not exist"
        )
        #expect(planner.plan(for: [finding]).removals == [removal])
        finding.file = "/run/other.pid"
        #expect(planner.plan(for: [finding]).removals.isEmpty)
        finding.file = "/run/svc.pid"
        finding.verdict = .probable
        #expect(planner.plan(for: [finding]).removals.isEmpty)
    }

    @Test("sockets are removed after all other files, whatever their names")
    func socketsLast() {
        let sockets: Set<ByteString> = ["/run/a.sock", "/run/c"]
        let paths: [ByteString] = ["/run/a.sock", "/run/b.pid", "/run/c", "/run/d.pid"]
        var snapshot = Cast.snapshot([])
        snapshot.instanceFiles = paths.map { path in
            var file = Scene.file(
                sockets.contains(path)
                    ? .socket(.unbound) : .entries([InstanceEntry(pid: 7, liveness: .gone)])
            )
            file.path = path
            return file
        }
        let findings = paths.map { path in
            Finding(
                kind: .staleInstance,
                file: path,
                rule: "test.svc",
                severity: .warning,
                verdict: .confirmed,
                summary: "\(path): stale",
                evidence: [],
                remedy: Remedy(.remove)
            )
        }
        let planner = ShutdownPlanner(snapshot, rules: [], options: PlanningOptions())
        #expect(
            planner.plan(for: findings).removals.map(\.path)
                == ["/run/b.pid", "/run/d.pid", "/run/a.sock", "/run/c"]
        )
    }

    @Test("ancestors of the targets, and PID 1, may adopt what a dying tree lets go")
    func adopters() {
        let processes = [Cast.process(500, parent: 400), Cast.process(400, parent: 50)]
        let snapshot = Cast.snapshot(processes)
        var options = PlanningOptions()
        options.isSelected = true
        let planner = ShutdownPlanner(snapshot, rules: [], options: options)
        let plan = planner.plan(for: [ShutdownPlannerTests.finding(500)])
        #expect(planner.adopters(of: plan) == [1, 50, 400])
        #expect(planner.adopters(of: ShutdownPlan()) == [1])
    }
}
