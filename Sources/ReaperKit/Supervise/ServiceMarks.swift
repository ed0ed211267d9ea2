/// The marks of services that are to be ended: every process that carries one belongs to one.
public struct ServiceMarks: Sendable, Equatable {
    /// The variable that marks what a service starts.
    public static let variable = "REAPER_SERVICE"
    /// The variable that says whose services they are.
    public static let supervisorVariable = "REAPER_SUPERVISOR"

    /// Whether it is one of the rules about services of `reaper up`.
    static func isRule(_ id: String) -> Bool {
        id == "reaper.service" || id == "reaper.service-record"
    }

    /// Whether it is one that tells who looks after services, or which these are.
    static func isWitness(_ id: String) -> Bool {
        id == "reaper.supervisor" || id == "reaper.service-record"
    }

    /// The rule by which each mark's processes are ended, by the whole entry `NAME=VALUE`.
    public var rules: [ByteString: String] = [:]
    /// When the first of the marks was made, in clock ticks after boot; 0: not known.
    public var since: UInt64 = 0
    /// Whether everybody who carries one descends from the parent of this process, a subreaper.
    public var areDescendants = false

    /// No marks.
    public init() {}

    /// The entry that a mark is in an environment.
    public static func entry(_ mark: String) -> ByteString { ByteString("\(variable)=\(mark)") }

    /// The rule of a process with these entries; `nil` where none of the marks is among them.
    func rule(of environment: [ByteString]) -> String? {
        for entry in environment {
            if let rule = rules[entry] { return rule }
        }
        return nil
    }
}

extension ServiceMarks {
    /// Whether a process whose environment cannot be read belongs to none of the services.
    ///
    /// An agent that is not dumpable keeps its environment from its own user, and is there all day.
    /// One that is older than every mark was started by nobody of theirs; nor was one whose parents
    /// up to the first are known, where the subreaper is none of them: orphans would be its own.
    func exclude(_ process: ProcessRecord, in view: SnapshotView) -> Bool {
        if process.identity.startTime < since { return true }
        let chain = view.snapshot.host.ownChain
        guard areDescendants, chain.count > 1 else { return false }
        let ancestors = view.tree.ancestors(of: process)
        return (ancestors.last ?? process).parent == 0
            && !ancestors.contains { $0.identity == chain[1] }
    }
}

/// Finds the processes that carry a service's mark in their environment.
struct ServiceProcessDetector: Detector {
    let marks: ServiceMarks

    func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest {
        guard !process.isKernelThread, !process.isZombie, process.pid != 1 else { return .none }
        switch process.environment {
        case nil: return .needs(.environment)
        case .value(let entries): return marks.rule(of: entries) == nil ? .none : .candidate
        // It could carry one.
        case .denied: return .candidate
        case .gone: return .none
        }
    }

    func detect(_ candidates: [Int], in view: SnapshotView) -> Detection {
        var detection = Detection()
        for index in candidates {
            let process = view.snapshot.processes[index]
            guard process.identity != view.snapshot.host.ownChain.first else { continue }
            switch process.environment {
            case .value(let entries):
                guard let rule = marks.rule(of: entries) else { continue }
                detection.findings.append(finding(process, rule))
            case .denied(let code):
                switch isOthers(process, view.snapshot.host.effectiveUser) {
                case true?: continue
                case false? where marks.exclude(process, in: view): continue
                case false?: detection.hide(process.pid, .environment, code)
                case nil: detection.wanted.insert(FactRequest(pid: process.pid, kind: .status))
                }
            case nil, .gone: continue
            }
        }
        return detection
    }

    /// Whether a process is another user's than a caller who is not root, and so no service of that
    /// caller's supervisor: only root can start one as somebody else.
    ///
    /// A set-uid program keeps the real user of whoever started it, so it is none of those. One that
    /// gives up that, too, as `sudo` does, is found as a descendant alone.
    ///
    /// - Returns: `nil` where that has to be read first.
    private func isOthers(_ process: ProcessRecord, _ caller: UInt32) -> Bool? {
        guard caller != 0 else { return false }
        return process.status.map { status in
            status.known.map { $0.realUser != caller } ?? false
        }
    }

    private func finding(_ process: ProcessRecord, _ rule: String) -> Finding {
        Finding(
            kind: .leakedProcess,
            process: process.identity,
            rule: rule,
            severity: .info,
            verdict: .confirmed,
            summary: "belongs to the service",
            evidence: [
                Evidence("its environment says so", source: process.source("environ"))
            ],
            remedy: Remedy(.stop)
        )
    }
}
