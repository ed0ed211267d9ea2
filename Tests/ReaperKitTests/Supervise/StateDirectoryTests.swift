import Glibc
import TestSupport
import Testing

@testable import ReaperKit

@Suite("the state directory")
struct StateDirectoryTests {
    private let base: TemporaryDirectory

    init() throws { base = try TemporaryDirectory() }

    private var path: String { base.path("state") }

    private func mode(_ name: String) -> UInt32? {
        var facts = stat()
        return unsafe lstat(base.path(name), &facts) == 0 ? facts.st_mode & 0o7777 : nil
    }

    /// The error number with which it is not opened.
    private func refusal(_ path: String? = nil, creating creates: Bool = true) -> Int32? {
        do throws(SystemError) {
            _ = try StateDirectory(opening: path ?? self.path, creating: creates)
            return nil
        } catch { return error.code }
    }

    private func message() -> String {
        do throws(SystemError) {
            _ = try StateDirectory(opening: path, creating: true)
            return ""
        } catch { return error.description }
    }

    @Test("is its user's alone, with all in it, and is not made unless that is asked")
    func modes() throws {
        #expect(refusal(creating: false) == ENOENT && mode("state") == nil)
        let directory = try StateDirectory(opening: path, creating: true)
        #expect(mode("state") == 0o700)
        #expect(mode("state/services") == 0o700 && mode("state/logs") == 0o700)
        try directory.write([1, 2], to: "services/a.json")
        #expect(mode("state/services/a.json") == 0o600)
        #expect(directory.read("services/a.json") == [1, 2])
        try directory.write([], to: "services/a.json")
        #expect(directory.read("services/a.json") == [])
        #expect(try directory.recordNames() == ["a.json"])
        directory.remove("services/a.json")
        directory.remove("services/a.json")
        #expect(directory.read("services/a.json") == nil)
        #expect(try directory.recordNames() == [])
        #expect(refusal(creating: false) == nil && refusal() == nil)
    }

    @Test("one that is open to others is closed to them when it is used")
    func narrowed() {
        #expect(unsafe mkdir(path, 0o755) == 0)
        #expect(unsafe chmod(path, 0o755) == 0)
        #expect(refusal() == nil && mode("state") == 0o700)
    }

    @Test("one that others can write is refused", arguments: [0o770, 0o702, 0o777, 0o1777])
    func writable(mode: UInt32) {
        #expect(unsafe mkdir(path, 0o700) == 0)
        #expect(unsafe chmod(path, mode) == 0)
        #expect(refusal() == EPERM && refusal(creating: false) == EPERM)
        let text = "its mode is 0\(String(mode, radix: 8)) and has to be 0700"
        #expect(message().contains(text))
        #expect(self.mode("state") == mode && self.mode("state/services") == nil)
    }

    @Test("one of another user is refused")
    func foreign() {
        if geteuid() == 0 {
            #expect(unsafe mkdir(path, 0o700) == 0)
            #expect(unsafe chown(path, 1234, 1234) == 0)
            #expect(refusal() == EPERM && refusal(creating: false) == EPERM)
            #expect(message().contains("is owned by user 1234 and has to be by 0"))
        } else {
            #expect(refusal("/etc") == EPERM && refusal("/etc", creating: false) == EPERM)
        }
    }

    @Test("a link, a file and a long way to nowhere are refused")
    func others() throws {
        _ = try StateDirectory(opening: base.path("real"), creating: true)
        #expect(unsafe symlink(base.path("real"), path) == 0)
        #expect([ENOTDIR, ELOOP].contains(refusal() ?? 0))
        try base.write("", to: "file")
        #expect(refusal(base.path("file")) == ENOTDIR)
        #expect(refusal(base.path("no/where")) == ENOENT)
    }

    @Test("its lock is taken once, and let go of with its descriptor")
    func locked() throws {
        let directory = try StateDirectory(opening: path, creating: true)
        let other = try StateDirectory(opening: path, creating: false)
        do {
            let lock = try directory.lock()
            let second = try other.lock()
            let third = try directory.lock()
            let taken = [lock != nil, second != nil, third != nil]
            #expect(taken == [true, false, false])
        }
        let lock = try other.lock()
        let isTaken = lock != nil
        let second = try directory.lock()
        let isTakenTwice = second != nil
        #expect(isTaken && !isTakenTwice)
        #expect(mode("state/lock") == 0o600)
    }

    @Test("a lock that is a link is not followed")
    func linked() throws {
        let directory = try StateDirectory(opening: path, creating: true)
        try base.write("", to: "elsewhere")
        #expect(unsafe symlink(base.path("elsewhere"), "\(path)/lock") == 0)
        #expect(throws: SystemError.self) { _ = try directory.lock() }
    }

