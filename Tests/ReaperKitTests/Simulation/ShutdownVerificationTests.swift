import Testing

@testable import ReaperKit
@testable import Simulation

/// What is claimed at the end, and what is done only then.
@Suite("the end of a shutdown")
struct ShutdownVerificationTests {
    private static func stubborn() -> Temperament {
        var temperament = Temperament()
        temperament.answerToTerm = .ignores
        return temperament
    }

    @Test("a port is free when it is free twice, a quarter of a second apart")
    func freePort() {
        var scene = ShutdownScene()
        let server = scene.machine.fork(scene.machine.initProcess, "server")
        scene.stop(server)
        scene.plan.ports = ShutdownScene.ports(8080)
        // As io_uring does, the kernel lets go of it later.
        scene.kernel.ports = [(8080, server, .milliseconds(40))]
        let outcome = scene.run()
        #expect(outcome.ports == [PortOutcome(transport: .tcp, port: 8080, isFree: true)])
        #expect(outcome.proof == .port)
        #expect(scene.machine.time >= .milliseconds(290))
    }

    @Test("an interrupt does not cut that quarter of a second short")
    func interruptedVerification() {
        var scene = ShutdownScene()
        let server = scene.machine.fork(scene.machine.initProcess, "server")
        scene.stop(server)
        scene.plan.ports = ShutdownScene.ports(8080)
        scene.kernel.ports = [(8080, server, .zero)]
        scene.kernel.interruptTimes = [.milliseconds(50), .milliseconds(60), .milliseconds(70)]
        let successor = scene.machine
        successor.after(.milliseconds(100)) { [kernel = scene.kernel] in
            kernel.ports.append((8080, successor.fork(successor.initProcess, "next"), .zero))
        }
        let outcome = scene.run()
        #expect(outcome.wasInterrupted)
        #expect(outcome.ports.first?.isFree == false)
        #expect(outcome.ports.first?.holder?.hasPrefix("next") == true)
        #expect(outcome.proof != .port)
    }

    @Test("files go when everybody is gone and the ports are free, and only then")
    func files() {
        struct Case {
            var name: String
            var isRemoved: Bool
            var prepare: (inout ShutdownScene, SimulatedProcess) -> Void
        }
        let cases = [
            Case(name: "all gone", isRemoved: true) { _, _ in },
            Case(name: "survivor", isRemoved: false) { $1.temperament.dying = nil },
            Case(name: "denied", isRemoved: false) { $1.temperament.isForeign = true },
            Case(name: "not held", isRemoved: false) { $1.temperament.cannotBeHeld = true },
            Case(name: "refused", isRemoved: false) { $1.executable = "/bin/another" },
            Case(name: "port held", isRemoved: false) { scene, _ in
                scene.kernel.ports = [(80, scene.machine.initProcess, .zero)]
            },
            Case(name: "ports unknown", isRemoved: false) { scene, _ in
                scene.kernel.socketsAreUnreadable = true
            },
        ]
        for testCase in cases {
            var scene = ShutdownScene()
            let root = scene.machine.fork(scene.machine.initProcess, "root", Self.stubborn())
            scene.stop(root, timeout: .milliseconds(100))
            scene.plan.ports = ShutdownScene.ports(80)
            scene.remove("/run/root.pid")
            testCase.prepare(&scene, root)
            let outcome = scene.run()
            #expect(scene.kernel.removed.isEmpty != testCase.isRemoved, "\(testCase.name)")
            #expect(outcome.kept.isEmpty == testCase.isRemoved, "\(testCase.name)")
            // The tree is gone for certain, though somebody else has the port.
            let isProven = testCase.isRemoved || testCase.name == "port held"
            #expect((outcome.proof != .none) == isProven, "\(testCase.name)")
        }
    }

    @Test("a process that SIGKILL does not end is reported, and the others are stopped")
    func unkillable() throws {
        var scene = ShutdownScene()
        var undying = Self.stubborn()
        undying.dying = nil
        let stuck = scene.machine.fork(scene.machine.initProcess, "stuck", undying)
        let other = scene.machine.fork(scene.machine.initProcess, "other", Self.stubborn())
        scene.stop(stuck, timeout: .milliseconds(100))
        scene.stop(other, timeout: .milliseconds(100))
        let outcome = scene.run()
        #expect(outcome.results == ["stuck": .survived, "other": .killed])
        let reason = outcome.targets.first { $0.name == "stuck" }?.reason
        #expect(try #require(reason) == "it waits in the kernel")
        #expect(outcome.proof == .none && outcome.unproven != nil)
    }

    @Test("one that runs another program by now is refused, and continued if it was stopped")
    func changed() {
        var scene = ShutdownScene()
        let root = scene.machine.fork(scene.machine.initProcess, "root", Self.stubborn())
        let other = scene.machine.fork(scene.machine.initProcess, "other", Self.stubborn())
        scene.stop(root, timeout: .milliseconds(100))
        scene.stop(other, timeout: .milliseconds(100), inNewWave: false)
        // Between SIGSTOP and SIGKILL: an execve(2) that was already under way.
        root.temperament.stopping = .microseconds(500)
        root.temperament.executesWhileStopping = true
        let outcome = scene.run()
        #expect(outcome.results == ["root": .refused, "other": .killed])
        #expect(root.state == .running)
        #expect(scene.kernel.log.last { $0.hasSuffix("root") } == "CONT root")
    }

