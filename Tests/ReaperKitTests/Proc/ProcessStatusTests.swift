import Testing

@testable import ReaperKit

@Suite("/proc/PID/status")
struct ProcessStatusTests {
    static let text = """
        Name:\tnode\\nUid:\\t0\\t0
        Umask:\t0022
        State:\tS (sleeping)
        Tgid:\t4127
        Ngid:\t0
        Pid:\t4127
        PPid:\t1
        TracerPid:\t77
        Uid:\t1000\t1001\t1002\t1003
        Gid:\t5\t5\t5\t5
        Groups:\t4 24 27
        NStgid:\t4127\t12
        NSpid:\t4127\t12\t1
        SigQ:\t0/1000
        ShdPnd:\t0000000000000000
        SigBlk:\t0000000000004000
        SigIgn:\t0000000000001000
        SigCgt:\tfffffffe7ffbfeff

        """

    private func parse(_ text: String) throws(ParseError) -> ProcessStatus {
        let bytes = Array(text.utf8)
        return try ProcessStatus(parsing: bytes.span)
    }

    @Test("the lines that decide are read, and a name cannot forge one")
    func whole() throws {
        let status = try parse(Self.text)
        #expect(status.realUser == 1000 && status.effectiveUser == 1001)
        #expect(status.threadGroup == 4127 && status.tracer == 77)
        #expect(status.namespacePids == [4127, 12, 1])
        #expect(status.blockedSignals == 0x4000 && status.ignoredSignals == 0x1000)
        #expect(status.caughtSignals == 0xffff_fffe_7ffb_feff)
    }

    @Test("a name that looks like a line of its own is still the name")
    func forged() throws {
        let forged = Self.text.replacing("Name:\tnode\\nUid:\\t0\\t0", with: "Name:\tUid:\t0\t0")
        #expect(try parse(forged).realUser == 1000)
    }

    @Test("every prefix is parsed or refused")
    func prefixes() {
        let bytes = Array(Self.text.utf8)
        var accepted = 0
        for end in 0...bytes.count
        where (try? ProcessStatus(parsing: bytes.span.extracting(..<end))) != nil {
            accepted += 1
        }
        #expect(accepted > 0 && accepted < bytes.count)
    }

    @Test(
        "without a thread group or an owner it is refused",
        arguments: [
            ("", ParseError.truncated(field: "Tgid")),
            ("Tgid:\t1\n", .truncated(field: "Uid")),
            ("Uid:\t0\t0\n", .truncated(field: "Tgid")),
            ("Tgid:\t1\nUid:\t0\n", .truncated(field: "Uid")),
            ("Tgid:\t1\nUid:\t4294967296\t0\n", .overflow(field: "Uid")),
            ("Tgid:\t1\nUid:\t0\t0\nNSpid:\t1 x\n", .malformed(field: "NSpid", at: 9)),
            ("Tgid:\t1\nUid:\t0\t0\nSigBlk:\t11111111111111111\n", .overflow(field: "SigBlk")),
        ]
    )
    func refused(text: String, want: ParseError) {
        #expect(throws: want) { try parse(text) }
    }

    @Test("a key must start its line and end at its colon")
    func keys() throws {
        let status = try parse("Tgid:\t1\nUid:\t7\t7\nxUid:\t8\t8\nUidx:\t9\t9\nNSpidx:\t1 2\n")
        #expect(status.realUser == 7 && status.namespacePids.isEmpty)
    }

    @Test("a signal that is ignored or blocked gets no reaction")
    func reacts() throws {
        let status = try parse(Self.text)
        #expect(try status.reacts(to: Signal(parsing: "HUP")))
        // Signal 13 is ignored, signal 15 is blocked.
        #expect(try !status.reacts(to: Signal(parsing: "PIPE")))
        #expect(!status.reacts(to: .terminate))
        #expect(try status.reacts(to: Signal(parsing: "64")))
    }
}
