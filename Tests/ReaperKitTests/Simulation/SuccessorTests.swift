import Testing

@testable import ReaperKit
@testable import Simulation

/// A supervisor that does not match what was asked for, and whose children do.
@Suite("who is started again")
struct SuccessorTests {
    /// Starts another one, so long after the latest one's end, again and again.
    private static func supervise(
        _ child: SimulatedProcess,
        below supervisor: SimulatedProcess,
        _ delay: Duration,
        on machine: SimulatedMachine
    ) {
        machine.after(.milliseconds(1)) {
            guard !child.isAlive else {
                return supervise(child, below: supervisor, delay, on: machine)
            }
            machine.after(delay) {
                let next = machine.fork(supervisor, "job")
                next.matches = true
                supervise(next, below: supervisor, delay, on: machine)
            }
        }
    }

    @Test("is told with who does it, soon or a moment later", arguments: [0, 100])
    func named(delay: Int) {
        var scene = ShutdownScene()
        let supervisor = scene.machine.fork(scene.machine.initProcess, "supervisor")
        let job = scene.machine.fork(supervisor, "job")
        job.matches = true
        scene.stop(job)
        scene.options.hasPattern = true
        scene.kernel.tellsBirths = true
        scene.hearsEarly = true
        Self.supervise(job, below: supervisor, .milliseconds(delay), on: scene.machine)
        let outcome = scene.run()
        let kept = outcome.kept.first { $0.identity == supervisor.identity }
        #expect(
            kept?.reason
                == "supervisor starts job again whenever it is stopped: stop that first"
        )
        #expect(outcome.unproven?.hasPrefix("job is started again by supervisor (") == true)
        #expect(outcome.proof == .none && !outcome.deadlinePassed)
        #expect(supervisor.isAlive && scene.kernel.firstSending(to: supervisor) == nil)
    }
}
