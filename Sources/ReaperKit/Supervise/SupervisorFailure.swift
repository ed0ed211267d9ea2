/// Why a supervisor cannot begin.
public enum SupervisorFailure: Error, Sendable {
    /// Another has the lock of this directory.
    case isRunning(String)
    /// Another lives, and its lock or its directory was removed.
    case isDisplaced(String, ProcessIdentity)
    /// A system call failed.
    case system(SystemError)
}

/// Why a service file could not be read again, in words.
public struct ServiceFileFailure: Error, Sendable {
    /// Where and why, one for each thing that is wrong.
    public var messages: [String]

    /// All of it in one line.
    var message: String { messages.joined(separator: "; ") }

    /// Creates a failure.
    public init(_ messages: [String]) { self.messages = messages }
}
