import Glibc
import Testing

@testable import ReaperKit

/// A rule for files below a scratch directory.
func instanceRule(
    _ pattern: String,
    in scratch: borrowing ScratchDirectory,
    _ format: InstanceFormat = .pid
) throws -> Rule {
    var rule = Rule(id: "test.run", title: "A test", source: "test")
    var instance = InstanceRule()
    instance.files = [
        try Glob(parsing: scratch.path.appending(component: ByteString(pattern)), as: .path)
    ]
    instance.format = format
    rule.instance = instance
    return rule
}

@Suite("reading instance files")
struct InstanceFileReaderTests {
    private func scan(_ rules: [Rule]) throws -> [String: InstanceFile] {
        var reader = try InstanceFileReader()
        let files = reader.scan(rules).files
        return Dictionary(files.map { ($0.path.baseName.text, $0) }) { first, _ in first }
    }

    @Test("a good file is read, and what was put in its place is not opened")
    func attacks() throws {
        let scratch = try ScratchDirectory()
        let rule = try instanceRule("*.pid", in: scratch)
        try scratch.write("good.pid", "4194305\n")
        try scratch.write("gone.pid", "4194304\n")
        try scratch.write("target", "4194304\n")
        try scratch.link("sym.pid", to: "target")
        try scratch.link("loop.pid", to: "loop.pid")
        try scratch.link("dangling.pid", to: "/nonexistent/x")
        try scratch.makeDirectory("dir.pid")
        try #require(unsafe mkfifo(scratch.child("fifo.pid").text, 0o644) == 0)
        let hard = scratch.child("hard.pid").text
        try #require(unsafe link(scratch.child("target").text, hard) == 0)
        let sparse = try scratch.write("sparse.pid", "")
        try #require(unsafe truncate(sparse.text, 1 << 30) == 0)
        let files = try scan([rule])
        var gone = InstanceEntry(pid: 4_194_304)
        gone.liveness = .gone
        #expect(files["gone.pid"]?.contents == .entries([gone]))
        #expect(files["gone.pid"]?.lock == .free)
        #expect(files["good.pid"]?.contents == .malformed(InstanceFormatError.notANumber.reason))
        let unsafe = [
            "sym.pid": "it is a symbolic link, not a regular file",
            "loop.pid": "it is a symbolic link, not a regular file",
            "dangling.pid": "it is a symbolic link, not a regular file",
            "dir.pid": "it is a directory, not a regular file",
            "fifo.pid": "it is a named pipe, not a regular file",
            "hard.pid": "it has 2 names, one of them may be elsewhere",
        ]
        for (name, reason) in unsafe {
            #expect(files[name]?.contents == .unsafe(reason), "\(name)")
        }
        #expect(files["sparse.pid"]?.contents == .oversized(bytes: 1 << 30, limit: 4096))
        #expect(files.count == unsafe.count + 3)
    }

    @Test("a number in use is alive, as another user's is")
    func alive() throws {
        let scratch = try ScratchDirectory()
        let rule = try instanceRule("*.pid", in: scratch)
        try scratch.write("own.pid", "\(getpid())\n")
        guard case .entries(let entries) = try scan([rule])["own.pid"]?.contents else {
            Issue.record("not read")
            return
        }
        #expect(entries.map(\.liveness) == [.alive])
        #expect(PidLiveness(probing: 1) == .alive)
        #expect(PidLiveness(probing: 4_194_305) == .gone)
        #expect(PidLiveness(probing: 0) == .unknown)
        #expect(PidLiveness(probing: -1) == .unknown)
    }

    @Test("a thread's number is in use too")
    func thread() {
        // In the test runner some thread is not the leader; ours is as good as any.
        #expect(PidLiveness(probing: gettid()) == .alive)
    }

    /// Locks that a daemon may hold.
    enum Lock: String, CaseIterable, Sendable {
        case none, flockExclusive, flockShared, posixWrite, posixRead, ofdWrite

        var want: LockState {
            switch self {
            case .none: .free
            case .flockExclusive, .flockShared: .held("flock")
            case .posixWrite, .posixRead, .ofdWrite: .held("fcntl record lock")
            }
        }

        func take(_ file: Int32) -> Int32 {
            var lock = Glibc.flock()
            lock.l_type = Int16(self == .posixRead ? F_RDLCK : F_WRLCK)
            lock.l_whence = Int16(SEEK_SET)
            return switch self {
            case .none: 0
            case .flockExclusive: flock(file, LOCK_EX | LOCK_NB)
            case .flockShared: flock(file, LOCK_SH | LOCK_NB)
            case .posixWrite, .posixRead: unsafe fcntl(file, F_SETLK, &lock)
            // F_OFD_SETLK, which the Glibc module lacks.
            case .ofdWrite: unsafe fcntl(file, 37, &lock)
            }
        }
    }

