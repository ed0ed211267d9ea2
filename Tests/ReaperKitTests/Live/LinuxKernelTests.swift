import CSpecimen
import Glibc
import Simulation
import TestSupport
import Testing

@testable import ReaperKit

/// The kernel of this machine, behind the protocol that the engine knows.
@Suite("the real kernel", .timeLimit(.minutes(60)))
struct LinuxKernelTests {
    private static func kernel() throws -> LinuxKernel {
        LinuxKernel(
            scanner: try Scanner(ScanRequest(selection: Selection(), rules: [])),
            planning: PlanningOptions(),
            followsPattern: false,
            files: [],
            interrupts: InterruptCounter()
        )
    }

    private static func target(_ identity: ProcessIdentity) -> ShutdownTarget {
        ShutdownTarget(identity: identity, reason: "staged", name: "specimen")
    }

    private static func target(_ probe: ProcessProbe) -> ShutdownTarget {
        target(ProcessIdentity(pid: probe.pid, startTime: probe.startTime))
    }

    /// A person may be asked, or an earlier wave have its grace, between judgment and pin.
    @Test("a protecting rule judges what is so when somebody is pinned, not when he was planned")
    func protectedSince() throws {
        let specimen = try Specimen("stopped")
        var rule = Rule(id: "test.awake", title: "Awake", source: "test")
        rule.protect = true
        rule.match.states = [UInt8(ascii: "R"), UInt8(ascii: "S"), UInt8(ascii: "D")]
        var scanner = try Scanner(ScanRequest(selection: Selection(), rules: [rule]))
        var target = try Self.target(specimen.root)
        var snapshot = Snapshot(host: scanner.host, processes: try scanner.listing().records)
        scanner.identify([target.identity], in: &snapshot)
        target.pidfdInode = snapshot.process(target.identity.pid)?.pidfdInode
        let kernel = LinuxKernel(
            scanner: scanner,
            planning: PlanningOptions(),
            followsPattern: false,
            files: [],
            interrupts: InterruptCounter()
        )
        // kill(2) wakes whoever was stopped before it returns.
        try specimen.root.send(SIGCONT)
        #expect(kernel.pin(target) == .changed("rule test.awake protects it: Awake"))
    }

    /// What the kernel itself starts is a child of kthreadd, and so is what that makes as its own
    /// parent's child: it can be in the session of a target.
    @Test(
        "a look at everybody shows the children of kthreadd where they can belong to a member",
        arguments: [
            KernelChildrenCase(parent: 2, isShown: true),
            KernelChildrenCase(parent: nil, isShown: true),
            KernelChildrenCase(isShown: false),
            // Whoever is in the session that another began can join the group.
            KernelChildrenCase(leads: false, isShown: false),
            KernelChildrenCase(leads: false, isLeaderThere: false, isShown: true),
        ]
    )
    func kernelChildren(example: KernelChildrenCase) throws {
        // In a pid namespace of its own nobody may have that number.
        func children() -> Set<Int32> {
            let path = "/proc/2/task/2/children"
            guard let file = try? FileDescriptor(opening: path),
                let bytes = try? file.readAll(limit: 1 << 20, subject: path)
            else { return [] }
            return Set(bytes.split(separator: 0x20).compactMap { Int32(ByteString($0).text) })
        }
        let specimen = try Specimen("sleep", "--setsid")
        var target = try Self.target(specimen.root)
        target.parent = example.parent
        target.leadsGroup = true
        target.leadsSession = example.leads
        // No process has a number as high as that, PID_MAX_LIMIT.
        target.session = example.isLeaderThere ? target.identity.pid : 1 << 22
        let kernel = try Self.kernel()
        #expect(kernel.pin(target) == .pinned)
        let before = children()
        let seen = Set(kernel.look(.everybody).processes.map(\.pid))
        let lasting = before.intersection(children())
        #expect(seen.contains(target.identity.pid))
        #expect(lasting.isEmpty || lasting.isSubset(of: seen) == example.isShown)
    }

    @Test("pins, signals, waits, and knows who has exited")
    func roundTrip() throws {
        let specimen = try Specimen("sleep")
        let kernel = try Self.kernel()
        let target = try Self.target(specimen.root)
        #expect(kernel.pin(target) == .pinned)
        #expect(kernel.record(of: target.identity)?.identity == target.identity)
        #expect(!kernel.hasExited(target.identity))
        let early = kernel.wait(for: [target.identity], until: kernel.now())
        #expect(early == WaitAnswer(exited: []))
        #expect(kernel.send(.terminate, to: target.identity) == .sent)
        let answer = kernel.wait(for: [target.identity], until: kernel.now() + .seconds(60))
        #expect(answer.exited == [target.identity])
        #expect(kernel.hasExited(target.identity))
        #expect(try specimen.finish().signals == ["root TERM"])
    }

    @Test("what is gone, or somebody else by now, is gone")
    func gone() throws {
        let specimen = try Specimen("sleep")
        let kernel = try Self.kernel()
        var target = try Self.target(specimen.root)
        let younger = ProcessIdentity(
            pid: target.identity.pid,
            startTime: target.identity.startTime + 1
        )
        #expect(kernel.pin(Self.target(younger)) == .gone)
        #expect(kernel.send(.kill, to: younger) == .gone)
        target.pidfdInode = 1
        #expect(kernel.pin(target) == .gone)
        #expect(kernel.send(.kill, to: target.identity) == .gone)
        #expect(try specimen.root.state == .running)
    }

