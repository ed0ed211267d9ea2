import Testing

@testable import ReaperKit

@Suite("holding an earlier plan against what is there now")
struct PlanHoldTests {
    private static let identity = Cast.process(500).identity

    private static var target: ShutdownTarget {
        var target = ShutdownTarget(identity: identity, reason: "found", name: "job")
        target.executable = "/usr/bin/job"
        target.user = 1000
        target.pidfdInode = 77
        return target
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String?
        var target: @Sendable (inout ShutdownTarget) -> Void = { _ in }
        var now: @Sendable (inout ProcessRecord) -> Void = { _ in }
    }

    static let cases = [
        Case(testDescription: "unchanged", reason: nil),
        Case(
            testDescription: "another executable",
            reason: "it ran /usr/bin/job when it was planned and runs /usr/bin/vi now"
        ) { _ in
        } now: {
            $0.executable = .value(ExecutableLink(path: "/usr/bin/vi"))
        },
        Case(
            testDescription: "another user",
            reason: "it belonged to user 1000 when it was planned and to 0 now"
        ) { _ in
        } now: {
            $0.changeStatus { $0.realUser = 0 }
        },
        Case(
            testDescription: "another pidfd",
            reason: "number 500 names another process of the same start time now"
        ) { _ in
        } now: {
            $0.pidfdInode = 78
        },
        Case(
            testDescription: "the pidfd says enough",
            reason: nil
        ) {
            $0.executable = nil
        } now: {
            $0.executable = .denied(13)
        },
        Case(
            testDescription: "without pidfds, executable and user say enough",
            reason: nil
        ) {
            $0.pidfdInode = nil
        } now: {
            $0.pidfdInode = nil
        },
        Case(
            testDescription: "nothing to compare is no proof",
            reason: "nothing but its number and start time could be compared"
        ) { _ in
        } now: {
            $0.pidfdInode = nil
            $0.executable = .denied(13)
        },
        Case(
            testDescription: "nothing was recorded to compare",
            reason: "nothing but its number and start time could be compared"
        ) {
            $0.pidfdInode = nil
            $0.user = nil
        },
        Case(
            testDescription: "protected by now",
            reason: "rule site.keep protects it: Keep"
        ) { _ in
        } now: {
            $0.state = UInt8(ascii: "T")
        },
    ]

    private func hold(_ target: ShutdownTarget, _ processes: [ProcessRecord]) -> ShutdownPlan {
        var rule = Rule(id: "site.keep", title: "Keep", source: "test")
        rule.protect = true
        rule.match.states = Array("T".utf8)
        var plan = ShutdownPlan()
        plan.waves = [[target]]
        return ShutdownPlanner(
            Cast.snapshot(processes),
            rules: [rule],
            options: PlanningOptions()
        ).hold(plan)
    }

    @Test("what changed is refused, with the reason", arguments: cases)
    func objection(testCase: Case) {
        var target = Self.target
        testCase.target(&target)
        let process = Cast.process(500) {
            $0.pidfdInode = 77
            testCase.now(&$0)
        }
        let plan = hold(target, [process])
        #expect(plan.targets == (testCase.reason == nil ? [target] : []))
        #expect(plan.refused.map(\.reason) == (testCase.reason.map { [$0] } ?? []))
        #expect(!plan.follows)
    }

    @Test("who is gone stays in it, and comes out as already gone")
    func gone() {
        let plan = hold(Self.target, [])
        var gone = Self.target
        gone.isGone = true
        #expect(plan.targets == [gone] && plan.refused.isEmpty)
    }

    @Test("whose number names somebody else now is refused")
    func recycled() {
        let plan = hold(Self.target, [Cast.process(500, "vi", start: 50_001)])
        #expect(plan.targets.isEmpty)
        #expect(plan.refused.map(\.reason) == ["number 500 names vi (500@50001) now"])
    }

    @Test(
        "who is never stopped is refused, whatever the file says",
        arguments: [
            (1, "PID 1 is never stopped"), (900, "this is reaper itself"),
            (800, "bash (800@80000) is an ancestor of reaper"),
        ] as [(Int32, String)]
    )
    func neverStopped(pid: Int32, reason: String) {
        let process = Cast.process(pid, pid == 900 ? "reaper" : "bash", parent: 800) {
            $0.pidfdInode = 77
        }
        var target = Self.target
        target.identity = process.identity
        target.executable = process.executable?.known?.path
        let plan = hold(target, [process])
        #expect(plan.targets.isEmpty && plan.refused.map(\.reason) == [reason])
    }

    @Test("a zombie's parent must still be its parent, and none that is left alone")
    func zombies() {
        let zombie = Cast.process(501, parent: 500, state: "Z")
        let parent = Cast.process(500)
        func held(_ target: ZombieTarget, _ processes: [ProcessRecord]) -> ShutdownPlan {
            var plan = ShutdownPlan()
            plan.zombies = [target]
            return ShutdownPlanner(
                Cast.snapshot(processes),
                rules: [],
                options: PlanningOptions()
            ).hold(plan)
        }
        let target = ZombieTarget(identity: zombie.identity, parent: parent.identity)
        #expect(held(target, [zombie, parent]).zombies == [target])
        let waitedFor = held(target, [parent])
        #expect(waitedFor.zombies.map(\.identity) == [zombie.identity])
        #expect(waitedFor.zombies.map(\.isGone) == [true])
        let report = Report(
            command: "clean",
            startedAt: .zero,
            duration: .zero,
            snapshot: Cast.snapshot([parent]),
            findings: [],
            isComplete: true,
            plan: waitedFor
        )
        let text = PlanTable.lines(of: waitedFor, in: report, style: ReportStyle())
        #expect(text.contains("plan: nothing to do, 1 already gone"))
        let other = ZombieTarget(identity: zombie.identity, parent: Cast.process(600).identity)
        let plan = held(other, [zombie, parent, Cast.process(600)])
        #expect(plan.zombies.isEmpty)
        #expect(plan.refused.map(\.reason) == ["its parent is another process now"])
        let ours = Cast.process(999, parent: 900, state: "Z")
        let reaper = ZombieTarget(
            identity: ours.identity,
            parent: Cast.process(900).identity
        )
        #expect(held(reaper, [ours]).zombies.isEmpty)
        let alive = Cast.process(501, parent: 500)
        let living = held(target, [alive, parent])
        #expect(living.zombies.isEmpty)
        #expect(living.refused.map(\.reason) == ["it is no zombie: it runs"])
    }

    @Test("whether a zombie's parent is stopped is told as of now", arguments: ["T", "S"])
    func stoppedParent(state: Character) {
        let zombie = Cast.process(501, parent: 500, state: "Z")
        let parent = Cast.process(500, state: state)
        var plan = ShutdownPlan()
        plan.zombies = [ZombieTarget(identity: zombie.identity, parent: parent.identity)]
        plan.zombies[0].isParentStopped = state != "T"
        let held = ShutdownPlanner(
            Cast.snapshot([zombie, parent]),
            rules: [],
            options: PlanningOptions()
        ).hold(plan)
        #expect(held.zombies.map(\.isParentStopped) == [state == "T"])
    }
}