    @Test("each kind of lock is seen, and probing leaves none", arguments: Lock.allCases)
    func locks(lock: Lock) throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("a.lock", "")
        let rule = try instanceRule("*.lock", in: scratch, .lock)
        let holder = try FileDescriptor(opening: path, flags: O_RDWR)
        try #require(lock.take(holder.raw) == 0)
        let seen = try scan([rule])["a.lock"]
        #expect(seen?.lock == lock.want)
        #expect(seen?.contents == .entries([InstanceEntry(pid: nil)]))
        let other = try FileDescriptor(opening: path, flags: O_RDWR)
        if lock == .none { #expect(flock(other.raw, LOCK_EX | LOCK_NB) == 0) }
    }

    @Test("a list of every service is read whole, or not at all")
    func sizes() throws {
        let scratch = try ScratchDirectory()
        var rule = try instanceRule("*.xml", in: scratch, .text)
        rule.instance?.pattern = "<pid>(?<pid>[0-9]+)</pid>"
        let service = "<name>a service</name><pid>4194304</pid>\n"
        let long = String(repeating: service, count: 1000)
        let bytes = UInt64(long.utf8.count)
        try #require(bytes > 40_000)
        try scratch.write("own.xml", long)
        try scratch.write("shared.xml", long, mode: 0o666)
        let limit = InstanceText.patternLimit
        let tooLong = String(repeating: " ", count: Int(limit)) + service
        try scratch.write("long.xml", tooLong)
        var reader = try InstanceFileReader()
        let seen = reader.scan([rule])
        let files = Dictionary(uniqueKeysWithValues: seen.files.map { ($0.path.baseName.text, $0) })
        let gone = InstanceEntry(pid: 4_194_304, liveness: .gone)
        let all = InstanceContents.entries(Array(repeating: gone, count: 1000))
        #expect(files["own.xml"]?.contents == all)
        // Who is not root and owns a file may have it written by others.
        let refused = InstanceContents.oversized(bytes: bytes, limit: 8192)
        #expect(files["shared.xml"]?.contents == (geteuid() == 0 ? refused : all))
        let size = UInt64(tooLong.utf8.count)
        #expect(files["long.xml"]?.contents == .oversized(bytes: size, limit: limit))
        // What others wrote counts for nothing, so it hides nothing.
        let path = scratch.child("long.xml").text
        #expect(seen.limits() == ["\(path) is too big to be read: it holds \(size) bytes"])
    }

