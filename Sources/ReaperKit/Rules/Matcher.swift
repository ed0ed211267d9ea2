/// What a pattern says of a process.
public enum MatchAnswer: Sendable, Equatable {
    /// Every condition holds.
    case holds
    /// One does not.
    case fails
    /// It cannot be said before this fact is read.
    case needs(FactKind)
    /// It cannot be said: the kernel refused this fact, with the `errno`.
    case unreadable(FactKind, Int32)
}

extension MatchAnswer {
    /// What it means for a detector that looks for what the pattern describes.
    var interest: Interest {
        switch self {
        // What was refused could have matched.
        case .holds, .unreadable: .candidate
        case .fails: .none
        case .needs(let kind): .needs(kind)
        }
    }
}

/// What matching needs beyond the process itself.
public struct MatchContext: Sendable {
    /// The machine, for ages.
    public var host: HostFacts
    /// Sockets of interest, for ports.
    public var sockets: [SocketRecord]
    /// Whether connected sockets make a holder too, `--peers`.
    public var includesPeers: Bool

    /// Creates a context.
    public init(host: HostFacts, sockets: [SocketRecord] = [], includesPeers: Bool = false) {
        self.host = host
        self.sockets = sockets
        self.includesPeers = includesPeers
    }
}

extension ProcessPattern {
    /// Evaluates the conditions, those that cost nothing to learn first.
    ///
    /// A pattern without conditions fails: nothing that was not asked for is ever selected.
    public func evaluate(_ process: ProcessRecord, in context: MatchContext) -> MatchAnswer {
        if isEmpty { return .fails }
        var answer = MatchAnswer.holds
        for cost in 0..<Condition.count {
            guard let condition = Condition(rawValue: cost) else { continue }
            switch self.answer(condition, process, context) {
            case .holds: continue
            case .fails: return .fails
            case .needs(let kind): return .needs(kind)
            // A later condition may still fail, and then the refusal does not matter.
            case .unreadable(let kind, let code):
                if answer == .holds { answer = .unreadable(kind, code) }
            }
        }
        return answer
    }

    /// Cheapest first, in system calls.
    enum Condition: Int, CaseIterable {
        case pid, baseline, state, age, kernelName, executable, workingDirectory, directory, name,
            user
        case command, cgroup, environment, port

        static var count: Int { port.rawValue + 1 }
    }

    /// What one condition says; one without values holds.
    func answer(
        _ condition: Condition,
        _ process: ProcessRecord,
        _ context: MatchContext
    ) -> MatchAnswer {
        switch condition {
        case .pid: pids.isEmpty ? .holds : pidAnswer(process)
        case .baseline:
            absentFrom?.contains(process.identity) == true ? .fails : .holds
        case .state: states.isEmpty || states.contains(process.state) ? .holds : .fails
        case .age: ageAnswer(process, context)
        case .kernelName:
            kernelNames.isEmpty || kernelNames.contains { $0.matches(process.name) }
                ? .holds : .fails
        case .executable: executables.isEmpty ? .holds : executableAnswer(process)
        case .workingDirectory:
            workingDirectories.isEmpty ? .holds : workingDirectoryAnswer(process)
        case .directory: directories.isEmpty ? .holds : directoryAnswer(process)
        case .name: names.isEmpty ? .holds : nameAnswer(process)
        case .user: users.isEmpty ? .holds : userAnswer(process)
        case .command: commands.isEmpty ? .holds : commandAnswer(process)
        case .cgroup: cgroups.isEmpty ? .holds : cgroupAnswer(process)
        case .environment: environment.isEmpty ? .holds : environmentAnswer(process)
        case .port: ports == nil ? .holds : portAnswer(process, context)
        }
    }

    private func ageAnswer(_ process: ProcessRecord, _ context: MatchContext) -> MatchAnswer {
        guard let olderThan else { return .holds }
        return context.host.age(of: process.identity) >= olderThan ? .holds : .fails
    }

    private func pidAnswer(_ process: ProcessRecord) -> MatchAnswer {
        pids.contains {
            $0.pid == process.pid
                && ($0.startTime == nil || $0.startTime == process.identity.startTime)
        } ? .holds : .fails
    }

    private func executableAnswer(_ process: ProcessRecord) -> MatchAnswer {
        process.executable.answer(.executable) { link in
            executables.contains { $0.matches(link.path) }
        }
    }

    private func workingDirectoryAnswer(_ process: ProcessRecord) -> MatchAnswer {
        process.workingDirectory.answer(.workingDirectory) { path in
            workingDirectories.contains { $0.matches(path) }
        }
    }

