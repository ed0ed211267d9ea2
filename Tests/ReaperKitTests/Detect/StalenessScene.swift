import Testing

@testable import ReaperKit

/// A machine that booted 1000 s before the scan, and a file written 500 s before it.
enum Scene {
    static let bootWall = Duration.seconds(1_000_000)
    static let now = Duration.seconds(1_001_000)
    static let written = Duration.seconds(1_000_500)

    /// A time so many seconds after boot, as a program writes it down.
    static func time(after seconds: Int64) -> RecordedTime {
        RecordedTime((bootWall + .seconds(seconds)).rfc3339() ?? "")
    }

    /// A process that started so many seconds after boot; the file was written at 500.
    static func process(_ pid: Int32, startedAt seconds: UInt64 = 499) -> ProcessRecord {
        ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTime: seconds * 100),
            name: "svc",
            parent: 1
        )
    }

    static func snapshot(_ processes: [ProcessRecord] = []) -> Snapshot {
        var host = HostFacts()
        host.name = "box.example"
        host.bootID = "3f2c-aa"
        host.sinceBoot = .seconds(1000)
        host.wallClock = now
        host.namespaces = ProcessNamespaces(pid: 100, mount: 200, network: 300)
        return Snapshot(host: host, processes: processes)
    }

    static func file(
        _ contents: InstanceContents,
        format: InstanceFormat = .pid,
        change: (inout InstanceFile) -> Void = { _ in }
    ) -> InstanceFile {
        var file = InstanceFile(
            path: "/run/svc.pid",
            rule: "test.svc",
            format: format,
            file: FileIdentity(device: 1, inode: 2, changed: written),
            owner: 0,
            mode: 0o644,
            modified: written,
            contents: contents
        )
        change(&file)
        return file
    }

    static func entry(
        _ pid: Int32? = 4127,
        _ liveness: PidLiveness = .alive,
        change: (inout InstanceEntry) -> Void = { _ in }
    ) -> InstanceEntry {
        var entry = InstanceEntry(pid: pid, liveness: liveness)
        change(&entry)
        return entry
    }

    /// A rule that asks something of the process, so that its answer counts.
    static func rule() throws -> Rule {
        var rule = Rule(id: "test.svc", title: "A service", source: "test")
        rule.match.names = [try Glob(parsing: "svc", as: .text)]
        return rule
    }
}
