import CLinux
import Testing

@testable import ReaperKit
@testable import Simulation

@Suite("sock_diag dumps")
struct SocketDumpTests {
    /// One datagram of Linux 6.18 (x86-64): 127.0.0.1:18181 listens, 0.0.0.0:2024 listens,
    /// 127.0.0.1:18183 is bound.
    static let listeners = bytes(
        """
        7c0000001400020007000000c02e0000020a0000470500007f000001000000000000000000000000\
        00000000000000000000000000000000000000000100000000000000000000000100000003000000\
        000000001c900000050008000000000008000f00000000000c001500010000000000000006001600\
        520000007c0000001400020007000000c02e0000020a000007e80000000000000000000000000000\
        00000000000000000000000000000000000000000000000002000000000000000000000000000000\
        80000000000000004d020000050008000000000008000f00000000000c0015000100000000000000\
        06001600520000007c0000001400020007000000c02e000002070000470700007f00000100000000\
        00000000000000000000000000000000000000000000000000000000030000000000000000000000\
        0000000000000000000000001e900000050008000000000008000f00000000000c00150001000000\
        000000000600160052000000
        """
    )
    /// A listener on [::]:18182.
    static let v6 = bytes(
        """
        840000001400020007000000c02e00000a0a00004706000000000000000000000000000000000000\
        00000000000000000000000000000000000000000400000000000000000000000000000080000000\
        000000001d900000050008000000000005000b000000000008000f00000000000c00150001000000\
        000000000600160012000000
        """
    )
    /// Both ends of a connection to 127.0.0.1:18181, not yet accepted: one has no inode.
    static let connection = bytes(
        """
        7c00000014000200070000006011000002010000d7f447057f000001000000000000000000000000\
        7f000001000000000000000000000000000000000110000000000000000000000000000000000000\
        0000000043f60200050008000000000008000f00000000000c001500010000000000000006001600\
        520000007c000000140002000700000060110000020100004705d7f47f0000010000000000000000\
        000000007f0000010000000000000000000000000000000002100000000000000000000000000000\
        000000000000000000000000050008000000000008000f00000000000c0015000100000000000000\
        0600160052000000
        """
    )

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// A message without a socket in it.
    private static func message(
        type: UInt8,
        flags: UInt8 = 2,
        sequence: UInt8 = 7,
        payload: [UInt8] = []
    ) -> [UInt8] {
        [UInt8(16 + payload.count), 0, 0, 0, type, 0, flags, 0, sequence, 0, 0, 0, 0, 0, 0, 0]
            + payload
    }
    private static let done = message(type: 3, payload: [0, 0, 0, 0])

    private static func dump(
        _ family: SocketDumpRequest.Family = .v4,
        _ transport: TransportProtocol = .tcp,
        query: SocketQuery = SocketQuery()
    ) -> SocketDump {
        SocketDump(
            SocketDumpRequest(transport: transport, family: family, states: 0),
            sequence: 7,
            query: query
        )
    }

    @Test("the layout that is read is the one of the kernel's headers")
    func layout() {
        #expect(MemoryLayout<nlmsghdr>.size == 16)
        #expect(MemoryLayout<inet_diag_msg>.size == 72)
        #expect(MemoryLayout<inet_diag_msg>.offset(of: \.id) == 20 - 16)
        #expect(MemoryLayout<inet_diag_sockid>.offset(of: \.idiag_src) == 24 - 20)
        #expect(MemoryLayout<inet_diag_sockid>.offset(of: \.idiag_dst) == 40 - 20)
        #expect(MemoryLayout<inet_diag_msg>.offset(of: \.idiag_uid) == 80 - 16)
        #expect(MemoryLayout<inet_diag_msg>.offset(of: \.idiag_inode) == 84 - 16)
        #expect(MemoryLayout<inet_diag_req_v2>.size == 56)
        #expect(MemoryLayout<inet_diag_req>.size == 60)
        #expect(MemoryLayout<inet_diag_req>.offset(of: \.idiag_states) == 52)
        #expect(TCPDIAG_GETSOCK == 18)
        #expect(SOCK_DIAG_BY_FAMILY == 20)
        #expect(NLM_F_REQUEST | NLM_F_DUMP == 0x301)
        #expect(NLM_F_DUMP_INTR == 0x10)
    }

