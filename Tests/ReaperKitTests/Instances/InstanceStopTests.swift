import Testing

@testable import ReaperKit

@Suite("whom stopping an instance takes")
struct InstanceStopTests {
    private func stop(_ ids: String..., in listing: InstanceListing) throws -> InstanceStop {
        let chosen = listing.instances.filter { ids.contains($0.id) }
        #expect(chosen.count == ids.count)
        return InstanceStop(chosen, in: listing, rules: try InstanceScene.rules())
    }

    @Test("a supervisor above it goes first, and is told; its stop waits for it")
    func supervisor() throws {
        let listing = try InstanceScene.listing(
            [
                InstanceScene.process(300, "boss", startedAt: 400),
                InstanceScene.process(301, below: 300, startedAt: 410),
                InstanceScene.process(310, "boss", startedAt: 400),
            ],
            [
                InstanceScene.file("boss", 300, rule: "test.supervisor"),
                InstanceScene.file("web", 301),
                InstanceScene.file("other", 310, rule: "test.supervisor"),
            ]
        )
        let stop = try stop("web", in: listing)
        #expect(stop.targets.map(\.id) == ["boss", "web"])
        #expect(stop.supervisors.map(\.id) == ["boss"])
        let planner = ShutdownPlanner(
            listing.snapshot,
            rules: try InstanceScene.rules(),
            options: PlanningOptions()
        )
        let plan = planner.plan(for: stop.findings)
        #expect(plan.targets.map(\.identity.pid) == [301, 300])
        #expect(plan.targets.allSatisfy { $0.order == .rootFirst && $0.root.pid == 300 })
        #expect(stop.removals(with: plan).map(\.path) == ["/run/boss.json", "/run/web.json"])
        // Named itself, it takes nobody along but its tree.
        #expect(try self.stop("boss", in: listing).targets.map(\.id) == ["boss"])
        #expect(try self.stop("boss", "web", in: listing).supervisors.isEmpty)
    }

    @Test("with a supervisor that may not be stopped there is no point in stopping it")
    func foreignSupervisor() throws {
        let listing = try InstanceScene.listing(
            [
                InstanceScene.process(300, "boss", startedAt: 400, user: 1001),
                InstanceScene.process(301, below: 300, startedAt: 410),
            ],
            [
                InstanceScene.file("boss", 300, rule: "test.supervisor") { $0.owner = 1001 },
                InstanceScene.file("web", 301),
            ],
            as: 1000
        )
        let stop = try stop("web", in: listing)
        #expect(stop.targets.isEmpty)
        let reason = try #require(stop.refused.first?.reason)
        #expect(reason.contains("its supervisor alias-boss (PID 300)"))
        #expect(reason.contains("belongs to user bob"))
    }

    @Test("an ancestor whose number was used again is no supervisor")
    func recycledParent() throws {
        let listing = try InstanceScene.listing(
            [
                InstanceScene.process(300, "boss", startedAt: 450),
                InstanceScene.process(301, below: 300, startedAt: 410),
            ],
            [
                InstanceScene.file("boss", 300, rule: "test.supervisor"),
                InstanceScene.file("web", 301),
            ]
        )
        #expect(try stop("web", in: listing).targets.map(\.id) == ["web"])
    }

