import Glibc
import Simulation
import Testing

@testable import ReaperKit

@Suite("descriptor tables")
struct DescriptorTableTests {
    private func withProc<Result>(_ body: (Int32) throws -> Result) rethrows -> Result {
        let proc = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { _ = close(proc) }
        return try body(proc)
    }

    @Test("a process's own sockets are found, through /proc and through its directory")
    func ownSockets() throws {
        let first = try LiveSocket()
        let second = try LiveSocket(.datagram)
        let wanted = [second.inode, first.inode, 0]
        withProc { proc in
            var table = DescriptorTable(interest: wanted, procDirectory: proc)
            let found = table.sockets(below: proc, "\(getpid())/")
            #expect(found == .value([first.inode, second.inode].sorted()))

            let pinned = unsafe open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            defer { _ = close(pinned) }
            #expect(table.sockets(below: pinned) == found)
        }
    }

    @Test("a socket far above the others is found too")
    func sparse() throws {
        let socket = try LiveSocket()
        let inode = socket.inode
        let high = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 900)
        _ = consume socket
        defer { _ = close(high) }
        withProc { proc in
            var table = DescriptorTable(interest: [inode], procDirectory: proc)
            #expect(table.sockets(below: proc, "self/") == .value([inode]))
        }
    }

    @Test("a descriptor that comes and goes in a gap hides none above it")
    func churn() throws {
        let gap = try LiveSocket()
        let socket = try LiveSocket()
        let inode = socket.inode
        let high = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 400)
        _ = consume socket
        defer { _ = close(high) }
        let flag = LockedFlag()
        let churner = OwnThread {
            while !flag.isSet { _ = close(fcntl(gap.descriptor, F_DUPFD_CLOEXEC, 0)) }
        }
        withProc { proc in
            var table = DescriptorTable(interest: [inode], procDirectory: proc)
            for _ in 0..<200 {
                #expect(table.sockets(below: proc, "self/") == .value([inode]))
            }
        }
        flag.set()
        churner.join()
    }

    @Test("without a socket of interest nothing is read")
    func noInterest() {
        var table = DescriptorTable(interest: [], procDirectory: -1)
        #expect(table.sockets(below: -1, "none/") == .value([]))
    }

    @Test("a process that is gone is gone, not without sockets")
    func gone() {
        withProc { proc in
            var table = DescriptorTable(interest: [1], procDirectory: proc)
            #expect(table.sockets(below: proc, "4194305/") == .gone)
            #expect(table.sockets(below: -1, "1/") == .denied(EBADF))
            #expect(table.sockets(below: proc, "version/") == .denied(ENOTDIR))
        }
    }

    @Test(
        "a stranger's table is refused, not empty",
        .enabled(if: Self.isFirstProcessForeign, "needs a process of another user, and not root")
    )
    func refused() {
        withProc { proc in
            var table = DescriptorTable(interest: [1], procDirectory: proc)
            #expect(table.sockets(below: proc, "1/") == .denied(EACCES))
        }
    }

    static let isFirstProcessForeign: Bool = {
        var attributes = stat()
        let result = unsafe stat("/proc/1", &attributes)
        return result == 0 && geteuid() != 0 && attributes.st_uid != geteuid()
    }()

    @Test("a file that is called like a socket is none, and neither is an opened socket file")
    func lookalikes() throws {
        var tree = try FixtureTree()
        tree.directory("7/fd")
        tree.link("7/fd/0", to: "/tmp/socket:[12]")
        tree.link("7/fd/1", to: "socket:[12")
        tree.link("7/fd/2", to: "socket:[]")
        tree.link("7/fd/3", to: "socket:[1x]")
        tree.link("7/fd/4", to: "socket:[18446744073709551628]")
        tree.link("7/fd/5", to: "socket:[12] (deleted)")
        tree.link("7/fd/6", to: "socket:[13]")
        tree.link("7/fd/70000", to: "socket:[14]")
        tree.link("7/fd/x", to: "socket:[15]")
        var table = DescriptorTable(interest: 0...20, procDirectory: tree.descriptor)
        #expect(table.sockets(below: tree.descriptor, "7/") == .value([13, 14]))
    }

    struct LinkCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var want: LinkText
    }
    static let links = [
        LinkCase(testDescription: "socket:[1]", want: .socket(1)),
        LinkCase(testDescription: "socket:[18446744073709551615]", want: .socket(.max)),
        LinkCase(testDescription: "socket:[18446744073709551616]", want: .other),
        LinkCase(testDescription: "anon_inode:[io_uring]", want: .ring),
        LinkCase(testDescription: "anon_inode:[io_uring]x", want: .other),
        LinkCase(testDescription: "pipe:[1]", want: .other),
        LinkCase(testDescription: "", want: .other),
    ]

    @Test("link texts", arguments: links)
    func linkTexts(_ testCase: LinkCase) {
        let text = testCase.testDescription.utf8.map { CChar(bitPattern: $0) }
        #expect(LinkText(text.span) == testCase.want)
        for end in 0..<text.count {
            #expect(LinkText(text.span.extracting(..<end)) == .other || end == 21)
        }
    }

    @Test("directory records that are cut or make no sense end the walk")
    func records() {
        func record(_ name: String, size: UInt8 = 24) -> [UInt8] {
            let head = [UInt8](repeating: 0, count: 16) + [size, 0, 4] + Array(name.utf8)
            return head + [UInt8](repeating: 0, count: max(0, Int(size) - head.count))
        }
        var numbers: [Int32] = []
        let whole =
            record(".") + record("12") + record("x3") + record("3x") + record("4294", size: 32)
        NumberedEntries.append(whole.span, to: &numbers)
        #expect(numbers == [12, 4294])
        for end in 0..<whole.count {
            var some: [Int32] = []
            NumberedEntries.append(whole.span.extracting(..<end), to: &some)
            #expect(some.count <= 1)
        }
        numbers = []
        NumberedEntries.append((record("1", size: 0) + record("2")).span, to: &numbers)
        #expect(numbers.isEmpty)
    }

    @Test("a path is written over without leftovers")
    func paths() {
        var path = PathBuffer()
        path.set("4127/", "fd")
        path.appendSeparator()
        let mark = path.count
        for number: Int32 in [0, 10, 2_147_483_647] {
            path.truncate(to: mark)
            path.append(number)
            #expect(path.bytes == Array("4127/fd/\(number)".utf8CString))
        }
        path.clear()
        #expect(path.bytes == [0])
    }
}
