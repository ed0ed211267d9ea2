import Testing

@testable import ReaperKit
@testable import Simulation

/// The final sweep on the simulated machine: strangers on ports and with names.
@Suite("a final sweep, simulated")
struct OthersSimulationTests {
    private static func sweep(
        kills: Bool = true,
        ports: PortSet? = nil,
        names: [ByteString] = []
    ) throws -> FinalSweep {
        FinalSweep(
            owner: "rule a.b",
            ports: ports,
            names: try names.map { try Glob(parsing: $0, as: .text) },
            killsOthers: kills,
            timeout: .milliseconds(200)
        )
    }

    /// A server that is planned, and a stranger with a child, who holds the server's port.
    private static func scene() -> (scene: ShutdownScene, stranger: SimulatedProcess) {
        var scene = ShutdownScene()
        scene.stop(scene.machine.fork(scene.machine.initProcess, "server"))
        let stranger = scene.machine.fork(scene.machine.initProcess, "node", ownSession: true)
        scene.machine.fork(stranger, "worker")
        scene.kernel.ports = [(8080, stranger, .zero)]
        return (scene, stranger)
    }

    @Test("who holds the port is stopped with its tree, asked first, after everybody planned")
    func stopped() throws {
        var (scene, stranger) = Self.scene()
        scene.plan.sweeps = [try Self.sweep(ports: ShutdownScene.ports(8080))]
        let outcome = scene.run()
        #expect(!stranger.isAlive && scene.kernel.violations.isEmpty)
        #expect(outcome.results == ["server": .exited, "worker": .exited, "node": .exited])
        let asked = scene.kernel.log.filter { $0.hasPrefix("TERM") }
        #expect(asked == ["TERM server", "TERM worker", "TERM node"])
    }

    @Test("a plan that is executed exactly stops whom it names, and tells of the rest")
    func named() throws {
        for isNamed in [true, false, nil] {
            var (scene, stranger) = Self.scene()
            let worker = try #require(stranger.children.first)
            var sweep = try Self.sweep(ports: ShutdownScene.ports(8080))
            if let isNamed { sweep.named = isNamed ? [stranger.identity] : [] }
            scene.plan.sweeps = [sweep]
            scene.plan.follows = false
            let outcome = scene.run()
            #expect(stranger.isAlive == (isNamed != true) && worker.isAlive)
            let told = Set(outcome.kept.compactMap(\.identity))
            #expect(told.contains(isNamed == true ? worker.identity : stranger.identity))
            let strangers = scene.kernel.log.filter { !$0.hasSuffix("server") }
            #expect(strangers == (isNamed == true ? ["TERM node", "CONT node"] : []))
        }
    }

    @Test("without kill_others it lives, and is told")
    func told() throws {
        var (scene, stranger) = Self.scene()
        scene.plan.sweeps = [try Self.sweep(kills: false, ports: ShutdownScene.ports(8080))]
        let outcome = scene.run()
        #expect(stranger.isAlive && scene.kernel.violations.isEmpty)
        let reason = outcome.kept.first { $0.identity == stranger.identity }?.reason
        #expect(reason?.hasPrefix("holds port 8080/tcp, which rule a.b wants free") == true)
    }

    @Test("a name is matched whole, and only of who lives")
    func names() throws {
        var (scene, stranger) = Self.scene()
        let machine = scene.machine
        let alike = ["nodejs", "my-node"].map { machine.fork(machine.initProcess, $0) }
        scene.plan.sweeps = [try Self.sweep(names: ["node"])]
        _ = scene.run()
        #expect(!stranger.isAlive && alike.allSatisfy(\.isAlive))
        #expect(scene.kernel.violations.isEmpty)
        let again = scene.kernel.others(of: try Self.sweep(names: ["node"]))
        #expect(again == OthersAnswer())
    }

