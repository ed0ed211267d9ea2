import Testing

@testable import ReaperKit

@Suite("texts about control groups")
struct ControlGroupTextTests {
    private static let text = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        37 31 0:34 / /sys/fs/cgroup/freezer rw shared:7 - cgroup cgroup rw,freezer
        39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
        41 31 0:38 / /sys/fs/cgroup/unified rw shared:1 master:2 - cgroup2 cgroup2 rw,nsdelegate
        50 31 0:38 /a\\040b/c /mnt/with\\134slash rw - cgroup2 none rw
        51 31 0:38 /covered /mnt/covered rw - cgroup2 none rw
        52 31 0:99 / /mnt/covered rw - tmpfs none rw
        53 31 0:38 /.. /mnt/above rw - cgroup2 none rw
        broken line - cgroup2 x y

        """

    @Test("mounts of the two hierarchies that can freeze are found, with the part they show")
    func mounts() {
        let mounts = ControlGroupMount.parse(Array(Self.text.utf8))
        #expect(
            Set(mounts.prefix(2).map(\.point.text)) == [
                "/sys/fs/cgroup/freezer", "/sys/fs/cgroup/unified",
            ]
        )
        #expect(mounts.map(\.root.components.count) == [0, 0, 1, 2])
        #expect(mounts.last == ControlGroupMount(.unified, on: "/mnt/with\\slash", root: "/a b/c"))
        #expect(!mounts.contains { $0.point == "/mnt/covered" })
        #expect(mounts.filter { $0.hierarchy == .freezer }.count == 1)
    }

    @Test("no prefix of the table traps")
    func prefixes() {
        let bytes = Array(Self.text.utf8)
        for end in 0...bytes.count {
            #expect(ControlGroupMount.parse(Array(bytes[..<end])).count <= 5)
        }
    }

    @Test(
        "a group's path is looked for below the root of the mount",
        arguments: [
            ("/", "/", []), ("/", "/a/b", ["a", "b"]), ("/", "//a///b/", ["a", "b"]),
            ("/a", "/a/b c", ["b c"]), ("/a", "/a", []), ("/a", "/ab", nil), ("/a", "/", nil),
            ("/a", "/b", nil), ("/", "/../x", nil), ("/", "/a/../b", nil), ("/", "/a/./b", nil),
            ("/", "a", nil), ("/", "", nil), ("/", "/a\u{0}b", nil),
            ("/..", "/../x", ["x"]), ("/..", "/x", nil), ("/..", "/../../x", nil),
            ("/", "/...", ["..."]), ("/", "/a (deleted)", ["a (deleted)"]),
        ] as [(String, String, [String]?)]
    )
    func components(root: String, path: String, expected: [String]?) {
        let mount = ControlGroupMount(.unified, on: "/cg", root: ByteString(root))
        let found = mount.components(of: ByteString(path))
        #expect(found == expected.map { $0.map { ByteString($0) } })
    }

    @Test("bytes that are no UTF-8 reach the directory as they are")
    func bytes() {
        let mount = ControlGroupMount(.unified, on: "/cg")
        let name = ByteString([0xff, 0x1b, 0x20])
        let way = mount.components(of: ByteString(Array("/".utf8) + name.bytes))
        #expect(way == [name])
        #expect(mount.directory(way ?? []).bytes == Array("/cg/".utf8) + name.bytes)
        #expect(mount.components(ofDirectory: "/cg/x/y") == ["x", "y"])
        #expect(mount.components(ofDirectory: "/cgx") == nil)
    }

    @Test("lines of /proc/PID/cgroup name their hierarchy, whatever the path holds")
    func lines() throws {
        let unified = try #require(ControlGroupLine(parsing: "0::/a:b/c"))
        #expect(unified.hierarchy == .unified && unified.path == "/a:b/c")
        let freezer = try #require(ControlGroupLine(parsing: "6:cpu,freezer:/x"))
        #expect(freezer.hierarchy == .freezer && freezer.path == "/x")
        for line: ByteString in [
            "", "0", "0:", "0::", "0::x", "1::/", "8:pids:/", "1:name=freezer:/",
        ] {
            #expect(ControlGroupLine(parsing: line) == nil, "\(line.text)")
        }
    }

    @Test("cgroup.events says what it says, and nothing else")
    func events() {
        let events = ControlGroupEvents(parsing: Array("populated 1\nfrozen 0\n".utf8))
        #expect(events.isPopulated == true && events.isFrozen == false)
        let odd = ControlGroupEvents(parsing: Array("frozen 2\nnew 1\npopulated\nfrozen 11".utf8))
        #expect(odd.isPopulated == nil && odd.isFrozen == nil)
        #expect(ControlGroupEvents(parsing: []).isPopulated == nil)
    }
}
