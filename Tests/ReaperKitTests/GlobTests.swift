import ReaperKit
import Testing

@Suite("globs")
struct GlobTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String { "\(pattern) as \(subject)" }
        var pattern: ByteString
        var subject: Glob.Subject
        var matching: [ByteString]
        var others: [ByteString]

        static func path(_ pattern: ByteString, _ yes: [ByteString], not no: [ByteString]) -> Case {
            Case(pattern: pattern, subject: .path, matching: yes, others: no)
        }

        static func text(_ pattern: ByteString, _ yes: [ByteString], not no: [ByteString]) -> Case {
            Case(pattern: pattern, subject: .text, matching: yes, others: no)
        }
    }

    static let cases: [Case] = [
        .path("/a/b", ["/a/b"], not: ["/a", "/a/b/", "/a/bc", ""]),
        .path("/a/*", ["/a/b", "/a/.hidden"], not: ["/a", "/a/b/c", "/b/a"]),
        .path("/a/*.pid", ["/a/x.pid", "/a/.pid"], not: ["/a/x.pid2", "/a/b/x.pid"]),
        .path("/a/?", ["/a/b"], not: ["/a/", "/a//", "/a/bc"]),
        .path("/a/**", ["/a/b", "/a/b/c", "/a/.x"], not: ["/a", "/a/", "/ab", "/ab/c"]),
        .path("**/x", ["/x", "x", "/a/x", "/a/b/x"], not: ["/ax", "/x/a", ""]),
        .path("/a/**/b", ["/a/b", "/a/x/b", "/a/x/y/b"], not: ["/a/xb", "/ab", "/a/b/x"]),
        .path("/a/**/b/*.c", ["/a/b/x.c", "/a/b/b/b/.c"], not: ["/a/b/x/y.c", "/a/x.c"]),
        .path("/a**z", ["/az", "/a/b/z", "/abz"], not: ["/b/z"]),
        .path("/a/**b", ["/a/b", "/a/x/yb"], not: ["/a/bx"]),
        .path("/***/x", ["/x", "/a/x"], not: ["/ax"]),
        .path("/[!b]x", ["/ax", "/\u{7f}x"], not: ["/bx", "//x", "/x"]),
        .path("/a[^x]b", ["/ayb"], not: ["/a/b", "/axb"]),
        .path("/{a,b/c}/d", ["/a/d", "/b/c/d"], not: ["/b/d", "/a,b/c/d"]),
        .path("/{a,{b,c}d}", ["/a", "/bd", "/cd"], not: ["/b", "/ad"]),
        .path("/{a,**/b}", ["/a", "/b", "/x/y/b"], not: ["/xb"]),
        .path("/{a/,b/}**/c", ["/a/c", "/b/x/c"], not: ["/ac", "/c"]),
        .path("/{,x}a", ["/a", "/xa"], not: ["/x"]),
        .path("/{a}", ["/a"], not: ["/{a}"]),
        .path("/a,b]", ["/a,b]"], not: ["/a"]),
        .path("/", ["/"], not: ["", "/a"]),
        .path("/\\*\\{\\\\", ["/*{\\"], not: ["/a{\\"]),
        .path("/[\\]a]", ["/]", "/a"], not: ["/\\"]),
        .path("/[]a-]", ["/]", "/a", "/-"], not: ["/b"]),
        .path("/[a-c-]x", ["/bx", "/-x"], not: ["/dx"]),
        .path("/[!-/]", ["/."], not: ["//"]),
        .text("*", ["", "a", "a/b", "\n"], not: []),
        .text("a*", ["a", "a/b"], not: ["", "ba"]),
        .text("*a*b*", ["ab", "xaybz", "a/b"], not: ["ba", "a"]),
        .text("*-m manta_node*", ["python3 -m manta_node start"], not: ["python3 manta_node"]),
        .text("a?c", ["abc", "a/c"], not: ["ac", "abbc"]),
        .text("[0-9]*", ["1", "7x"], not: ["x", ""]),
        .text("a[/]b", ["a/b"], not: ["ab"]),
        .text("{foo,bar}*{baz,}", ["foo", "foobaz", "barx"], not: ["fo", "baz"]),
        .text("a//b/", ["a//b/"], not: ["a/b"]),
        .text("\u{e9}?", [ByteString("\u{e9}x")], not: ["\u{e9}"]),
    ]

    @Test("matches what it should and nothing else", arguments: cases)
    func matches(_ testCase: Case) throws {
        let glob = try Glob(parsing: testCase.pattern, as: testCase.subject)
        for text in testCase.matching { #expect(glob.matches(text), "\(text.text)") }
        for text in testCase.others { #expect(!glob.matches(text), "\(text.text)") }
    }

    @Test("bytes that are not UTF-8 are matched as they are")
    func bytes() throws {
        let glob = try Glob(parsing: ByteString([0x2f, 0xff, 0x2a]), as: .path)
        #expect(glob.matches(ByteString([0x2f, 0xff, 0xfe])))
        #expect(!glob.matches(ByteString([0x2f, 0xfe])))
    }

    @Test(
        "a pattern that cannot be meant is refused",
        arguments: [
            ("", "at least one character"), ("a[", "']'"), ("a[b", "']'"), ("[]", "']'"),
            ("[!]", "']'"), ("a[\\", "']'"), ("{a", "'}'"), ("{a,{b}", "'}'"), ("a}", "'{'"),
            ("a\\", "after the '\\'"), ("[z-a]", "low to high"), ("[[:alpha:]]", "[:alpha:]"),
            ("[\u{e9}]", "ASCII"), ("/a//b", "'//'"), ("/a/", "end in '/'"), ("**/", "end in"),
            ("/{a/,b}/c", "'//'"), ("{}", "alternatives"), ("a\0", "NUL"),
            (String(repeating: "{", count: 40), "nested"),
            (String(repeating: "a", count: 5000), "4096"),
        ]
    )
    func refuses(_ pattern: String, _ expected: String) {
        let error = #expect(throws: ValueError.self) {
            try Glob(parsing: ByteString(pattern), as: .path)
        }
        #expect(error?.expected.contains(expected) == true, "\(error?.description ?? "")")
    }

    @Test("hostile patterns are matched in linear time")
    func hostile() throws {
        let text = ByteString(String(repeating: "a", count: 20_000))
        let stars = ByteString(String(repeating: "*a", count: 60) + "*b")
        #expect(try !Glob(parsing: stars, as: .text).matches(text))
        let braces = ByteString(String(repeating: "{a,b,}", count: 30) + "*c")
        #expect(try !Glob(parsing: braces, as: .text).matches(text))
        let paths = ByteString(String(repeating: "**/*a", count: 30) + "b")
        #expect(try !Glob(parsing: paths, as: .path).matches(text))
    }

    @Test("a pattern too intricate to link is refused, not endured")
    func intricate() {
        let pattern = ByteString(String(repeating: "{,a}", count: 1000))
        #expect(throws: ValueError.self) { try Glob(parsing: pattern, as: .text) }
    }

    @Test("more than 64 positions match as fewer do")
    func wide() throws {
        let names = (0..<100).map { "name\($0)" }
        let glob = try Glob(parsing: ByteString("/*/{\(names.joined(separator: ","))}"), as: .path)
        for name in names { #expect(glob.matches(ByteString("/x/\(name)"))) }
        #expect(!glob.matches("/x/name100"))
        #expect(glob.couldMatch(below: "/x"))
        #expect(!glob.couldMatch(below: "/x/name1"))
    }

    @Test("every pattern over a small alphabet agrees with the definition")
    func exhaustive() throws {
        let alphabet = Array("a/*?".utf8)
        let texts = words(over: Array("a/".utf8), upTo: 4)
        for pattern in words(over: alphabet, upTo: 4) {
            let bytes = ByteString(pattern)
            guard let glob = try? Glob(parsing: bytes, as: .path) else { continue }
            for text in texts {
                let want = reference(pattern[...], text[...], atStart: true)
                #expect(glob.matches(ByteString(text)) == want, "\(bytes.text) \(text)")
            }
        }
    }

    @Test("every prefix and every small mutation parses or throws, and never traps")
    func prefixes() {
        let nasty = Array("/a/**/{b,[!x-z\\]]*,{?,\\*}}/**".utf8)
        for end in 0...nasty.count {
            _ = try? Glob(parsing: ByteString(nasty[..<end]), as: .path)
        }
        for index in nasty.indices {
            for byte in Array("*?[]{},\\/-!^\0\u{ff}".utf8) {
                var bytes = nasty
                bytes[index] = byte
                _ = (try? Glob(parsing: ByteString(bytes), as: .path))?.matches("/a/b/c")
            }
        }
    }

    @Test(
        "a walk begins at the literal directory",
        arguments: [
            ("/run/*.pid", "/run"), ("/run/x.pid", "/run"), ("/*/x", "/"), ("/x", "/"),
            ("/a/b*/c", "/a"), ("/a/{b,c}/d", "/a"), ("**/x", ""), ("/a/\\*/b*", "/a/*"),
        ]
    )
    func literalPrefix(_ pattern: String, _ want: String) throws {
        let glob = try Glob(parsing: ByteString(pattern), as: .path)
        #expect(glob.literalPrefix.text == want)
    }

    @Test(
        "a walk enters only directories that could hold a match",
        arguments: [
            ("/run/*/*.pid", "/run", true), ("/run/*/*.pid", "/", true),
            ("/run/*/*.pid", "/run/a", true), ("/run/*/*.pid", "/run/a/b", false),
            ("/run/*/*.pid", "/var", false), ("/run/*.pid", "/run/a", false),
            ("/run/x", "/run", true), ("/run/x", "/run/x", false), ("/run/x", "/ru", false),
            ("/a/**", "/a/b/c", true), ("/a/**/z", "/a/b", true), ("**/x", "/q", true),
            ("/{a,b}/x", "/b", true), ("/{a,b}/x", "/c", false), ("/a/x", "/a/", true),
        ]
    )
    func prunes(_ pattern: String, _ directory: String, _ want: Bool) throws {
        let glob = try Glob(parsing: ByteString(pattern), as: .path)
        #expect(glob.couldMatch(below: ByteString(directory)) == want)
    }

    @Test("a pattern that must match nothing matches nothing")
    func nothing() {
        let glob = Glob.matchingNothing("${X}/a/**", as: .path)
        #expect(!glob.matches("/a/b") && !glob.matches("${X}/a/b") && !glob.matches(""))
        #expect(!glob.couldMatch(below: "/") && glob.literalPrefix.isEmpty && glob.matchesNothing)
    }

    @Test("a pattern that asks for nothing in particular is known as such")
    func unconstrained() throws {
        for pattern: ByteString in ["*", "**", "/**", "**/*", "/*/*", "?*"] {
            #expect(try Glob(parsing: pattern, as: .path).isUnconstrained, "\(pattern.text)")
        }
        for pattern: ByteString in ["a*", "/a/**", "**/x", "[a-z]*", "/"] {
            #expect(try !Glob(parsing: pattern, as: .path).isUnconstrained, "\(pattern.text)")
        }
    }

    @Test("a literal pattern gives its text, escapes resolved")
    func literal() throws {
        #expect(try Glob(parsing: "/a\\*b", as: .path).literal == "/a*b")
        #expect(try Glob(parsing: "/a*b", as: .path).literal == nil)
    }

    private func words(over alphabet: [UInt8], upTo length: Int) -> [[UInt8]] {
        var all: [[UInt8]] = [[]]
        var last = all
        for _ in 0..<length {
            last = last.flatMap { word in alphabet.map { word + [$0] } }
            all += last
        }
        return all
    }

    /// The definition, by exhaustive search.
    private func reference(
        _ pattern: ArraySlice<UInt8>,
        _ text: ArraySlice<UInt8>,
        atStart: Bool
    ) -> Bool {
        let slash = UInt8(ascii: "/")
        guard let byte = pattern.first else { return text.isEmpty }
        let stars = pattern.prefix { $0 == UInt8(ascii: "*") }.count
        let rest = pattern.dropFirst(max(stars, 1))
        let tails = (0...text.count).map { text.dropFirst($0) }
        if stars == 1 {
            let reachable = text.prefix { $0 != slash }.count
            return tails[...reachable].contains { reference(rest, $0, atStart: false) }
        }
        if stars > 1, atStart, rest.isEmpty { return !text.isEmpty }
        if stars > 1, atStart, rest.first == slash {
            let after = rest.dropFirst()
            return reference(after, text, atStart: true)
                || tails.contains { $0.first == slash && reference(rest, $0, atStart: false) }
        }
        if stars > 1 { return tails.contains { reference(rest, $0, atStart: false) } }
        guard let first = text.first else { return false }
        if byte == UInt8(ascii: "?") {
            return first != slash && reference(rest, text.dropFirst(), atStart: false)
        }
        return first == byte && reference(rest, text.dropFirst(), atStart: byte == slash)
    }
}
