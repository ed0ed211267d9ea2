import Testing

@testable import ReaperKit

@Suite("the mount table")
struct MountTableTests {
    private static let text = """
        21 26 0:19 / /sys rw,nosuid shared:7 - sysfs sysfs rw
        26 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
        40 26 0:45 / /home rw shared:1 master:2 - nfs4 server:/home rw,vers=4.2
        41 26 0:46 / /mnt/with\\040space rw - fuse.sshfs host:/ rw
        42 26 0:47 / / rw - fuse.fuse-overlayfs none rw
        43 26 0:48 / /net rw - autofs systemd-1 rw
        broken line

        """

    @Test("network file systems are those that other hosts may write")
    func network() {
        let table = MountTable(parsing: Array(MountTableTests.text.utf8))
        #expect(table.mounts.map(\.id) == [21, 26, 40, 41, 42, 43])
        #expect(table.mounts.filter(\.isNetwork).map(\.id) == [40, 41])
        #expect(table.mounts.filter(\.isOffLimits).map(\.id) == [21, 40, 41, 43])
        #expect(table.mounts[1] == .init(id: 26, major: 8, minor: 1, type: "ext4"))
    }

    @Test(
        "a path is off limits below any mount that may not answer, and nowhere else",
        arguments: [
            ("/home/user/job", true), ("/home", true), ("/homes/job", false),
            ("/usr/bin/job", false),
            ("/mnt/with space/job", true), ("/mnt/with", false), ("/net/host/job", true),
            ("/sys/job", false), ("/", false), ("", false),
        ] as [(ByteString, Bool)]
    )
    func hanging(path: ByteString, mayHang: Bool) {
        let table = MountTable(parsing: Array(MountTableTests.text.utf8))
        #expect(table.mayHang(at: path) == mayHang)
    }

    @Test("no prefix of the table traps")
    func prefixes() {
        let bytes = Array(MountTableTests.text.utf8)
        for end in 0...bytes.count {
            #expect(MountTable(parsing: Array(bytes[..<end])).mounts.count <= 6)
        }
    }

    @Test("a file's own mount is found")
    func own() throws {
        let table = try MountTable.current()
        #expect(table.mount(of: try FileFacts(of: "/proc"))?.type == "proc")
        #expect(table.mount(of: try FileFacts(of: "/")) != nil)
    }
}
