import Testing

@testable import ReaperKit

@Suite("what a path from another process names here")
struct NamedFileTests {
    @Test("a file is told by device and inode, and its absence is an answer")
    func plain() throws {
        var tree = try FixtureTree()
        tree.file("job", "")
        guard case .file(let numbers) = NamedFile.look(at: ByteString("\(tree.path)/job")) else {
            Issue.record("there is a file")
            return
        }
        #expect(numbers.count == 3)
        #expect(NamedFile.look(at: ByteString("\(tree.path)/none")) == .none)
        #expect(NamedFile.look(at: ByteString("\(tree.path)/job/below")) == .none)
    }

    @Test("what leads through a link, up, or from nowhere is unknown")
    func unknown() throws {
        var tree = try FixtureTree()
        tree.file("job", "")
        tree.link("link", to: tree.path)
        for name in ["/link/job", "/link", "/../job"] {
            #expect(NamedFile.look(at: ByteString(tree.path + name)) == .unknown, "\(name)")
        }
        for path in ["job", ""] {
            #expect(NamedFile.look(at: ByteString(path)) == .unknown, "\(path)")
        }
        #expect(NamedFile.look(at: ByteString([0x2f, 0x61, 0, 0x62])) == .unknown)
    }
}