    @Test("a recorded dump gives its listeners and bound sockets")
    func recorded() throws {
        var dump = Self.dump()
        try dump.append(Self.listeners.span)
        #expect(!dump.isComplete)
        try dump.append(Self.done.span)
        #expect(dump.isComplete)
        #expect(!dump.wasInterrupted)
        #expect(
            dump.sockets == [
                SocketRecord(
                    transport: .tcp,
                    address: [127, 0, 0, 1],
                    port: 18181,
                    state: .listen,
                    inode: 36892,
                    user: 0
                ),
                SocketRecord(
                    transport: .tcp,
                    address: [0, 0, 0, 0],
                    port: 2024,
                    state: .listen,
                    inode: 589,
                    user: 0
                ),
                SocketRecord(
                    transport: .tcp,
                    address: [127, 0, 0, 1],
                    port: 18183,
                    state: .bound,
                    inode: 36894,
                    user: 0
                ),
            ]
        )
    }

    @Test("an IPv6 address has sixteen bytes")
    func version6() throws {
        var dump = Self.dump(.v6)
        try dump.append(Self.v6.span)
        #expect(dump.sockets.map(\.address) == [[UInt8](repeating: 0, count: 16)])
        #expect(dump.sockets.map(\.port) == [18182])
        #expect(dump.sockets.map(\.inode) == [36893])
    }

    @Test("connections are kept only for a query with peers, and only those with an inode")
    func connections() throws {
        var without = Self.dump()
        try without.append(Self.connection.span)
        #expect(without.sockets.isEmpty)

        var with = Self.dump(query: SocketQuery(includesPeers: true))
        try with.append(Self.connection.span)
        #expect(with.sockets.map(\.inode) == [194115])
        #expect(with.sockets.map(\.peerPort) == [18181])
        #expect(with.sockets.map(\.peerAddress) == [[127, 0, 0, 1]])
    }

    @Test("every prefix of a datagram is refused or read as far as whole messages go")
    func prefixes() {
        for datagram in [Self.listeners, Self.v6, Self.connection, Self.done] {
            for end in 0..<datagram.count {
                var dump = Self.dump(query: SocketQuery(includesPeers: true))
                do throws(SystemError) {
                    try dump.append(datagram.span.extracting(..<end))
                    #expect(end % 124 == 0)
                } catch {
                    #expect(error.code == 74)
                }
                #expect(dump.sockets.count <= end / 88)
            }
        }
    }

    @Test("no change of bytes makes the reader trap or run on")
    func mutations() {
        var generator = SplitMix(state: 18)
        let whole = Self.listeners + Self.done
        for _ in 0..<20_000 {
            var datagram = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<datagram.count, using: &generator)
                datagram[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            var dump = Self.dump()
            do throws(SystemError) { try dump.append(datagram.span) } catch {}
            #expect(dump.sockets.count <= 3)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var datagram: [UInt8]
        var code: Int32?
        var isInterrupted = false
        var isComplete = false
    }
    static let cases = [
        Case(
            testDescription: "the kernel's refusal is the error",
            datagram: message(type: 2, payload: [0xff, 0xff, 0xff, 0xff]),
            code: 1
        ),
        Case(
            testDescription: "an error without a code is malformed",
            datagram: message(type: 2),
            code: 74
        ),
        Case(
            testDescription: "an acknowledgment is no answer to a dump",
            datagram: message(type: 2, payload: [0, 0, 0, 0]),
            code: 74
        ),
        Case(
            testDescription: "the most negative code does not overflow",
            datagram: message(type: 2, payload: [0, 0, 0, 0x80]),
            code: .max
        ),
        Case(
            testDescription: "a dump that failed on its way says so at its end",
            datagram: message(type: 3, payload: [0xf4, 0xff, 0xff, 0xff]),
            code: 12
        ),
        Case(
            testDescription: "an end without a code is an end",
            datagram: message(type: 3),
            isComplete: true
        ),
        Case(
            testDescription: "nothing after the end is read",
            datagram: message(type: 3) + [1, 2, 3],
            isComplete: true
        ),
        Case(
            testDescription: "an interrupted dump is noticed",
            datagram: message(type: 3, flags: 0x12),
            isInterrupted: true,
            isComplete: true
        ),
        Case(
            testDescription: "lost data is noticed",
            datagram: message(type: 4),
            isInterrupted: true
        ),
        Case(testDescription: "a message without content is skipped", datagram: message(type: 1)),
        Case(
            testDescription: "the answer to another question is skipped",
            datagram: message(type: 3, sequence: 6)
        ),
        Case(
            testDescription: "an unknown message is malformed",
            datagram: message(type: 99),
            code: 74
        ),
        Case(
            testDescription: "a message shorter than its header is malformed",
            datagram: [15] + message(type: 1).dropFirst(),
            code: 74
        ),
        Case(
            testDescription: "a message longer than the datagram is malformed",
            datagram: [17] + message(type: 1).dropFirst(),
            code: 74
        ),
        Case(
            testDescription: "a socket of another family is malformed",
            datagram: message(type: 20, payload: [1] + [UInt8](repeating: 0, count: 71)),
            code: 74
        ),
        Case(
            testDescription: "a socket in an unknown state is left out",
            datagram: message(type: 20, payload: [2, 77] + [UInt8](repeating: 0, count: 70))
        ),
    ]

    @Test("control messages", arguments: cases)
    func control(_ testCase: Case) {
        var dump = Self.dump()
        var code: Int32?
        do throws(SystemError) { try dump.append(testCase.datagram.span) } catch {
            code = error.code
        }
        #expect(code == testCase.code)
        #expect(dump.wasInterrupted == testCase.isInterrupted)
        #expect(dump.isComplete == testCase.isComplete)
        #expect(dump.sockets.isEmpty)
    }
}
