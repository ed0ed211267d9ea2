import Glibc
import Testing

@testable import ReaperKit

@Suite("removal of instance files")
struct InstanceRemovalTests {
    private let remover = QuarantineRemover()

    private func scan(_ rule: Rule) throws -> InstanceFile {
        var reader = try InstanceFileReader()
        return try #require(reader.scan([rule]).files.first)
    }

    @Test("a stale file goes", arguments: [InstanceFormat.pid, .lock, .symlink, .socket])
    func stale(format: InstanceFormat) throws {
        let scratch = try ScratchDirectory()
        switch format {
        case .symlink: try scratch.link("a", to: "box-4194304")
        case .socket: _ = try BoundSocket(scratch.child("a").text, type: SOCK_STREAM)
        default: try scratch.write("a", "4194304\n")
        }
        let file = try scan(try instanceRule("a", in: scratch, format))
        #expect(remover.remove(file) == .removed)
        #expect(try scratch.names().isEmpty)
        #expect(remover.remove(file) == .alreadyGone)
    }

    @Test("a file that was locked after it was judged stays")
    func locked() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4194304\n")
        let file = try scan(try instanceRule("a.pid", in: scratch))
        #expect(file.lock == .free)
        let owner = try FileDescriptor(opening: path, flags: O_RDWR)
        try #require(flock(owner.raw, LOCK_EX | LOCK_NB) == 0)
        #expect(remover.remove(file) == .changed)
        #expect(try scratch.names() == ["a.pid"])
    }

    @Test("a socket that somebody is bound to stays, whatever was judged")
    func bound() throws {
        let scratch = try ScratchDirectory()
        let live = try BoundSocket(scratch.child("a").text, type: SOCK_STREAM)
        let file = try scan(try instanceRule("a", in: scratch, .socket))
        #expect(file.contents == .socket(.bound))
        #expect(remover.remove(file) == .changed)
        #expect(try scratch.names() == ["a"])
        withExtendedLifetime(live) {}
    }

    @Test("what was put in its place stays")
    func replaced() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.pid", "4194304\n")
        let file = try scan(try instanceRule("a.pid", in: scratch))
        try #require(unsafe unlink(path.text) == 0)
        try scratch.link("a.pid", to: "precious")
        #expect(remover.remove(file) == .changed)
        try #require(unsafe unlink(path.text) == 0)
        try #require(unsafe mkfifo(path.text, 0o644) == 0)
        #expect(remover.remove(file) == .changed)
        #expect(try scratch.names() == ["a.pid"])
    }
}
