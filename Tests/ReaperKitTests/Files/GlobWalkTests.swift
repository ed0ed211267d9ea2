import Glibc
import Testing

@testable import ReaperKit

@Suite("the walk of a glob")
struct GlobWalkTests {
    private func walk(
        _ scratch: borrowing ScratchDirectory,
        _ pattern: String,
        excluding: [String] = []
    ) throws -> (found: [String], walk: GlobWalk) {
        let directory = scratch.path
        func glob(_ pattern: String) throws -> Glob {
            try Glob(parsing: directory.appending(component: ByteString(pattern)), as: .path)
        }
        var walk = GlobWalk(mounts: try MountTable.current())
        var found: [ByteString] = []
        walk.walk(try glob(pattern), excluding: try excluding.map(glob)) { directory, name in
            found.append(directory.path.appending(component: name))
        }
        let prefix = directory.bytes.count + 1
        return (found.map { ByteString($0.bytes.dropFirst(prefix)).text }.sorted(), walk)
    }

    @Test("only what matches is visited, deep or not")
    func matches() throws {
        let scratch = try ScratchDirectory()
        for name in ["a", "a/b", "other"] { try scratch.makeDirectory(name) }
        for name in ["1.pid", "a/2.pid", "a/b/3.pid", "a/b/3.txt", "other/4.pid"] {
            try scratch.write(name, "")
        }
        #expect(try walk(scratch, "*.pid").found == ["1.pid"])
        #expect(try walk(scratch, "1.pid").found == ["1.pid"])
        #expect(try walk(scratch, "a/**/*.pid").found == ["a/2.pid", "a/b/3.pid"])
        #expect(try walk(scratch, "{a,other}/*.pid").found == ["a/2.pid", "other/4.pid"])
        #expect(
            try walk(scratch, "**/*.pid", excluding: ["a/b/*", "1.pid"]).found
                == ["a/2.pid", "other/4.pid"]
        )
        #expect(try walk(scratch, "none/*.pid").found.isEmpty)
        #expect(try walk(scratch, "*").found == ["1.pid", "a", "other"])
        #expect(try walk(scratch, "a/**").found == ["a/2.pid", "a/b/3.pid", "a/b/3.txt"])
    }

    @Test("a pattern that may lie anywhere is not searched for, and that is said")
    func anywhere() throws {
        var walk = GlobWalk(mounts: MountTable())
        for pattern in ["**/*.pid", "relative/*.pid"] {
            let glob = try Glob(parsing: ByteString(pattern), as: .path)
            walk.walk(glob, excluding: []) { _, _ in Issue.record("visited") }
        }
        walk.walk(.matchingNothing("${UNSET}/*", as: .path), excluding: []) { _, _ in }
        #expect(
            walk.notes == [
                "**/*.pid: not searched, it may lie anywhere",
                "relative/*.pid: not searched, it may lie anywhere",
            ]
        )
    }

    @Test("a tree deeper than the limit is left out, and that is said once")
    func deep() throws {
        let scratch = try ScratchDirectory()
        var name = ""
        for _ in 0...GlobWalk.depthLimit {
            name += name.isEmpty ? "d" : "/d"
            try scratch.makeDirectory(name)
        }
        try scratch.write("\(name)/deep.pid", "")
        try scratch.write("d/1.pid", "")
        let (found, walk) = try walk(scratch, "**/*.pid")
        #expect(found == ["d/1.pid"])
        #expect(walk.notes.count == 1)
    }

    @Test("links to directories are not entered, links to files are visited as links")
    func links() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory("outside")
        try scratch.makeDirectory("run")
        try scratch.write("outside/deep.pid", "")
        try scratch.link("run/updir", to: "../outside")
        try scratch.link("run/loop", to: ".")
        try scratch.link("run/sym.pid", to: "../outside/deep.pid")
        #expect(try walk(scratch, "run/**/*.pid").found == ["run/sym.pid"])
    }

    @Test("quarantined files are listed apart, only where the glob names what they were")
    func quarantined() throws {
        let scratch = try ScratchDirectory()
        for name in [".reaper-q-7-a.pid", ".reaper-q-7-passwd", ".reaper-q-7+5"] {
            try scratch.write(name, "")
        }
        let (found, walk) = try walk(scratch, "*.pid")
        #expect(found.isEmpty)
        #expect(
            Set(walk.quarantined)
                == [scratch.child(".reaper-q-7-a.pid"), scratch.child(".reaper-q-7+5")]
        )
    }

    @Test(
        "a directory that may not be read is named",
        .enabled(if: geteuid() != 0, "root may read everywhere")
    )
    func denied() throws {
        let scratch = try ScratchDirectory()
        let closed = try scratch.makeDirectory("closed", mode: 0)
        defer { _ = unsafe chmod(closed.text, 0o755) }
        let refusals = try walk(scratch, "closed/*.pid").walk.refusals
        #expect(refusals.map(\.error.code) == [EACCES])
        #expect(refusals.map(\.error.subject) == [closed.text])
        #expect(refusals.map(\.owner) == [geteuid()])
    }

    @Test("no prefix of a directory listing traps, and names come whole")
    func listingPrefixes() {
        // d_ino, d_off, d_reclen = 24, d_type = DT_REG, "ab\0" and padding; then "." likewise.
        let head = [UInt8](repeating: 1, count: 16) + [24, 0, 8]
        let bytes = head + [0x61, 0x62, 0, 0, 0] + head + [0x2e, 0, 0, 0, 0]
        #expect(DirectoryEntry.parse(bytes.span) == [DirectoryEntry(name: "ab", type: 8)])
        for end in 0..<bytes.count {
            #expect(DirectoryEntry.parse(bytes.span.extracting(..<end)).count <= 1)
        }
    }
}
