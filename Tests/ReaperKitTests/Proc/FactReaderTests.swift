import Glibc
import Testing

@testable import ReaperKit

@Suite("facts below /proc/PID")
struct FactReaderTests {
    /// Reads one fact of process 7 in `tree`.
    private func read(
        _ kind: FactKind,
        in tree: borrowing FixtureTree
    ) throws -> ProcessRecord {
        var procfs = try Procfs(root: tree.path)
        var record = ProcessRecord(
            identity: ProcessIdentity(pid: 7, startTime: 1),
            name: "svc",
            parent: 1
        )
        procfs.read(kind, of: &record, at: ProcessPlace(pid: 7))
        return record
    }

    private func executable(in tree: borrowing FixtureTree) throws -> Reading<ExecutableLink>? {
        try read(.executable, in: tree).executable
    }

    private func tree() throws -> FixtureTree {
        var tree = try FixtureTree()
        tree.directory("7")
        return tree
    }

    @Test("an executable is where its link leads, seen or not")
    func executable() throws {
        var tree = try tree()
        tree.link("7/exe", to: "/nowhere/node")
        #expect(try executable(in: tree) == .value(ExecutableLink(path: "/nowhere/node")))
    }

    @Test("a file without names is deleted, and the kernel's word for it is no part of its name")
    func deleted() throws {
        var tree = try tree()
        tree.link("7/exe", to: "\(tree.path)/gone (deleted)")
        let path = ByteString("\(tree.path)/gone")
        let gone = ExecutableLink(path: path, isDeleted: true, isReplaced: false)
        #expect(try executable(in: tree) == .value(gone))
        tree.file("gone", "")
        let replaced = ExecutableLink(path: path, isDeleted: true, isReplaced: true)
        #expect(try executable(in: tree) == .value(replaced))
    }

    @Test("a file that is really called so is not deleted")
    func calledDeleted() throws {
        var tree = try tree()
        tree.file("x (deleted)", "")
        tree.link("7/exe", to: "\(tree.path)/x (deleted)")
        let path = ByteString("\(tree.path)/x (deleted)")
        #expect(try executable(in: tree) == .value(ExecutableLink(path: path)))
    }

    @Test("a name that is nothing but the kernel's word is a name")
    func nothingBefore() throws {
        var tree = try tree()
        tree.link("7/exe", to: " (deleted)")
        #expect(try executable(in: tree) == .value(ExecutableLink(path: " (deleted)")))
    }

    @Test("no link is an answer of its own")
    func noExecutable() throws {
        let tree = try tree()
        #expect(try executable(in: tree) == .gone)
    }