    @Test("a file that alone tells of orphans, and cannot be understood, is told as hiding some")
    func malformedRecord() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("svc.json", "{ \"pid\": ")
        var rule = try instanceRule("*.json", in: scratch, .json)
        rule.instance?.pidKey = "pid"
        var reader = try InstanceFileReader()
        #expect(reader.scan([rule]).limits().isEmpty)
        var owner = ProcessPattern()
        owner.names = [try Glob(parsing: "supervisor", as: .text)]
        rule.owner = owner
        let limits = reader.scan([rule]).limits()
        let start = "whom \(scratch.child("svc.json").text) records is not known: "
        #expect(limits.count == 1 && limits[0].hasPrefix(start))
    }

    @Test("slow patterns share their time, and what was not known in time hides something")
    func slowPatterns() throws {
        let scratch = try ScratchDirectory()
        // From each of its places every length is tried: millions of steps.
        try scratch.write("slow.txt", String(repeating: "a", count: 4000))
        let texts = TextSearch(limit: .milliseconds(20), total: .milliseconds(30))
        let path = scratch.child("slow.txt").text
        var reasons: [String] = []
        for number in 0..<6 {
            var rule = try instanceRule("slow.txt", in: scratch, .text)
            rule.instance?.pattern = "a+\(number)(?<pid>[0-9]+)"
            var reader = try InstanceFileReader(texts: texts)
            let limits = reader.scan([rule]).limits()
            #expect(limits.count == 1)
            #expect(limits.first?.hasPrefix("whom \(path) records is not known: ") == true)
            reasons.append(limits.first ?? "")
        }
        #expect(texts.left == .zero)
        #expect(reasons.first?.hasSuffix("the rule's pattern takes too long") == true)
        #expect(reasons.last?.hasSuffix("in time: others had taken too long") == true)
    }

    @Test("a record that is not opened, or lies where nobody looks, is told as hiding some")
    func unopenedRecord() throws {
        let scratch = try ScratchDirectory()
        for name in ["a", "b", "c", "d", "d/svc.xml", "outside"] { try scratch.makeDirectory(name) }
        try scratch.write("outside/svc.xml", "<pid>4194304</pid>")
        try scratch.link("a/svc.xml", to: "../outside/svc.xml")
        try #require(unsafe mkfifo(scratch.child("b/svc.xml").text, 0o600) == 0)
        try scratch.write("c/svc.xml", "")
        try scratch.link("link", to: "outside")
        var rule = try instanceRule("*/svc.xml", in: scratch, .text)
        rule.instance?.pattern = "<pid>(?<pid>[0-9]+)</pid>"
        var reader = try InstanceFileReader()
        #expect(reader.scan([rule]).limits().isEmpty)
        var owner = ProcessPattern()
        owner.names = [try Glob(parsing: "supervisor", as: .text)]
        rule.owner = owner
        let limits = reader.scan([rule]).limits()
        let base = scratch.path.text
        func unknown(_ name: String) -> String {
            "whom \(base)/\(name)/svc.xml records is not known: "
        }
        #expect(
            limits == [
                "\(base)/link: a symbolic link, not followed",
                unknown("a") + "it is a symbolic link, not a regular file",
                unknown("b") + "it is a named pipe, not a regular file",
                unknown("c") + "it is empty",
                unknown("d") + "it is a directory, not a regular file",
            ]
        )
    }

    @Test("a link's target is read, not followed")
    func symbolicLink() throws {
        let scratch = try ScratchDirectory()
        var rule = try instanceRule("Singleton*", in: scratch, .symlink)
        rule.instance?.pattern = #"^(?<host>.+)-(?<pid>[0-9]+)$"#
        try scratch.link("SingletonLock", to: "box-4194304")
        try scratch.link("SingletonCookie", to: "123")
        try scratch.write("SingletonFile", "box-4194304")
        let files = try scan([rule])
        var want = InstanceEntry(pid: 4_194_304, liveness: .gone)
        want.host = "box"
        #expect(files["SingletonLock"]?.contents == .entries([want]))
        #expect(
            files["SingletonCookie"]?.contents
                == .malformed("expected text that the rule's pattern matches")
        )
        #expect(
            files["SingletonFile"]?.contents == .unsafe("it is a regular file, not a symbolic link")
        )
    }

    @Test("who else could have written or swapped a file is seen")
    func writers() throws {
        let scratch = try ScratchDirectory()
        let rule = try instanceRule("**/*.pid", in: scratch)
        try scratch.makeDirectory("closed")
        try scratch.makeDirectory("open", mode: 0o777)
        try scratch.makeDirectory("sticky", mode: 0o1777)
        try scratch.write("closed/1.pid", "7")
        try scratch.write("closed/2.pid", "7", mode: 0o664)
        try scratch.write("closed/3.pid", "7", mode: 0o646)
        try scratch.write("open/4.pid", "7")
        try scratch.write("sticky/5.pid", "7")
        let files = try scan([rule])
        #expect(files.mapValues(\.isWritableByOthers)["1.pid"] == false)
        #expect(
            files.filter(\.value.isWritableByOthers).keys.sorted() == ["2.pid", "3.pid", "4.pid"]
        )
        #expect(files["1.pid"]?.owner == geteuid())
        #expect(files["3.pid"]?.mode == 0o646)
    }

    @Test("a file that two rules name belongs to the first")
    func firstRule() throws {
        let scratch = try ScratchDirectory()
        let first = try instanceRule("a.pid", in: scratch)
        var second = try instanceRule("*.pid", in: scratch)
        second.id = "test.other"
        try scratch.write("a.pid", "7")
        try scratch.write("b.pid", "7")
        let files = try scan([first, second])
        #expect(files.mapValues(\.rule) == ["a.pid": "test.run", "b.pid": "test.other"])
    }

    @Test("one file can be read again, or is gone")
    func again() throws {
        let scratch = try ScratchDirectory()
        let rule = try instanceRule("*.pid", in: scratch)
        let path = try scratch.write("a.pid", "7\n")
        var reader = try InstanceFileReader()
        let scanned = reader.scan([rule]).files.first
        #expect(try reader.read(path, as: rule) == scanned)
        #expect(try reader.read(scratch.child("b.pid"), as: rule) == nil)
    }
}

// gettid(2) has no declaration in the Glibc module without _GNU_SOURCE.
private func gettid() -> Int32 {
    do {
        let target = try linkTarget(of: "/proc/thread-self", in: AT_FDCWD)
        return Int32(target.baseName.text) ?? -1
    } catch {
        return -1
    }
}
