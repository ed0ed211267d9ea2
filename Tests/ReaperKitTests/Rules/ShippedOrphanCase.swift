@testable import ReaperKit

/// Process 500 of user 1000, and what the shipped rules together say of it.
struct ShippedOrphanCase: Sendable, CustomStringConvertible {
    let description: String
    /// The rule that the case is about.
    let rule: String
    /// The verdict of the finding that this rule names; `nil` for no finding by it.
    let want: Verdict?
    var executable: ByteString
    var arguments: [ByteString]
    var environment: [ByteString]
    /// Who started it and lives; without one PID 1 has adopted it.
    var parent: ByteString?
    var parentArguments: [ByteString]
    var name: ByteString?

    init(
        _ rule: String,
        _ description: String,
        _ want: Verdict?,
        exe: ByteString = "/usr/bin/job",
        args: [ByteString]? = nil,
        env: [ByteString] = [],
        name: ByteString? = nil,
        parent: ByteString? = nil,
        parentArgs: [ByteString]? = nil
    ) {
        self.rule = rule
        self.description = "\(rule): \(description)"
        self.want = want
        executable = exe
        arguments = args ?? [exe]
        environment = env
        self.name = name
        self.parent = parent
        parentArguments = parentArgs ?? [parent ?? ""]
    }

    private var snapshot: Snapshot {
        let job = Cast.process(
            500,
            name ?? ByteString(Array(executable.baseName.bytes.prefix(15))),
            parent: parent == nil ? 1 : 400
        ) { process in
            process.executable = .value(ExecutableLink(path: executable))
            process.arguments = .value(arguments)
            process.environment = .value(environment)
        }
        guard let parent else { return Cast.snapshot([job]) }
        let owner = Cast.process(
            400,
            ByteString(Array(parent.baseName.bytes.prefix(15))),
            parent: 50
        ) { process in
            process.executable = .value(ExecutableLink(path: parent))
            process.arguments = .value(parentArguments)
        }
        return Cast.snapshot([owner, job])
    }

    /// The finding about the process, if there is one.
    func finding(among rules: [Rule]) -> Finding? {
        OrphanDetector(rules: rules).findings(in: snapshot, rules: rules)
            .first { $0.process?.pid == 500 }
    }
}
