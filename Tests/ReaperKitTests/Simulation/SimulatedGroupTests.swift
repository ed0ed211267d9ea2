import Testing

@testable import ReaperKit
@testable import Simulation

@Suite("simulated control groups")
struct SimulatedGroupTests {
    let machine = SimulatedMachine()

    private func held(
        _ processes: [SimulatedProcess],
        in kernel: SimulatedKernel
    ) -> Set<ProcessIdentity> {
        for process in processes {
            process.isOurs = true
            let target = ShutdownTarget(
                identity: process.identity,
                reason: "staged",
                name: ByteString(process.name)
            )
            #expect(kernel.pin(target) == .pinned)
        }
        return Set(processes.map(\.identity))
    }

    @Test("a group of members and their children is frozen, and thawed")
    func wholeGroup() {
        let kernel = SimulatedKernel(machine)
        let root = machine.fork(machine.initProcess, "root")
        machine.move(root, to: 1)
        let members = held([root], in: kernel)
        let child = machine.fork(root, "child")
        #expect(child.cgroup == 1)
        #expect(kernel.freezeGroups(holding: members) == [root.identity, child.identity])
        #expect(root.isFrozen && child.isFrozen && root.record.state == UInt8(ascii: "S"))
        #expect(kernel.killGroups(holding: members).isEmpty)
        #expect(kernel.areGroupsEmpty() == false)
        kernel.thawGroups()
        #expect(!root.isFrozen && root.state == .running && kernel.heldGroups.isEmpty)
    }

    @Test("a shared group is not frozen, and one that a stranger joins is thawed")
    func strangers() {
        let kernel = SimulatedKernel(machine)
        let root = machine.fork(machine.initProcess, "root")
        let stranger = machine.fork(machine.initProcess, "stranger")
        machine.move(root, to: 1)
        machine.move(stranger, to: 1)
        let members = held([root], in: kernel)
        #expect(kernel.freezeGroups(holding: members).isEmpty)
        #expect(!stranger.isFrozen && kernel.areGroupsEmpty() == nil)
        machine.move(stranger, to: 0)
        #expect(kernel.freezeGroups(holding: members) == members)
        machine.move(stranger, to: 1)
        #expect(stranger.isFrozen)
        #expect(kernel.freezeGroups(holding: members).isEmpty)
        #expect(!stranger.isFrozen && !root.isFrozen)
    }

    @Test("a comet in a group that reaper made is frozen, taken in, and killed")
    func comet() {
        let kernel = SimulatedKernel(machine)
        kernel.madeGroups = [1]
        let root = machine.fork(machine.initProcess, "root")
        machine.move(root, to: 1)
        var temperament = Temperament()
        temperament.hops = 1_000_000
        temperament.hopInterval = .microseconds(50)
        machine.fork(root, "comet", temperament)
        var members = held([root], in: kernel)
        let there = kernel.freezeGroups(holding: members)
        #expect(there.count == 2)
        #expect(kernel.killGroups(holding: members).isEmpty)
        let matches = kernel.look(.everybody).matches
        #expect(Set(matches.map(\.identity)) == there.subtracting(members))
        members.formUnion(there)
        #expect(kernel.killGroups(holding: members) == there)
        machine.spend(.milliseconds(1))
        #expect(kernel.areGroupsEmpty() == true && kernel.aliveInEmptyGroups.isEmpty)
        #expect(kernel.violations.isEmpty)
        kernel.thawGroups()
    }

    @Test("what somebody else froze is thawed for members only")
    func wake() {
        let kernel = SimulatedKernel(machine)
        let root = machine.fork(machine.initProcess, "root")
        let stranger = machine.fork(machine.initProcess, "stranger")
        machine.move(root, to: 1)
        machine.move(stranger, to: 1)
        machine.freeze(1)
        let members = held([root], in: kernel)
        #expect(kernel.wakeGroups(holding: members).count == 1)
        #expect(root.isFrozen && stranger.isFrozen)
        machine.move(stranger, to: 0)
        #expect(kernel.wakeGroups(holding: members).count == 1)
        #expect(!root.isFrozen)
        #expect(kernel.wakeGroups(holding: members).isEmpty)
    }
}
