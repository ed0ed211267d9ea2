import ReaperKit
import Testing

@Suite("variables in patterns")
struct ExpansionTests {
    static let environment: [String: ByteString] = [
        "HOME": "/home/u", "TMPDIR": "/var/tmp//x/", "ODD": "/a*b/{c}/~", "ROOT": "/", "EMPTY": "",
        "NAME": "a-b.c", "RELATIVE": "cache",
    ]

    @Test(
        "expands variables once, values as literal text",
        arguments: [
            ("/a/*", "/a/*"), ("~", "/home/u"), ("~/x/*", "/home/u/x/*"), ("/~/~x", "/~/~x"),
            ("\\~/x", "\\~/x"), ("${TMPDIR}/c", "/var/tmp/x/c"), ("${HOME}", "/home/u"),
            ("${ODD}/*", "/a\\*b/\\{c\\}/\\~/*"), ("${ROOT}/c", "/c"),
            ("/r/${HOME}/c", "/r/home/u/c"), ("${ROOT}", "/"),
            ("${X:-/tmp}/c", "/tmp/c"), ("${EMPTY:-/tmp}", "/tmp"), ("${X:-~/t}/c", "/home/u/t/c"),
            ("${X:-${Y:-/y}/z}/c", "/y/z/c"), ("${X:-${HOME}}/c", "/home/u/c"),
            ("${HOME:-/x}/c", "/home/u/c"), ("${X:-/{a,b}}/c", "/{a,b}/c"), ("/$x/$", "/$x/$"),
            ("/\\$\\{HOME\\}", "/\\$\\{HOME\\}"), ("/${NAME}", "/a\\-b\\.c"),
            ("/a$${NAME}", "/a$a\\-b\\.c"),
            ("/${X:-\\}}", "/\\}"),
        ]
    )
    func expands(_ template: String, _ want: String) throws {
        let got = try Expansion(
            of: ByteString(template),
            as: .path,
            environment: Self.environment
        )
        guard case .pattern(let pattern, _) = got else {
            Issue.record("\(got)")
            return
        }
        #expect(pattern.text == want)
        _ = try Glob(parsing: pattern, as: .path)
    }

    @Test(
        "a variable without value makes the whole pattern unusable",
        arguments: [
            ("${X}/cache/**", "X"), ("${EMPTY}/cache/**", "EMPTY"), ("/a/${X}", "X"),
            ("${X:-${Y}/z}/c", "Y"), ("${EMPTY:-${X}}", "X"), ("${X}${Y}", "X"),
        ]
    )
    func unset(_ template: String, _ variable: String) throws {
        let got = try Expansion(of: ByteString(template), as: .path, environment: Self.environment)
        #expect(got == .unset(variable: variable))
    }

    @Test("without HOME there is no ~")
    func homeless() throws {
        let got = try Expansion(of: "~/.cache/**", as: .path, environment: [:])
        #expect(got == .unset(variable: "HOME"))
    }

    @Test("a value matches itself whatever is in it")
    func literalValues() throws {
        for byte in UInt8(1)...255 where byte != UInt8(ascii: "/") {
            let value = ByteString([0x2f, 0x61, byte, 0x62])
            let got = try Expansion(of: "${V}/*", as: .path, environment: ["V": value])
            guard case .pattern(let pattern, let usesEnvironment) = got else {
                Issue.record("\(got)")
                return
            }
            #expect(usesEnvironment)
            let glob = try Glob(parsing: pattern, as: .path)
            #expect(glob.matches(ByteString(value.bytes + [0x2f, 0x78])))
            #expect(!glob.matches("/aXXb/x"))
        }
    }

    @Test("text keeps slashes and tildes")
    func text() throws {
        let got = try Expansion(of: "~ ${TMPDIR}*", as: .text, environment: Self.environment)
        #expect(got == .pattern("~ /var/tmp//x/*", usesEnvironment: true))
    }

    @Test(
        "grammar is checked whatever is set",
        arguments: [
            ("${", "name"), ("${}", "name"), ("${1}", "name"), ("${HOME", "'}'"),
            ("${HOME-x}", "':-'"), ("${HOME:=x}", "':-'"), ("${HOME:-}", "default"),
            ("${HOME:-x", "'}'"), ("${HOME:-${}}", "name"), ("~root/x", "'~/'"),
            ("${X:-${X:-}}", "default"),
            (String(repeating: "${X:-", count: 40) + String(repeating: "}", count: 40), "nested"),
        ]
    )
    func refuses(_ template: String, _ expected: String) {
        let error = #expect(throws: ValueError.self) {
            try Expansion(of: ByteString(template), as: .path, environment: Self.environment)
        }
        #expect(error?.expected.contains(expected) == true, "\(error?.description ?? "")")
    }

    @Test("every prefix expands or throws, and never traps")
    func prefixes() {
        let nasty = Array("~/${A:-${B:-\\}{x}}/${C}$}${D:-~}\\".utf8)
        for end in 0...nasty.count {
            _ = try? Expansion(of: ByteString(nasty[..<end]), as: .path, environment: [:])
        }
    }
}
