import ReaperKit
import Testing

@Suite("baseline")
struct BaselineTests {
    private var snapshot: Snapshot {
        var host = HostFacts()
        host.bootID = "b"
        host.namespaces = ProcessNamespaces(pid: 7, mount: 8, network: 9)
        var snapshot = Snapshot(host: host)
        snapshot.processes = [record(10, start: 5), record(11, start: 6)]
        return snapshot
    }

    private func record(_ pid: Int32, start: UInt64) -> ProcessRecord {
        ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTime: start),
            name: "x",
            parent: 1
        )
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        let bytes = BaselineFile.render(snapshot, takenAt: .seconds(1))
        let baseline = try BaselineFile.read(bytes)
        #expect(baseline.processes == Set(snapshot.processes.map(\.identity)))
        #expect(baseline.objection(on: snapshot.host) == nil)
    }

    @Test("another boot or pid namespace is refused")
    func foreign() throws {
        let baseline = try BaselineFile.read(BaselineFile.render(snapshot, takenAt: .zero))
        var other = snapshot.host
        other.bootID = "c"
        #expect(baseline.objection(on: other) != nil)
        other = snapshot.host
        other.namespaces?.pid = 1
        #expect(baseline.objection(on: other) != nil)
    }

    @Test("a reused number is new, the same process is not")
    func selects() {
        var pattern = ProcessPattern()
        pattern.absentFrom = Baseline(
            bootID: "b",
            pidNamespace: 7,
            processes: [ProcessIdentity(pid: 10, startTime: 5)]
        )
        let context = MatchContext(host: snapshot.host)
        #expect(pattern.evaluate(record(10, start: 5), in: context) == .fails)
        #expect(pattern.evaluate(record(10, start: 6), in: context) == .holds)
        #expect(!pattern.isEmpty)
    }

    @Test(
        "a file that is no baseline is an error with its place",
        arguments: [
            "{}", "[]", #"{"schema":"reaper.report/1"}"#, #"{"schema":"reaper.snapshot/1"}"#,
            #"{"schema":"reaper.snapshot/1","host":{"boot_id":"b","pid_namespace":7}}"#,
            #"{"schema":"reaper.snapshot/1","host":{"boot_id":"b","pid_namespace":7},"processes":["4"]}"#,
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: JSONError.self) { try BaselineFile.read(Array(text.utf8)) }
    }
}
