import CSpecimen
import Glibc
import Simulation
import TestSupport
import Testing

@testable import ReaperKit

/// What the real kernel tells of births, through the protocol that the engine knows.
@Suite("births that the kernel tells", .timeLimit(.minutes(60)))
struct KernelBirthsTests {
    static let isHeard = (try? BirthFeed()) != nil

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
        ShutdownTarget(identity: identity, reason: "staged", name: "staged")
    }

    /// A shell that on command leaves a daemon behind, whose middle parent is gone.
    private final class Daemonizer {
        let program: RunningProgram
        let identity: ProcessIdentity
        private let directory: TemporaryDirectory

        // Both end with the shell's standard input, which the test holds.
        private static let script = """
            exec 3<&0
            read line
            (setsid sh -c 'echo $$ >"$1"; exec cat <&3 >/dev/null' sh "$1" &)
            echo done >"$2"
            exec cat >/dev/null
            """

        init() throws {
            directory = try TemporaryDirectory(worldAccessible: true)
            let pipes = ["daemon", "shell"].map(directory.path)
            for pipe in pipes { try #require(unsafe mkfifo(pipe, 0o644) == 0) }
            program = try Binary(path: "/bin/sh").start(["-c", Self.script, "sh"] + pipes)
            var procfs = try Procfs()
            identity = try ProcessHandle(opening: program.pid, startTime: nil, in: &procfs).identity
        }

        /// Returns the daemon's number, once its middle parent has been buried.
        func leaveDaemon() throws -> Int32 {
            program.write("\n")
            let number = try word(from: "daemon")
            #expect(try word(from: "shell") == "done")
            return try #require(Int32(number))
        }

        private func word(from pipe: String) throws -> String {
            let file = try FileDescriptor(opening: directory.path(pipe))
            let bytes = try file.readAll(subject: pipe)
            return String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" }
        }
    }

    @Test(
        "a daemon whose parents are gone is its ancestor's, and a stranger's daemon is not",
        .enabled(if: isHeard, "the kernel tells nobody here of births")
    )
    func daemon() throws {
        let ours = try Daemonizer()
        let stranger = try Daemonizer()
        let kernel = try Self.kernel()
        #expect(kernel.pin(Self.target(ours.identity)) == .pinned)
        #expect(kernel.living([ours.identity]) == [])
        let daemon = try ours.leaveDaemon()
        let other = try stranger.leaveDaemon()

        let births = try #require(kernel.living([ours.identity]))
        #expect(births.map(\.child.pid) == [daemon])
        #expect(births.map(\.ancestor) == [ours.identity])
        let birth = try #require(births.first)
        #expect(birth.child.parent != ours.identity.pid)
        #expect(birth.child.session == daemon)
        #expect(
            kernel.living([ours.identity])?.map(\.child.identity) == births.map(\.child.identity)
        )

        // Whose handle is kept is held at once, and told no more once it is a member itself.
        let child = birth.child.identity
        #expect(kernel.handles[child] != nil)
        #expect(kernel.pin(Self.target(child)) == .pinned)
        #expect(kernel.living([ours.identity, child]) == [])
        #expect(kernel.send(.kill, to: child) == .sent)
        _ = kernel.wait(for: [child], until: kernel.now() + .seconds(60))
        #expect(kernel.living([ours.identity]) == [])

        var procfs = try Procfs()
        #expect(procfs.record(of: ProcessPlace(pid: other)).known?.isZombie == false)
    }

    @Test(
        "descendants are told after their ancestor's death, and whoever holds them first",
        .enabled(if: isHeard, "the kernel tells nobody here of births")
    )
    func orphan() throws {
        let ours = try Daemonizer()
        let kernel = try Self.kernel()
        // Born before the ancestor is held, but after the subscription.
        let daemon = try ours.leaveDaemon()
        #expect(kernel.living([ours.identity]) == nil)
        #expect(kernel.pin(Self.target(ours.identity)) == .pinned)
        #expect(kernel.send(.kill, to: ours.identity) == .sent)
        _ = kernel.wait(for: [ours.identity], until: kernel.now() + .seconds(60))
        #expect(kernel.living([ours.identity])?.map(\.child.pid) == [daemon])
        // Let go of, it is found and proven again.
        let birth = try #require(kernel.living([ours.identity])?.first)
        kernel.release(birth.child.identity)
        // Whether it happens to run is another matter each time.
        #expect(kernel.living([ours.identity])?.map(\.child.identity) == [birth.child.identity])
    }

    @Test(
        "who was born before the subscription is not told",
        .enabled(if: isHeard, "the kernel tells nobody here of births")
    )
    func before() throws {
        let ours = try Daemonizer()
        _ = try ours.leaveDaemon()
        let kernel = try Self.kernel()
        #expect(kernel.pin(Self.target(ours.identity)) == .pinned)
        #expect(kernel.living([ours.identity]) == [])
    }

    @Test(
        "a thousand births on every processor leave nothing behind, and nothing is lost",
        .enabled(if: isHeard, "the kernel tells nobody here of births")
    )
    func storm() throws {
        let storm = """
            read line
            for i in 1 2 3 4; do
                (n=0; while [ $n -lt 250 ]; do /bin/true; n=$((n+1)); done) &
            done
            wait
            """
        // A session of its own: nobody else's child is in it.
        let program = try Binary(path: "/usr/bin/setsid").start(["/bin/sh", "-c", storm])
        let kernel = try Self.kernel()
        var procfs = try Procfs()
        let handle = try ProcessHandle(opening: program.pid, startTime: nil, in: &procfs)
        #expect(kernel.pin(Self.target(handle.identity)) == .pinned)
        program.write("\n")
        while !handle.hasExited() {
            for birth in kernel.living([handle.identity]) ?? [] {
                #expect(birth.ancestor == handle.identity)
                #expect(birth.child.session == program.pid)
            }
        }
        #expect(kernel.living([handle.identity]) == [])
    }

    @Test(
        "a user without rights is told as well, since Linux 6.6",
        .enabled(if: isHeard && Machine.isRoot, "needs root, to become somebody else")
    )
    func unprivileged() throws {
        let ours = try Daemonizer()
        var births: [Birth]?
        var daemon: Int32?
        var isHeard = false
        // Only this thread becomes somebody else.
        OwnThread {
            do {
                guard cspecimen_become_user_in_thread(65534) == 0 else { return }
                let kernel = try Self.kernel()
                isHeard = kernel.hearsBirths
                #expect(kernel.pin(Self.target(ours.identity)) == .pinned)
                daemon = try ours.leaveDaemon()
                births = kernel.living([ours.identity])
            } catch { Issue.record(error) }
        }.join()
        guard isHeard else { return }
        #expect(try births?.map(\.child.pid) == [#require(daemon)])
    }

    @Test(
        "in another user namespace the kernel does not answer",
        .enabled(if: isHeard && Machine.canUnshare, "needs user namespaces")
    )
    func elsewhere() {
        // The parent has done all of it once: the child initializes nothing.
        let answer = cspecimen_in_user_namespace {
            do throws(ProcessEvents.Unavailable) {
                _ = try BirthFeed()
                return 1
            } catch {
                return error == .unanswered ? 0 : 2
            }
        }
        #expect(answer == 0)
    }

    @Test(
        "without the connector nothing is told, and all else works",
        .enabled(if: NetworkNamespaceTests.canLeave, "needs the right to make a network namespace")
    )
    func unavailable() throws {
        let specimen = try Specimen("sleep")
        let root = try specimen.root
        let target = Self.target(ProcessIdentity(pid: root.pid, startTime: root.startTime))
        var isHeard = true
        var births: [Birth]? = []
        var answers: [PinAnswer] = []
        OwnThread {
            guard NetworkNamespaceTests.leave() else { return }
            do {
                let kernel = try Self.kernel()
                isHeard = kernel.hearsBirths
                answers.append(kernel.pin(target))
                births = kernel.living([target.identity])
                _ = kernel.send(.terminate, to: target.identity)
                _ = kernel.wait(for: [target.identity], until: kernel.now() + .seconds(60))
            } catch { Issue.record(error) }
        }.join()
        #expect(!isHeard)
        #expect(births == nil)
        #expect(answers == [.pinned])
        #expect(try specimen.finish().signals == ["root TERM"])
    }
}

extension LinuxKernel {
    /// Who was born to these, and lives, however long that takes to tell.
    fileprivate func living(_ members: [ProcessIdentity]) -> [Birth]? {
        births(to: members, until: .seconds(1 << 40))?.living
    }
}
