import Testing

@testable import ReaperKit

@Suite("socket queries")
struct SocketQueryTests {
    static let port8080 = PortSet(members: [.init(ports: 8080...8080)])

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var state: SocketState
        var port: UInt16 = 8080
        var peerPort: UInt16 = 0
        var peer: [UInt8] = [127, 0, 0, 1]
        var inode: UInt64 = 7
        var transport = TransportProtocol.tcp
        /// Whether it counts without, and with, `--peers`.
        var want: (plain: Bool, withPeers: Bool)
    }
    static let cases = [
        Case(testDescription: "a listener holds its port", state: .listen, want: (true, true)),
        Case(
            testDescription: "a bound socket is seen, without holding it",
            state: .bound,
            want: (true, true)
        ),
        Case(
            testDescription: "and a bound UDP socket",
            state: .close,
            transport: .udp,
            want: (true, true)
        ),
        Case(
            testDescription: "a listener on another port does not count",
            state: .listen,
            port: 8081,
            want: (false, false)
        ),
        Case(
            testDescription: "an accepted connection is a peer",
            state: .established,
            peerPort: 40_000,
            want: (false, true)
        ),
        Case(
            testDescription: "the client of this machine is a peer",
            state: .closeWait,
            port: 40_000,
            peerPort: 8080,
            want: (false, true)
        ),
        Case(
            testDescription: "a client of another machine's port is none",
            state: .established,
            port: 40_000,
            peerPort: 8080,
            peer: [192, 0, 2, 9],
            want: (false, false)
        ),
        Case(
            testDescription: "a client that happens to use the port is a peer at most",
            state: .established,
            peerPort: 443,
            peer: [192, 0, 2, 9],
            want: (false, true)
        ),
        Case(
            testDescription: "a connection nobody holds never counts",
            state: .timeWait,
            peerPort: 40_000,
            inode: 0,
            want: (false, false)
        ),
    ]

    @Test("accepts", arguments: cases)
    func accepts(_ testCase: Case) {
        let socket = SocketRecord(
            transport: testCase.transport,
            address: [10, 0, 0, 1],
            port: testCase.port,
            peerPort: testCase.peerPort,
            peerAddress: testCase.peerPort == 0 ? [] : testCase.peer,
            state: testCase.state,
            inode: testCase.inode,
            user: 0
        )
        let plain = SocketQuery(ports: Self.port8080)
        let withPeers = SocketQuery(ports: Self.port8080, includesPeers: true)
        #expect(plain.accepts(socket) == testCase.want.plain)
        #expect(withPeers.accepts(socket) == testCase.want.withPeers)
    }

    @Test("one port is left to the kernel to filter, several are not")
    func requests() {
        let one = SocketDumpRequest.all(for: SocketQuery(ports: Self.port8080))
        #expect(one.map(\.family) == [.both, .v4, .v6])
        #expect(one.allSatisfy { $0.localPort == 8080 && $0.peerPort == 0 })

        let several = PortSet(members: [.init(ports: 1...9, transport: .tcp)])
        let all = SocketDumpRequest.all(for: SocketQuery(ports: several))
        #expect(all.map(\.transport) == [.tcp])
        #expect(all.allSatisfy { $0.localPort == 0 })

        let zero = PortSet(members: [.init(ports: 0...0)])
        #expect(SocketQuery(ports: zero).singlePort(.tcp) == nil)
    }

    @Test("a question for both families splits into one for each")
    func split() {
        let both = SocketDumpRequest(
            transport: .tcp,
            family: .both,
            states: 1,
            localPort: 80,
            peerPort: 90
        )
        #expect(both.split.map(\.family) == [.v4, .v6])
        #expect(both.split.flatMap(\.split) == both.split)
        #expect(both.message(sequence: 1).count == 76)
        #expect(both.split.map { $0.message(sequence: 1).count } == [72, 72])
        #expect(both.messageType == 18)
        #expect(both.split[0].messageType == 20)
    }

    @Test("the whole range of ports is no single port")
    func wholeRange() {
        let all = PortSet(members: [.init(ports: 0...UInt16.max)])
        #expect(SocketQuery(ports: all).singlePort(.udp) == nil)
    }

    @Test("without peers the kernel is not asked for connections")
    func states() {
        for request in SocketDumpRequest.all(for: SocketQuery()) {
            #expect(request.states & 1 << SocketState.established.rawValue == 0)
        }
        let both = SocketDumpRequest.all(
            for: SocketQuery(ports: Self.port8080, includesPeers: true)
        )
        #expect(both.contains { $0.peerPort == 8080 && $0.localPort == 0 })
    }

    @Test("peers on loopback are of this machine, in every spelling")
    func loopback() {
        func isLocal(_ address: [UInt8], _ peer: [UInt8]) -> Bool {
            SocketRecord(
                transport: .tcp,
                address: address,
                port: 1,
                peerPort: 2,
                peerAddress: peer,
                state: .established,
                inode: 1,
                user: 0
            ).isLocalConnection
        }
        let zeros = [UInt8](repeating: 0, count: 10)
        #expect(isLocal([127, 0, 0, 1], [127, 9, 9, 9]))
        #expect(isLocal([10, 0, 0, 1], [10, 0, 0, 1]))
        #expect(!isLocal([10, 0, 0, 1], [10, 0, 0, 2]))
        #expect(isLocal(zeros + [0, 0, 0, 0, 0, 9], zeros + [0, 0, 0, 0, 0, 1]))
        #expect(isLocal(zeros + [0, 0, 0, 0, 0, 9], zeros + [255, 255, 127, 0, 0, 1]))
        #expect(!isLocal(zeros + [0, 0, 0, 0, 0, 9], zeros + [255, 255, 10, 0, 0, 1]))
        #expect(!isLocal([1], []))
    }
}
