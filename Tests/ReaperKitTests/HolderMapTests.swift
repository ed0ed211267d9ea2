import Glibc
import Testing

@testable import ReaperKit

@Suite("socket holders")
struct HolderMapTests {
    private func read(
        _ sockets: [UInt64],
        depth: HolderMap.Depth = .hiddenWhereNeeded
    ) -> HolderMap {
        let proc = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { _ = close(proc) }
        return HolderMap.read(of: sockets, among: [getpid()], procDirectory: proc, depth: depth)
    }

    @Test("a descriptor is found")
    func descriptor() throws {
        let socket = try LiveSocket()
        let map = read([socket.inode, 0])
        #expect(map.holders == [socket.inode: [SocketHolder(pid: getpid(), hold: .descriptor)]])
        #expect(map.refusals.isEmpty)
        #expect(map.unheld([socket.inode, 0]).isEmpty)
    }

    @Test("a socket in flight makes its receiver a possible holder")
    func inFlight() throws {
        var pair: [Int32] = [-1, -1]
        _ = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
        defer { for end in pair { _ = close(end) } }
        let socket = try LiveSocket()
        let inode = socket.inode
        try #require(send(socket.descriptor, over: pair[0]))
        _ = consume socket

        let map = read([inode])
        #expect(map.holders[inode] == [SocketHolder(pid: getpid(), hold: .inFlight)])
        #expect(map.unheld([inode]) == [inode])
        #expect(read([inode], depth: .descriptors).holders.isEmpty)
    }

    /// Sends one byte with a descriptor; unix(7).
    private func send(_ descriptor: Int32, over channel: Int32) -> Bool {
        // struct cmsghdr: length, SOL_SOCKET, SCM_RIGHTS; then the descriptor and padding.
        let words: [UInt32] = [20, 0, 1, 1, UInt32(descriptor), 0]
        var control = words
        var byte: UInt8 = 0
        return unsafe control.withUnsafeMutableBytes { control in
            unsafe withUnsafeMutableBytes(of: &byte) { byte in
                var vector = unsafe iovec(iov_base: byte.baseAddress, iov_len: 1)
                return unsafe withUnsafeMutablePointer(to: &vector) { vector in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = vector
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = control.baseAddress
                    unsafe message.msg_controllen = control.count
                    return unsafe sendmsg(channel, &message, 0) == 1
                }
            }
        }
    }

    private func fixture() throws -> FixtureTree {
        var tree = try FixtureTree()
        for directory in [
            "10/fd", "10/task/10/fd", "20/fd", "20/task/20/fd", "20/task/20/fdinfo",
            "20/task/21/fd",
            "20/task/21/fdinfo", "30/fd", "30/task/30/fd", "30/task/30/fdinfo",
        ] {
            tree.directory(directory)
        }
        // 10 holds one socket plainly; thread 21 of 20 one alone; ring 4 of 30 another.
        tree.link("10/fd/3", to: "socket:[100]")
        tree.link("20/task/21/fd/5", to: "socket:[200]")
        tree.file("20/task/21/fdinfo/5", "pos:\t0\nflags:\t02\n")
        tree.link("30/fd/4", to: "anon_inode:[io_uring]")
        tree.link("30/task/30/fd/4", to: "anon_inode:[io_uring]")
        tree.file("30/task/30/fdinfo/4", "UserFiles:\t1\n    0: socket:[300]\nUserBufs:\t0\n")
        return tree
    }

    @Test("a thread's own table and a ring's files are searched where nobody else holds a socket")
    func hidden() throws {
        let tree = try fixture()
        func map(_ sockets: [UInt64], _ depth: HolderMap.Depth) -> [UInt64: [SocketHolder]] {
            HolderMap.read(
                of: sockets,
                among: [30, 20, 10, 99],
                procDirectory: tree.descriptor,
                depth: depth,
                isOwnNamespace: false
            ).holders
        }
        let plain = SocketHolder(pid: 10, hold: .descriptor)
        let thread = SocketHolder(pid: 20, hold: .threadDescriptor(tid: 21))
        let ring = SocketHolder(pid: 30, hold: .ioUring)
        #expect(map([100, 200, 300], .descriptors) == [100: [plain]])
        #expect(
            map([100, 200, 300], .hiddenWhereNeeded) == [100: [plain], 200: [thread], 300: [ring]]
        )
        #expect(map([400], .hiddenEverywhere).isEmpty)
        #expect(thread.hold.source(pid: 20) == "/proc/20/task/21/fd")
    }

    @Test("a ring whose files the kernel would not list is a refusal")
    func busyRing() throws {
        var tree = try fixture()
        tree.file("30/task/30/fdinfo/4", "SqMask:\t0x3\nNAPI:\tdisabled\n")
        let map = HolderMap.read(
            of: [300],
            among: [30],
            procDirectory: tree.descriptor,
            isOwnNamespace: false
        )
        #expect(map.holders.isEmpty)
        #expect(map.refusals == [.init(pid: 30, fact: "fdinfo", code: EBUSY)])
    }

    @Test("the search for a first holder stops there")
    func firstHolder() throws {
        var tree = try fixture()
        tree.directory("11/fd")
        tree.link("11/fd/0", to: "socket:[100]")
        func holders(_ extent: HolderMap.Extent) -> [Int32]? {
            HolderMap.read(
                of: [100],
                among: [11, 10],
                procDirectory: tree.descriptor,
                extent: extent,
                isOwnNamespace: false
            ).holders[100]?.map(\.pid)
        }
        #expect(holders(.firstHolder) == [11])
        #expect(holders(.everyHolder) == [10, 11])
    }

    @Test("fdinfo: lines of interest are read, every prefix of them without harm")
    func info() {
        let ring = """
            pos:\t0
            ino:\t16360
            SQEs:\t0
            UserFiles:\t3
                0: socket:[16361]
                1: /tmp/socket:[9]
                2: socket:[16362]
            UserBufs:\t0
                0: 0x7f00/4096
            """
        let bytes = Array("\(ring)\n".utf8)
        let info = DescriptorInfo(parsing: bytes.span)
        #expect(info.fixedSockets == [16361, 16362])
        #expect(info.listsFixedFiles)
        #expect(info.inFlight == nil)
        for end in 0..<bytes.count {
            let cut = DescriptorInfo(parsing: bytes.span.extracting(..<end))
            #expect(info.fixedSockets.starts(with: cut.fixedSockets))
        }
        #expect(DescriptorInfo(parsing: Array("scm_fds: 2\n".utf8).span).inFlight == 2)
        #expect(DescriptorInfo(parsing: Array("scm_fds:\n".utf8).span).inFlight == nil)
    }
}
