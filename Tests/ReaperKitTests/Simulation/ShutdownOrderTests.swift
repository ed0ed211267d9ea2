import Testing

@testable import ReaperKit
@testable import Simulation

/// Who is sent which signal, and when: exact sequences.
@Suite("the order of a shutdown")
struct ShutdownOrderTests {
    @Test("children are asked before their parents, with CONT after TERM")
    func childrenFirst() {
        var scene = ShutdownScene()
        let root = scene.machine.fork(scene.machine.initProcess, "root")
        let child = scene.machine.fork(root, "child")
        scene.machine.fork(child, "grandchild")
        scene.stop(root)
        let outcome = scene.run()
        #expect(
            scene.kernel.log == [
                "TERM grandchild", "CONT grandchild", "TERM child", "CONT child", "TERM root",
                "CONT root",
            ]
        )
        #expect(outcome.results == ["root": .exited, "child": .exited, "grandchild": .exited])
        #expect(outcome.proof == .tree)
    }

    @Test("a child that is reaped as soon as it is asked does not hold up its parent")
    func reapedAtOnce() {
        var scene = ShutdownScene()
        var prompt = Temperament()
        prompt.answerToTerm = .exits(after: .zero)
        let root = scene.machine.fork(scene.machine.initProcess, "root", prompt)
        scene.machine.fork(root, "child", prompt)
        scene.stop(root)
        let outcome = scene.run()
        #expect(scene.kernel.log == ["TERM child", "TERM root"])
        #expect(outcome.results == ["root": .exited, "child": .exited])
        #expect(scene.machine.time < .seconds(1))
    }

    @Test("whom a parent makes for those that were asked is asked too", arguments: [false, true])
    func replaced(isTold: Bool) {
        var scene = ShutdownScene()
        scene.kernel.tellsBirths = isTold
        var keeper = Temperament()
        keeper.respawns = 3
        keeper.answerToTerm = .exits(after: .milliseconds(30))
        let root = scene.machine.fork(scene.machine.initProcess, "root", keeper)
        scene.machine.fork(root, "child")
        scene.machine.fork(root, "second")
        scene.machine.spend(.seconds(1))
        scene.stop(root)
        let outcome = scene.run()
        #expect(scene.machine.byNumber.values.filter(\.isAlive).map(\.name) == ["init"])
        #expect(outcome.proof == .tree && scene.kernel.violations.isEmpty)
    }

    @Test("who is asked with KILL is gone at once, and so is its parent", arguments: [false, true])
    func askedWithKill(isTold: Bool) {
        for order in [StopOrder.deepestFirst, .rootFirst, .atOnce] {
            var scene = ShutdownScene()
            scene.kernel.tellsBirths = isTold
            var stubborn = Temperament()
            stubborn.answerToTerm = .ignores
            let root = scene.machine.fork(scene.machine.initProcess, "root", stubborn)
            for _ in 0..<3 { scene.machine.fork(root, "child", stubborn) }
            scene.stop(root, signal: .kill, timeout: .milliseconds(200), order: order)
            let outcome = scene.run()
            #expect(scene.kernel.log.allSatisfy { $0.hasPrefix("KILL") })
            #expect(outcome.targets.allSatisfy { $0.result == .killed })
            #expect(outcome.proof == .tree)
            #expect(scene.machine.time < .seconds(1))
            #expect(scene.kernel.violations.isEmpty)
        }
    }

    @Test("root-first asks a parent before its children, at-once all in one go")
    func otherOrders() {
        for (order, isRootFirst) in [(StopOrder.rootFirst, true), (.atOnce, false)] {
            var scene = ShutdownScene()
            let root = scene.machine.fork(scene.machine.initProcess, "root")
            scene.machine.fork(root, "child")
            scene.stop(root, order: order)
            _ = scene.run()
            let asked = scene.kernel.log.filter { $0.hasPrefix("TERM") }
            #expect(
                asked == (isRootFirst ? ["TERM root", "TERM child"] : ["TERM child", "TERM root"])
            )
        }
    }

    @Test("a child that is root-first below a parent that is deepest-first is asked")
    func mixedOrders() {
        var scene = ShutdownScene()
        let root = scene.machine.fork(scene.machine.initProcess, "root")
        let child = scene.machine.fork(root, "child")
        scene.stop(root)
        for index in scene.plan.waves[0].indices
        where scene.plan.waves[0][index].identity == child.identity {
            scene.plan.waves[0][index].order = .rootFirst
        }
        let outcome = scene.run()
        #expect(outcome.results == ["root": .exited, "child": .exited])
        #expect(scene.machine.time < .seconds(1))
    }

    @Test("what ignores TERM is frozen parents first and killed deepest first, after its grace")
    func freezeThenKill() throws {
        var scene = ShutdownScene()
        var stubborn = Temperament()
        stubborn.answerToTerm = .ignores
        let root = scene.machine.fork(scene.machine.initProcess, "root", stubborn)
        let child = scene.machine.fork(root, "child", stubborn)
        scene.machine.fork(child, "grandchild", stubborn)
        scene.stop(root, timeout: .seconds(1))
        let outcome = scene.run()
        #expect(
            scene.kernel.log.suffix(6) == [
                "STOP root", "STOP child", "STOP grandchild", "KILL grandchild", "KILL child",
                "KILL root",
            ]
        )
        #expect(outcome.targets.allSatisfy { $0.result == .killed })
        // One grace after the other: a parent is asked when its child's has passed.
        let freeze = try #require(scene.kernel.sendings.first { $0.signal == .stop })
        #expect(freeze.time >= .seconds(3))
        #expect(outcome.proof == .tree)
    }

    @Test("one that ignores TERM does not delay the other trees of its wave")
    func noDelay() throws {
        var scene = ShutdownScene()
        var stubborn = Temperament()
        stubborn.answerToTerm = .ignores
        let slow = scene.machine.fork(scene.machine.initProcess, "slow", stubborn)
        let quick = scene.machine.fork(scene.machine.initProcess, "quick")
        scene.machine.fork(quick, "worker")
        scene.stop(slow)
        scene.stop(quick, inNewWave: false)
        let outcome = scene.run()
        let after = outcome.targets.first { $0.name == "quick" }?.after
        #expect(try #require(after) < .milliseconds(50))
        #expect(outcome.results == ["slow": .killed, "quick": .exited, "worker": .exited])
    }

    @Test("a wave starts when the one before it has ended, even if everything matches at once")
    func waves() {
        var scene = ShutdownScene()
        var slow = Temperament()
        slow.answerToTerm = .exits(after: .milliseconds(300))
        let names = ["client", "server", "database"]
        let processes = names.map { scene.machine.fork(scene.machine.initProcess, $0, slow) }
        for process in processes {
            process.matches = true
            scene.stop(process)
        }
        scene.options.hasPattern = true
        let outcome = scene.run()
        #expect(scene.kernel.log == names.flatMap { ["TERM \($0)", "CONT \($0)"] })
        #expect(outcome.proof == .proofScan)
        for (earlier, later) in zip(processes, processes.dropFirst()) {
            let asked = scene.kernel.firstSending(to: later)?.time ?? .zero
            let first = scene.kernel.firstSending(to: earlier)?.time ?? .zero
            #expect(asked >= first + .milliseconds(300))
        }
    }

    @Test("the time that there is is shared: a wave that takes its own leaves the next one its")
    func sharedDeadline() throws {
        var scene = ShutdownScene()
        var stubborn = Temperament()
        stubborn.answerToTerm = .ignores
        var slow = Temperament()
        slow.answerToTerm = .exits(after: .seconds(3))
        let deaf = scene.machine.fork(scene.machine.initProcess, "deaf", stubborn)
        let next = scene.machine.fork(scene.machine.initProcess, "next", slow)
        scene.stop(deaf, timeout: .seconds(30))
        scene.stop(next, timeout: .seconds(30))
        scene.options.deadline = .seconds(12)
        let outcome = scene.run()
        #expect(outcome.results == ["deaf": .killed, "next": .exited])
        // Four seconds are kept back for the end; each wave has half of the other eight.
        let kill = try #require(scene.kernel.sendings.first { $0.signal == .kill })
        #expect(kill.time >= .seconds(4) && kill.time < .milliseconds(4100))
        #expect(!outcome.deadlinePassed && scene.kernel.violations.isEmpty)
    }

    @Test("--force kills without asking")
    func force() {
        var scene = ShutdownScene()
        let root = scene.machine.fork(scene.machine.initProcess, "root")
        scene.machine.fork(root, "child")
        scene.stop(root)
        scene.options.isForced = true
        let outcome = scene.run()
        #expect(scene.kernel.log == ["STOP root", "STOP child", "KILL child", "KILL root"])
        #expect(outcome.results == ["root": .killed, "child": .killed])
    }

    @Test("the second interrupt cuts the grace, the first does not")
    func interrupts() throws {
        for count in 1...2 {
            var scene = ShutdownScene()
            var stubborn = Temperament()
            stubborn.answerToTerm = .ignores
            scene.stop(scene.machine.fork(scene.machine.initProcess, "root", stubborn))
            scene.kernel.interruptTimes = (1...count).map { .seconds($0) }
            let outcome = scene.run()
            let kill = try #require(scene.kernel.sendings.first { $0.signal == .kill })
            #expect(count == 1 ? kill.time > .seconds(9) : kill.time < .milliseconds(2100))
            #expect(outcome.wasInterrupted)
            #expect(outcome.proof == .tree)
        }
    }

    @Test("a stopped process acts on its TERM")
    func stopped() {
        var scene = ShutdownScene()
        let root = scene.machine.fork(scene.machine.initProcess, "root")
        root.state = .stopped
        scene.stop(root)
        #expect(scene.run().results == ["root": .exited])
        #expect(scene.kernel.log == ["TERM root", "CONT root"])
    }

    @Test("a parent that replaces its children is asked at once, not after the whole grace")
    func respawner() {
        var scene = ShutdownScene()
        var replacing = Temperament()
        replacing.respawns = 1000
        scene.kernel.tellsBirths = true
        let root = scene.machine.fork(scene.machine.initProcess, "root", replacing)
        scene.machine.fork(root, "child")
        scene.stop(root)
        let outcome = scene.run()
        #expect(scene.machine.time < .seconds(1))
        #expect(scene.machine.all.allSatisfy { !$0.isOurs || !$0.isAlive })
        #expect(outcome.results["root"] == .exited)
    }
}