    @Test("PID 1, reaper's ancestors and who is protected are refused, each with the reason")
    func refused() throws {
        let (scene, stranger) = Self.scene()
        let sweep = try Self.sweep(ports: ShutdownScene.ports(8080))
        func answer() -> OthersAnswer { scene.kernel.others(of: sweep) }
        scene.kernel.ports = [(8080, scene.machine.initProcess, .zero)]
        #expect(answer().refused.first?.reason.hasSuffix("PID 1 is never stopped") == true)
        scene.kernel.ports = [(8080, stranger, .zero)]
        scene.kernel.excluded = [stranger.identity]
        #expect(answer().refused.first?.reason.hasSuffix("an ancestor of reaper") == true)
        scene.kernel.excluded = []
        stranger.protect()
        #expect(answer().refused.first?.reason.hasSuffix("a rule protects it") == true)
        #expect(answer().targets.isEmpty && answer().unknown == nil)
    }

    @Test("of very many a part is stopped, the others are told, and the deadline holds")
    func unreached() throws {
        var scene = ShutdownScene()
        scene.stop(scene.machine.fork(scene.machine.initProcess, "server"))
        let others = (0..<300).map { _ in scene.machine.fork(scene.machine.initProcess, "node") }
        scene.kernel.judging = .milliseconds(10)
        scene.options.deadline = .seconds(1)
        scene.plan.sweeps = [try Self.sweep(names: ["node"])]
        let outcome = scene.run()
        let violations = ShutdownInvariants(scene: scene, outcome: outcome).violations
        #expect(violations.isEmpty, "\(violations)")
        #expect(scene.machine.time < scene.start + .milliseconds(1300))
        #expect(outcome.deadlinePassed && outcome.proof == .none)
        let told = Set(outcome.kept.compactMap(\.identity))
        #expect(told == Set(others.filter(\.isAlive).map(\.identity)))
        #expect(told.count < 280)
        let late = outcome.kept.filter { $0.reason.hasSuffix("before it was looked at") }
        #expect(late.count > 100)
        #expect(outcome.unproven?.contains("were not looked at, for want of time") == true)
    }

    @Test("targets for whom there is no time are told one by one, and the deadline holds")
    func passedOver() {
        var scene = ShutdownScene()
        for _ in 0..<300 {
            scene.stop(scene.machine.fork(scene.machine.initProcess, "job"), inNewWave: false)
        }
        scene.kernel.judging = .milliseconds(10)
        scene.kernel.terms.slack += .milliseconds(60)
        scene.options.deadline = .seconds(1)
        let outcome = scene.run()
        let violations = ShutdownInvariants(scene: scene, outcome: outcome).violations
        #expect(violations.isEmpty, "\(violations)")
        #expect(scene.machine.time < scene.start + .milliseconds(1500))
        #expect(outcome.targets.count == 300)
        #expect(outcome.deadlinePassed && outcome.proof == .none)
        let late = outcome.targets.filter { $0.result == .survived }
        #expect(late.count > 100)
        #expect(late.allSatisfy { $0.reason?.contains("not looked at before") == true })
    }

    @Test("what cannot be looked at is unknown")
    func unknown() throws {
        let (scene, stranger) = Self.scene()
        let byPort = try Self.sweep(ports: ShutdownScene.ports(8080))
        scene.kernel.socketsAreUnreadable = true
        #expect(scene.kernel.others(of: byPort).unknown != nil)
        scene.kernel.socketsAreUnreadable = false
        #expect(scene.kernel.others(of: byPort).targets.count == 2)
        scene.kernel.failingLooks = 1
        let byName = try Self.sweep(names: ["node"])
        #expect(scene.kernel.others(of: byName).unknown != nil)
        #expect(scene.kernel.others(of: byName).unknown == nil)
        // Nobody to be seen while the kernel lets go of it.
        scene.kernel.ports = [(8080, stranger, .milliseconds(40))]
        scene.machine.exit(stranger)
        #expect(scene.kernel.others(of: byPort).unknown != nil)
        scene.machine.spend(.milliseconds(50))
        #expect(scene.kernel.others(of: byPort) == OthersAnswer())
    }
}
