import Testing

@testable import ReaperKit

@Suite("reading numbers from bytes")
struct ByteCursorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let want: Result<Int32, ParseError>

        init(_ text: String, _ want: Int32) { (self.text, self.want) = (text, .success(want)) }
        init(_ text: String, _ error: ParseError) {
            (self.text, want) = (text, .failure(error))
        }

        var testDescription: String { "'\(text)'" }
    }

    static let decimals = [
        Case("0", 0), Case("7 8", 7), Case(" \t42\n", 42), Case("-1", -1), Case("007", 7),
        Case("2147483647", .max), Case("-2147483648", .min),
        Case("2147483648", .overflow(field: "n")), Case("-2147483649", .overflow(field: "n")),
        Case("99999999999999999999999", .overflow(field: "n")),
        Case("", .truncated(field: "n")), Case("   ", .truncated(field: "n")),
        Case("-", .truncated(field: "n")), Case("-x", .malformed(field: "n", at: 0)),
        Case(" x1", .malformed(field: "n", at: 1)), Case("\n1", .malformed(field: "n", at: 0)),
        Case("+1", .malformed(field: "n", at: 0)),
    ]

    @Test("decimal numbers are read whole or refused, never wrapped", arguments: decimals)
    func decimal(testCase: Case) {
        let bytes = Array(testCase.text.utf8)
        var cursor = ByteCursor()
        let got = Result { () throws(ParseError) in
            try cursor.integer("n", in: bytes.span, as: Int32.self)
        }
        #expect(got == testCase.want)
    }

    @Test("an unsigned number has no minus sign")
    func unsigned() throws {
        let bytes = Array("-1".utf8)
        #expect(throws: ParseError.malformed(field: "n", at: 0)) {
            var cursor = ByteCursor()
            _ = try cursor.integer("n", in: bytes.span, as: UInt32.self)
        }
        var cursor = ByteCursor()
        let largest = Array("18446744073709551615".utf8)
        #expect(try cursor.integer("n", in: largest.span, as: UInt64.self) == .max)
    }

    @Test("hexadecimal digits of either case are read, and refused when they do not fit")
    func hexadecimal() throws {
        var cursor = ByteCursor()
        let bytes = Array("\tfFfFfFfFfFfFfFfF 0".utf8)
        #expect(try cursor.hexadecimal("mask", in: bytes.span, as: UInt64.self) == .max)
        #expect(try cursor.hexadecimal("mask", in: bytes.span, as: UInt64.self) == 0)
        for (text, error) in [
            ("1ffffffffffffffff", ParseError.overflow(field: "mask")),
            ("", .truncated(field: "mask")), ("g", .malformed(field: "mask", at: 0)),
        ] {
            #expect(throws: error) {
                var cursor = ByteCursor()
                _ = try cursor.hexadecimal("mask", in: Array(text.utf8).span, as: UInt64.self)
            }
        }
    }

    @Test("a field ends at a blank or at the end of the line, and must not be empty")
    func fields() throws {
        let bytes = Array("one two\nthree".utf8)
        var cursor = ByteCursor()
        try cursor.skipField("a", in: bytes.span)
        try cursor.skipField("b", in: bytes.span)
        #expect(cursor.offset == 7)
        #expect(throws: ParseError.truncated(field: "c")) {
            var next = ByteCursor()
            next.seek(to: 7)
            try next.skipField("c", in: bytes.span)
        }
    }

    @Test("a position behind the end reads nothing")
    func behind() {
        #expect(throws: ParseError.malformed(field: "n", at: 100)) {
            var cursor = ByteCursor()
            cursor.seek(to: 100)
            _ = try cursor.integer("n", in: [0x31].span, as: Int32.self)
        }
    }

    @Test(
        "an error names the field as the manual does",
        arguments: [
            (ParseError.truncated(field: "comm"), "truncated before 'comm' ended"),
            (.malformed(field: "ppid", at: 9), "malformed 'ppid' at byte 9"),
            (.overflow(field: "starttime"), "'starttime' out of range"),
        ]
    )
    func description(error: ParseError, want: String) {
        #expect(error.description == want)
    }
}