    private func directoryAnswer(_ process: ProcessRecord) -> MatchAnswer {
        let byExecutable = process.executable.answer(.executable) { link in
            directories.contains { link.path.isBelow($0) }
        }
        guard byExecutable == .fails || byExecutable.isUnreadable else { return byExecutable }
        let byPlace = process.workingDirectory.answer(.workingDirectory) { path in
            directories.contains { path.isBelow($0) }
        }
        return byPlace == .fails ? byExecutable : byPlace
    }

    private func nameAnswer(_ process: ProcessRecord) -> MatchAnswer {
        if names.contains(where: { $0.matches(process.name) }) { return .holds }
        let byExecutable = process.executable.answer(.executable) { link in
            let name = link.path.baseName
            return names.contains { $0.matches(name) }
        }
        guard byExecutable == .fails || byExecutable.isUnreadable else { return byExecutable }
        let byArgument = process.arguments.answer(.arguments) { arguments in
            guard let first = arguments.first?.baseName else { return false }
            return names.contains { $0.matches(first) }
        }
        return byArgument == .fails ? byExecutable : byArgument
    }

    private func userAnswer(_ process: ProcessRecord) -> MatchAnswer {
        process.status.answer(.status) { users.contains($0.realUser) }
    }

    private func commandAnswer(_ process: ProcessRecord) -> MatchAnswer {
        process.arguments.answer(.arguments) { arguments in
            guard let first = arguments.first, commands.contains(where: { $0.allows(start: first) })
            else { return false }
            let line = commandLine(arguments)
            return !line.isEmpty && commands.contains { $0.matches(line) }
        }
    }

    /// The arguments, joined by single spaces.
    func commandLine(_ arguments: [ByteString]) -> ByteString {
        var line = ByteString("")
        line.bytes.reserveCapacity(arguments.reduce(0) { $0 + $1.bytes.count + 1 })
        for argument in arguments {
            line.bytes += argument.bytes
            line.bytes.append(0x20)
        }
        if !arguments.isEmpty { line.bytes.removeLast() }
        return line
    }

    private func cgroupAnswer(_ process: ProcessRecord) -> MatchAnswer {
        process.cgroups.answer(.cgroups) { lines in
            lines.contains { line in
                let path = ByteString(line.controlGroupPath)
                return cgroups.contains { $0.matches(path) }
            }
        }
    }

    private func environmentAnswer(_ process: ProcessRecord) -> MatchAnswer {
        process.environment.answer(.environment) { entries in
            environment.contains { condition in
                entries.contains { condition.matches($0) }
            }
        }
    }

    private func portAnswer(_ process: ProcessRecord, _ context: MatchContext) -> MatchAnswer {
        // Without a socket of interest nobody holds one: no descriptor table need be read.
        let wanted = context.sockets.filter { isWanted($0, context) }
        if wanted.isEmpty { return .fails }
        return process.socketInodes.answer(.sockets) { inodes in
            wanted.contains { inodes.contains($0.inode) }
        }
    }

    private func isWanted(_ socket: SocketRecord, _ context: MatchContext) -> Bool {
        guard let ports, socket.inode != 0 else { return false }
        if ports.contains(socket.port, socket.transport), socket.holdsPort { return true }
        return context.includesPeers
            && (ports.contains(socket.port, socket.transport)
                || ports.contains(socket.peerPort, socket.transport))
    }
}

extension EnvironmentCondition {
    /// Whether one `NAME=VALUE` entry meets the condition.
    func matches(_ entry: ByteString) -> Bool {
        // Every rule that asks for a variable looks at every entry of every process.
        let equals = name.bytes.count
        guard entry.bytes.count > equals, entry.bytes[equals] == UInt8(ascii: "=") else {
            return false
        }
        for index in name.bytes.indices where entry.bytes[index] != name.bytes[index] {
            return false
        }
        guard let value else { return true }
        return value.matches(ByteString(entry.bytes[(equals + 1)...]))
    }
}

extension ByteString {
    /// The path of a cgroups(7) line `hierarchy:controllers:path`, which may itself hold colons.
    var controlGroupPath: ArraySlice<UInt8> {
        guard let first = bytes.firstIndex(of: UInt8(ascii: ":")),
            let second = bytes[(first + 1)...].firstIndex(of: UInt8(ascii: ":"))
        else { return bytes[...] }
        return bytes[(second + 1)...]
    }
}

extension MatchAnswer {
    var isUnreadable: Bool {
        if case .unreadable = self { true } else { false }
    }
}

extension Optional {
    /// Asks `test` of a fact, or says what stands in the way.
    fileprivate func answer<Value>(
        _ kind: FactKind,
        _ test: (Value) -> Bool
    ) -> MatchAnswer where Wrapped == Reading<Value> {
        switch self {
        case nil: .needs(kind)
        case .some(.value(let value)): test(value) ? .holds : .fails
        // A zombie or a kernel thread has no executable, arguments or directory.
        case .some(.gone): .fails
        case .some(.denied(let code)): .unreadable(kind, code)
        }
    }
}