    @Test(
        "its socket can be bound and reached, however long its path is",
        arguments: [1, 107, 250]
    )
    func socket(length: Int) throws {
        let name = "\(base.path)/".utf8.count
        let socket = "/\(StateDirectory.socketName)".utf8.count
        let path = base.path(String(repeating: "d", count: max(1, length - name - socket)))
        let directory = try StateDirectory(opening: path, creating: true)
        let place = directory.socketPath
        #expect(place.utf8.count <= 107)
        let isPlain = path.utf8.count + socket <= 107
        #expect((place == "\(path)/\(StateDirectory.socketName)") == isPlain)
        let server = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let client = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer {
            _ = close(server)
            _ = close(client)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: place.utf8)
        }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                #expect(unsafe bind(server, pointer, size) == 0 && listen(server, 1) == 0)
                #expect(unsafe connect(client, pointer, size) == 0)
            }
        }
        var facts = stat()
        #expect(unsafe stat("\(path)/\(StateDirectory.socketName)", &facts) == 0)
        #expect(facts.st_mode & S_IFMT == S_IFSOCK)
    }

    // MARK: - Records of services

    private func record(_ name: String, _ facts: OwnFacts) -> ServiceRecord {
        ServiceRecord(
            name: name,
            identity: facts.identity,
            bootID: facts.bootID,
            namespace: facts.namespace,
            mark: "\(name):0123",
            supervisor: facts.identity,
            startedAt: .nanoseconds(1_700_000_000_123_456_789),
            ports: nil
        )
    }

    @Test("a record is the same when it is read, and a part of it is none")
    func record() throws {
        let record = record("web", try OwnFacts())
        #expect(ServiceRecord(reading: record.json) == record)
        for count in 0..<(record.json.count - 1) {
            #expect(ServiceRecord(reading: Array(record.json.prefix(count))) == nil)
        }
    }

    @Test("how a service ends is the same when it is read, and of another process it is none")
    func stops() throws {
        let directory = try StateDirectory(opening: path, creating: true)
        let record = record("web", try OwnFacts())
        var service = Service(name: "web", command: ["x"])
        service.stop.timeout = .milliseconds(1)
        service.stopCommand = ["/bin/stop"]
        service.environment = [Service.Variable(name: "A", value: "secret")]
        var target = ServiceEnding.Target(of: service, after: ["late"], log: "/log")
        target.identity = record.identity
        target.mark = record.mark
        let name = ServiceEnding.Target.fileName(of: "web")
        let read = { () throws -> ServiceEnding.Target? in directory.stop(beside: record) }
        #expect(try read() == nil)
        try directory.write(target.json, to: name, isPrivate: true)
        #expect(mode("state/\(name)") == 0o600)
        #expect(try read() == target)
        for count in 0..<(target.json.count - 1) {
            try directory.write(Array(target.json.prefix(count)), to: name, isPrivate: true)
            #expect(try read() == nil)
        }
        var other = target
        other.mark = "web:4567"
        try directory.write(other.json, to: name, isPrivate: true)
        #expect(try read() == nil)
        try directory.write(record.json, to: record.fileName)
        directory.removeStrayStops()
        #expect(try directory.recordNames() == ["web.json"])
        #expect(try directory.names(ending: ".stop") == ["web.stop"])
        directory.removeRecord(of: "web")
        try directory.write(target.json, to: name, isPrivate: true)
        directory.removeStrayStops()
        #expect(try directory.names(ending: "") == [])
    }

    @Test(
        "records of another boot go; what is none, or of another pid namespace, stays and is told"
    )
    func leftovers() throws {
        let facts = try OwnFacts()
        let directory = try StateDirectory(opening: path, creating: true)
        var gone = record("gone", facts)
        // Never this process: its number is, and its start is another.
        gone.identity = ProcessIdentity(pid: facts.identity.pid, startTime: 1)
        var boot = record("boot", facts)
        boot.bootID = "another"
        var namespace = record("space", facts)
        namespace.namespace = (facts.namespace ?? 0) + 1
        for record in [record("alive", facts), gone, boot, namespace] {
            try directory.write(record.json, to: record.fileName)
        }
        try directory.write(Array("{".utf8), to: "services/bad.json")
        try directory.write(record("alive", facts).json, to: "services/copy.json")
        try directory.write([], to: "services/other.txt")
        #expect(unsafe symlink("alive.json", "\(path)/services/link.json") == 0)
        let leftovers = try Leftovers.read(in: directory, facts)
        let found = leftovers.items
        #expect(found.map(\.name) == ["alive", "gone"])
        #expect(found.map(\.isGone) == [false, true])
        // Only the one of another boot is certain to tell of nobody.
        #expect(
            try directory.recordNames() == [
                "alive.json", "bad.json", "copy.json", "gone.json", "link.json", "space.json",
            ]
        )
        #expect(leftovers.doubts.count == 4 && leftovers.keeper == nil)
        #expect(directory.read("services/other.txt") == [])
    }
}
