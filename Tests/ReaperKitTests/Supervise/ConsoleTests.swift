import CLinux
import Glibc
import Testing

@testable import ReaperKit

@Suite("lines for people")
struct ConsoleTests {
    /// A pipe of which one end is the console's.
    private struct Pipe: ~Copyable {
        let reader: FileDescriptor
        let writer: FileDescriptor

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(unsafe pipe(&ends) == 0)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            reader = FileDescriptor(owning: ends[0])
            writer = FileDescriptor(owning: ends[1])
            _ = fcntl(reader.raw, F_SETFL, O_NONBLOCK)
        }

        /// What can be read now.
        func text() -> String {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = unsafe read(reader.raw, &chunk, chunk.count)
                guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
                bytes += chunk[..<count]
            }
        }
    }

    @Test("come at once where there is room")
    func room() throws {
        let pipe = try Pipe()
        let console = Console(pipe.writer.raw)
        console.show(Array("one".utf8))
        console.show([])
        #expect(pipe.text() == "one\n\n" && console.entry == nil)
    }

    @Test("wait for a reader without holding anybody up; what is too much is dropped, and told")
    func full() throws {
        let pipe = try Pipe()
        let console = Console(pipe.writer.raw)
        let line = [UInt8](repeating: 0x78, count: 1 << 16)
        // Never returns if it waits for the reader.
        for _ in 0..<100 { console.show(line) }
        #expect(console.entry?.fd == pipe.writer.raw)
        var text = ""
        while console.entry != nil {
            text += pipe.text()
            console.flush()
        }
        text += pipe.text()
        let shown = text.utf8.count / (line.count + 1)
        #expect(text.utf8.count == shown * (line.count + 1) && (60..<100).contains(shown))
        console.show(Array("last".utf8))
        let notice = "reaper: \(100 - shown) lines were not shown; the logs have them\n"
        #expect(pipe.text() == notice + "last\n")
    }

    @Test("what was dropped last is told at the end, too")
    func droppedLast() throws {
        let pipe = try Pipe()
        let console = Console(pipe.writer.raw)
        console.show([UInt8](repeating: 0x78, count: 1 << 20))
        console.show([UInt8](repeating: 0x79, count: 4 << 20))
        var text = ""
        while console.entry != nil {
            text += pipe.text()
            console.flush()
        }
        console.drain(until: Clock.monotonic() + .seconds(60))
        text += pipe.text()
        #expect(text.hasSuffix("\nreaper: 1 line was not shown; the logs have them\n"))
    }

    @Test("are given up when nobody reads any more, though there is no room")
    func gone() throws {
        let writer: Int32
        do {
            let pipe = try Pipe()
            writer = fcntl(pipe.writer.raw, F_DUPFD_CLOEXEC, 0)
            // Full to the last byte, by others.
            _ = fcntl(writer, F_SETFL, O_NONBLOCK)
            let chunk = [UInt8](repeating: 0x78, count: 1 << 16)
            while unsafe write(writer, chunk, chunk.count) > 0 {}
            while unsafe write(writer, chunk, 1) > 0 {}
        }
        defer { _ = close(writer) }
        let console = Console(writer)
        console.show(Array("one".utf8))
        #expect(console.entry == nil)
    }
}
