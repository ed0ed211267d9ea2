import Testing

@testable import ReaperKit
@testable import Simulation

/// Who belongs, when numbers change hands at the worst moments.
@Suite("who belongs to a shutdown")
struct ShutdownMembershipTests {
    private static func stubborn() -> Temperament {
        var temperament = Temperament()
        temperament.answerToTerm = .ignores
        return temperament
    }

    @Test("a child that appears is stopped, a stranger who got its number in the same tick is not")
    func reusedHeir() {
        for isReused in [false, true] {
            var scene = ShutdownScene()
            var slow = Temperament()
            slow.answerToTerm = .exits(after: .milliseconds(300))
            let root = scene.machine.fork(scene.machine.initProcess, "root", slow)
            scene.stop(root)
            let child = scene.machine.fork(root, "child", Self.stubborn(), ownSession: true)
            if isReused { child.temperament.vanishing = .beforePin }
            _ = scene.run()
            let innocent = scene.machine.all.first { $0.name == "innocent" }
            #expect((innocent != nil) == isReused)
            #expect(innocent?.identity == (isReused ? child.identity : nil))
            #expect(scene.kernel.log.contains("TERM child") == !isReused)
            #expect(!scene.kernel.log.contains { $0.hasSuffix("innocent") })
            #expect(scene.kernel.violations.isEmpty)
        }
    }

    @Test("whom somebody makes who was asked is let work until he is gone, and then asked")
    func helper() {
        var scene = ShutdownScene()
        scene.kernel.tellsBirths = true
        let machine = scene.machine
        var slow = Temperament()
        slow.answerToTerm = .exits(after: .milliseconds(900))
        let root = machine.fork(machine.initProcess, "root", slow, ownSession: true)
        scene.stop(root, timeout: .seconds(2))
        machine.after(.milliseconds(20)) {
            let helper = machine.fork(root, "helper")
            machine.fork(helper, "hand")
            machine.exit(helper, in: .milliseconds(700))
        }
        let outcome = scene.run()
        #expect(outcome.results["root"] == .exited)
        #expect(!scene.kernel.log.contains("TERM helper"), "\(scene.kernel.log)")
        #expect(scene.kernel.log.contains("TERM hand"), "\(scene.kernel.log)")
        #expect(outcome.results["hand"] == .exited)
        #expect(machine.time > .milliseconds(700))
        #expect(scene.kernel.violations.isEmpty, "\(scene.kernel.violations)")
    }

    @Test("who is born to an exact plan's target is told, and not waited for until the deadline")
    func strangerOfAnExactPlan() {
        var scene = ShutdownScene()
        scene.kernel.tellsBirths = true
        scene.hearsEarly = true
        scene.planningDelay = .milliseconds(2)
        scene.options.deadline = .seconds(30)
        let machine = scene.machine
        let root = machine.fork(machine.initProcess, "root")
        scene.stop(root)
        scene.plan.follows = false
        machine.after(.milliseconds(1)) {
            machine.fork(root, "newcomer", Self.stubborn(), ownSession: true)
        }
        let outcome = scene.run()
        #expect(outcome.results == ["root": .exited])
        #expect(outcome.proof == .none)
        #expect(outcome.kept.count == 1)
        #expect(machine.time < .seconds(5))
        #expect(scene.kernel.violations.isEmpty)
    }

    @Test("within the tick in which hearing began it cannot be told which came first")
    func hearing() {
        var hearing = Hearing()
        #expect(!hearing.covers(7))
        hearing.begin(at: 6)
        #expect(!hearing.covers(6))
        #expect(hearing.covers(7))
        hearing.lose()
        #expect(!hearing.covers(7))
    }

    @Test("a planned target's number that passed to a stranger in the same tick is sent nothing")
    func reusedTarget() {
        for moment in [Temperament.Vanishing.beforePin, .beforeSend] {
            var scene = ShutdownScene()
            let root = scene.machine.fork(scene.machine.initProcess, "root")
            root.temperament.vanishing = moment
            scene.stop(root)
            let outcome = scene.run()
            #expect(outcome.results["root"] == .alreadyGone)
            #expect(scene.kernel.log.isEmpty)
            #expect(scene.machine.all.contains { $0.name == "innocent" && $0.isAlive })
        }
    }

