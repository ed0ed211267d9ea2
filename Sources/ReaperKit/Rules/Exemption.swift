/// What is expected to be there, and is no leak: one `--ignore`.
public struct Exemption: Sendable, Equatable {
    /// What is described.
    public enum Subject: Sendable, Equatable {
        /// Whatever rules of these names are about.
        case rules(Glob)
        /// Processes, and the ports that they hold.
        case processes(ProcessPattern)
        /// Ports, and the processes that hold them.
        case ports(PortSet)
        /// Files, by path.
        case files(Glob)
    }

    /// As it was typed, such as `name=ssh-agent`.
    public var text: String
    /// What it describes.
    public var subject: Subject
    /// Which processes it describes: any of these; those of rules once they are loaded.
    public var patterns: [ProcessPattern]

    /// Creates an exemption.
    public init(_ text: String, _ subject: Subject) {
        self.text = text
        self.subject = subject
        switch subject {
        case .processes(let pattern): patterns = [pattern]
        case .ports(let ports):
            var pattern = ProcessPattern()
            pattern.ports = ports
            patterns = [pattern]
        case .rules, .files: patterns = []
        }
    }

    /// Whoever asks to be left alone, by `REAPER_KEEP=1`.
    public static var optOut: Exemption {
        var pattern = ProcessPattern()
        let value = (try? Glob(parsing: "1", as: .text)) ?? .matchingNothing("1", as: .text)
        pattern.environment = [EnvironmentCondition(name: "REAPER_KEEP", value: value)]
        return Exemption("REAPER_KEEP=1", .processes(pattern))
    }

    /// The same, which knows what its rules are about.
    public func resolved(by rules: [Rule]) -> Exemption {
        guard case .rules(let glob) = subject else { return self }
        var resolved = self
        for rule in rules where glob.matches(ByteString(rule.id)) {
            if !rule.match.isEmpty { resolved.patterns.append(rule.match) }
            guard let mark = rule.instance?.environment else { continue }
            var pattern = ProcessPattern()
            pattern.environment = [EnvironmentCondition(name: ByteString(mark))]
            resolved.patterns.append(pattern)
        }
        return resolved
    }

    /// What a process is to be asked, for whoever must not stop it either.
    public var protection: [Rule] {
        patterns.map { pattern in
            var rule = Rule(
                id: "--ignore \(text)",
                title: "it is expected",
                source: "the command line"
            )
            rule.match = pattern
            rule.protect = true
            return rule
        }
    }

    /// Whether it describes a file, or what its rule found.
    func covers(rule: String?, file: ByteString?) -> Bool {
        switch subject {
        case .rules(let glob): rule.map { glob.matches(ByteString($0)) } ?? false
        case .files(let glob): file.map(glob.matches) ?? false
        case .processes, .ports: false
        }
    }

    /// Whether it describes a port by its number.
    func covers(_ socket: SocketRecord) -> Bool {
        if case .ports(let ports) = subject { return ports.contains(socket.port, socket.transport) }
        return false
    }
}

/// Something that was found, and is expected.
public struct IgnoredFinding: Sendable, Equatable {
    /// What it would have been.
    public var finding: Finding
    /// The `--ignore` that describes it, as it was typed.
    public var exemption: String

    /// Creates a record of one.
    public init(_ finding: Finding, by exemption: String) {
        self.finding = finding
        self.exemption = exemption
    }
}
