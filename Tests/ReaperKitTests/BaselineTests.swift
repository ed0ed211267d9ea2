import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("baseline")
struct BaselineTests {
    private static let web = SocketRecord(
        transport: .tcp,
        address: [127, 0, 0, 1],
        port: 8080,
        state: .listen,
        inode: 77,
        user: 0
    )

    private static var dns: SocketRecord {
        var socket = web
        socket.transport = .udp
        socket.state = .close
        socket.port = 53
        socket.inode = 99
        return socket
    }

    private var snapshot: Snapshot {
        var host = HostFacts()
        host.bootID = "b"
        host.namespaces = ProcessNamespaces(pid: 7, mount: 8, network: 9)
        host.timeNamespace = 6
        var snapshot = Snapshot(host: host)
        snapshot.processes = [record(10, start: 5), record(11, start: 6)]
        var client = Self.web
        client.state = .established
        snapshot.sockets = [Self.web, client, Self.dns]
        snapshot.instanceFiles = [file("/run/b.pid"), file("/run/a.pid"), file([0x2f, 0xff])]
        return snapshot
    }

    private func file(_ path: ByteString) -> InstanceFile {
        Scene.file(.entries([])) { $0.path = path }
    }

    private func file(_ path: [UInt8]) -> InstanceFile { file(ByteString(path)) }

