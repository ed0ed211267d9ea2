import Testing

@testable import ReaperKit

@Suite("/proc/PID/stat")
struct ProcessStatTests {
    /// One line with a name of one's own; the rest is that of a live process.
    static func line(
        _ name: [UInt8],
        _ tail: String = "S 1 4100 4090 34816 -1 4194560 9 0 0 0 3 1 0 0 20 0 5 0 88213 1 2 3\n"
    ) -> [UInt8] {
        Array("4127 (".utf8) + name + Array(") \(tail)".utf8)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let name: [UInt8]
    }

    static let names = [
        Case(testDescription: "an ordinary name", name: Array("node".utf8)),
        Case(testDescription: "the rest of a line", name: Array(") R 1 1 (".utf8)),
        Case(testDescription: "parentheses only", name: Array(")))(((".utf8)),
        Case(testDescription: "a newline", name: Array("a\nb) Z 1".utf8)),
        Case(testDescription: "nothing", name: []),
        Case(testDescription: "an escape sequence", name: Array("\u{1b}[2J".utf8)),
        Case(testDescription: "bytes that are not UTF-8", name: [0xff, 0xfe, 0x80]),
        Case(testDescription: "blanks", name: Array("  \t ".utf8)),
    ]

    @Test("the name may hold anything and changes no other field", arguments: names)
    func name(testCase: Case) throws {
        let record = try ProcessRecord(parsingStat: Self.line(testCase.name).span)
        #expect(record.identity == ProcessIdentity(pid: 4127, startTime: 88_213))
        #expect(record.name == ByteString(testCase.name))
        #expect(record.state == UInt8(ascii: "S"))
        #expect(record.parent == 1 && record.processGroup == 4100 && record.session == 4090)
        #expect(record.terminal == 34_816 && record.threads == 5)
        #expect(record.flags == 4_194_560 && !record.isBeforeExec)
    }

    @Test("who was forked and has executed nothing says so")
    func beforeExec() throws {
        let tail = "S 1 4100 4090 34816 -1 4194368 9 0 0 0 3 1 0 0 20 0 5 0 88213 1 2 3\n"
        #expect(try ProcessRecord(parsingStat: Self.line([], tail).span).isBeforeExec)
    }

    @Test("every prefix is refused or is the very same process", arguments: names)
    func prefixes(testCase: Case) throws {
        let bytes = Self.line(testCase.name)
        let whole = try ProcessRecord(parsingStat: bytes.span)
        var accepted = 0
        for end in 0...bytes.count {
            guard let record = try? ProcessRecord(parsingStat: bytes.span.extracting(..<end)) else {
                continue
            }
            accepted += 1
            #expect(record == whole, "\(end) bytes")
        }
        #expect(accepted > 0)
    }

    @Test("a start time that was cut in the middle is not a start time")
    func cutStart() {
        let tail = "S 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 882"
        #expect(throws: ParseError.truncated(field: "starttime")) {
            try ProcessRecord(parsingStat: Self.line([], tail).span)
        }
        #expect(throws: Never.self) {
            try ProcessRecord(parsingStat: Self.line([], tail + " ").span)
        }
    }

    @Test("the largest numbers fit")
    func largest() throws {
        let tail =
            "Z 2147483647 2147483647 -1 -2147483648 -1 4294967295 "
            + String(repeating: "18446744073709551615 ", count: 10)
            + "2147483647 0 18446744073709551615 0"
        let record = try ProcessRecord(parsingStat: Self.line([], tail).span)
        #expect(record.parent == .max && record.session == -1 && record.terminal == .min)
        #expect(record.flags == .max && record.identity.startTime == .max)
    }

    @Test(
        "numbers that do not fit, or are none, are refused",
        arguments: [
            ("S 2147483648 1 1 0 -1 0 ", ParseError.overflow(field: "ppid")),
            ("S x 1 1 0 -1 0 ", .malformed(field: "ppid", at: 14)),
            ("S 1 1 1 0 -1 4294967296 ", .overflow(field: "flags")),
            ("S 1 1 1 0 -1 -1 ", .malformed(field: "flags", at: 25)),
        ]
    )
    func refused(tail: String, want: ParseError) {
        #expect(throws: want) {
            try ProcessRecord(parsingStat: Self.line(Array("abcd".utf8), tail).span)
        }
    }

    @Test("kernel threads are known by their flag, not by their name or parent")
    func kernelThread() throws {
        let tail = "I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 0 -20 1 0 30 0\n"
        let thread = try ProcessRecord(parsingStat: Self.line(Array("kworker".utf8), tail).span)
        #expect(thread.isKernelThread)
        let program = try ProcessRecord(parsingStat: Self.line(Array("kworker".utf8)).span)
        #expect(!program.isKernelThread)
    }

    @Test(
        "a zombie has no threads left",
        arguments: [
            ("Z", 1, true), ("X", 1, true), ("Z", 0, true), ("Z", 2, false), ("S", 1, false),
        ]
    )
    func zombie(state: String, threads: Int, want: Bool) throws {
        let tail = "\(state) 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 \(threads) 0 5 0"
        #expect(try ProcessRecord(parsingStat: Self.line([], tail).span).isZombie == want)
    }
}
