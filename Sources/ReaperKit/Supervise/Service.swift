/// One service of a service file: what is run, when, and how it is ended.
public struct Service: Sendable, Equatable {
    /// Its name, of lower-case and upper-case letters, digits, `-`, `_` and `.`.
    public var name: String
    /// The program and its arguments; a command line for a shell is `/bin/sh -c LINE` here.
    public var command: [ByteString]
    /// Names of the services that must be ready before it is started, and that end after it.
    public var after: [String] = []
    /// Variables for it, beside those that the supervisor has.
    public var environment: [Variable] = []
    /// Where it is started, absolute; `nil`: in the directory of its service file.
    public var directory: ByteString?
    /// Whom it runs as, by name or number; `nil`: as the supervisor.
    public var user: String?
    /// How it is ended: signal, grace, ports, filters.
    public var stop = StopAction()
    /// What is run to ask it to end, before its stop signal would be sent; empty: nothing.
    public var stopCommand: [ByteString] = []
    /// What shows that it is ready.
    public var ready = Readiness()
    /// Whether it is started again when it has ended by itself.
    public var restart = RestartPolicy()
    /// Where what it prints goes.
    public var log = LogTarget()
    /// Whose it is.
    public var serviceClass = ServiceClass.user
    /// Where it stands in its file.
    public var position = TextPosition(line: 1, column: 1)

    /// A variable of its environment.
    public struct Variable: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its value, as it is.
        public var value: ByteString

        /// Creates a variable.
        public init(name: String, value: ByteString) {
            self.name = name
            self.value = value
        }
    }

    /// Creates a service that runs a program.
    public init(name: String, command: [ByteString]) {
        self.name = name
        self.command = command
    }
}

/// Whose a service is.
public enum ServiceClass: String, Sendable, CaseIterable {
    /// Ended with all others by `stop --all`.
    case user
    /// Ended only by its name, or with its supervisor.
    case system
}

/// What shows that a service does its work.
public struct Readiness: Sendable, Equatable {
    /// The sign.
    public var sign = Sign.started
    /// How long it may take; afterwards the service has failed.
    public var timeout = Duration.seconds(30)

    /// What is looked for.
    public enum Sign: Sendable, Equatable {
        /// Its program runs.
        case started
        /// Somebody of it listens on this port (TCP), or has bound it (UDP).
        case port(PortSet)
        /// This file is there; an absolute path.
        case file(ByteString)
        /// It printed a line in which this regular expression is found.
        case line(String)
        /// This command, run now and then, returned 0.
        case command([ByteString])
        /// It has ended with 0, and whoever comes after it may begin.
        case exit
    }

    /// Ready once it runs.
    public init() {}
}

/// Whether a service is started again.
public struct RestartPolicy: Sendable, Equatable {
    /// After which ends.
    public var mode = Mode.never
    /// Pause before the first of a row of restarts; each later one takes twice as long.
    public var backoff = Duration.milliseconds(500)
    /// How often in a row at most; one that stayed ready for ``stability`` begins a new row.
    public var limit = 5

    /// After which ends a service is started again.
    public enum Mode: String, Sendable, CaseIterable {
        /// After none.
        case never
        /// After a crash: another code than 0, a signal, or not ready in time.
        case onFailure = "on-failure"
        /// After any that nobody asked for.
        case always
    }

    /// The longest pause.
    public static let longestBackoff = Duration.seconds(30)
    /// How long it has to stay ready until earlier crashes are forgotten.
    public static let stability = Duration.seconds(10)

    /// Never.
    public init() {}

    /// The pause before the restart that is `number` in its row, from 1.
    public func pause(before number: Int) -> Duration {
        let doublings = max(0, min(number - 1, 16))
        return min(backoff * (1 << doublings), Self.longestBackoff)
    }
}

/// Where what a service prints goes.
public struct LogTarget: Sendable, Equatable {
    /// An absolute path; `nil`: `logs/NAME.log` in the state directory.
    public var path: ByteString?
    /// At this size the file is begun anew, in bytes.
    public var size: Int64 = 1 << 20
    /// How many earlier files are kept: `NAME.log.1` is the youngest.
    public var kept = 1

    /// The state directory's.
    public init() {}
}