    private func record(_ pid: Int32, start: UInt64) -> ProcessRecord {
        ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTime: start),
            name: "x",
            parent: 1
        )
    }

    private var gaps: Baseline.Gaps {
        var gaps = Baseline.Gaps()
        gaps.processes = ["p"]
        gaps.listeners = ["l"]
        gaps.files = ["f"]
        gaps.directories = ["/root"]
        return gaps
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        let bytes = BaselineFile.render(snapshot, gaps: gaps, takenAt: .zero, beginning: 3)
        let baseline = try BaselineFile.read(bytes)
        #expect(baseline.processes == Set(snapshot.processes.map(\.identity)))
        #expect(baseline.objection(on: snapshot.host) == nil)
        #expect(baseline.beginning == 3 && baseline.netNamespace == 9)
        #expect(baseline.gaps == gaps)
        #expect(baseline.listeners.count == 2)
        #expect(baseline.contains(Self.web) && baseline.contains(Self.dns))
        for file in snapshot.instanceFiles { #expect(baseline.contains(file)) }
    }

    @Test("what is written is what the schema says, sorted, and without whoever writes it")
    func schema() throws {
        let schema = try JSONSchema(
            Data(contentsOf: PackageFiles.file("schema/snapshot.schema.json"))
        )
        var snapshot = snapshot
        snapshot.host.ownChain = [ProcessIdentity(pid: 11, startTime: 6)]
        snapshot.processes.reverse()
        for gaps in [Baseline.Gaps(), gaps] {
            let bytes = BaselineFile.render(snapshot, gaps: gaps, takenAt: .seconds(1))
            #expect(try schema.violations(in: Data(bytes)) == [])
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains(#""processes": ["#) && !text.contains("11@6"))
            let places = ["\"port\": 53", "\"port\": 8080", "/run/a.pid", "/run/b.pid"]
                .compactMap { text.range(of: $0)?.lowerBound }
            #expect(places.count == 4 && places == places.sorted())
            #expect(bytes == BaselineFile.render(snapshot, gaps: gaps, takenAt: .seconds(1)))
        }
    }

    @Test("another boot or namespace is refused, and one that is not known")
    func foreign() throws {
        let baseline = try BaselineFile.read(BaselineFile.render(snapshot, takenAt: .zero))
        func objection(_ change: (inout HostFacts) -> Void) -> String? {
            var host = snapshot.host
            change(&host)
            return baseline.objection(on: host)
        }
        #expect(objection { _ in } == nil)
        #expect(objection { $0.bootID = "c" }?.contains("another boot") == true)
        #expect(objection { $0.bootID = "" }?.contains("unknown") == true)
        #expect(objection { $0.namespaces?.pid = 1 }?.contains("another pid namespace") == true)
        #expect(objection { $0.namespaces = nil }?.contains("pid namespace") == true)
        #expect(objection { $0.namespaces?.network = 1 }?.contains("network namespace") == true)
        #expect(objection { $0.timeNamespace = 1 }?.contains("time namespace") == true)
        #expect(objection { $0.timeNamespace = nil } == nil)
    }

    @Test("a reused number is new, the same process is not, nor is who began before the snapshot")
    func selects() {
        var pattern = ProcessPattern()
        var baseline = Baseline(
            bootID: "b",
            pidNamespace: 7,
            processes: [ProcessIdentity(pid: 10, startTime: 5)]
        )
        pattern.absentFrom = baseline
        let context = MatchContext(host: snapshot.host)
        #expect(pattern.evaluate(record(10, start: 5), in: context) == .fails)
        #expect(pattern.evaluate(record(10, start: 6), in: context) == .holds)
        #expect(!pattern.isEmpty)
        baseline.beginning = 7
        pattern.absentFrom = baseline
        #expect(pattern.evaluate(record(10, start: 6), in: context) == .fails)
        #expect(pattern.evaluate(record(10, start: 7), in: context) == .holds)
    }

    @Test("a socket's number that another port has by now is new")
    func listeners() throws {
        let baseline = try BaselineFile.read(BaselineFile.render(snapshot, takenAt: .zero))
        var socket = Self.web
        socket.port = 8081
        #expect(!baseline.contains(socket))
        socket = Self.web
        socket.transport = .udp
        #expect(!baseline.contains(socket))
        socket = Self.web
        socket.address = [0, 0, 0, 0]
        #expect(baseline.contains(socket))
    }

    @Test("a file that took another's place is another")
    func files() throws {
        let baseline = try BaselineFile.read(BaselineFile.render(snapshot, takenAt: .zero))
        var other = file("/run/a.pid")
        #expect(baseline.contains(other))
        other.file.inode += 1
        #expect(!baseline.contains(other))
        #expect(!baseline.contains(file("/run/c.pid")))
    }

    @Test("only what could have been hidden is in doubt")
    func doubts() {
        func finding(_ kind: FindingKind, file: ByteString? = nil) -> Finding {
            Finding(
                kind: kind,
                file: file,
                severity: .warning,
                verdict: .confirmed,
                summary: "",
                evidence: [],
                remedy: Remedy(.none)
            )
        }
        var baseline = Baseline(bootID: "b", pidNamespace: 7)
        for kind in FindingKind.allCases { #expect(baseline.doubt(about: finding(kind)) == nil) }
        baseline.gaps.directories = ["/root"]
        let hidden = baseline.doubt(about: finding(.leakedFile, file: "/root/x.pid"))
        #expect(hidden == "/root could not be read")
        #expect(baseline.doubt(about: finding(.staleInstance, file: "/rooted/x")) == nil)
        #expect(baseline.doubt(about: finding(.leakedPort)) == nil)
        baseline.gaps.listeners = ["l"]
        #expect(baseline.doubt(about: finding(.leakedPort)) == "l")
        #expect(baseline.doubt(about: finding(.leakedProcess)) == nil)
        baseline.gaps.processes = ["p"]
        #expect(baseline.doubt(about: finding(.leakedProcess)) == "p")
        // With its time known, whoever is younger is new.
        baseline.beginning = 1
        #expect(baseline.doubt(about: finding(.leakedProcess)) == nil)
    }

    private static let whole = [
        "schema": #""reaper.snapshot/1""#, "host": #"{"boot_id":"b","pid_namespace":7}"#,
        "complete": "true", "processes": "[]", "listeners": "[]", "instance_files": "[]",
    ]

    private func read(_ members: [String: String]) throws(JSONError) -> Baseline {
        let text = members.map { "\"\($0)\":\($1)" }.joined(separator: ",")
        return try BaselineFile.read(Array("{\(text)}".utf8))
    }

    @Test("the least that is a baseline")
    func least() throws {
        let baseline = try read(Self.whole)
        #expect(baseline.processes.isEmpty && baseline.gaps.isEmpty)
        #expect(baseline.beginning == nil && baseline.netNamespace == nil)
        for name in Self.whole.keys {
            var rest = Self.whole
            rest[name] = nil
            #expect(throws: JSONError.self, "\(name)") { _ = try read(rest) }
        }
    }

    @Test(
        "a member that is not what it must be is an error",
        arguments: [
            ("schema", #""reaper.report/1""#), ("host", #"{"boot_id":"b"}"#),
            ("host", #"{"boot_id":"b","pid_namespace":-1}"#),
            ("host", #"{"boot_id":"b","pid_namespace":7,"net_namespace":"x"}"#),
            ("taken_at_ticks", "-1"), ("taken_at_ticks", "1.5"), ("complete", "1"),
            ("complete", "false"), ("unseen", #"{"listeners":["x"]}"#), ("unseen", #"{"files":1}"#),
            ("processes", #"["4"]"#), ("processes", #"["0@1"]"#), ("processes", "[4]"),
            ("listeners", #"[{"inode":4}]"#),
            ("listeners", #"[{"protocol":"tcp","port":65536,"inode":4}]"#),
            ("listeners", #"[{"protocol":"tcp","port":1,"inode":-4}]"#),
            ("listeners", #"[{"protocol":"sctp","port":1,"inode":4}]"#),
            ("instance_files", "[{}]"), ("instance_files", #"[{"path":"x","path_b64":"!"}]"#),
            ("instance_files", #"[{"path":"x","device":1,"inode":"2"}]"#),
        ]
    )
    func wrongMember(name: String, value: String) {
        var members = Self.whole
        members[name] = value
        // Alone it contradicts nothing: what was not seen is no reason to be called complete.
        if name == "unseen", value.contains("files") { members["complete"] = "false" }
        #expect(throws: JSONError.self) { _ = try read(members) }
    }

    @Test(
        "a file that is no baseline is an error",
        arguments: ["", "{}", "[]", "{", "null", "1 2"]
    )
    func malformed(_ text: String) {
        #expect(throws: JSONError.self) { _ = try BaselineFile.read(Array(text.utf8)) }
    }
}
