import Glibc
import TestSupport
import Testing

@testable import ReaperKit

/// Control groups of this machine, behind the protocol that the engine knows.
@Suite(
    "live control groups",
    .enabled(if: ScratchGroup.canMake(.unified), "needs root and a writable cgroup2 mount"),
    .timeLimit(.minutes(60))
)
struct ControlGroupTests {
    static func kernel(made groups: [String] = []) throws -> LinuxKernel {
        LinuxKernel(
            scanner: try Scanner(ScanRequest(selection: Selection(), rules: [])),
            planning: PlanningOptions(),
            followsPattern: false,
            files: [],
            groups: groups.map { ByteString($0) },
            interrupts: InterruptCounter()
        )
    }

    /// Pins a process by number; it must be a child that nobody waits for.
    @discardableResult
    static func pin(_ pid: Int32, in kernel: LinuxKernel) throws -> ProcessIdentity {
        var procfs = try Procfs()
        let identity = try ProcessHandle(opening: pid, startTime: nil, in: &procfs).identity
        let target = ShutdownTarget(identity: identity, reason: "staged", name: "specimen")
        #expect(kernel.pin(target) == .pinned)
        return identity
    }

    static func members(
        of specimen: Specimen,
        in kernel: LinuxKernel
    ) throws -> Set<ProcessIdentity> {
        Set(try specimen.processes.values.map { try pin($0.pid, in: kernel) })
    }

