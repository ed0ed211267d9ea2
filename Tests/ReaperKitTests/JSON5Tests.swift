import ReaperKit
import Testing

@Suite("JSON5")
struct JSON5Tests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String { text.escapedForTerminal }
        var text: String
        var want: Tree

        init(_ text: String, _ want: Tree) {
            self.text = text
            self.want = want
        }
    }

    /// A value without its places.
    indirect enum Tree: Sendable, Equatable {
        case null, bool(Bool), integer(Int64), number(Double), string(String)
        case array([Tree]), object([String: Tree])

        init(_ value: JSONValue) {
            switch value.kind {
            case .null: self = .null
            case .bool(let flag): self = .bool(flag)
            case .integer(let number): self = .integer(number)
            case .number(let number): self = .number(number)
            case .string(let text): self = .string(text)
            case .array(let values): self = .array(values.map(Tree.init))
            case .object(let members):
                self = .object(members.reduce(into: [:]) { $0[$1.name] = Tree($1.value) })
            }
        }
    }

    static let valid: [Case] = [
        Case("{}", .object([:])),
        Case("[]", .array([])),
        Case(" \t\u{b}\u{c}\u{a0}\u{feff}\u{2028}\u{2003}\u{3000}\r\n null // end", .null),
        Case("/**/ true /* * / **/", .bool(true)),
        Case("// only\u{2028}false", .bool(false)),
        Case(
            "{a:1,'b':2,\"c\":3,}",
            .object(["a": .integer(1), "b": .integer(2), "c": .integer(3)])
        ),
        Case("[1,[2,],]", .array([.integer(1), .array([.integer(2)])])),
        Case(
            "{$_\u{fc}\u{3c0}x\u{200c}:1}",
            .object(["$_\u{fc}\u{3c0}x\u{200c}": .integer(1)])
        ),
        Case(
            "{\\u0061b\\u0063:1}",
            .object(["abc": .integer(1)])
        ),
        Case(
            "{while:1,null:2,Infinity:3,NaN:4}",
            .object([
                "while": .integer(1), "null": .integer(2), "Infinity": .integer(3),
                "NaN": .integer(4),
            ])
        ),
        Case("'it\\'s \"x\"'", .string("it's \"x\"")),
        Case(
            "\"\\b\\f\\n\\r\\t\\v\\0\\x41\\u00e9\\/\\q\\'\"",
            .string("\u{8}\u{c}\n\r\t\u{b}\0A\u{e9}/q'")
        ),
        Case("'a\\\nb\\\r\nc\\\rd\\\u{2028}e\\\u{2029}f'", .string("abcdef")),
        Case("'\u{2028}\u{2029}\t'", .string("\u{2028}\u{2029}\t")),
        Case("'\\ud83d\\ude00'", .string("\u{1f600}")),
        Case("'\u{1f600}\u{7ff}\u{800}\u{10ffff}'", .string("\u{1f600}\u{7ff}\u{800}\u{10ffff}")),
        Case("0", .integer(0)), Case("-0", .integer(0)), Case("+7", .integer(7)),
        Case("0xdecaf", .integer(0xdecaf)), Case("-0XC0FFEE", .integer(-0xc0ffee)),
        Case(".5", .number(0.5)), Case("5.", .number(5)), Case("-.5e1", .number(-5)),
        Case("1e3", .number(1000)), Case("1.5E-2", .number(0.015)),
        Case("Infinity", .number(.infinity)), Case("-Infinity", .number(-.infinity)),
        Case("9223372036854775807", .integer(.max)),
        Case("-9223372036854775808", .integer(.min)),
        Case("9223372036854775808", .number(9_223_372_036_854_775_808)),
        Case("0xffffffffffffffff", .number(0x1p64)),
        Case("1e-400", .number(0)),
    ]

    @Test("reads what the grammar allows", arguments: valid)
    func reads(_ testCase: Case) throws {
        #expect(try Tree(JSON5Reader.read(Array(testCase.text.utf8))) == testCase.want)
    }

    @Test("NaN is a number, with any sign", arguments: ["NaN", "+NaN", "-NaN"])
    func notANumber(_ text: String) throws {
        guard case .number(let number) = try JSON5Reader.read(Array(text.utf8)).kind else {
            Issue.record("not a number")
            return
        }
        #expect(number.isNaN)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String { text.escapedForTerminal }
        var text: String
        var message: String

        init(_ text: String, _ message: String) {
            self.text = text
            self.message = message
        }
    }

    static let invalid: [Refusal] = [
        Refusal("", "1:1: expected a value, found the end of the text"),
        Refusal("// a\n", "2:1: expected a value, found the end of the text"),
        Refusal("{a:1 b:2}", "1:6: expected ',' or '}' after this value, found 'b'"),
        Refusal("[1 2]", "1:4: expected ',' or ']' after this value, found '2'"),
        Refusal(
            "{a:1,\n\u{e9}\u{e9} 2}",
            "2:4: expected ':' after the name '\u{e9}\u{e9}', found '2'"
        ),
        Refusal("{a 1}", "1:4: expected ':' after the name 'a', found '1'"),
        Refusal("{a:}", "1:4: expected a value, found '}'"),
        Refusal("{,}", "1:2: expected a name or '}', found ','"),
        Refusal("{1:2}", "1:2: expected a name or '}', found '1'"),
        Refusal("{a:1,,}", "1:6: expected a name or '}', found ','"),
        Refusal("[,]", "1:2: expected a value, found ','"),
        Refusal("[1,,]", "1:4: expected a value, found ','"),
        Refusal("{a:[1}", "1:6: expected ',' or ']' after this value, found '}'"),
        Refusal("{a:{", "1:5: expected '}' for the '{' at 1:4, found the end of the text"),
        Refusal("[1", "1:3: expected ']' for the '[' at 1:1, found the end of the text"),
        Refusal("{a:TERM}", "1:4: expected a value, found 'TERM'; text needs quotes"),
        Refusal("nulls", "1:1: expected a value, found 'nulls'; text needs quotes"),
        Refusal("1 2", "1:3: expected the end of the text after the value, found '2'"),
        Refusal(
            "{a:1,a:2}",
            "1:6: expected each name once, found 'a' again; it first stood at 1:2"
        ),
        Refusal(
            "{a:1,'\\x61':2}",
            "1:6: expected each name once, found 'a' again; it first stood at 1:2"
        ),
        Refusal("/* x", "1:1: expected '*/' at the end of the comment that begins here"),
        Refusal("/*/", "1:1: expected '*/' at the end of the comment that begins here"),
        Refusal("/ 1", "1:1: expected '//' or '/*', found a single '/'"),
        Refusal(
            "'a",
            "1:3: expected a closing \"'\" for the string at 1:1, found the end of the text"
        ),
        Refusal(
            "'a\nb'",
            "1:3: expected a closing \"'\" for the string at 1:1 before the end of the line"
        ),
        Refusal("'\\", "1:3: expected a character after '\\', found the end of the text"),
        Refusal("'\\1'", "1:2: expected \\x and two digits, found '\\1'"),
        Refusal("'\\01'", "1:2: expected \\x and two digits, found an octal escape"),
        Refusal("'\\x4'", "1:5: expected 2 hexadecimal digits, found '''"),
        Refusal("'\\u12g4'", "1:6: expected 4 hexadecimal digits, found 'g4'"),
        Refusal("'\\ud800'", "1:2: expected both halves of a surrogate pair, found one"),
        Refusal("'\\udc00\\ud800'", "1:2: expected both halves of a surrogate pair, found one"),
        Refusal("'\\ud800\\u0041'", "1:2: expected both halves of a surrogate pair, found one"),
        Refusal("{\\x61:1}", "1:2: expected '\\u' in an unquoted name, found '\\'"),
        Refusal("{\\u0030:1}", "1:2: expected the escape of a letter, or a name in quotes"),
        Refusal("{a-b:1}", "1:3: expected ':' after the name 'a', found '-'"),
        Refusal(
            "010",
            "1:1: expected a number, found '010': it begins with a zero, and is not octal here"
        ),
        Refusal(
            "01",
            "1:1: expected a number, found '01': it begins with a zero, and is not octal here"
        ),
        Refusal("0x", "1:1: expected a number, found '0x': no hexadecimal digit follows the x"),
        Refusal(
            "0xfg",
            "1:1: expected a number, found '0xfg': 'g' is no part of one; text needs quotes"
        ),
        Refusal(
            "1a",
            "1:1: expected a number, found '1a': 'a' is no part of one; text needs quotes"
        ),
        Refusal("1.2.3", "1:1: expected a number, found '1.2.3': it has two points"),
        Refusal(".", "1:1: expected a number, found '.': the point has no digit beside it"),
        Refusal("+", "1:1: expected a number, found '+': no digit follows the sign"),
        Refusal("--1", "1:1: expected a number, found '--1': it has two signs"),
        Refusal("1e", "1:1: expected a number, found '1e': the exponent has no digit"),
        Refusal("1e400", "1:1: expected a number that fits, at most about 1.8e308"),
        Refusal("\u{1b}[2J", "1:1: expected a value, found '\\x1b'"),
        Refusal("a\r\nb", "1:1: expected a value, found 'a'; text needs quotes"),
        Refusal("\r\n\r\n\n]", "4:1: expected a value, found ']'"),
    ]

    @Test("says where it stopped and what it expected", arguments: invalid)
    func refuses(_ testCase: Refusal) {
        let error = #expect(throws: JSONError.self) {
            try JSON5Reader.read(Array(testCase.text.utf8))
        }
        #expect(error?.description == testCase.message)
    }

    @Test("bytes that are not UTF-8 are refused where they stand")
    func encoding() {
        for bad: [UInt8] in [
            [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
        ] {
            let error = #expect(throws: JSONError.self) {
                try JSON5Reader.read(Array("[\n 'a".utf8) + bad + Array("']".utf8))
            }
            #expect(error?.position == TextPosition(line: 2, column: 4))
        }
    }

    @Test("nesting is bounded, breadth is not")
    func nesting() throws {
        let most = JSON5Reader.maximumDepth
        let open = [UInt8](repeating: UInt8(ascii: "["), count: most)
        let close = [UInt8](repeating: UInt8(ascii: "]"), count: most)
        _ = try JSON5Reader.read(open + close)
        #expect(throws: JSONError.self) { try JSON5Reader.read([0x5b] + open + close + [0x5d]) }
        #expect(throws: JSONError.self) {
            try JSON5Reader.read([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
        let wide = "{" + (0..<20_000).map { "k\($0):\($0)" }.joined(separator: ",") + "}"
        let value = try JSON5Reader.read(Array(wide.utf8))
        #expect(value["k19999"]?.integer == 19_999)
    }

    @Test("every value and name knows its place")
    func places() throws {
        let value = try JSON5Reader.read(Array("{\n  a: [\n\t'\u{e9}', 2],\n}".utf8))
        guard case .object(let members) = value.kind else {
            Issue.record("not an object")
            return
        }
        #expect(members[0].position == TextPosition(line: 2, column: 3))
        #expect(members[0].value.position == TextPosition(line: 2, column: 6))
        #expect(members[0].value.array?[1].position == TextPosition(line: 3, column: 7))
    }

    static let strictlyInvalid = [
        "{a:1}", "{'a':1}", "['a']", "[1,]", "{\"a\":1,}", "// x\n1", "/* */1", "+1", ".5", "5.",
        "0x10", "Infinity", "NaN", "-Infinity", "\u{feff}1", "\u{a0}1", "\u{c}1", "\"\t\"",
        "\"\\x41\"", "\"\\v\"", "\"\\0\"", "\"\\\n\"", "\"\\'\"", "01", "-01", "-", "1.e3", "[1 2]",
        "\"\\ud800\"", "tru", "True", "{\"a\" 1}", "[\"a\":1]", "1]", "", "{\"a\":1,\"a\":2}",
        "\"\0\"",
    ]

    @Test("strict JSON refuses every leniency of JSON5", arguments: strictlyInvalid)
    func strict(_ text: String) {
        #expect(throws: JSONError.self) { try JSON5Reader.read(Array(text.utf8), as: .json) }
    }

    @Test("strict JSON reads what RFC 8259 allows")
    func strictReads() throws {
        let text = "\r\n{\"\": [-0, 1E+2, 0.5, \"\\u0000\\/\u{2028}\u{7f}\"], \"b\": {}}\t"
        let tree = try Tree(JSON5Reader.read(Array(text.utf8), as: .json))
        #expect(
            tree
                == .object([
                    "": .array([
                        .integer(0), .number(100), .number(0.5), .string("\0/\u{2028}\u{7f}"),
                    ]),
                    "b": .object([:]),
                ])
        )
    }

    @Test("every prefix and every changed byte of a nasty text reads or throws, never traps")
    func prefixes() {
        let nasty = Array(
            ("\u{feff}// c\u{2028}{a\\u0062$:'\\ud83d\\ude00\\x41\\\r\n\u{1f600}',/*\u{e9}*/\"b\":[+0x1F,-.5e-3,"
                + "9223372036854775808,Infinity,-NaN,5.,],\u{3c0}:{},'':null,}").utf8
        )
        for end in 0...nasty.count {
            _ = try? JSON5Reader.read(Array(nasty[..<end]))
            _ = try? JSON5Reader.read(Array(nasty[..<end]), as: .json)
        }
        for index in nasty.indices {
            for byte in Array("\0\\'\"{}[]:,/*+-.x0e\r\n ".utf8) + [0x80, 0xc3, 0xe2, 0xf0, 0xff] {
                var bytes = nasty
                bytes[index] = byte
                _ = try? JSON5Reader.read(bytes)
            }
        }
    }
}
