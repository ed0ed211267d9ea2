/// What a report tells of the command that `reaper run` ran.
public struct RunFacts: Sendable, Equatable {
    /// The program and its arguments.
    public var command: [ByteString]
    /// What marked its environment.
    public var tag: String
    /// How it ended.
    public var ending: CommandEnding
    /// When it was started, since 1970-01-01 UTC.
    public var startedAt: Duration
    /// How long it ran.
    public var duration: Duration

    /// Creates an account.
    public init(
        command: [ByteString],
        tag: String,
        ending: CommandEnding,
        startedAt: Duration,
        duration: Duration
    ) {
        self.command = command
        self.tag = tag
        self.ending = ending
        self.startedAt = startedAt
        self.duration = duration
    }

    /// The program's name, escaped, and how it ended.
    public var summary: String {
        let name = command.first?.baseName.text.escapedForTerminal ?? ""
        return switch ending {
        case .exited(0): name
        case .exited(let code): "\(name) (status \(code))"
        case .signaled(let number): "\(name) (\(Signal(number: number)))"
        }
    }
}
