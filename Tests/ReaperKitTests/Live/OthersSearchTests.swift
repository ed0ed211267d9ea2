import CSpecimen
import Glibc
import TestSupport
import Testing

@testable import ReaperKit
@testable import Simulation

/// Strangers on ports and with names, on this machine.
@Suite("a final sweep, live", .timeLimit(.minutes(60)))
struct OthersSearchTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static func kernel(_ rules: [Rule] = []) throws -> LinuxKernel {
        LinuxKernel(
            scanner: try Scanner(ScanRequest(selection: Selection(), rules: rules)),
            planning: PlanningOptions(),
            followsPattern: false,
            files: [],
            interrupts: InterruptCounter()
        )
    }

    private static func sweep(ports: [UInt16] = [], names: [ByteString] = []) throws -> FinalSweep {
        let members = ports.map { PortSet.Member(ports: $0...$0) }
        return FinalSweep(
            owner: "rule live.job",
            ports: members.isEmpty ? nil : PortSet(members: members),
            names: try names.map { try Glob(parsing: $0, as: .text) },
            killsOthers: true,
            signal: .interrupt,
            timeout: .seconds(3)
        )
    }

    private static func identity(_ probe: ProcessProbe) -> ProcessIdentity {
        ProcessIdentity(pid: probe.pid, startTime: probe.startTime)
    }

    @Test("who holds a port comes with its tree, and with the sweep's signal and grace")
    func holder() throws {
        let specimen = try Specimen("listen", "--shared-by-children", "1")
        let port = try specimen.port
        let answer = try Self.kernel().others(of: Self.sweep(ports: [port]))
        let (root, child) = (
            Self.identity(try specimen.root), Self.identity(try specimen["sharer.0"])
        )
        #expect(answer.targets.map(\.identity) == [child, root])
        #expect(answer.targets.allSatisfy { $0.root == root && $0.signal == .interrupt })
        #expect(answer.targets.allSatisfy { $0.timeout == .seconds(3) })
        let target = try #require(answer.targets.last)
        let reason = "holds port \(port)/tcp, which rule live.job wants free (its command line: "
        #expect(target.reason.hasPrefix(reason) && target.reason.hasSuffix(")"), "\(target.reason)")
        #expect(target.executable != nil && target.pidfdInode != nil && target.depth == 0)
        #expect(answer.refused.isEmpty && answer.unknown == nil)
        #expect(try specimen.finish().signals.isEmpty)
        #expect(try Self.kernel().others(of: Self.sweep(ports: [port])) == OthersAnswer())
    }

    @Test("a name is compared whole: the kernel's, the executable's, argument 0's")
    func names() throws {
        let token = "rp\(getpid())x"
        // What is in this process's own group counts as its pipeline, which no name selects.
        let exact = try [
            Specimen("sleep", "--own-group", "--exe", directory.path("a/\(token)")),
            Specimen("sleep", "--own-group", "--argv0", "/opt/\(token)"),
            Specimen(
                "sleep",
                "--own-group",
                "--name",
                token.utf8.map { String($0, radix: 16) }.joined()
            ),
        ]
        let alike = try Specimen("sleep", "--own-group", "--exe", directory.path("b/\(token)2"))
        let answer = try Self.kernel().others(of: Self.sweep(names: [ByteString(token)]))
        let wanted = Set(try exact.map { Self.identity(try $0.root) })
        #expect(Set(answer.targets.map(\.identity)) == wanted)
        #expect(
            answer.targets.allSatisfy {
                $0.reason == "is called \(token), which rule live.job wants nobody to be"
            }
        )
        #expect((answer.unknown == nil) == Machine.isRoot)
        let glob = try Self.kernel().others(of: Self.sweep(names: [ByteString("\(token)?")]))
        #expect(glob.targets.map(\.identity) == [Self.identity(try alike.root)])
    }

    @Test("who is a member already is nobody else")
    func member() throws {
        let specimen = try Specimen("listen")
        let kernel = try Self.kernel()
        let sweep = try Self.sweep(ports: [specimen.port])
        let target = try #require(kernel.others(of: sweep).targets.first)
        #expect(kernel.pin(target) == .pinned)
        #expect(kernel.others(of: sweep) == OthersAnswer())
        let holder = try #require(
            try kernel.holders(of: sweep.ports ?? .init(members: [])).get()
                .first
        )
        #expect(holder.holder?.hasSuffix("which was to be stopped and is still there") == true)
        #expect(!holder.isHeldAgain)
    }

    @Test("who is protected, or asks to be left alone, is refused with the reason")
    func refused() throws {
        let job = directory.path("precious/job")
        var rule = Rule(id: "live.keep", title: "Precious", source: "t.json5:1:1")
        rule.protect = true
        // Only an environment tells: a plan does not read it.
        rule.match.environment = [EnvironmentCondition(name: "PRECIOUS")]
        let protected = try Specimen("listen", "--exe", job, "--env", "PRECIOUS=1")
        let kept = try Specimen("listen", "--env", "REAPER_KEEP=1")
        for (specimen, reason) in [(protected, "protects it: Precious"), (kept, "REAPER_KEEP=1")] {
            let sweep = try Self.sweep(ports: [specimen.port])
            let answer = try Self.kernel([rule]).others(of: sweep)
            #expect(answer.targets.isEmpty)
            let refusal = try #require(answer.refused.first)
            #expect(refusal.identity == Self.identity(try specimen.root))
            #expect(refusal.reason.contains("wants free (its command line: "))
            #expect(refusal.reason.contains("), and is left alone: "))
            #expect(refusal.reason.contains(reason), "\(refusal.reason)")
        }
    }

    @Test("who is not looked at before the time is up is told, and no target")
    func late() throws {
        let token = "rp\(getpid())y"
        let specimen = try Specimen(
            ["sleep", "--own-group", "--exe", directory.path("late/\(token)")]
        )
        let answer = OthersSearch(
            try Self.sweep(names: [ByteString(token)]),
            rules: [],
            until: .zero
        ).run()
        #expect(answer.targets.isEmpty && answer.unknown != nil)
        // A look at few looks at the clock only after them.
        let told = answer.unreached.compactMap(\.identity)
        let root = Self.identity(try specimen.root)
        #expect(told.isEmpty || told == [root])
    }

    @Test("PID 1 and this process's own ancestors are refused")
    func ownChain() throws {
        var procfs = try Procfs()
        let first = try #require(procfs.record(of: ProcessPlace(pid: 1)).known)
        let parent = try #require(procfs.record(of: ProcessPlace(pid: getppid())).known)
        let sweep = try Self.sweep(names: [first.name, parent.name])
        let answer = try Self.kernel().others(of: sweep)
        let reasons = answer.refused.reduce(into: [:]) { $0[$1.identity] = $1.reason }
        #expect(reasons[first.identity]?.hasSuffix("PID 1 is never stopped") == true)
        #expect(parent.pid == 1 || reasons[parent.identity]?.contains("ancestor") == true)
        let refused = Set([first.identity, parent.identity])
        #expect(!answer.targets.contains { refused.contains($0.identity) })
    }

    @Test(
        "a holder that cannot be seen makes the answer unknown",
        .enabled(if: Machine.isRoot, "needs root to be somebody else")
    )
    func unseen() throws {
        let specimen = try Specimen("listen")
        let sweep = try Self.sweep(ports: [specimen.port])
        var answer = OthersAnswer()
        var held: [PortOutcome] = []
        var failure: (any Error)?
        OwnThread {
            do {
                guard cspecimen_become_user_in_thread(65534) == 0 else { return }
                let kernel = try Self.kernel()
                answer = kernel.others(of: sweep)
                held = try kernel.holders(of: sweep.ports ?? PortSet(members: [])).get()
            } catch { failure = error }
        }.join()
        #expect(failure == nil && answer.targets.isEmpty)
        #expect(answer.unknown?.contains("cannot be seen, of user root") == true)
        let unseen = "a process that cannot be seen, of user root; run as root to see it"
        #expect(held.first?.holder == unseen)
    }

    @Test("who took the port after the shutdown began is back, and its parent is named")
    func back() throws {
        let kernel = try Self.kernel()
        let early = try Specimen("listen", "--exe", directory.path("early"))
        let late = try Specimen("listen", "--owner", directory.path("runner"))
        let (port, owner) = (try late.port, try late["owner"])
        let outcome = try #require(
            try kernel.holders(of: ShutdownScene.ports(port)).get().first
        )
        #expect(outcome.isHeldAgain)
        #expect(outcome.holder?.contains("(\(Self.identity(try late.root)))") == true)
        let advice = "started by runner (\(Self.identity(owner))): stop that service first"
        let isUnit = outcome.holder?.contains("started by unit ") == true
        #expect(isUnit || outcome.holder?.hasSuffix(advice) == true, "\(outcome)")
        let later = try Self.kernel()
        let stranger = try #require(
            try later.holders(of: ShutdownScene.ports(early.port)).get().first
        )
        #expect(stranger.holder?.contains("early (") == true)
        // Within one clock tick nobody can tell which came first.
        #expect(stranger.isHeldAgain == (try early.root.startTime >= later.beginning))
    }
}
