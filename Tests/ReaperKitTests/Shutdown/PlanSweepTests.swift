import Testing

@testable import ReaperKit

@Suite("planning a shutdown: what nobody may have afterwards")
struct PlanSweepTests {
    private static let ports = PortSet(members: [.init(ports: 8080...8080)])

    private static func rule(_ id: String, _ stop: StopAction?) -> Rule {
        var rule = Rule(id: id, title: id, source: "t.json5:1:1")
        rule.stop = stop
        return rule
    }

    private static var rules: [Rule] {
        get throws {
            let node = try Cast.glob("node", as: .text)
            let nobody = Glob.matchingNothing("x", as: .text)
            return [
                rule(
                    "a.web",
                    StopAction(
                        signal: .interrupt,
                        timeout: .seconds(3),
                        ports: ports,
                        processFilters: [node, nobody],
                        killsOthers: true
                    )
                ),
                rule("a.told", StopAction(processFilters: [node])),
                rule("a.plain", StopAction()),
                rule("a.unset", StopAction(processFilters: [nobody])),
                rule("a.file", nil),
            ]
        }
    }

    private func plan(
        _ findings: [Finding],
        _ change: (inout PlanningOptions) -> Void = { _ in }
    ) throws -> ShutdownPlan {
        var options = PlanningOptions()
        change(&options)
        let processes = [
            Cast.process(500), Cast.process(501, parent: 500), Cast.process(600),
            Cast.process(700), Cast.process(710),
        ]
        return ShutdownPlanner(Cast.snapshot(processes), rules: try Self.rules, options: options)
            .plan(for: findings)
    }

    private func found(_ pid: Int32, _ rule: String) -> Finding {
        ShutdownPlannerTests.finding(pid, rule: rule)
    }

    @Test("each rule that stops somebody and names ports or names has one")
    func each() throws {
        let findings = [
            found(500, "a.web"), found(501, "a.web"), found(600, "a.told"), found(700, "a.plain"),
            found(710, "a.unset"),
        ]
        let sweeps = try plan(findings).sweeps
        #expect(sweeps.map(\.owner) == ["rule a.web", "rule a.told"])
        #expect(sweeps[0].ports == Self.ports && sweeps[0].names.map(\.description) == ["node"])
        #expect(sweeps.map(\.killsOthers) == [true, false])
        #expect(sweeps[0].signal == .interrupt && sweeps[0].timeout == .seconds(3))
        #expect(sweeps[0].subject == "whoever holds port 8080 or is called node")
    }

    @Test("a rule without anybody to stop has none, nor has a selector")
    func none() throws {
        #expect(try plan([found(1, "a.web")]).sweeps.isEmpty)
        #expect(try plan([found(900, "a.web")]).sweeps.isEmpty)
        var suspect = found(500, "a.web")
        suspect.verdict = .suspect
        #expect(try plan([suspect]).sweeps.isEmpty)
        let selected = try plan([ShutdownPlannerTests.finding(500)]) { $0.isSelected = true }
        #expect(!selected.targets.isEmpty && selected.sweeps.isEmpty)
    }

    @Test("what the command line says goes before what the rule says")
    func commandLine() throws {
        let quick = try plan([found(500, "a.web")]) {
            $0.signal = .terminate
            $0.timeout = .milliseconds(5)
        }
        #expect(quick.sweeps[0].signal == .terminate && quick.sweeps[0].timeout == .milliseconds(5))
        let forced = try plan([found(500, "a.web")]) { $0.isForced = true }
        #expect(forced.sweeps[0].signal == .kill && forced.sweeps[0].timeout == .zero)
    }

    @Test("only what was agreed to remains, and an earlier plan stops nobody else")
    func narrowed() throws {
        let both = try plan([found(500, "a.web"), found(600, "a.told")])
        let one = try plan([found(600, "a.told")])
        #expect(both.restricted(to: one).sweeps.map(\.owner) == ["rule a.told"])
        #expect(one.restricted(to: both).sweeps == one.sweeps)
        let snapshot = Cast.snapshot([Cast.process(500), Cast.process(600)])
        let planner = ShutdownPlanner(snapshot, rules: [], options: PlanningOptions())
        let held = planner.hold(both).sweeps
        #expect(held.map(\.owner) == ["rule a.web", "rule a.told"])
        #expect(held.allSatisfy { $0.named == [] } && held[0].ports == Self.ports)
    }

    @Test("of those whom an earlier plan names only who is still the same may be stopped")
    func named() throws {
        var earlier = try plan([found(500, "a.web")])
        let others = (Int32(700)...702).map { pid in
            var target = ShutdownTarget(
                identity: Cast.process(pid).identity,
                reason: "holds port 8080/tcp",
                name: "job"
            )
            target.executable = "/usr/bin/job"
            target.user = pid == 701 ? 0 : 1000
            return target
        }
        earlier.sweeps[0].others = OthersAnswer(targets: others)
        let snapshot = Cast.snapshot([Cast.process(500), Cast.process(700), Cast.process(701)])
        let held = ShutdownPlanner(snapshot, rules: [], options: PlanningOptions()).hold(earlier)
        #expect(held.sweeps[0].named == [others[0].identity])
        #expect(held.sweeps[0].others?.targets == [others[0]])
        #expect(held.refused.map(\.identity) == [others[1].identity])
    }
}
