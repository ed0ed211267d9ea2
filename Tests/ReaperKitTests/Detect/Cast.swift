import Testing

@testable import ReaperKit

/// Processes for tests of detectors and planners, with every fact read unless a test takes it away.
enum Cast {
    static let mountNamespace: UInt64 = 200

    /// A machine that booted 10 000 s ago; reaper is 900, started by shell 800.
    static var host: HostFacts {
        var host = HostFacts()
        host.name = "box"
        host.bootID = "boot-1"
        host.sinceBoot = .seconds(10_000)
        host.wallClock = .seconds(1_010_000)
        host.namespaces = ProcessNamespaces(pid: 100, mount: mountNamespace, network: 300)
        host.effectiveUser = 1000
        host.ownChain = [900, 800, 1].map { ProcessIdentity(pid: $0, startTime: start(of: $0)) }
        return host
    }

    /// The older the number, the older the process, a second each; PID 1 came with the boot.
    static func start(of pid: Int32) -> UInt64 { pid == 1 ? 1 : UInt64(pid) * 100 }

    static func process(
        _ pid: Int32,
        _ name: ByteString = "job",
        parent: Int32 = 1,
        start: UInt64? = nil,
        state: Character = "S",
        change: (inout ProcessRecord) -> Void = { _ in }
    ) -> ProcessRecord {
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTime: start ?? Cast.start(of: pid)),
            name: name,
            state: state.asciiValue ?? 0,
            parent: parent,
            processGroup: 50,
            session: 50
        )
        process.executable = .value(ExecutableLink(path: ByteString("/usr/bin/\(name.text)")))
        process.arguments = .value([name])
        process.workingDirectory = .value("/")
        process.status = .value(
            ProcessStatus(
                realUser: 1000,
                effectiveUser: 1000,
                threadGroup: pid,
                namespacePids: [pid]
            )
        )
        process.cgroups = .value(["0::/user.slice/session-1.scope"])
        process.namespaces = .value(
            ProcessNamespaces(pid: 100, mount: mountNamespace, network: 300)
        )
        process.environment = .value([])
        process.socketInodes = .value([])
        change(&process)
        return process
    }

    static func kernelThread(_ pid: Int32) -> ProcessRecord {
        ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTime: 2),
            name: "kworker/0:1",
            state: UInt8(ascii: "I"),
            parent: 2,
            flags: 0x0020_0000
        )
    }

    /// PID 1, reaper, its shell, another shell that leads session 50, and whoever else.
    static func snapshot(
        _ processes: [ProcessRecord],
        change: (inout Snapshot) -> Void = { _ in }
    ) -> Snapshot {
        let given = Set(processes.map(\.pid))
        let usual = [
            process(1, "systemd", parent: 0) {
                $0.session = 1; $0.processGroup = 1
            },
            process(50, "bash"), process(800, "bash"),
            process(900, "reaper", parent: 800),
        ]
        let all = usual.filter { !given.contains($0.pid) } + processes
        var snapshot = Snapshot(host: host, processes: all.sorted { $0.pid < $1.pid })
        change(&snapshot)
        return snapshot
    }

    static func glob(_ text: ByteString, as subject: Glob.Subject = .path) throws -> Glob {
        try Glob(parsing: text, as: subject)
    }
}

extension ProcessRecord {
    /// The status, to be changed in a test.
    mutating func changeStatus(_ change: (inout ProcessStatus) -> Void) {
        guard var status = status?.known else { return }
        change(&status)
        self.status = .value(status)
    }
}
