/// The questions that decide whether an instance file is stale, in the order in which they are asked.
public enum StalenessQuestion: String, Sendable, CaseIterable {
    /// Whether it can be opened without danger, and understood.
    case contents
    /// Whether it was written on this host, on a file system that no other host writes to.
    case host
    /// Whether it was written in this boot.
    case boot
    /// Whether somebody holds a lock on it.
    case lock
    /// Whether its number counts in reaper's pid namespace.
    case namespace
    /// Whether anybody has the number that it records.
    case existence
    /// Whether that process has exited and was not waited for.
    case unreaped
    /// Whether that process is the one that was recorded.
    case identity
    /// Whether a socket is bound to it.
    case listener
    /// Whether it is old enough to be judged at all.
    case settling

    /// Those that are asked of a file of this format.
    public static func asked(of format: InstanceFormat) -> [StalenessQuestion] {
        switch format {
        case .socket: [.contents, .host, .boot, .listener, .settling]
        case .lock: [.contents, .host, .boot, .lock, .settling]
        case .pid, .json, .text, .symlink: allCases.filter { $0 != .listener }
        }
    }
}
