@testable import ReaperKit

/// A rule with files, a rule with a supervisor's files, a rule with marks, and who runs.
enum InstanceScene {
    static func rules() throws -> [Rule] {
        var node = try rule("node", named: "svc")
        node.after = ["test.supervisor"]
        var supervisor = try rule("supervisor", named: "boss")
        supervisor.stop?.order = .rootFirst
        var marked = Rule(id: "flow.node", title: "A node of a flow", source: "test")
        marked.match.environment = [EnvironmentCondition(name: "FLOW")]
        marked.owner = ProcessPattern()
        marked.owner?.names = [try Glob(parsing: "flowd", as: .text)]
        marked.stop = StopAction()
        var instance = InstanceRule()
        instance.environment = "FLOW"
        instance.pattern = "id=(?<id>[a-z0-9]+)|node=(?<node>[a-z]+)"
        marked.instance = instance
        var silent = try rule("silent", named: "svc")
        silent.stop = nil
        var service = Rule(id: "test.service", title: "A service", source: "test")
        service.owner = ProcessPattern()
        service.owner?.names = [try Glob(parsing: "boss", as: .text)]
        service.instance = InstanceRule()
        service.instance?.files = [try Glob(parsing: "/run/*", as: .path)]
        supervisor.instance?.files = [try Glob(parsing: "/run/boss*", as: .path)]
        return [node, supervisor, marked, silent, service]
    }

    private static func rule(_ name: String, named process: String) throws -> Rule {
        var rule = Rule(id: "test.\(name)", title: "A \(name)", source: "test")
        rule.match.names = [try Glob(parsing: ByteString(process), as: .text)]
        rule.stop = StopAction()
        rule.instance = InstanceRule()
        return rule
    }

    /// A process of the file's owner that started before the file was written.
    static func process(
        _ pid: Int32,
        _ name: String = "svc",
        below parent: Int32 = 1,
        startedAt seconds: UInt64 = 499,
        user: UInt32 = 1000,
        _ change: (inout ProcessRecord) -> Void = { _ in }
    ) -> ProcessRecord {
        var process = Scene.process(pid, startedAt: seconds)
        process.name = ByteString(name)
        process.parent = parent
        process.status = .value(
            ProcessStatus(realUser: user, effectiveUser: user, threadGroup: pid)
        )
        process.executable = .value(ExecutableLink(path: ByteString("/bin/\(name)")))
        process.arguments = .value([ByteString(name)])
        change(&process)
        return process
    }

    static func marked(
        _ pid: Int32,
        _ mark: String,
        below parent: Int32 = 1,
        startedAt seconds: UInt64 = 499
    ) -> ProcessRecord {
        process(pid, "python3", below: parent, startedAt: seconds) {
            $0.environment = .value(["PATH=/bin", ByteString("FLOW=\(mark)")])
        }
    }

    static func file(
        _ name: String,
        _ pid: Int32?,
        _ liveness: PidLiveness = .alive,
        rule: String = "test.node",
        change: (inout InstanceFile) -> Void = { _ in }
    ) -> InstanceFile {
        let entry = Scene.entry(pid, liveness) { $0.alias = "alias-\(name)" }
        return Scene.file(.entries([entry]), format: .json) {
            $0.path = ByteString("/run/\(name).json")
            $0.rule = rule
            $0.owner = 1000
            change(&$0)
        }
    }

    static func listing(
        _ processes: [ProcessRecord],
        _ files: [InstanceFile] = [],
        as user: UInt32 = 0
    ) throws -> InstanceListing {
        var snapshot = Scene.snapshot(processes.sorted { $0.pid < $1.pid })
        snapshot.instanceFiles = files
        snapshot.host.effectiveUser = user
        snapshot.host.userNames = [1000: "alice", 1001: "bob"]
        var request = ScanRequest(rules: try rules())
        request.instances = InstanceQuery()
        let catalog = InstanceCatalog(snapshot, request)
        let files = FileDetection(request: request)
            .findings(in: SnapshotView(snapshot, rules: request.rules))
        return InstanceListing(
            snapshot: snapshot,
            findings: files,
            instances: catalog.instances()
        )
    }
}
