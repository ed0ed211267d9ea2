import ReaperKit
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var want: String
    }

    private static let cases = [
        Case(testDescription: "plain", text: "a/b", want: #""a/b""#),
        Case(testDescription: "quotes", text: #"a"\"#, want: #""a\"\\""#),
        Case(testDescription: "line ends", text: "\n\r\t\r\n", want: #""\n\r\t\r\n""#),
        Case(testDescription: "escape", text: "\u{1b}[2J\0", want: #""\u001b[2J\u0000""#),
        Case(testDescription: "DEL and C1", text: "\u{7f}\u{9b}", want: #""\u007f\u009b""#),
        Case(
            testDescription: "line separators",
            text: "\u{2028}\u{2029}",
            want: #""\u2028\u2029""#
        ),
        Case(testDescription: "bidi override", text: "a\u{202e}b", want: #""a\u202eb""#),
        Case(testDescription: "byte order mark", text: "\u{feff}", want: #""\ufeff""#),
        Case(
            testDescription: "tag letter beyond 16 bits",
            text: "\u{e0041}",
            want: #""\udb40\udc41""#
        ),
        Case(testDescription: "letters stay", text: "é日🎉", want: #""é日🎉""#),
    ]

    @Test("escapes what misleads and nothing else", arguments: cases)
    private func escapes(_ testCase: Case) {
        var json = JSONWriter(.compact)
        json.array { $0.element(testCase.text) }
        #expect(String(decoding: json.bytes, as: UTF8.self) == "[\(testCase.want)]")
    }

    @Test("nests, separates and indents")
    func layout() {
        func write(_ layout: JSONWriter.Layout) -> String {
            var json = JSONWriter(layout)
            json.object { json in
                json.member("a", 1)
                json.array("b") { json in
                    json.element(2)
                    json.array { _ in }
                    json.object { $0.member("c", true) }
                }
                json.object("d") { _ in }
            }
            return String(decoding: json.bytes, as: UTF8.self)
        }
        #expect(write(.compact) == #"{"a":1,"b":[2,[],{"c":true}],"d":{}}"#)
        #expect(
            write(.pretty) == """
                {
                  "a": 1,
                  "b": [
                    2,
                    [],
                    {
                      "c": true
                    }
                  ],
                  "d": {}
                }
                """
        )
    }

    @Test("absent values and numbers JSON cannot say are not written")
    func absent() {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("text", String?.none)
            json.member("bytes", ByteString?.none)
            json.member("number", Int?.none)
            json.member("infinite", Double.infinity)
            json.member("largest", UInt64.max)
            json.member("real", 0.5)
        }
        let want = #"{"largest":18446744073709551615,"real":0.5}"#
        #expect(String(decoding: json.bytes, as: UTF8.self) == want)
    }

    @Test("bytes that are not UTF-8 come twice, readable and exact")
    func bytes() {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("good", ByteString("a"))
            json.member("bad", ByteString([0x61, 0xff]))
            json.member("list", ["a", ByteString([0xfe])])
        }
        let want = """
            {"good":"a","bad":"a\u{fffd}","bad_b64":"Yf8=","list":["a","\u{fffd}"],\
            "list_b64":["YQ==","/g=="]}
            """
        #expect(String(decoding: json.bytes, as: UTF8.self) == want)
    }

    @Test(
        "base64 pads every remainder",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(_ text: String, _ want: String) {
        #expect(ByteString(text).base64 == want)
    }
}
