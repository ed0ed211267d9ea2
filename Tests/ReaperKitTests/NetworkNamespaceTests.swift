import Glibc
import Simulation
import Testing

@testable import ReaperKit

@Suite("network namespaces")
struct NetworkNamespaceTests {
    /// Moves the calling thread to a new network namespace; unshare(2), CLONE_NEWNET.
    static func leave() -> Bool {
        guard let symbol = unsafe dlsym(nil, "unshare") else { return false }
        let unshare = unsafe unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
        return unshare(0x4000_0000) == 0
    }

    private static func threadID() -> Int32? {
        var target = [CChar](repeating: 0, count: 64)
        let count = unsafe readlink("/proc/thread-self", &target, 64)
        guard count > 0 else { return nil }
        let text = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: "/").last.flatMap { Int32($0) }
    }

    static let canLeave: Bool = {
        var result = false
        OwnThread { result = leave() }.join()
        return result
    }()

    @Test(
        "a listener elsewhere is not in reaper's table, but in that of its task, with its inode",
        .enabled(if: Self.canLeave, "needs the right to make a network namespace")
    )
    func elsewhere() throws {
        var descriptor: Int32 = -1
        var port: UInt16 = 0
        var inode: UInt64 = 0
        var text: SocketTable?
        OwnThread {
            guard Self.leave(), let thread = Self.threadID() else { return }
            do {
                let socket = try LiveSocket()
                // Loopback is down in a new namespace.
                try socket.bind(toAnyAddress: true)
                try socket.listen()
                port = socket.port
                inode = socket.inode
                descriptor = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
                let ports = PortSet(members: [.init(ports: port...port)])
                text = try SocketTable.read(
                    SocketQuery(ports: ports),
                    namespaceOf: thread,
                    procRoot: "/proc/self/task"
                )
            } catch {
                Issue.record(error)
            }
        }.join()
        defer { _ = close(descriptor) }
        try #require(descriptor >= 0)
        #expect(text?.sockets.map(\.inode) == [inode])

        let ports = PortSet(members: [.init(ports: port...port)])
        let own = try SocketTable.read(SocketQuery(ports: ports)).sockets
        #expect(!own.contains { $0.inode == inode })

        let proc = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { _ = close(proc) }
        var table = DescriptorTable(interest: [inode], procDirectory: proc)
        #expect(table.sockets(below: proc, "self/") == .value([inode]))
    }
}
