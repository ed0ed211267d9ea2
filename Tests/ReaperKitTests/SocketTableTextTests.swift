import Testing

@testable import ReaperKit
@testable import Simulation

@Suite("/proc/net tables")
struct SocketTableTextTests {
    static let tcp = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:4705 00000000:0000 0A 00000000:00000001 00:00000000 00000000  1000        0 36892 2 00000000dbd7da1b 100 0 0 10 0
           1: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 589 1 00000000693a8d3d 100 0 0 10 0
           2: 0100007F:4705 0100007F:8DEE 01 00000000:00000000 00:00000000 00000000     0        0 0 1 00000000c8300ac3 20 0 0 10 -1
           3: 0100007F:8DEE 0100007F:4705 01 00000000:00000000 00:00000000 00000000     0        0 36896 2 00000000e89fad53 20 0 0 10 -1

        """
    static let tcp6 = """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0000000000000000FFFF00000100007F:4706 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 36893 1 00000000cdcf6fc2 100 0 0 10 0

        """
    static let udp = """
           sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
         3285: 0100007F:4708 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 36895 2 00000000a5f643d9 0

        """

    private static func table(
        _ text: some Sequence<UInt8>,
        _ transport: TransportProtocol = .tcp,
        peers: Bool = false
    ) -> SocketTableText {
        var table = SocketTableText(transport, query: SocketQuery(includesPeers: peers))
        table.append(text)
        return table
    }

    // The words are in the machine's byte order, the fixtures come from a little-endian one.
    @Test("a recorded table gives its listeners", .enabled(if: 1.littleEndian == 1))
    func listeners() {
        let table = Self.table(Self.tcp.utf8)
        #expect(
            table.sockets == [
                SocketRecord(
                    transport: .tcp,
                    address: [127, 0, 0, 1],
                    port: 18181,
                    state: .listen,
                    inode: 36892,
                    user: 1000
                ),
                SocketRecord(
                    transport: .tcp,
                    address: [0, 0, 0, 0],
                    port: 2024,
                    state: .listen,
                    inode: 589,
                    user: 0
                ),
            ]
        )
        #expect(table.malformedLines == 0)
        let v6 = Self.table(Self.tcp6.utf8).sockets
        #expect(v6.map(\.address) == [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1]])
        let udp = Self.table(Self.udp.utf8, .udp).sockets
        #expect(udp.map(\.port) == [18184])
        #expect(udp.map(\.state) == [.close])
    }

    @Test("with peers the end that a process holds is there, the backlog's is not")
    func peers() {
        let table = Self.table(Self.tcp.utf8, peers: true)
        #expect(table.sockets.map(\.inode) == [36892, 589, 36896])
        #expect(table.sockets.map(\.peerPort) == [0, 0, 18181])
    }

    @Test("a prefix of a table is a prefix of its sockets, and a cut line is none")
    func prefixes() {
        for text in [Self.tcp, Self.tcp6, Self.udp].map({ Array($0.utf8) }) {
            let whole = Self.table(text, peers: true).sockets
            for end in 0...text.count {
                let cut = Self.table(text[..<end], peers: true)
                #expect(cut.sockets == Array(whole.prefix(cut.sockets.count)))
                #expect(cut.malformedLines == 0)
            }
        }
    }

    @Test("where a read ends makes no difference")
    func chunks() {
        let text = Array(Self.tcp.utf8)
        for size in [1, 7, 64] {
            var table = SocketTableText(.tcp, query: SocketQuery(includesPeers: true))
            for start in stride(from: 0, to: text.count, by: size) {
                table.append(text[start..<min(start + size, text.count)])
            }
            #expect(table.sockets == Self.table(text, peers: true).sockets)
        }
    }

    static let malformed = [
        "",
        "garbage",
        "0: 0100007F:4705",
        "0: 0100007F:14705 00000000:0000 0A 0:0 0:0 0 0 0 1",
        "0: 0100007:4705 00000000:0000 0A 0:0 0:0 0 0 0 1",
        "0: 0100007F0100007F:4705 00000000:0000 0A 0:0 0:0 0 0 0 1",
        "0: 0100007F:4705 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1",
        "0: 0100007F:4705 00000000:0000 0A 0:0 0:0 0 4294967296 0 1",
        "0: 0100007F:4705 00000000:0000 0A 0:0 0:0 0 0 0 18446744073709551616",
        "0: 0100007F:4705 00000000:0000 0A 0:0 0:0 0 0 0 -1",
        "0: 0100007F:4705 00000000:0000 0A 0:0 0:0 0 0 0",
    ]

    @Test("a line that makes no sense is counted, and no socket", arguments: malformed)
    func lines(_ line: String) {
        let table = Self.table("\(line)\n".utf8)
        #expect(table.sockets.isEmpty)
        #expect(table.malformedLines == 1)
    }

    @Test("a socket in an unknown state is left out without complaint")
    func unknownState() {
        let table = Self.table("0: 0100007F:4705 00000000:0000 63 0:0 0:0 0 0 0 1\n".utf8)
        #expect(table.sockets.isEmpty)
        #expect(table.malformedLines == 0)
    }

    @Test("an endless line is not kept in memory, and is no socket")
    func endlessLine() {
        var table = SocketTableText(.tcp, query: SocketQuery())
        table.append(repeatElement(UInt8(ascii: "0"), count: 100_000))
        table.append("\n".utf8)
        #expect(table.sockets.isEmpty)
        #expect(table.malformedLines == 1)
    }

    @Test("no change of bytes makes the reader trap")
    func mutations() {
        var generator = SplitMix(state: 8)
        let whole = Array(Self.tcp.utf8)
        for _ in 0..<2_000 {
            var text = whole
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<text.count, using: &generator)
                text[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            #expect(Self.table(text, peers: true).sockets.count <= 9)
        }
    }
}
