/// What a run of `reaper` tells the script that called it; the same for all commands.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Nothing is left over, or everything asked for is gone.
    case clean = 0
    /// Something is left over, survived, was refused, or was not found.
    case leftOver = 1
    /// The command line, a rule file or the configuration is wrong; nothing was done.
    case usage = 2
    /// The view was incomplete or the end was not proven.
    case incomplete = 3
    /// The command succeeded but left something behind.
    case leaked = 23
    /// The deadline passed with targets left.
    case deadline = 124
    /// Reaper itself failed before the command could run.
    case failed = 125
    /// The command was found but cannot be executed.
    case notExecutable = 126
    /// The command was not found.
    case notFound = 127

    /// The sentence of the manual page.
    public var meaning: String {
        switch self {
        case .clean: "Nothing is left over, or everything asked for is gone."
        case .leftOver: "Something is left over, survived, was refused, or was not found."
        case .usage:
            "The command line, a rule file or the configuration is wrong; nothing was done."
        case .incomplete:
            "The view was incomplete (permissions, hidepid, namespaces), or the end was not "
                + "proven, so \"nothing left\" cannot be claimed."
        case .leaked: "run only: the command succeeded but left something behind."
        case .deadline: "The deadline passed with targets left."
        case .failed: "run only: reaper itself failed."
        case .notExecutable: "run only: the command was found but cannot be executed."
        case .notFound: "run only: the command was not found."
        }
    }

    /// What to return when several apply: 2, 124, 1, 3, 0, the first of them that does.
    ///
    /// The statuses of `run` stand for its command and never compete; they come before all others.
    public static func worst(_ statuses: [ExitStatus]) -> ExitStatus {
        var worst = ExitStatus.clean
        for status in statuses where status.rank > worst.rank { worst = status }
        return worst
    }

    private var rank: Int {
        switch self {
        case .clean: 0
        case .incomplete: 1
        case .leftOver: 2
        case .deadline: 3
        case .usage: 4
        case .leaked: 5
        case .notFound: 6
        case .notExecutable: 7
        case .failed: 8
        }
    }
}