    struct Arguments: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let want: [ByteString]
    }

    static let commandLines = [
        Arguments(
            testDescription: "terminated",
            bytes: Array("a\0b c\0".utf8),
            want: ["a", "b c"]
        ),
        Arguments(
            testDescription: "last NUL missing",
            bytes: Array("a\0b".utf8),
            want: ["a", "b"]
        ),
        Arguments(testDescription: "empty", bytes: [], want: []),
        Arguments(testDescription: "one empty argument", bytes: [0], want: [""]),
        Arguments(
            testDescription: "empty ones between",
            bytes: Array("a\0\0\0b\0".utf8),
            want: ["a", "", "", "b"]
        ),
        Arguments(
            testDescription: "not UTF-8",
            bytes: [0xff, 0x0a, 0, 0x1b],
            want: [ByteString([0xff, 0x0a]), ByteString([0x1b])]
        ),
    ]

    @Test("arguments end at a NUL each", arguments: commandLines)
    func arguments(testCase: Arguments) throws {
        var tree = try tree()
        tree.file("7/cmdline", testCase.bytes)
        #expect(try read(.arguments, in: tree).arguments == .value(testCase.want))
    }

    @Test("a command line of megabytes is cut at 64 KiB")
    func longCommandLine() throws {
        var tree = try tree()
        tree.file("7/cmdline", Array(repeating: UInt8(ascii: "a"), count: 1_500_000))
        let arguments = try #require(try read(.arguments, in: tree).arguments?.known)
        #expect(arguments.map(\.bytes.count) == [65_536])
    }

    @Test("the last variable of the largest environment is seen")
    func longEnvironment() throws {
        var tree = try tree()
        let filler = Array(repeating: UInt8(ascii: "x"), count: 6 << 20)
        tree.file("7/environ", filler + Array("\0REAPER_KEEP=1\0".utf8))
        let entries = try #require(try read(.environment, in: tree).environment?.known)
        #expect(entries.last == "REAPER_KEEP=1")
    }

    @Test("control groups of both versions are kept line by line")
    func cgroups() throws {
        var tree = try tree()
        tree.file("7/cgroup", "12:cpu,cpuacct:/a:b\n1:name=systemd:/x.service\n0::/user.slice\n")
        let lines = try #require(try read(.cgroups, in: tree).cgroups?.known)
        #expect(lines.count == 3)
        let paths = lines.map { ByteString($0.controlGroupPath) }
        #expect(paths == ["/a:b", "/x.service", "/user.slice"])
    }

    @Test("namespaces are numbers in brackets; anything else is unknown, not absent")
    func namespaces() throws {
        var tree = try tree()
        tree.directory("7/ns")
        tree.link("7/ns/pid", to: "pid:[4026531836]")
        tree.link("7/ns/mnt", to: "mnt:[4026531841]")
        #expect(try read(.namespaces, in: tree).namespaces == .gone)
        tree.link("7/ns/net", to: "net:[4026531840]")
        let known = try #require(try read(.namespaces, in: tree).namespaces?.known)
        #expect(known.pid == 4_026_531_836 && known.mount == 4_026_531_841)
        #expect(known.network == 4_026_531_840 && !known.sharesExecutable)
        var odd = try self.tree()
        odd.directory("7/ns")
        odd.link("7/ns/pid", to: "pid:none")
        #expect(try read(.namespaces, in: odd).namespaces == .denied(EINVAL))
    }

    @Test("a path that names the same file here is a shared executable")
    func sharedExecutable() throws {
        var tree = try tree()
        tree.directory("7/ns")
        for name in ["pid", "mnt", "net"] { tree.link("7/ns/\(name)", to: "\(name):[1]") }
        tree.file("job", "")
        tree.link("7/exe", to: "\(tree.path)/job")
        let known = try #require(try read(.namespaces, in: tree).namespaces?.known)
        #expect(known.sharesExecutable)
    }

    @Test("a status that makes no sense is unknown, not gone")
    func status() throws {
        var tree = try tree()
        tree.file("7/status", "Name:\tx\nTgid:\t7\nUid:\tx\n")
        #expect(try read(.status, in: tree).status == .denied(EBADMSG))
        tree.file("7/status", "Name:\tx\nTgid:\t7\nUid:\t5\t6\n")
        #expect(try read(.status, in: tree).status?.known?.realUser == 5)
    }

    @Test("a stat that was cut is of a process that left, a wrong one is unknown")
    func stat() throws {
        var tree = try tree()
        var procfs = try Procfs(root: tree.path)
        let place = ProcessPlace(pid: 7)
        #expect(procfs.record(of: place) == .gone)
        tree.file("7/stat", "")
        #expect(procfs.record(of: place) == .gone)
        tree.file("7/stat", "7 (x) S 1 2")
        #expect(procfs.record(of: place) == .gone)
        tree.file("7/stat", "7 (x) S nonsense 2 3")
        #expect(procfs.record(of: place) == .denied(EBADMSG))
        tree.process(7)
        #expect(procfs.record(of: place).known?.pid == 7)
    }

    @Test("numbers are listed in order, whatever the directory's own order, and nothing else is")
    func listing() throws {
        var tree = try FixtureTree()
        for pid in [90, 7, 1234, 11, 5000, 1, 333] { tree.directory("\(pid)") }
        for name in ["self", "12x", "x12", "-3", "fs"] { tree.directory(name) }
        var procfs = try Procfs(root: tree.path)
        #expect(try procfs.pids() == [1, 7, 11, 90, 333, 1234, 5000])
        #expect(try procfs.pids().count == 7)
    }
}
