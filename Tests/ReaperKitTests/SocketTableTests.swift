import CLinux
import Glibc
import Testing

@testable import ReaperKit

@Suite("socket tables of the running kernel")
struct SocketTableTests {
    private func ports(_ numbers: UInt16...) -> PortSet {
        PortSet(members: numbers.map { .init(ports: $0...$0) })
    }

    private func inodes(_ query: SocketQuery) throws -> [UInt64] {
        try SocketTable.read(query).sockets.map(\.inode)
    }

    @Test("a listener is found by its port, with inode, user and address")
    func listener() throws {
        let socket = try LiveSocket()
        try socket.bind()
        try socket.listen()
        let table = try SocketTable.read(SocketQuery(ports: ports(socket.port)))
        #expect(
            table.sockets == [
                SocketRecord(
                    transport: .tcp,
                    address: [127, 0, 0, 1],
                    port: socket.port,
                    state: .listen,
                    inode: socket.inode,
                    user: geteuid()
                )
            ]
        )
    }

    @Test("without ports every listener is there, once")
    func everything() throws {
        let first = try LiveSocket()
        try first.bind()
        try first.listen()
        let second = try LiveSocket(.datagram)
        try second.bind()
        let all = try inodes(SocketQuery())
        #expect(all.filter { $0 == first.inode }.count == 1)
        #expect(all.filter { $0 == second.inode }.count == 1)
    }

    @Test("an IPv6 socket, and one for both families", .enabled(if: LiveSocket.hasV6))
    func version6() throws {
        let only = try LiveSocket(v6: true)
        try only.bind()
        try only.listen()
        let both = try LiveSocket(v6: true)
        try both.bind(toAnyAddress: true)
        try both.listen()
        let found = try SocketTable.read(SocketQuery(ports: ports(only.port, both.port))).sockets
        #expect(found.first { $0.inode == only.inode }?.address.last == 1)
        #expect(found.first { $0.inode == both.inode }?.address == .init(repeating: 0, count: 16))
    }

    @Test("sockets that share a port are listed one by one")
    func sharedPort() throws {
        let first = try LiveSocket(reusingPort: true)
        try first.bind()
        try first.listen()
        let second = try LiveSocket(reusingPort: true)
        try second.bind(port: first.port)
        try second.listen()
        #expect(
            try Set(inodes(SocketQuery(ports: ports(first.port)))) == [first.inode, second.inode]
        )
    }

    @Test("UDP: bound sockets hold their port, connected ones are peers")
    func datagrams() throws {
        let server = try LiveSocket(.datagram)
        try server.bind()
        let client = try LiveSocket(.datagram)
        try client.connect(to: server.port)
        let plain = SocketQuery(ports: ports(server.port))
        #expect(try inodes(plain) == [server.inode])
        let withPeers = SocketQuery(ports: ports(server.port), includesPeers: true)
        #expect(try Set(inodes(withPeers)) == [server.inode, client.inode])
    }

    @Test("an accepted connection is no listener, and a client's own port is not held")
    func connections() throws {
        let server = try LiveSocket()
        try server.bind()
        try server.listen()
        let client = try LiveSocket()
        try client.connect(to: server.port)
        let accepted = try LiveSocket(accepting: server)

        #expect(try inodes(SocketQuery(ports: ports(server.port))) == [server.inode])
        #expect(try inodes(SocketQuery(ports: ports(client.port))).isEmpty)
        let withPeers = SocketQuery(ports: ports(server.port), includesPeers: true)
        #expect(
            try Set(inodes(withPeers)) == [server.inode, client.inode, accepted.inode]
        )
    }

    // Linux 6.8 brought the state; before, the text tables and netlink alike hide such sockets.
    @Test("a socket that is bound without listening is found", .enabled(if: Self.showsBound))
    func bound() throws {
        let socket = try LiveSocket()
        try socket.bind()
        let found = try SocketTable.read(SocketQuery(ports: ports(socket.port))).sockets
        #expect(found.map(\.inode) == [socket.inode])
        #expect(found.map(\.state) == [.bound])
    }

    static let showsBound: Bool = {
        var name = utsname()
        _ = unsafe uname(&name)
        let release = unsafe withUnsafeBytes(of: &name.release) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let parts = release.split(separator: ".").prefix(2).compactMap { Int($0) }
        return !parts.lexicographicallyPrecedes([6, 8])
    }()

    @Test("the text tables show the same sockets, and say what they cannot show")
    func sameAsText() throws {
        let listener = try LiveSocket()
        try listener.bind()
        try listener.listen()
        let datagram = try LiveSocket(.datagram)
        try datagram.bind()
        let query = SocketQuery(ports: ports(listener.port, datagram.port))
        let asked = try SocketTable.read(query)
        let text = try SocketTable.read(query, namespaceOf: getpid())
        let mine: Set = [listener.inode, datagram.inode]
        #expect(
            asked.sockets.filter { mine.contains($0.inode) }
                == text.sockets.filter { mine.contains($0.inode) }
        )
        #expect(asked.source.description == "sock_diag")
        #expect(asked.notes.isEmpty)
        #expect(text.source.name(for: .udp) == "/proc/\(getpid())/net/udp")
        #expect(!text.notes.isEmpty)
    }

    @Test("a table of connections is the same in text")
    func sameConnections() throws {
        let server = try LiveSocket()
        try server.bind()
        try server.listen()
        let client = try LiveSocket()
        try client.connect(to: server.port)
        let accepted = try LiveSocket(accepting: server)
        let query = SocketQuery(ports: ports(server.port), includesPeers: true)
        let text = try SocketTable.read(query, procRoot: "/proc/../proc")
        #expect(
            try SocketTable.read(query).sockets == text.sockets
        )
        #expect(text.sockets.contains { $0.inode == accepted.inode })
    }

    @Test("the older and the newer question have the same answer")
    func questions() throws {
        let listener = try LiveSocket(v6: LiveSocket.hasV6)
        try listener.bind()
        try listener.listen()
        let bound = try LiveSocket()
        try bound.bind()
        let query = SocketQuery(ports: ports(listener.port, bound.port))
        let requests = SocketDumpRequest.all(for: query)
        let older = try SocketDiagnostics.read(query, requests: requests).sockets
        let newer = try SocketDiagnostics.read(query, requests: requests.flatMap(\.split)).sockets
        #expect(SocketTable.distinct(older) == SocketTable.distinct(newer))
        #expect(older.contains { $0.inode == listener.inode })
    }

    @Test("a buffer that is too small grows", arguments: [16, 200])
    func smallBuffer(size: Int) throws {
        let socket = try LiveSocket()
        try socket.bind()
        try socket.listen()
        let answer = try SocketDiagnostics.read(
            SocketQuery(ports: ports(socket.port)),
            bufferSize: size
        )
        #expect(answer.isConsistent)
        #expect(Set(answer.sockets.map(\.inode)) == [socket.inode])
    }

    @Test("a dump of more than one datagram is read to its end")
    func manySockets() throws {
        // 300 messages of 124 bytes are more than the 32 KiB of one datagram.
        let first = try LiveSocket(.datagram, reusingPort: true)
        try first.bind()
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { _ = close(descriptor) } }
        for _ in 0..<300 {
            let next = try LiveSocket(.datagram, reusingPort: true)
            try next.bind(port: first.port)
            descriptors.append(fcntl(next.descriptor, F_DUPFD_CLOEXEC, 0))
        }
        #expect(try inodes(SocketQuery(ports: ports(first.port))).count == 301)
    }

    @Test("a directory without tables is an error, not an empty table")
    func missing() {
        #expect(throws: SystemError.self) {
            try SocketTable.read(SocketQuery(), procRoot: "/nonexistent")
        }
    }

    @Test("each socket is listed once, whatever the order")
    func distinct() {
        func record(_ port: UInt16, _ inode: UInt64, peer: UInt16 = 0) -> SocketRecord {
            SocketRecord(
                transport: .tcp,
                address: [],
                port: port,
                peerPort: peer,
                state: .listen,
                inode: inode,
                user: 0
            )
        }
        let table = SocketTable(
            sockets: [
                record(2, 8), record(1, 9), record(2, 8), record(1, 0, peer: 4), record(1, 0),
            ],
            source: .diagnostics
        )
        #expect(
            table.sockets == [record(1, 0), record(1, 0, peer: 4), record(1, 9), record(2, 8)]
        )
    }
}
