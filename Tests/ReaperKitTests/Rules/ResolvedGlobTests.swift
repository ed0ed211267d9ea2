import Testing

@testable import ReaperKit

@Suite("patterns below symbolic links")
struct ResolvedGlobTests {
    /// `/l` leads to `/real [1]`, `/root` to `/`; nothing else is a link.
    private static func resolve(_ path: ByteString) -> ByteString? {
        for (link, real) in [("/l", "/real [1]"), ("/root", "")]
        where path.isBelow(ByteString(link)) {
            let resolved = ByteString(real).bytes + path.bytes.dropFirst(link.utf8.count)
            return resolved.isEmpty ? "/" : ByteString(resolved)
        }
        return path
    }

    private static let reader = RuleFileReader(
        environment: ["TMPDIR": "/l"],
        directories: { resolve($0) }
    )

    private func pattern(_ match: String) throws -> ProcessPattern {
        let text = "{name: 't', title: 'T', rules: [{id: 'r', title: 'R', match: \(match)}]}"
        return try Self.reader.read(Array(text.utf8), source: "t.json5").rules[0].match
    }

    @Test("each has a second one at the real place")
    func real() throws {
        let pattern = try pattern(#"{exe: ["${TMPDIR}/cache/**", "/l/{a,b}/*", "/x/*", "**/y"]}"#)
        let texts = pattern.executables.map(\.pattern.text)
        #expect(
            texts == [
                "/l/cache/**", #"/real \[1\]/cache/**"#, "/l/{a,b}/*", #"/real \[1\]/{a,b}/*"#,
                "/x/*", "**/y",
            ]
        )
        #expect(pattern.executables[1].matches("/real [1]/cache/p/1"))
        #expect(!pattern.executables[1].matches("/real 1/cache/p/1"))
    }

    @Test("directories, too")
    func directories() throws {
        let directories = try pattern(#"{in: ["/l/app", "/srv"]}"#).directories
        #expect(directories == ["/l/app", "/real [1]/app", "/srv"])
    }

    @Test("the last component stays: the target of a link may be every program")
    func name() throws {
        let executables = try pattern(#"{exe: ["/l/vi"]}"#).executables
        #expect(executables.map(\.literal) == ["/l/vi", "/real [1]/vi"])
        #expect(try pattern(#"{exe: ["/l"]}"#).executables.count == 1)
    }

    @Test("what would match everything at its real place is left out")
    func root() throws {
        #expect(try pattern(#"{exe: ["/root/**"]}"#).executables.map(\.pattern) == ["/root/**"])
        #expect(try pattern(#"{in: ["/root"]}"#).directories == ["/root"])
        let below = try pattern(#"{exe: ["/root/c/**"]}"#).executables
        #expect(below.map(\.pattern) == ["/root/c/**", "/c/**"])
    }

    @Test("what is written out reads back as the same")
    func written() throws {
        let first = try pattern(#"{exe: ["/l/c/**", "/l/d/**"], in: ["/l/app"]}"#)
        let texts = first.executables.map { "\"\($0.pattern.text.replacing("\\", with: "\\\\"))\"" }
        let again = try pattern("{exe: [\(texts.joined(separator: ","))], in: [\"/l/app\"]}")
        #expect(again.executables == first.executables)
    }
}