    @Test(
        "a number that was used again in the same tick is gone, by its pidfd's inode",
        .enabled(if: ReusableChild.canChoose, "needs rights over the pid namespace")
    )
    func reuse() throws {
        let kernel = try Self.kernel()
        var procfs = try Procfs()
        for _ in 0..<100 {
            let child = try ReusableChild()
            let old = try ProcessHandle(opening: child.pid, startTime: nil, in: &procfs)
            _ = consume child
            let successor = try ReusableChild(as: old.identity.pid)
            let new = try ProcessHandle(opening: successor.pid, startTime: nil, in: &procfs)
            guard new.identity == old.identity, let inode = old.pidfdInode else { continue }
            var target = Self.target(old.identity)
            target.pidfdInode = inode
            #expect(kernel.pin(target) == .gone)
            #expect(kernel.send(.kill, to: target.identity) == .gone)
            let isRunning = successor.isRunning
            #expect(isRunning)
            target.pidfdInode = new.pidfdInode
            #expect(kernel.pin(target) == .pinned)
            return
        }
    }

    @Test("a process that runs another program than the one judged is refused, but continued")
    func exec() throws {
        let program = try Binary(path: "/bin/sh").start(["-c", "read line; exec tail -f /dev/null"])
        var procfs = try Procfs()
        let handle = try ProcessHandle(opening: program.pid, startTime: nil, in: &procfs)
        var record = try handle.record(in: &procfs)
        handle.read(.executable, into: &record, in: &procfs)
        let judged = try #require(record.executable?.known?.path)
        let kernel = try Self.kernel()
        var target = Self.target(handle.identity)
        target.executable = judged
        #expect(kernel.pin(target) == .pinned)
        #expect(kernel.send(.continue, to: target.identity) == .sent)
        program.write("\n")
        let end = ContinuousClock.now + .seconds(60)
        while record.executable?.known?.path == judged, .now < end {
            sched_yield()
            handle.read(.executable, into: &record, in: &procfs)
        }
        guard case .changed(let reason) = kernel.send(.kill, to: target.identity) else {
            Issue.record("another program was signalled")
            return
        }
        #expect(reason.contains(judged.text) && reason.contains("tail"))
        guard case .changed = kernel.pin(target) else {
            Issue.record("another program was held")
            return
        }
        #expect(kernel.send(.continue, to: target.identity) == .sent)
        #expect(!handle.hasExited())
    }

    @Test("another user's process is denied, with its owner", .enabled(if: Machine.isRoot))
    func denied() throws {
        let specimen = try Specimen("sleep")
        let target = try Self.target(specimen.root)
        var answers: [SendAnswer] = []
        var hasExited = true
        var failure: (any Error)?
        // Only this thread becomes somebody else.
        OwnThread {
            do {
                guard cspecimen_become_user_in_thread(65534) == 0 else { return }
                let kernel = try Self.kernel()
                guard kernel.pin(target) == .pinned else { return }
                answers.append(kernel.send(.kill, to: target.identity))
                hasExited = kernel.hasExited(target.identity)
            } catch { failure = error }
        }.join()
        #expect(failure == nil)
        guard case .denied(let reason) = answers.first else {
            Issue.record("another user's process was signalled: \(answers)")
            return
        }
        #expect(reason.hasPrefix("it belongs to user "))
        #expect(!hasExited)
        #expect(try specimen.root.state == .running)
        let kernel = try Self.kernel()
        #expect(kernel.pin(target) == .pinned)
        #expect(kernel.send(.kill, to: target.identity) == .sent)
    }

    @Test("the engine stops a live tree, children first, and proves it")
    func engine() throws {
        let specimen = try Specimen("tree", "--depth", "2", "--width", "2")
        var plan = ShutdownPlan()
        plan.waves = [
            specimen.processes.map { name, probe in
                var target = Self.target(probe)
                target.depth = name.split(separator: ".").count - 1
                return target
            }
        ]
        var engine = ShutdownEngine(kernel: try Self.kernel(), options: ShutdownOptions())
        let outcome = engine.run(plan)
        #expect(outcome.targets.count == 7)
        #expect(outcome.targets.allSatisfy { $0.result == .exited })
        let order = try specimen.finish().signals.compactMap { $0.split(separator: " ").first }
        #expect(order.count == 7)
        for (index, name) in order.enumerated() {
            let later = order[(index + 1)...]
            #expect(!later.contains { $0.hasPrefix("\(name).") }, "\(order)")
        }
    }

    @Test("a successor that TERM leaves in a session of its own is stopped as well")
    func phoenix() throws {
        let specimen = try Specimen("forks-on-term")
        var plan = ShutdownPlan()
        plan.waves = [[try Self.target(specimen.root)]]
        plan.waves[0][0].timeout = .milliseconds(100)
        var options = ShutdownOptions()
        options.adopters = [1, specimen.keeper]
        var engine = ShutdownEngine(kernel: try Self.kernel(), options: options)
        let outcome = engine.run(plan)
        let left = try specimen.finish().alive
        // Whether it was seen before its parent had gone is a race; that it is told is not.
        #expect(left.isEmpty || outcome.proof == .none)
        #expect(left.isEmpty || outcome.unproven != nil)
    }
}

/// Who a member is that leads a group, and whether a child of kthreadd can be in that.
struct KernelChildrenCase: Sendable {
    var parent: Int32? = 1
    /// Whether it leads its session too.
    var leads = true
    var isLeaderThere = true
    var isShown: Bool
}