    /// Who is left alone, and a part of the reason.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var file: InstanceFile
        var process: ProcessRecord?
        var user: UInt32 = 0
        var reason: String
    }

    static let refusals = [
        Refusal(
            testDescription: "another user's",
            file: InstanceScene.file("a", 4127),
            process: InstanceScene.process(4127),
            user: 1001,
            reason: "permission denied (PID 4127): it belongs to user alice; run as that user"
        ),
        Refusal(
            testDescription: "without a way to stop it",
            file: InstanceScene.file("a", 4127, rule: "test.silent"),
            process: InstanceScene.process(4127),
            reason: "rule test.silent does not say how to stop it"
        ),
        Refusal(
            testDescription: "what it runs is not known",
            file: InstanceScene.file("a", 4127),
            process: InstanceScene.process(4127, "other") {
                $0.executable = .denied(13)
                $0.arguments = .value([])
            },
            reason: "only a number says that process 4127 is it"
        ),
        Refusal(
            testDescription: "a file of somebody else than its process",
            file: InstanceScene.file("a", 4127) { $0.owner = 1001 },
            process: InstanceScene.process(4127),
            reason: "belongs to user 1001, process 4127 to user 1000"
        ),
        Refusal(
            testDescription: "a file that others can write, for root",
            file: InstanceScene.file("a", 4127) { $0.isWritableByOthers = true },
            process: InstanceScene.process(4127),
            reason: "users other than its owner can write or replace"
        ),
        Refusal(
            testDescription: "hidden",
            file: InstanceScene.file("a", 4127),
            reason: "/proc does not show who has it"
        ),
        Refusal(
            testDescription: "as its rule says, but younger than its file: the clock may be wrong",
            file: InstanceScene.file("a", 4127),
            process: InstanceScene.process(4127, startedAt: 700),
            reason:
                "it may be another process, or a clock was set: process 4127 started 200 s after"
        ),
        Refusal(
            testDescription: "malformed",
            file: InstanceScene.file("a", nil) { $0.contents = .malformed("no number") },
            reason: "it is malformed: no number"
        ),
        Refusal(
            testDescription: "a served socket",
            file: InstanceScene.file("a", nil) {
                ($0.format, $0.contents) = (.socket, .socket(.bound))
            },
            reason: "which process it is is not known"
        ),
    ]

    @Test("is left alone, with the reason", arguments: refusals)
    func refused(testCase: Refusal) throws {
        let listing = try InstanceScene.listing(
            testCase.process.map { [$0] } ?? [],
            [testCase.file],
            as: testCase.user
        )
        let stop = try stop("a", in: listing)
        #expect(stop.targets.isEmpty && stop.over.isEmpty && stop.findings.isEmpty)
        let reason = try #require(stop.refused.first?.reason)
        #expect(reason.contains(testCase.reason), "\(reason)")
        #expect(stop.refusals.count == 1)
        #expect(stop.removals(with: ShutdownPlan()).isEmpty)
    }

    @Test("who owns file and process may act on one that a group can write")
    func groupWritable() throws {
        let file = InstanceScene.file("a", 4127) { $0.isWritableByOthers = true }
        let listing = try InstanceScene.listing([InstanceScene.process(4127)], [file], as: 1000)
        #expect(try stop("a", in: listing).targets.map(\.id) == ["a"])
    }

    @Test("what is over is cleaned up, and its number's new owner is not touched")
    func over() throws {
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127, "other")],
            [InstanceScene.file("a", 4127), InstanceScene.file("b", 4128, .gone)]
        )
        let stop = try stop("a", "b", in: listing)
        #expect(stop.over.map(\.id) == ["a", "b"] && stop.targets.isEmpty)
        #expect(stop.findings.map(\.file) == ["/run/a.json", "/run/b.json"])
        #expect(stop.findings.allSatisfy { $0.process == nil && $0.severity == .info })
    }

    @Test("a file that tells of others who run stays, and so does one of a rule that keeps it")
    func shared() throws {
        let file = InstanceScene.file("services", nil) { file in
            file.contents = .entries([
                Scene.entry(4127) { $0.id = "web" }, Scene.entry(4128) { $0.id = "db" },
                Scene.entry(4129, .gone) { $0.id = "gone" },
            ])
        }
        let processes = [InstanceScene.process(4127), InstanceScene.process(4128)]
        let listing = try InstanceScene.listing(processes, [file])
        var all = ShutdownPlan()
        all.waves = [
            processes.map { ShutdownTarget(identity: $0.identity, reason: "", name: $0.name) }
        ]
        #expect(try stop("web", in: listing).removals(with: all).isEmpty)
        #expect(try stop("web", "db", in: listing).removals(with: all).count == 1)
        // One of them was refused by the planner.
        all.waves[0].removeLast()
        #expect(try stop("web", "db", in: listing).removals(with: all).isEmpty)
    }

    @Test("everybody with the mark is found; a living owner is told")
    func marks() throws {
        let listing = try InstanceScene.listing([
            InstanceScene.process(300, "flowd", startedAt: 400),
            InstanceScene.marked(500, "id=f1 node=camera", below: 300),
            InstanceScene.marked(501, "id=f1 node=plot"),
        ])
        let stop = try stop("f1", in: listing)
        #expect(stop.marks == [InstanceKey(system: "flow", id: "f1")])
        #expect(stop.findings.map(\.process?.pid) == [500, 501])
        #expect(stop.findings[0].summary == "is camera of flow instance f1")
        #expect(stop.keepers.map(\.label) == ["flowd (300@40000)"])
    }

    @Test("an instance is stopped only when all of it is gone")
    func outcome() throws {
        var stopped = InstanceScene.marked(600, "id=f2")
        stopped.state = UInt8(ascii: "T")
        let listing = try InstanceScene.listing([
            InstanceScene.marked(500, "id=f1"), InstanceScene.marked(501, "id=f1"), stopped,
        ])
        #expect(listing.instances.map(\.standstill) == [nil, .stopped])
        let stop = try stop("f1", "f2", in: listing)
        var outcome = ShutdownOutcome()
        outcome.targets = listing.snapshot.processes.map {
            TargetOutcome(identity: $0.identity, name: $0.name, result: .exited)
        }
        #expect(stop.instances(after: outcome).map(\.state) == [.stopped, .stopped])
        #expect(stop.instances(after: outcome).allSatisfy { $0.standstill == nil })
        outcome.targets[1].result = .survived
        outcome.targets[1].reason = "it is traced"
        let ended = stop.instances(after: outcome)
        #expect(ended.map(\.state) == [.failed, .stopped])
        #expect(ended[0].reason == "python3 (PID 501): it is traced")
        outcome.targets.removeFirst(2)
        #expect(stop.instances(after: outcome).map(\.state) == [.failed, .stopped])
    }

    @Test("everybody who is left is named, and so is who is not the instance itself")
    func remainder() throws {
        let nodes = (500..<507).map { InstanceScene.marked($0, "id=f1 node=camera") }
        let child = InstanceScene.process(701, "helper", below: 700)
        let listing = try InstanceScene.listing(
            nodes + [InstanceScene.process(700), child],
            [InstanceScene.file("web", 700)]
        )
        let stop = try stop("f1", "web", in: listing)
        let planner = ShutdownPlanner(
            listing.snapshot,
            rules: try InstanceScene.rules(),
            options: PlanningOptions()
        )
        let plan = planner.plan(for: stop.findings)
        var outcome = ShutdownOutcome()
        outcome.targets = listing.snapshot.processes.map {
            TargetOutcome(identity: $0.identity, name: $0.name, result: .denied, reason: "no")
        }
        outcome.targets[7].result = .exited
        let ended = stop.instances(after: outcome, of: plan)
        #expect(ended.map(\.state) == [.failed, .failed])
        let four = (500..<504).map { "camera (PID \($0)): no" }.joined(separator: "; ")
        #expect(ended[0].reason == "\(four); and 3 more")
        #expect(ended[1].reason == "helper (PID 701): no")
        // Whom the plan refused to stop has no outcome; the plan says why.
        var refusing = ShutdownPlan()
        refusing.refused = [ReaperKit.Refusal(nodes[1].identity, reason: "it is kept")]
        var partial = outcome
        partial.targets = [partial.targets[7]] + partial.targets.prefix(1)
        let left = stop.instances(after: partial, of: refusing)[0].reason
        #expect(
            left.hasPrefix(
                "camera (PID 500): no; camera (PID 501): it is kept; "
                    + "camera (PID 502): it is still there;"
            ),
            "\(left)"
        )
        for index in outcome.targets.indices { outcome.targets[index].result = .alreadyGone }
        let gone = stop.instances(after: outcome, of: plan)
        #expect(gone.allSatisfy { $0.state == .stopped })
        #expect(gone.allSatisfy { $0.reason == "it had exited before it was asked" })
    }

    @Test("of several who may not be signalled each is refused, and named")
    func denials() throws {
        var nodes = (500..<503).map { InstanceScene.marked($0, "id=f1") }
        for index in nodes.indices {
            nodes[index].status = .value(
                ProcessStatus(realUser: 1001, effectiveUser: 1001, threadGroup: nodes[index].pid)
            )
        }
        let stop = try stop("f1", in: try InstanceScene.listing(nodes, as: 1000))
        #expect(stop.refused.count == 1)
        let reason = try #require(stop.refused.first?.reason)
        #expect(reason.hasPrefix("permission denied (PIDs 500, 501, 502): it belongs to user bob;"))
        #expect(stop.refusals.map(\.identity?.pid) == [500, 501, 502])
    }

    @Test("who was left in the session of an instance that does not lead it is told")
    func strays() throws {
        func process(
            _ pid: Int32,
            below parent: Int32,
            group: Int32,
            _ seconds: UInt64 = 499
        ) -> ProcessRecord {
            InstanceScene.process(pid, below: parent, startedAt: seconds) {
                ($0.session, $0.processGroup) = (400, group)
            }
        }
        func strays(leaderLives: Bool, group: Int32) throws -> [Int32] {
            var processes = [
                process(500, below: 1, group: 500),
                // A daemon of somebody; one with its parent; one that was there before.
                process(501, below: 1, group: group),
                process(502, below: 501, group: group),
                process(503, below: 1, group: group, 480),
            ]
            if leaderLives { processes.append(process(400, below: 1, group: 400, 300)) }
            let listing = try InstanceScene.listing(processes, [InstanceScene.file("web", 500)])
            let stop = try stop("web", in: listing)
            var plan = ShutdownPlan()
            plan.waves = [
                [ShutdownTarget(identity: processes[0].identity, reason: "", name: "svc")]
            ]
            let strays = stop.strays(besides: plan)
            #expect(strays.allSatisfy { $0.instance.id == "web" } && strays.count < 2)
            return strays.flatMap { $0.processes.map(\.pid) }
        }
        #expect(try strays(leaderLives: false, group: 501) == [501])
        #expect(try strays(leaderLives: true, group: 500) == [501])
        #expect(try strays(leaderLives: true, group: 501) == [])
    }

    @Test("who has a socket is told, with what stops it; of two that share it, the parent")
    func holders() throws {
        let file = InstanceScene.file("hub", nil) {
            $0.path = "/run/hub.sock"
            $0.format = .socket
            $0.contents = .socket(.bound)
        }
        let server = InstanceScene.process(500, "hubd") { $0.state = UInt8(ascii: "T") }
        let worker = InstanceScene.process(501, "hubd", below: 500)
        var listing = try InstanceScene.listing([server, worker], [file])
        listing.instances[0].note(
            holders: [server.identity, worker.identity],
            in: listing.snapshot
        )
        #expect(listing.instances[0].holders == [server.identity])
        #expect(listing.instances[0].standstill == .stopped)
        #expect(listing.instances[0].stateText == "running (stopped)")
        let rules = try InstanceScene.rules()
        let stop = InstanceStop(listing.instances, in: listing, rules: rules)
        let reason = try #require(stop.refused.first?.reason)
        #expect(reason.hasPrefix("it is a socket of hubd (\(server.identity)), and rule test.node"))
        #expect(reason.contains("'reaper clean --pid \(server.identity)' stops it"), "\(reason)")
        #expect(stop.targets.isEmpty)
        var owner = Instance(rule: "test.node", id: "main", state: .running, reason: "")
        owner.process = server.identity
        listing.instances.append(owner)
        let other = InstanceStop([listing.instances[0]], in: listing, rules: rules)
        #expect(other.refused.first?.reason.hasSuffix("'reaper stop main' stops that") == true)
    }

    @Test("where only a file is known, the command that finds who uses it is told")
    func search() throws {
        let file = InstanceScene.file("web", nil) {
            $0.path = "/run/my web.sock"
            $0.format = .socket
            $0.contents = .socket(.bound)
        }
        let listing = try InstanceScene.listing([], [file])
        let stop = InstanceStop(listing.instances, in: listing, rules: try InstanceScene.rules())
        let reason = try #require(stop.refused.first?.reason)
        #expect(reason.hasPrefix("which process it is is not known: a socket is bound to it"))
        #expect(reason.hasSuffix("'reaper explain '/run/my web.sock'' looks for whoever uses it"))
        #expect(InstancePattern(":80").explanationCommand.hasPrefix("'reaper explain :80' tells"))
        #expect(InstancePattern("a b").explanationCommand.hasPrefix("'reaper explain 'a b'' looks"))
    }
}