    @Test("a group of members only is frozen at one stroke, and thawed")
    func whole() throws {
        try ScratchGroup.with { scratch in
            let specimen = try Specimen("tree", "--depth", "1", "--width", "3")
            for probe in specimen.processes.values { try scratch.add(probe) }
            let kernel = try Self.kernel()
            let members = try Self.members(of: specimen, in: kernel)
            #expect(kernel.areGroupsEmpty() == nil)
            #expect(kernel.freezeGroups(holding: members) == members)
            #expect(try scratch.group.isFrozen())
            #expect(kernel.freezeGroups(holding: members) == members)
            // One who was judged and is not to be stopped keeps it from being frozen.
            let some = Set(members.sorted().dropLast())
            #expect(kernel.freezeGroups(holding: some).isEmpty)
            #expect(try !scratch.group.isToldToFreeze())
            #expect(kernel.freezeGroups(holding: members) == members)
            // It was not made by reaper: nothing is sent to it.
            #expect(kernel.killGroups(holding: members).isEmpty)
            #expect(kernel.areGroupsEmpty() == false)
            kernel.thawGroups()
            #expect(try !scratch.group.isToldToFreeze())
            for member in members { #expect(kernel.send(.kill, to: member) == .sent) }
            #expect(try scratch.awaitEmpty())
            #expect(kernel.areGroupsEmpty() == true)
        }
    }

    @Test("who forks all the time cannot escape: its children are held, and proven to be its own")
    func forking() throws {
        try ScratchGroup.with { scratch in
            let shell = try scratch.start("while :; do /bin/true; done")
            try scratch.awaitMembers { $0.contains(shell.pid) }
            let kernel = try Self.kernel()
            let member = try Self.pin(shell.pid, in: kernel)
            let held = kernel.freezeGroups(holding: [member])
            #expect(held.contains(member))
            #expect(try scratch.pids() == Set(held.map(\.pid)))
            for _ in 0..<1000 { sched_yield() }
            #expect(try scratch.pids() == Set(held.map(\.pid)))
            for identity in held {
                try Self.pin(identity.pid, in: kernel)
                #expect(kernel.send(.kill, to: identity) == .sent)
            }
            // SIGKILL needs no thaw.
            #expect(try scratch.awaitEmpty())
            #expect(kernel.areGroupsEmpty() == true)
            kernel.thawGroups()
        }
    }

    @Test("the freeze goes with the kernel, if nobody undoes it before")
    func forgotten() throws {
        try ScratchGroup.with { scratch in
            let specimen = try Specimen("sleep")
            try scratch.add(specimen.root)
            do {
                let kernel = try Self.kernel()
                let members = try Self.members(of: specimen, in: kernel)
                #expect(kernel.freezeGroups(holding: members) == members)
                #expect(try scratch.group.isToldToFreeze())
            }
            #expect(try !scratch.group.isToldToFreeze())
        }
    }

    @Test("a group that somebody else is in as well is not frozen")
    func shared() throws {
        try ScratchGroup.with { scratch in
            let (specimen, stranger) = (try Specimen("sleep"), try Specimen("sleep"))
            try scratch.add(specimen.root)
            let kernel = try Self.kernel()
            let members = try Self.members(of: specimen, in: kernel)
            try ScratchGroup.with(below: scratch) { inner in
                // Below it counts.
                try inner.add(stranger.root)
                #expect(kernel.freezeGroups(holding: members).isEmpty)
                #expect(try !scratch.group.isToldToFreeze())
                #expect(kernel.areGroupsEmpty() == nil)
                _ = try stranger.finish()
            }
        }
    }

    @Test("a stranger that joins what stands still has it thawed")
    func joined() throws {
        try ScratchGroup.with { scratch in
            let (specimen, stranger) = (try Specimen("sleep"), try Specimen("sleep"))
            try scratch.add(specimen.root)
            let kernel = try Self.kernel()
            let members = try Self.members(of: specimen, in: kernel)
            #expect(kernel.freezeGroups(holding: members) == members)
            try scratch.add(stranger.root)
            #expect(kernel.killGroups(holding: members).isEmpty)
            #expect(kernel.freezeGroups(holding: members).isEmpty)
            #expect(try !scratch.group.isToldToFreeze())
            #expect(kernel.areGroupsEmpty() == nil)
            #expect(try stranger.root.state == .running)
        }
    }

    @Test("of nested groups the outermost is taken, unless it is no more than the inner one")
    func nested() throws {
        try ScratchGroup.with { outer in
            let specimen = try Specimen("tree", "--depth", "1", "--width", "1")
            try ScratchGroup.with(below: outer) { inner in
                try inner.add(specimen.root)
                let kernel = try Self.kernel()
                let root = try Self.pin(specimen.root.pid, in: kernel)
                #expect(kernel.freezeGroups(holding: [root]) == [root])
                #expect(try inner.group.isToldToFreeze())
                #expect(try !outer.group.isToldToFreeze())
                kernel.thawGroups()
                try ScratchGroup.with(below: outer) { other in
                    try other.add(specimen["root.0"])
                    let members = try Self.members(of: specimen, in: kernel)
                    #expect(kernel.freezeGroups(holding: members) == members)
                    #expect(try outer.group.isToldToFreeze())
                    #expect(try !inner.group.isToldToFreeze())
                    kernel.thawGroups()
                    try ScratchGroup.with(below: outer) { _ in
                        // Somebody else may be about to use the empty one.
                        #expect(kernel.freezeGroups(holding: members) == members)
                        let told = [outer, inner, other].map { try? $0.group.isToldToFreeze() }
                        #expect(told == [false, true, true])
                        kernel.thawGroups()
                    }
                    _ = try specimen.finish()
                }
            }
        }
    }

    @Test("everybody in a group that reaper made matches, is held, and is killed at one stroke")
    func comet() throws {
        try ScratchGroup.with { scratch in
            let comet = try scratch.start(
                "exec \(Binary.specimen.path) comet --period-us 200"
            )
            try scratch.awaitMembers { $0.count > 1 }
            let kernel = try Self.kernel(made: [scratch.path])
            #expect(kernel.areGroupsEmpty() == false)
            #expect(kernel.killGroups(holding: []).isEmpty)
            let held = kernel.freezeGroups(holding: [])
            #expect(held.contains { $0.pid == comet.pid })
            #expect(held.count > 1)
            #expect(kernel.killGroups(holding: []).isEmpty)
            let matches = kernel.look(.everybody).matches
            #expect(Set(matches.map(\.identity)) == held)
            for target in matches { #expect(kernel.pin(target) == .pinned) }
            #expect(kernel.look(.everybody).matches.isEmpty)
            #expect(kernel.killGroups(holding: held) == held)
            #expect(try scratch.awaitEmpty())
            #expect(kernel.areGroupsEmpty() == true)
            kernel.thawGroups()
        }
    }

    @Test("a group that reaper made is not touched while reaper, or nobody, is in it")
    func own() throws {
        try ScratchGroup.with { scratch in
            let kernel = try Self.kernel(made: [scratch.path])
            #expect(kernel.freezeGroups(holding: []).isEmpty)
            #expect(kernel.areGroupsEmpty() == true)
            let host = kernel.scanner.host
            let specimen = try Specimen("sleep")
            let root = try Self.pin(specimen.root.pid, in: kernel)
            try scratch.add(specimen.root)
            // As if reaper itself were in it.
            kernel.scanner.host.ownChain.append(root)
            #expect(kernel.freezeGroups(holding: [root]).isEmpty)
            #expect(kernel.look(.everybody).matches.isEmpty)
            kernel.scanner.host = host
            #expect(kernel.freezeGroups(holding: [root]) == [root])
            kernel.thawGroups()
        }
    }

    @Test("a group that was made and is gone is empty; what cannot be found is not called so")
    func gone() throws {
        var path = ""
        try ScratchGroup.with { scratch in
            path = scratch.path
            let kernel = try Self.kernel(made: [path])
            let removal = unsafe rmdir(path)
            #expect(removal == 0)
            #expect(kernel.areGroupsEmpty() == true)
            #expect(kernel.freezeGroups(holding: []).isEmpty)
            // For the removal that follows.
            unsafe mkdir(path, 0o755)
        }
        #expect(try Self.kernel(made: [path]).areGroupsEmpty() == true)
        #expect(try Self.kernel(made: ["relative"]).areGroupsEmpty() == false)
        let mount = try #require(try ControlGroupMount.current().first { $0.hierarchy == .unified })
        #expect(throws: SystemError.self) { try ControlGroup(below: mount, []) }
        #expect(throws: SystemError.self) {
            try ControlGroup(below: ControlGroupMount(.unified, on: "/"), ["proc"])
        }
    }

    @Test("what somebody else froze is thawed when only members are in it, and named otherwise")
    func wake() throws {
        try ScratchGroup.with { outer in
            let (specimen, stranger) = (try Specimen("sleep"), try Specimen("sleep"))
            try ScratchGroup.with(below: outer) { inner in
                try inner.add(specimen.root)
                let kernel = try Self.kernel()
                let root = try Self.pin(specimen.root.pid, in: kernel)
                #expect(kernel.wakeGroups(holding: [root]).isEmpty)
                try inner.group.freeze()
                #expect(kernel.wakeGroups(holding: [root])[root]?.contains("thawed") == true)
                #expect(try !inner.group.isToldToFreeze())
                try outer.add(stranger.root)
                try outer.group.freeze()
                let reason = kernel.wakeGroups(holding: [root])[root] ?? ""
                #expect(reason.contains(outer.path) && reason.contains("above its own"))
                #expect(reason.contains("others are in it"))
                #expect(kernel.diagnose(root, within: [root])?.contains("above its own") == true)
                #expect(try outer.group.isToldToFreeze())
                try outer.group.thaw()
                #expect(kernel.send(.terminate, to: root) == .sent)
                try specimen.wait(for: "signal", name: "root", signal: "TERM")
            }
        }
    }
}
