import Glibc
import Testing

@testable import ReaperKit

@Suite("recovery from quarantine")
struct QuarantineRecoveryTests {
    private let remover = QuarantineRemover()
    /// Above the kernel's limit for process numbers, so nobody ever has it.
    private let dead = 4_194_305

    @Test("what a dead reaper took gets its name back")
    func restores() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(".reaper-q-\(dead)-a.pid", "4127\n")
        #expect(remover.recover(path) == .restored(scratch.child("a.pid")))
        #expect(try scratch.names() == ["a.pid"])
        #expect(remover.recover(path) == .alreadyGone)
    }

    @Test("a predecessor with our own number counts as dead")
    func ownNumber() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(".reaper-q-\(getpid()).1-a.pid", "4127\n")
        #expect(remover.recover(path) == .restored(scratch.child("a.pid")))
    }

    @Test("what a live process took is left to it")
    func alive() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(".reaper-q-1-a.pid", "4127\n")
        #expect(remover.recover(path) == .inUse)
        #expect(try scratch.text("a.pid") == nil)
    }

    @Test("a newer file under the name is not replaced")
    func displaced() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("a.pid", "5000\n")
        let path = try scratch.write(".reaper-q-\(dead)-a.pid", "4127\n")
        #expect(remover.recover(path) == .displaced)
        #expect(try scratch.text("a.pid") == "5000\n")
    }

    @Test("a name that was too long to keep is reported, not guessed")
    func nameLost() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(".reaper-q-\(dead)+99", "4127\n")
        #expect(remover.recover(path) == .displaced)
    }

    @Test(
        "names that reaper does not give are none of its business",
        arguments: [
            "a.pid", ".reaper-q-", ".reaper-q-x-a", ".reaper-q-1", ".reaper-q-1-", ".reaper-q--1-a",
            ".reaper-q-0-a", ".reaper-q-1.2.3-a", ".reaper-q-1.-a", ".reaper-q-99999999999-a",
        ]
    )
    func foreign(name: String) {
        #expect(QuarantineName(ByteString(name)) == nil)
        #expect(remover.recover(ByteString("/tmp/\(name)")) == nil)
    }

    @Test("every name that is made is recognized", arguments: [0, 1, 15])
    func roundTrip(attempt: Int) {
        let made = QuarantineName(reaper: 7, attempt: attempt, original: "a-b+c.pid", inode: 5)
        #expect(QuarantineName(made.bytes) == made)
        #expect(QuarantineName(made.bytes)?.original == "a-b+c.pid")
    }
}
