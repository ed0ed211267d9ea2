import Glibc
import TestSupport
import Testing

@testable import ReaperKit
@testable import Simulation

@Suite("logs of services")
struct ServiceLogTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func append(_ text: String) throws { try append(Array(text.utf8)) }

    private func append(_ bytes: [UInt8]) throws {
        let path = directory.path("a.log")
        let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        defer { _ = close(file) }
        try #require(unsafe write(file, bytes, bytes.count) == bytes.count)
    }

    private func reader(last lines: Int? = nil) throws -> LogReader {
        try LogReader(directory.path("a.log"), last: lines)
    }

    // MARK: - Reading

    @Test("a line is read once it has its end, in however many parts it comes")
    func partial() throws {
        try append("before\n")
        let reader = try reader()
        #expect(reader.takeLines() == [])
        try append("on")
        #expect(reader.takeLines() == [])
        try append("e\n\ntwo\nthr")
        #expect(reader.takeLines() == ["one", "", "two"])
        #expect(reader.takeRest() == "thr" && reader.takeRest() == nil)
        try append("ee\n")
        #expect(reader.takeLines() == ["ee"])
    }

    @Test("a log that was begun anew is read from its beginning")
    func anew() throws {
        try append("one\ntwo and more of it\nhal")
        let reader = try reader(last: 10)
        #expect(reader.takeLines() == ["one", "two and more of it"])
        #expect(unsafe truncate(directory.path("a.log"), 0) == 0)
        try append("three\n")
        #expect(reader.takeLines() == ["three"])
    }

    @Test("the last lines of a log, and what comes then", arguments: [0, 1, 3, 200])
    func last(count: Int) throws {
        let lines = (0..<100).map { ByteString("line \($0)") }
        for line in lines { try append(line.bytes + [0x0A]) }
        try append("rest")
        let reader = try reader(last: count)
        #expect(reader.takeLines() == lines.suffix(count))
        try append("!\n")
        #expect(reader.takeLines() == ["rest!"])
    }

    @Test("the last lines of a long log are whole")
    func lastOfLong() throws {
        let text = String(repeating: "x", count: 100)
        try append((0..<2_000).map { "\($0) \(text)\n" }.joined())
        let found = try reader(last: 5).takeLines()
        #expect(found == (1_995..<2_000).map { ByteString("\($0) \(text)") })
        // One line longer than what is looked at: nothing of it is whole.
        try append([UInt8](repeating: 0x79, count: 40_000))
        #expect(try reader(last: 2).takeLines() == [])
    }

    @Test("a line of the longest length comes whole, and a longer one in parts")
    func long() throws {
        let limit = 1 << 16
        try append("")
        for parts in [[limit - 1], [limit], [limit, 1], [limit, limit]] {
            let reader = try reader()
            try append([UInt8](repeating: 0x61, count: parts.reduce(0, +)) + [0x0A])
            #expect(reader.takeLines().map(\.bytes.count) == parts)
        }
    }

    @Test("any bytes come as they are, however they are cut")
    func bytes() throws {
        var random = SplitMix(state: 7)
        try append("")
        let reader = try reader()
        var all: [UInt8] = []
        var found: [ByteString] = []
        for _ in 0..<200 {
            let part = (0..<random.number(0...40)).map { _ in
                random.chance(10) ? UInt8(0x0A) : UInt8.random(in: 0...255, using: &random)
            }
            all += part
            try append(part)
            if random.chance(60) { found += reader.takeLines() }
        }
        found += reader.takeLines()
        var expected = all.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { ByteString($0) }
        let rest = expected.removeLast()
        #expect(found == expected && (reader.takeRest() ?? "") == rest)
    }

    // MARK: - Rotation

    private func log(kept: Int, size: Int64 = 10) -> ServiceLog {
        var service = Service(name: "a", command: ["x"])
        service.log.path = ByteString(directory.path("a.log"))
        service.log.kept = kept
        service.log.size = size
        return ServiceLog(of: service, in: directory.path)
    }

    /// The texts of the log and of those that were kept, until there is none.
    private func texts() throws -> [String] {
        var texts = [try directory.read("a.log")]
        while directory.contains("a.log.\(texts.count)") {
            texts.append(try directory.read("a.log.\(texts.count)"))
        }
        return texts
    }

    @Test("a log that is too long is begun anew, and so many are kept", arguments: [0, 1, 3])
    func rotation(kept: Int) throws {
        let log = log(kept: kept)
        let service = try log.open()
        var expected: [String] = []
        for round in 0..<5 {
            let text = "round \(round) of it\n"
            // The service goes on with the file that it has open.
            #expect(unsafe write(service.raw, text, text.utf8.count) == text.utf8.count)
            try log.rotate()
            expected = Array(([text] + expected).prefix(kept))
            #expect(try texts() == [""] + expected)
        }
        #expect(unsafe write(service.raw, "short\n", 6) == 6)
        try log.rotate()
        #expect(try texts() == ["short\n"] + expected)
        #expect(!directory.contains("a.log.1.tmp"))
    }

    @Test("up to its size a log stays, and one that is not there is not made")
    func small() throws {
        let log = log(kept: 1, size: 4)
        try log.rotate()
        #expect(!directory.contains("a.log"))
        try append("1234")
        try log.rotate()
        #expect(try texts() == ["1234"])
        try append("5")
        try log.rotate()
        #expect(try texts() == ["", "12345"])
    }

    @Test("logs are looked at soon while one grows fast, and else later and later")
    func pace() {
        var pace = LogPace()
        #expect(pace.pause == .seconds(10))
        pace.note(isUrgent: false)
        #expect(pace.pause == .seconds(10))
        pace.note(isUrgent: true)
        #expect(pace.pause == .milliseconds(200))
        let pauses = (0..<7).map { _ in
            pace.note(isUrgent: false)
            return pace.pause
        }
        #expect(
            pauses == [400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map { .milliseconds($0) }
        )
    }

    @Test("a log grows fast by more than a quarter of its size, or when it is too long")
    func growth() throws {
        let log = log(kept: 1, size: 100)
        #expect(!log.isUrgent(from: 0, to: 25) && log.isUrgent(from: 0, to: 26))
        #expect(!log.isUrgent(from: 100, to: 100) && log.isUrgent(from: 101, to: 101))
        #expect(!log.isUrgent(from: 90, to: 3))
        try append([UInt8](repeating: 0x78, count: 100))
        #expect(try log.rotate() == 100)
        try append("x")
        #expect(try log.rotate() == 101 && log.rotate() == 0)
    }

    @Test("a directory that a log lacks is made below that of the service file, nowhere else")
    func directories() throws {
        var service = Service(name: "a", command: ["x"])
        let open = { (path: String, base: String?) in
            service.log.path = ByteString(path)
            do throws(SystemError) {
                _ = try ServiceLog(of: service, in: "/nowhere", below: base).open()
                return ""
            } catch { return error.description }
        }
        let base = directory.path("base")
        #expect(unsafe mkdir(base, 0o700) == 0)
        #expect(open("\(base)/log/deep/a.log", base) == "")
        var facts = stat()
        let mask = umask(0)
        _ = umask(mask)
        #expect(unsafe stat("\(base)/log/deep", &facts) == 0)
        #expect(facts.st_mode & 0o777 == 0o755 & ~mask)
        let other = directory.path("other/a.log")
        #expect(
            open(other, base) == "open \(other), whose directory would be made only below \(base):"
                + " No such file or directory"
        )
        #expect(open(other, nil) == "open \(other): No such file or directory")
        #expect(open("\(base)/x/../../other/a.log", base).contains("because of its '..'"))
        #expect(!directory.contains("other") && !directory.contains("base/x"))
        try directory.write("", to: "base/file")
        #expect(open("\(base)/file/a.log", base) == "open \(base)/file/a.log: Not a directory")
        #expect(
            open("\(base)/file/b/a.log", base) == "open \(base)/file/b/a.log: Not a directory"
        )
    }

    @Test("a log is its user's alone, and never written through a link")
    func safe() throws {
        let log = log(kept: 1)
        _ = try log.open()
        var facts = stat()
        #expect(unsafe stat(log.path, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        #expect(unsafe unlink(log.path) == 0)
        try directory.write("precious, and long enough", to: "precious")
        #expect(unsafe symlink(directory.path("precious"), log.path) == 0)
        #expect(throws: SystemError.self) { _ = try log.open() }
        _ = try? log.rotate()
        #expect(try directory.read("precious") == "precious, and long enough")
    }
}