    @Test("members of a session that a target leads belong, of one that it is only in do not")
    func sessions() {
        for isLeader in [true, false] {
            var scene = ShutdownScene()
            let shell = scene.machine.fork(scene.machine.initProcess, "shell", ownSession: true)
            let root = scene.machine.fork(shell, "root", Self.stubborn(), ownSession: isLeader)
            let child = scene.machine.fork(root, "child")
            let job = scene.machine.fork(child, "job", Self.stubborn())
            scene.stop(root, timeout: .milliseconds(50))
            // Appears as a stranger's child in the session: a daemon's first half.
            job.isOurs = isLeader
            job.plan = nil
            scene.plan.waves[0].removeAll { $0.identity == job.identity }
            scene.machine.exit(child)
            scene.options.excluded = [shell.identity]
            // A look that fails shows nobody; the session is not empty for that.
            scene.kernel.failingLooks = 1
            _ = scene.run()
            #expect(job.isAlive == !isLeader)
            #expect(scene.kernel.violations.isEmpty)
        }
    }

    @Test("a protected child is refused with the reason, its siblings are stopped")
    func protected() {
        var scene = ShutdownScene()
        var slow = Temperament()
        slow.answerToTerm = .exits(after: .milliseconds(300))
        let root = scene.machine.fork(scene.machine.initProcess, "root", slow)
        scene.stop(root)
        scene.machine.fork(root, "protected", Self.stubborn()).protect()
        scene.machine.fork(root, "sibling")
        let outcome = scene.run()
        #expect(outcome.results["protected"] == .refused)
        #expect(outcome.results["sibling"] == .exited)
        #expect(outcome.proof == .none)
        #expect(scene.kernel.violations.isEmpty)
    }

    @Test("a match that is killed while births are chased is not gone before it is dead")
    func slowDeathInTheChase() {
        for dying in [Duration.milliseconds(400), nil] {
            var scene = ShutdownScene()
            scene.options.hasPattern = true
            scene.options.deadline = .seconds(8)
            var comet = Self.stubborn()
            comet.dying = dying
            let machine = scene.machine
            // Born while the listing of the proof goes on, which so cannot show it.
            machine.after(.microseconds(120)) {
                machine.fork(machine.initProcess, "late", comet).matches = true
            }
            for index in 0..<40 {
                machine.fork(machine.initProcess, "other\(index)").isElsewhere = true
            }
            let outcome = scene.run()
            #expect(scene.kernel.log.first == "KILL late")
            #expect(outcome.results == ["late": dying == nil ? .survived : .killed])
            #expect(outcome.proof == (dying == nil ? .none : .proofScan))
        }
    }

    @Test("a match that is found in the chase and may not be signalled keeps the proof from being")
    func deniedInTheChase() {
        for isForeign in [true, false] {
            var scene = ShutdownScene()
            scene.options.hasPattern = true
            var comet = Self.stubborn()
            comet.isForeign = isForeign
            let machine = scene.machine
            machine.after(.microseconds(120)) {
                machine.fork(machine.initProcess, "late", comet).matches = true
            }
            for index in 0..<40 {
                machine.fork(machine.initProcess, "other\(index)").isElsewhere = true
            }
            let outcome = scene.run()
            #expect(outcome.results == ["late": isForeign ? .denied : .killed])
            #expect(outcome.proof == (isForeign ? .none : .proofScan))
        }
    }

    @Test("a thousand members cost a few looks, and each of them two signals")
    func thousand() {
        var scene = ShutdownScene(pidLimit: 4000)
        let root = scene.machine.fork(scene.machine.initProcess, "root")
        for index in 0..<1000 { scene.machine.fork(root, "child\(index)") }
        scene.stop(root)
        let outcome = scene.run()
        #expect(outcome.targets.count == 1001)
        #expect(outcome.targets.allSatisfy { $0.result == .exited })
        #expect(outcome.rounds < 20)
        #expect(outcome.proof == .tree)
    }

    @Test("heirs are found whatever the shape of the tree, each once and after its head")
    func shapes() {
        for isDeep in [true, false] {
            let root = ShutdownTarget(
                identity: ProcessIdentity(pid: 1000, startTime: 1),
                reason: "",
                name: "root"
            )
            var set = KillSet(excluding: [])
            set.insert(root, parent: 1)
            var records = [ProcessRecord(identity: root.identity, name: "root", parent: 1)]
            for pid in (400..<1000).reversed().map(Int32.init) {
                let identity = ProcessIdentity(pid: pid, startTime: 2)
                records.append(
                    ProcessRecord(identity: identity, name: "x", parent: isDeep ? pid + 1 : 1000)
                )
            }
            records.sort { $0.pid < $1.pid }
            let look = Look(processes: records)
            set.note(look)
            let heirs = set.heirs(in: look)
            #expect(heirs.count == 600)
            #expect(Set(heirs.map(\.target.identity)).count == 600)
            #expect(heirs.last?.target.depth == (isDeep ? 600 : 1))
            var known: Set<ProcessIdentity> = [root.identity]
            for heir in heirs {
                #expect(known.contains(heir.head))
                known.insert(heir.target.identity)
            }
        }
    }
}
