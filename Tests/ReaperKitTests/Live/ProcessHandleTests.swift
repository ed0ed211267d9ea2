import Glibc
import TestSupport
import Testing

@testable import ReaperKit

/// A handle on a live process, held to what it promises: it is that process and no other.
@Suite("a process handle", .timeLimit(.minutes(60)))
struct ProcessHandleTests {
    private static func code(_ body: () throws(SystemError) -> Void) -> Int32? {
        do throws(SystemError) { try body() } catch { return error.code }
        return nil
    }

    @Test("on a live process reads it and signals it")
    func live() throws {
        let specimen = try Specimen("sleep")
        let root = try specimen.root
        var procfs = try Procfs()
        let handle = try ProcessHandle(
            opening: root.pid,
            startTime: root.startTime,
            in: &procfs
        )
        #expect(handle.identity.description == root.description)
        #expect(try handle.record(in: &procfs).pid == root.pid)
        #expect(!handle.hasExited())
        try handle.send(.kill)
        #expect(try root.endsInTime())
        #expect(handle.hasExited())
    }

    @Test("a wrong start time is refused as gone")
    func wrongStart() throws {
        let specimen = try Specimen("sleep")
        let root = try specimen.root
        var procfs = try Procfs()
        let code = Self.code { () throws(SystemError) in
            _ = try ProcessHandle(
                opening: root.pid,
                startTime: root.startTime + 1,
                in: &procfs
            )
        }
        #expect(code == ESRCH)
        #expect(root.state == .running)
    }

    @Test("a number that nobody has is gone")
    func nobody() throws {
        var procfs = try Procfs()
        let child = try ReusableChild()
        let number = child.pid
        _ = consume child
        let code = Self.code { () throws(SystemError) in
            _ = try ProcessHandle(opening: number, startTime: nil, in: &procfs)
        }
        #expect(code == ENOENT)
    }

    @Test("after the reap nothing is read or signalled any more")
    func reaped() throws {
        var procfs = try Procfs()
        let child = try ReusableChild()
        let handle = try ProcessHandle(opening: child.pid, startTime: nil, in: &procfs)
        #expect(Self.code { () throws(SystemError) in try handle.send(.continue) } == nil)
        _ = consume child
        #expect(handle.hasExited())
        #expect(Self.code { () throws(SystemError) in try handle.send(.terminate) } == ESRCH)
        let read = Self.code { () throws(SystemError) in _ = try handle.record(in: &procfs) }
        #expect(read == ESRCH)
    }

    @Test("a zombie can be held, and counts as exited")
    func zombie() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        var procfs = try Procfs()
        let handle = try ProcessHandle(
            opening: zombie.pid,
            startTime: zombie.startTime,
            in: &procfs
        )
        #expect(handle.hasExited())
        #expect(try handle.record(in: &procfs).isZombie)
        let parent = try ProcessHandle(
            opening: specimen.root.pid,
            startTime: specimen.root.startTime,
            in: &procfs
        )
        #expect(!parent.hasExited())
    }

    @Test("the pidfd's inode names the process: the same for two opens, another for another")
    func inode() throws {
        var procfs = try Procfs()
        let children = try [Specimen("sleep"), Specimen("sleep")]
        let handles = try children.flatMap { specimen in
            try (0..<2).map { _ in
                try ProcessHandle(
                    opening: specimen.root.pid,
                    startTime: specimen.root.startTime,
                    in: &procfs
                )
            }
        }
        let inodes = handles.map(\.pidfdInode)
        #expect(inodes[0] == inodes[1] && inodes[2] == inodes[3])
        // Before Linux 6.9 there is none, and so none that could be mistaken.
        if inodes[0] != nil { #expect(inodes[0] != inodes[2]) }
    }

    @Test(
        "whoever gets the number next, in the same tick, is neither read nor signalled",
        .enabled(if: ReusableChild.canChoose, "needs rights over the pid namespace")
    )
    func reuse() throws {
        var procfs = try Procfs()
        var hadSameTick = false
        for _ in 0..<2000 where !hadSameTick {
            let child = try ReusableChild()
            let number = child.pid
            let handle = try ProcessHandle(opening: number, startTime: nil, in: &procfs)
            _ = consume child
            let successor = try ReusableChild(as: number)
            let next = try ProcessHandle(opening: number, startTime: nil, in: &procfs)
            hadSameTick = next.identity == handle.identity
            #expect(Self.code { () throws(SystemError) in try handle.send(.kill) } == ESRCH)
            let read = Self.code { () throws(SystemError) in _ = try handle.record(in: &procfs) }
            #expect(read == ESRCH)
            #expect(handle.hasExited() && !next.hasExited())
            let isRunning = successor.isRunning
            #expect(isRunning)
            if let inode = next.pidfdInode { #expect(inode != handle.pidfdInode) }
            // The new one's own handle does reach it.
            try next.send(.kill)
        }
        #expect(hadSameTick)
    }
}
