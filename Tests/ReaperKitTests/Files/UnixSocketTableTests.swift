import Glibc
import Testing

@testable import ReaperKit

@Suite("unix socket tables")
struct UnixSocketTableTests {
    /// Three messages: a row bound to inode 0x01020304 of device 254:3, one bound to nothing, done.
    private static var dump: [UInt8] {
        func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
            [UInt8(16 + body.count), 0, 0, 0, type, 0, 2, 0] + [UInt8](repeating: 0, count: 8)
                + body
        }
        let row = [UInt8](repeating: 1, count: 16)
        let vfs: [UInt8] = [12, 0, 1, 0, 4, 3, 2, 1, 3, 0, 0xe0, 0x0f]
        return message(20, row + vfs) + message(20, row) + message(3, [0, 0, 0, 0])
    }

    @Test("a row's inode and device are read, whoever packs them")
    func row() {
        let dump = UnixSocketDump.parse(UnixSocketTableTests.dump.span)
        #expect(dump.end == .done)
        #expect(
            dump.bindings
                == [.init(device: DeviceNumber(major: 254, minor: 3), inode: 0x0102_0304)]
        )
        let table = UnixSocketTable(dump.bindings)
        #expect(
            table.contains(device: DeviceNumber(major: 254, minor: 3), inode: 0x9_0102_0304),
            "sock_diag keeps 32 bits"
        )
        #expect(!table.contains(device: DeviceNumber(major: 254, minor: 4), inode: 0x0102_0304))
    }

    @Test("the socket that is bound to an inode is known by its own inode")
    func sockets() {
        let dump = UnixSocketDump.parse(UnixSocketTableTests.dump.span)
        let table = UnixSocketTable(dump.bindings, sockets: dump.sockets)
        let device = DeviceNumber(major: 254, minor: 3)
        #expect(table.sockets(boundTo: 0x0102_0304, of: device) == [0x0101_0101])
        #expect(table.sockets(boundTo: 1, of: device).isEmpty)
    }

    @Test("a dump that is cut is never taken for a whole one")
    func prefixes() {
        let bytes = UnixSocketTableTests.dump
        for end in 0..<(bytes.count - 20) {
            #expect(UnixSocketDump.parse(bytes.span.extracting(..<end)).end != .done)
        }
    }

    @Test("a refusal is an error, not an empty table")
    func refused() {
        let code = UInt32(bitPattern: -EPERM)
        let bytes: [UInt8] =
            [36, 0, 0, 0, 2, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
            + (0..<4).map { UInt8(truncatingIfNeeded: code >> (8 * UInt32($0))) }
            + [UInt8](repeating: 0, count: 16)
        #expect(UnixSocketDump.parse(bytes.span).end == .failed(EPERM))
    }
}
