import ReaperKit
import Testing

@Suite("Procfiles")
struct ProcfileTests {
    private static func read(_ bytes: [UInt8]) throws(ServiceFileError) -> ServiceFile {
        try ServiceFileTests.reader.read(bytes, source: "Procfile", directory: "/srv/app")
    }

    @Test("a line is a service, its command left to the shell as it is")
    func lines() throws {
        let text =
            "# all\n\nweb: exec rails -p $PORT  \r\n \t\n  # more\nwork_er-1:\t~/bin/a: b # c"
        let file = try Self.read(Array(text.utf8))
        var web = Service(name: "web", command: ["/bin/sh", "-c", "exec rails -p $PORT"])
        web.position = TextPosition(line: 3, column: 1)
        web.stop.order = .atOnce
        var worker = Service(name: "work_er-1", command: ["/bin/sh", "-c", "~/bin/a: b # c"])
        worker.position = TextPosition(line: 6, column: 1)
        worker.stop.order = .atOnce
        #expect(file.services == [web, worker] && file.directory == "/srv/app")
    }

    @Test("bytes of a command that are no UTF-8 stay, and a mark before it does not count")
    func bytes() throws {
        let file = try Self.read([0xef, 0xbb, 0xbf] + Array("a:b".utf8) + [0xff])
        #expect(file.services.map(\.command.last) == [ByteString([UInt8(ascii: "b"), 0xff])])
    }

    static let refusals: [(text: String, message: String)] = [
        ("", "1:1: expected at least one service, found none"),
        ("# x\n\n", "1:1: expected at least one service, found none"),
        (
            "web: a\nweb: b",
            "2:1: expected each name once, found 'web' again; it first stood at 1:1"
        ),
        (
            "web: a\n\nwork",
            "3:1: expected 'name: command' with a name of letters, digits, '-' and '_', at most 64, or '#' for a comment, found 'work'"
        ),
        (" web: a", "1:1: expected 'name: command'"), ("web : a", "found 'web : a'"),
        ("a.b: c", "found 'a.b: c'"), ("-a: c", "found '-a: c'"), (": c", "found ': c'"),
        ("\(String(repeating: "a", count: 65)): c", "1:1: expected 'name: command'"),
        ("a\u{1b}[2J: c", "found 'a\\x1b[2J: c'"),
        ("web:", "1:5: expected a command after 'web:', found the end of the line"),
        ("web: \t ", "1:5: expected a command after 'web:'"),
        ("web: a\0b", "1:1: expected a command without NUL"),
        ("export A=b", "found 'export A=b'"),
    ]

    @Test("every other line is a mistake", arguments: refusals)
    func refuses(_ text: String, _ message: String) {
        let error = #expect(throws: ServiceFileError.self) { try Self.read(Array(text.utf8)) }
        let said = error?.description ?? ""
        #expect(said.contains(message) && said.hasPrefix("Procfile:"), "\(said)")
    }

    @Test("every line that is a mistake is said")
    func refusesAll() {
        let text = "web: a\nb\nweb: c\nx:\n"
        let error = #expect(throws: ServiceFileError.self) { try Self.read(Array(text.utf8)) }
        #expect(error?.all.map { $0.position?.line } == [2, 3, 4])
    }

    @Test("ten thousand lines are read, and not one more")
    func many() throws {
        let lines = (0...10_000).map { "s\($0): x\n" }
        #expect(try Self.read(Array(lines.dropLast().joined().utf8)).services.count == 10_000)
        let error = #expect(throws: ServiceFileError.self) {
            try Self.read(Array(lines.joined().utf8))
        }
        #expect(error?.message == "expected at most 10000 services, found 10001")
    }

    @Test(
        "the name says that a file is one",
        arguments: [
            ("Procfile", true), ("a/Procfile", true), ("Procfile.dev", true), ("x.procfile", true),
            ("procfile", false), ("Procfile/x", false), ("Procfile2", false), ("x.json5", false),
            ("services.json", false), ("-", false), ("", false),
        ]
    )
    func format(_ path: String, _ isProcfile: Bool) {
        #expect((ServiceFileReader.Format(ofFile: path) == .procfile) == isProcfile)
    }

    @Test("a format that is given counts more than the name")
    func given() throws {
        let file = try ServiceFileTests.reader.read(
            Array("a: b".utf8),
            source: "-",
            directory: "/",
            as: .procfile
        )
        #expect(file.services.map(\.name) == ["a"])
    }

    @Test("every prefix of a Procfile reads or throws, and never traps")
    func prefixes() {
        let bytes = [0xef, 0xbb, 0xbf] + Array("# x\nweb: a\r\n\n\u{e9}: b\nc:d".utf8)
        for end in 0...bytes.count { _ = try? Self.read(Array(bytes[..<end])) }
        for start in 0..<bytes.count { _ = try? Self.read(Array(bytes[start...])) }
    }
}
