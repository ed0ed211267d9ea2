/// One condition of a pattern, held against one process.
public struct TracedCondition: Sendable, Equatable {
    /// The key in rule files, such as `exe`; `pid` and `since` are flags only.
    public var name: String
    /// What the pattern asks for: any of these.
    public var wanted: [String]
    /// What the process has there; empty when it has nothing of the kind, or that is not known.
    public var actual: [TracedValue]
    /// Where the first of it is read, such as `/proc/4127/exe`.
    public var source: String
    /// Whether it holds, fails, or cannot be said and why.
    public var answer: MatchAnswer
}

/// One thing that a process has, and where that was read.
public struct TracedValue: Sendable, Equatable {
    /// As the kernel gave it; it may be secret.
    public var value: ByteString
    /// The same with secrets masked, for whoever prints it.
    public var masked: ByteString
    /// The file, such as `/proc/4127/cmdline`.
    public var source: String

    init(_ value: ByteString, masked: ByteString? = nil, source: String) {
        self.value = value
        self.masked = masked ?? SecretMask.masked(text: value)
        self.source = source
    }
}

extension ProcessPattern {
    /// Holds every condition of this pattern against a process, whether or not one has failed already.
    ///
    /// Together they say what ``evaluate(_:in:)`` says. Facts that nobody has read yet show as
    /// ``MatchAnswer/needs(_:)``.
    public func trace(_ process: ProcessRecord, in context: MatchContext) -> [TracedCondition] {
        Condition.allCases.compactMap { condition in
            let wanted = self.wanted(condition)
            guard !wanted.isEmpty else { return nil }
            return TracedCondition(
                name: condition.key,
                wanted: wanted,
                actual: actual(condition, process, context),
                source: process.source(condition.fileName),
                answer: answer(condition, process, context)
            )
        }
    }

    private func wanted(_ condition: Condition) -> [String] {
        switch condition {
        case .pid: pids.map(\.text)
        case .baseline: absentFrom == nil ? [] : ["not there when the snapshot was taken"]
        case .state: states.map { String(UnicodeScalar($0)) }
        case .age: olderThan.map { ["at least \($0.shortText)"] } ?? []
        case .kernelName: kernelNames.map(\.wantedText)
        case .executable: executables.map(\.wantedText)
        case .workingDirectory: workingDirectories.map(\.wantedText)
        case .directory: directories.map { $0.isEmpty ? "nothing" : $0.text }
        case .name: names.map(\.wantedText)
        case .user: users.map { $0 == .max ? "nobody: no such user" : "\($0)" }
        case .command: commands.map(\.wantedText)
        case .cgroup: cgroups.map(\.wantedText)
        case .environment: environment.map(\.wantedText)
        case .port: ports?.members.map(\.text) ?? []
        }
    }

    private func actual(
        _ condition: Condition,
        _ process: ProcessRecord,
        _ context: MatchContext
    ) -> [TracedValue] {
        func value(_ text: ByteString, _ kind: FactKind? = nil) -> TracedValue {
            TracedValue(text, source: process.source(kind?.fileName ?? "stat"))
        }
        let executable = process.executable?.known.map { value($0.path, .executable) }
        let place = process.workingDirectory?.known.map { value($0, .workingDirectory) }
        switch condition {
        case .pid, .baseline: return [value(ByteString("\(process.identity)"))]
        case .state: return [value(ByteString([process.state]))]
        case .age:
            return [value(ByteString(context.host.age(of: process.identity).shortText))]
        case .kernelName: return [value(process.name)]
        case .executable: return [executable].compactMap(\.self)
        case .workingDirectory: return [place].compactMap(\.self)
        case .directory: return [executable, place].compactMap(\.self)
        case .name:
            let first = process.arguments?.known?.first.map { value($0.baseName, .arguments) }
            let file = process.executable?.known.map { value($0.path.baseName, .executable) }
            return [value(process.name), file, first].compactMap(\.self)
        case .user:
            return process.status?.known.map { [value(ByteString("\($0.realUser)"), .status)] }
                ?? []
        case .command:
            guard let arguments = process.arguments?.known, !arguments.isEmpty else { return [] }
            return [
                TracedValue(
                    commandLine(arguments),
                    masked: commandLine(SecretMask.masked(arguments: arguments)),
                    source: process.source(FactKind.arguments.fileName)
                )
            ]
        case .cgroup:
            return process.cgroups?.known?.map { value(ByteString($0.controlGroupPath), .cgroups) }
                ?? []
        case .environment: return variables(of: process)
        case .port:
            guard let inodes = process.socketInodes?.known else { return [] }
            let held = context.sockets.filter { $0.holdsPort && inodes.contains($0.inode) }
            return Set(held.map { "\($0.port)/\($0.transport.rawValue)" }).sorted()
                .map { value(ByteString($0), .sockets) }
        }
    }

    /// The entries of the variables that the conditions name, and of no others.
    private func variables(of process: ProcessRecord) -> [TracedValue] {
        guard let entries = process.environment?.known else { return [] }
        return entries.compactMap { entry in
            let condition = environment.first {
                EnvironmentCondition(name: $0.name).matches(entry)
            }
            guard let condition else { return nil }
            // Where any value will do it explains nothing, and may be long and secret.
            let masked =
                condition.value == nil
                ? ByteString(condition.name.bytes + Array("=***".utf8))
                : SecretMask.masked(environment: [entry]).first
            return TracedValue(
                entry,
                masked: masked,
                source: process.source(FactKind.environment.fileName)
            )
        }
    }
}

extension ProcessPattern.Condition {
    /// The key that it has in rule files, or the flag where it has none there.
    fileprivate var key: String {
        switch self {
        case .pid: "pid"
        case .baseline: "since"
        case .state: "state"
        case .age: "older_than"
        case .kernelName: "comm"
        case .executable: "exe"
        case .workingDirectory: "cwd"
        case .directory: "in"
        case .name: "name"
        case .user: "user"
        case .command: "command"
        case .cgroup: "cgroup"
        case .environment: "env"
        case .port: "ports"
        }
    }

    /// The file below `/proc/PID` that tells first.
    fileprivate var fileName: String {
        switch self {
        case .pid, .baseline, .state, .age, .kernelName, .name: "stat"
        case .executable, .directory: FactKind.executable.fileName
        case .workingDirectory: FactKind.workingDirectory.fileName
        case .user: FactKind.status.fileName
        case .command: FactKind.arguments.fileName
        case .cgroup: FactKind.cgroups.fileName
        case .environment: FactKind.environment.fileName
        case .port: FactKind.sockets.fileName
        }
    }
}

extension PidCondition {
    /// `PID` or `PID@START`, as it is typed.
    public var text: String { startTime.map { "\(pid)@\($0)" } ?? "\(pid)" }
}

extension Glob {
    fileprivate var wantedText: String {
        matchesNothing ? "\(pattern.text) (matches nothing here)" : pattern.text
    }
}

extension EnvironmentCondition {
    fileprivate var wantedText: String {
        value.map { "\(name.text)=\($0.wantedText)" } ?? name.text
    }
}
