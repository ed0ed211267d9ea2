import Glibc
import Testing

@testable import ReaperKit

@Suite("removal by quarantine")
struct QuarantineRemoverTests {
    private let remover = QuarantineRemover()

    @Test("the judged file goes, its neighbors stay")
    func removes() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        try scratch.write("b.pid", "4128\n")
        #expect(remover.remove(path, judgedAs: try identity(of: path)) == .removed)
        #expect(try scratch.names() == ["b.pid"])
    }

    /// Ways in which a fresh file gets under the judged one's name.
    enum Replacement: String, CaseIterable, Sendable {
        case renamedOver, rewrittenInPlace, symbolicLink, directory, otherMode
    }

    private static func replace(_ scratch: borrowing ScratchDirectory, _ how: Replacement) throws {
        let path = scratch.child("a.pid").text
        switch how {
        case .renamedOver:
            let fresh = try scratch.write("fresh", "5000\n")
            try #require(unsafe rename(fresh.text, path) == 0)
        case .rewrittenInPlace:
            try scratch.write("a.pid", "50000\n")
        case .symbolicLink:
            try scratch.write("precious", "do not touch")
            try #require(unsafe unlink(path) == 0)
            try scratch.link("a.pid", to: "precious")
        case .directory:
            try #require(unsafe unlink(path) == 0)
            try scratch.makeDirectory("a.pid")
        case .otherMode:
            try #require(unsafe chmod(path, 0o600) == 0)
        }
    }

    @Test("what replaced it after it was judged stays", arguments: Replacement.allCases)
    func replacedBefore(how: Replacement) throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        let judged = try identity(of: path)
        try QuarantineRemoverTests.replace(scratch, how)
        // Before Linux 6.13 two changes within one tick of the clock have the same time.
        while try identity(of: path) == judged { try QuarantineRemoverTests.replace(scratch, how) }
        let names = try scratch.names()
        #expect(remover.remove(path, judgedAs: judged) == .changed)
        #expect(try scratch.names() == names)
    }

    @Test("a write through an old descriptor after the move brings it back")
    func rewrittenWhileAway() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        let writer = try FileDescriptor(opening: path, flags: O_WRONLY)
        let result = remover.remove(path, judgedAs: try identity(of: path)) {
            unsafe Glibc.write(writer.raw, "50000\n", 6) == 6
        }
        #expect(result == .changed)
        #expect(try scratch.text("a.pid") == "50000\n")
        #expect(try scratch.names() == ["a.pid"])
    }

    @Test("doubt at the last moment brings it back")
    func unconfirmed() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        #expect(remover.remove(path, judgedAs: try identity(of: path)) { false } == .changed)
        #expect(try scratch.text("a.pid") == "4127\n")
    }

    @Test("a fresh file under the free name stays while the judged one goes")
    func freshWhileAway() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        let result = remover.remove(path, judgedAs: try identity(of: path)) {
            expectNoThrow { try scratch.write("a.pid", "5000\n") }
            return true
        }
        #expect(result == .removed)
        #expect(try scratch.text("a.pid") == "5000\n")
        #expect(try scratch.names() == ["a.pid"])
    }

    @Test("when both changed, both stay and the quarantined one is named")
    func displaced() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        let result = remover.remove(path, judgedAs: try identity(of: path)) {
            expectNoThrow { try scratch.write("a.pid", "5000\n") }
            return false
        }
        let quarantine = ".reaper-q-\(getpid())-a.pid"
        #expect(result == .displaced(scratch.child(quarantine)))
        #expect(try scratch.text("a.pid") == "5000\n")
        #expect(try scratch.text(quarantine) == "4127\n")
    }

    @Test("of two removers one wins and the other finds nothing")
    func twice() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        let judged = try identity(of: path)
        var second: RemovalResult?
        let first = remover.remove(path, judgedAs: judged) {
            second = remover.remove(path, judgedAs: judged)
            return true
        }
        #expect(first == .removed)
        #expect(second == .alreadyGone)
        #expect(try scratch.names().isEmpty)
    }

    @Test("a quarantine that somebody emptied counts as gone")
    func emptied() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4127\n")
        let result = remover.remove(path, judgedAs: try identity(of: path)) {
            unsafe unlink(scratch.child(".reaper-q-\(getpid())-a.pid").text) == 0
        }
        #expect(result == .alreadyGone)
    }

    @Test("a missing file, and a file in a missing directory, are gone already")
    func missing() throws {
        let scratch = try ScratchDirectory()
        let judged = try identity(of: try scratch.write("a.pid", "1"))
        #expect(remover.remove(scratch.child("b.pid"), judgedAs: judged) == .alreadyGone)
        #expect(remover.remove(scratch.child("no/b.pid"), judgedAs: judged) == .alreadyGone)
    }

    @Test("a directory that became another directory keeps its files")
    func directorySwapped() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory("run")
        let path = try scratch.write("run/a.pid", "4127\n")
        let judged = try identity(of: path)
        try #require(unsafe rename(scratch.child("run").text, scratch.child("old").text) == 0)
        try scratch.makeDirectory("etc")
        try scratch.write("etc/a.pid", "precious")
        try scratch.link("run", to: "etc")
        #expect(remover.remove(path, judgedAs: judged) == .changed)
        #expect(try scratch.text("etc/a.pid") == "precious")
        #expect(try scratch.text("old/a.pid") == "4127\n")
    }

    @Test(
        "a stranger's link in place of the directory is not followed",
        .enabled(if: geteuid() == 0, "only root can make another user's link")
    )
    func strangersLink() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory("etc")
        let inside = try scratch.write("etc/a.pid", "precious")
        let link = try scratch.link("run", to: "etc")
        try #require(unsafe lchown(link.text, 65_534, 65_534) == 0)
        let result = remover.remove(
            scratch.child("run/a.pid"),
            judgedAs: try identity(of: inside)
        )
        guard case .failed(let error) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(error.code == ELOOP)
        #expect(try scratch.text("etc/a.pid") == "precious")
    }

    @Test(
        "a directory that may not be written keeps its file and says why",
        .enabled(if: geteuid() != 0, "root may write everywhere")
    )
    func readOnly() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory("run")
        let path = try scratch.write("run/a.pid", "4127\n")
        let judged = try identity(of: path)
        try #require(unsafe chmod(scratch.child("run").text, 0o555) == 0)
        defer { _ = unsafe chmod(scratch.child("run").text, 0o755) }
        guard case .failed(let error) = remover.remove(path, judgedAs: judged) else {
            Issue.record("removed")
            return
        }
        #expect(error.code == EACCES)
        #expect(error.call == "renameat2")
    }

    @Test("a name that leaves no room for the prefix goes too")
    func longName() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(String(repeating: "x", count: 255), "4127\n")
        #expect(remover.remove(path, judgedAs: try identity(of: path)) == .removed)
        #expect(try scratch.names().isEmpty)
    }

    @Test("a long name comes back whole")
    func longNameRestored() throws {
        let scratch = try ScratchDirectory()
        let name = String(repeating: "x", count: 255)
        let path = try scratch.write(name, "4127\n")
        #expect(remover.remove(path, judgedAs: try identity(of: path)) { false } == .changed)
        #expect(try scratch.names() == [name])
    }

    @Test("links and sockets are removed themselves, not what they lead to")
    func links() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("target", "precious")
        let link = try scratch.link("SingletonLock", to: "target")
        #expect(remover.remove(link, judgedAs: try identity(of: link)) == .removed)
        #expect(try scratch.names() == ["target"])
    }

    @Test("a leftover under our own number does not block the next removal")
    func ownLeftover() throws {
        let scratch = try ScratchDirectory()
        let leftover = ".reaper-q-\(getpid())-a.pid"
        try scratch.write(leftover, "1234\n")
        let path = try scratch.write("a.pid", "4127\n")
        #expect(remover.remove(path, judgedAs: try identity(of: path)) == .removed)
        #expect(try scratch.names() == [leftover])
    }

    @Test("paths without a last component are refused", arguments: ["", "a.pid", "/", "/x/.."])
    func badPath(path: String) throws {
        let judged = FileIdentity(device: 0, inode: 0, changed: .zero)
        guard case .failed(let error) = remover.remove(ByteString(path), judgedAs: judged) else {
            Issue.record("accepted")
            return
        }
        #expect(error.code == EINVAL)
    }
}

/// Runs setup inside a closure that cannot throw.
func expectNoThrow(_ body: () throws -> Void) {
    do { try body() } catch { Issue.record("\(error)") }
}
