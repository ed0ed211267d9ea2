@testable import ReaperKit

/// A situation around process 500, which runs a program below `/cache`.
struct OrphanCase: Sendable {
    let name: String
    /// Verdict of the finding; `nil` for none.
    let want: Verdict?
    var rule: @Sendable (inout Rule) throws -> Void = { _ in }
    var job: @Sendable (inout ProcessRecord) -> Void = { _ in }
    var others: [ProcessRecord] = []
    var snapshot: @Sendable (inout Snapshot) -> Void = { _ in }

    init(
        _ name: String,
        _ want: Verdict?,
        rule: @escaping @Sendable (inout Rule) throws -> Void = { _ in },
        others: [ProcessRecord] = [],
        snapshot: @escaping @Sendable (inout Snapshot) -> Void = { _ in },
        job: @escaping @Sendable (inout ProcessRecord) -> Void
    ) {
        self.init(name, want, rule: rule, others: others, snapshot: snapshot)
        self.job = job
    }

    init(
        _ name: String,
        _ want: Verdict?,
        rule: @escaping @Sendable (inout Rule) throws -> Void = { _ in },
        others: [ProcessRecord] = [],
        snapshot: @escaping @Sendable (inout Snapshot) -> Void = { _ in }
    ) {
        self.name = name
        self.want = want
        self.rule = rule
        self.others = others
        self.snapshot = snapshot
    }

    /// Programs below `/cache` whose owner is called `host`; stopped with TERM.
    static func rule(_ id: String = "test.job") throws -> Rule {
        var rule = Rule(id: id, title: "Job outlived its host", source: "test")
        rule.severity = .error
        rule.match.executables = [try Cast.glob("/cache/**")]
        var owner = ProcessPattern()
        owner.names = [try Cast.glob("host")]
        rule.owner = owner
        rule.stop = StopAction()
        return rule
    }

    /// Process 500, adopted by PID 1.
    static func job(_ change: (inout ProcessRecord) -> Void = { _ in }) -> ProcessRecord {
        Cast.process(500) { process in
            process.executable = .value(ExecutableLink(path: "/cache/job"))
            change(&process)
        }
    }

    func makeRule() throws -> Rule {
        var rule = try OrphanCase.rule()
        try self.rule(&rule)
        return rule
    }

    func makeSnapshot() -> Snapshot {
        Cast.snapshot([OrphanCase.job(job)] + others, change: snapshot)
    }

    func detection() throws -> Detection {
        let rules = [try makeRule()]
        return OrphanDetector(rules: rules).detection(in: makeSnapshot(), rules: rules)
    }
}

extension OrphanCase: CustomStringConvertible {
    var description: String { name }
}
