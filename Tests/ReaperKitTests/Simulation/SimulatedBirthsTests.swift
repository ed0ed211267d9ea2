import Testing

@testable import ReaperKit
@testable import Simulation

/// The simulated kernel promises of births what the real one does, no more and no less.
@Suite("simulated births")
struct SimulatedBirthsTests {
    private let machine: SimulatedMachine
    private let kernel: SimulatedKernel
    private let root: SimulatedProcess

    init() {
        machine = SimulatedMachine()
        kernel = SimulatedKernel(machine)
        root = machine.fork(machine.initProcess, "root", ownSession: true)
    }

    private func pin(_ process: SimulatedProcess) -> PinAnswer {
        kernel.pin(ShutdownTarget(identity: process.identity, reason: "staged", name: "staged"))
    }

    private func names(_ members: SimulatedProcess...) -> [String]? {
        kernel.living(members.map(\.identity))?.map(\.child.name.text)
    }

    @Test("a daemon whose middle parent is gone is told, a stranger's is not")
    func daemon() {
        kernel.subscribe()
        #expect(pin(root) == .pinned)
        for parent in [root, machine.fork(machine.initProcess, "stranger")] {
            let middle = machine.fork(parent, "middle")
            machine.fork(middle, "\(parent.name)-daemon", ownSession: true)
            machine.exit(middle)
        }
        #expect(names(root) == ["root-daemon"])
        machine.exit(root)
        #expect(names(root) == ["root-daemon"])
        #expect(kernel.living([root.identity])?.first?.ancestor == root.identity)
    }

    @Test("who was born before is not told, nor is anybody where nobody tells")
    func before() {
        let early = machine.fork(root, "early")
        #expect(pin(root) == .pinned)
        machine.fork(root, "late")
        #expect(names(root) == nil)
        kernel.subscribe()
        #expect(pin(root) == .pinned)
        #expect(names(root) == [])
        machine.fork(early, "grandchild")
        // Whose child the early one is, nobody told.
        #expect(names(root) == [])
        #expect(pin(early) == .pinned)
        #expect(names(root, early) == ["grandchild"])
    }

    @Test("a member that was never held, and may have had children, makes it unknown")
    func neverHeld() {
        let other = machine.fork(machine.initProcess, "other")
        kernel.subscribe()
        #expect(names(other) == [])
        machine.fork(other, "child")
        #expect(names(other) == nil)
        #expect(pin(other) == .pinned)
        #expect(names(other) == ["child"])
    }

    @Test("after a loss nothing is told any more")
    func loss() {
        kernel.subscribe(losingAt: .milliseconds(5))
        #expect(pin(root) == .pinned)
        machine.fork(root, "child")
        #expect(names(root) == ["child"])
        machine.advance(to: .milliseconds(5))
        #expect(names(root) == nil)
        #expect(names(root) == nil)
    }

    @Test("a number that passed on in the same clock tick is not taken for who had it")
    func reuse() {
        kernel.subscribe()
        #expect(pin(root) == .pinned)
        let child = machine.fork(root, "child")
        #expect(names(root) == ["child"])
        machine.giveAwayNumber(of: child)
        #expect(names(root) == [])
        kernel.release(child.identity)
        #expect(pin(child) == .gone)
    }
}

extension SimulatedKernel {
    /// Who was born to these, and lives.
    fileprivate func living(_ members: [ProcessIdentity]) -> [Birth]? {
        births(to: members, until: .seconds(1 << 40))?.living
    }
}