    @Test("a plan that is executed exactly touches nobody else, and names who appeared")
    func exactPlan() {
        for follows in [false, true] {
            var scene = ShutdownScene()
            var slow = Temperament()
            slow.answerToTerm = .exits(after: .milliseconds(50))
            let root = scene.machine.fork(scene.machine.initProcess, "root", slow, ownSession: true)
            scene.stop(root)
            scene.plan.follows = follows
            let child = scene.machine.fork(root, "child", Self.stubborn())
            let outcome = scene.run()
            #expect(child.isAlive == !follows)
            #expect(scene.kernel.log.contains("KILL child") == follows)
            #expect(outcome.kept.contains { $0.identity == child.identity } == !follows)
            #expect(outcome.proof == (follows ? .tree : .none))
        }
    }

    @Test("an escaped child makes the tree unproven, a stranger born meanwhile does not")
    func strays() {
        for isElsewhere in [false, true] {
            var scene = ShutdownScene()
            let root = scene.machine.fork(scene.machine.initProcess, "root")
            scene.stop(root)
            let machine = scene.machine
            machine.after(.microseconds(50)) {
                machine.fork(machine.initProcess, "stray").isElsewhere = isElsewhere
            }
            let outcome = scene.run()
            #expect(outcome.proof == (isElsewhere ? .tree : .none))
            #expect((outcome.unproven == nil) == isElsewhere)
        }
    }

    @Test("a reminded parent buries its zombie; one that does not is reported")
    func zombies() {
        for buries in [true, false] {
            var scene = ShutdownScene()
            var careless = Temperament()
            careless.buriesWhenTold = buries
            let parent = scene.machine.fork(scene.machine.initProcess, "parent", careless)
            parent.state = .stopped
            parent.isReminded = true
            var unburied = Temperament()
            unburied.burial = nil
            let zombie = scene.machine.fork(parent, "zombie", unburied)
            scene.machine.exit(zombie)
            scene.plan.zombies = [
                ZombieTarget(
                    identity: zombie.identity,
                    parent: parent.identity,
                    isParentStopped: true
                )
            ]
            scene.kernel.failingLooks = 1
            let outcome = scene.run()
            #expect(scene.kernel.log == ["CONT parent", "CHLD parent"])
            #expect(outcome.targets.map(\.result) == [buries ? .exited : .survived])
            #expect(parent.isAlive)
        }
    }

    @Test("a plan that is old or made up reminds nobody of a zombie that is not there")
    func zombiesThatAreNone() {
        enum Lie: CaseIterable { case collected, never, another, alive }
        for lie in Lie.allCases {
            var scene = ShutdownScene()
            let parent = scene.machine.fork(scene.machine.initProcess, "parent")
            let other = scene.machine.fork(scene.machine.initProcess, "other")
            var unburied = Temperament()
            unburied.burial = nil
            let child = scene.machine.fork(lie == .another ? other : parent, "child", unburied)
            var identity = child.identity
            switch lie {
            case .collected:
                scene.machine.exit(child)
                scene.machine.bury(child)
            case .never: identity = ProcessIdentity(pid: 4_100_000, startTime: 5)
            case .another: scene.machine.exit(child)
            case .alive: break
            }
            for process in [parent, other] {
                process.state = .stopped
                process.isReminded = true
            }
            scene.plan.zombies = [
                ZombieTarget(identity: identity, parent: parent.identity, isParentStopped: true)
            ]
            let outcome = scene.run()
            #expect(scene.kernel.log.isEmpty, "\(lie)")
            let isGone = lie == .collected || lie == .never
            #expect(outcome.targets.map(\.result) == [isGone ? .alreadyGone : .survived], "\(lie)")
            #expect(outcome.targets.allSatisfy { $0.signal == nil }, "\(lie)")
            #expect(outcome.targets.allSatisfy { ($0.reason == nil) == isGone }, "\(lie)")
        }
    }

    @Test("a parent that runs by now is not told to go on, whatever the plan says")
    func runningParent() {
        var scene = ShutdownScene()
        var careful = Temperament()
        careful.buriesWhenTold = true
        let parent = scene.machine.fork(scene.machine.initProcess, "parent", careful)
        parent.isReminded = true
        var unburied = Temperament()
        unburied.burial = nil
        let zombie = scene.machine.fork(parent, "zombie", unburied)
        scene.machine.exit(zombie)
        scene.plan.zombies = [
            ZombieTarget(
                identity: zombie.identity,
                parent: parent.identity,
                isParentStopped: true
            )
        ]
        let outcome = scene.run()
        #expect(scene.kernel.log == ["CHLD parent"])
        #expect(outcome.targets.map(\.result) == [.exited])
        #expect(outcome.targets.first?.reason == "its parent collected it")
    }

    @Test("reaper's own ancestor is never reminded, nor stopped when a plan names it")
    func excluded() {
        var scene = ShutdownScene()
        let shell = scene.machine.fork(scene.machine.initProcess, "shell")
        let zombie = scene.machine.fork(shell, "zombie")
        scene.stop(shell)
        scene.options.excluded = [shell.identity]
        scene.plan.zombies = [ZombieTarget(identity: zombie.identity, parent: shell.identity)]
        let outcome = scene.run()
        #expect(!scene.kernel.log.contains { $0.hasSuffix("shell") })
        #expect(outcome.results["shell"] == .refused)
        #expect(scene.kernel.violations.isEmpty)
    }
}
