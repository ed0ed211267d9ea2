import Glibc
import Testing

@testable import ReaperKit

@Suite("port checks")
struct PortCheckTests {
    private func ports(_ number: UInt16, _ transport: TransportProtocol? = nil) -> PortSet {
        PortSet(members: [.init(ports: number...number, transport: transport)])
    }

    @Test("a port is held while its listener lives, and free afterwards")
    func listener() throws {
        let port: UInt16
        do {
            let socket = try LiveSocket()
            try socket.bind()
            try socket.listen()
            port = socket.port
            let check = try PortCheck.look(at: ports(port, .tcp))
            #expect(!check.isFree)
            #expect(check.held.map(\.port) == [port])
            #expect(check.held.first?.sockets.map(\.inode) == [socket.inode])
            #expect(check.held.first?.sockets.map(\.user) == [geteuid()])
        }
        #expect(try PortCheck.look(at: ports(port, .tcp)).isFree)
    }

    @Test("a socket that is bound and does not listen keeps no port")
    func bound() throws {
        let socket = try LiveSocket()
        try socket.bind()
        #expect(try PortCheck.look(at: ports(socket.port, .tcp)).isFree)
    }

    @Test("a port that only closed connections have is free, and they are named")
    func timeWait() throws {
        let server = try LiveSocket()
        try server.bind()
        try server.listen()
        let port = server.port
        do {
            let client = try LiveSocket()
            try client.connect(to: port)
            do { _ = try LiveSocket(accepting: server) }
            // Whoever closes first keeps the connection in TIME_WAIT.
            client.waitForEnd()
        }
        _ = consume server
        let check = try PortCheck.look(at: ports(port, .tcp), includesPeers: true)
        #expect(check.isFree)
        #expect(check.lingering.map(\.port) == [port])
        #expect(check.lingering.first?.sockets.map(\.inode) == [0])
        #expect(check.outcomes { _ in "?" }.map(\.isFree) == [true])
    }

    private func socket(
        _ port: UInt16,
        peer: UInt16 = 0,
        _ state: SocketState,
        _ inode: UInt64
    ) -> SocketRecord {
        SocketRecord(
            transport: .tcp,
            address: [127, 0, 0, 1],
            port: port,
            peerPort: peer,
            peerAddress: peer == 0 ? [] : [127, 0, 0, 1],
            state: state,
            inode: inode,
            user: 7
        )
    }

    @Test("of a range only held ports are reported, a single port always")
    func outcomes() {
        let asked = PortSet(members: [
            .init(ports: 80...80, transport: .tcp), .init(ports: 3000...3999),
            .init(ports: 53...53),
        ])
        let table = SocketTable(
            sockets: [
                socket(3010, .listen, 1), socket(3010, .listen, 2),
                socket(80, peer: 9, .timeWait, 0),
                socket(40_000, peer: 3100, .established, 3),
            ],
            source: .diagnostics
        )
        let check = PortCheck(table, ports: asked)
        let outcomes = check.outcomes { "\($0.sockets.count)" }
        #expect(
            outcomes == [
                PortOutcome(transport: .tcp, port: 53, isFree: true),
                PortOutcome(transport: .udp, port: 53, isFree: true),
                PortOutcome(transport: .tcp, port: 80, isFree: true),
                PortOutcome(transport: .tcp, port: 3010, isFree: false, holder: "2"),
                PortOutcome(transport: .tcp, port: 3100, isFree: false, holder: "1"),
            ]
        )
        #expect(check.lingering.map(\.port) == [80])
    }

    @Test("closed connections of a held port are not worth naming")
    func lingeringBesideListener() {
        let table = SocketTable(
            sockets: [socket(80, .listen, 1), socket(80, peer: 9, .timeWait, 0)],
            source: .diagnostics
        )
        let check = PortCheck(table, ports: ports(80))
        #expect(check.held.count == 1)
        #expect(check.held.first?.sockets.count == 1)
        #expect(check.lingering.isEmpty)
    }
}
