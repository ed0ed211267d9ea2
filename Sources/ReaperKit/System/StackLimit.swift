import Glibc

/// How large reaper's stack may become.
public enum StackLimit {
    /// What it needs, in bytes: Swift's runtime alone has taken more than 64 KiB.
    public static let least: UInt = 256 << 10

    /// Sees to it that there is enough, raising the limit where it is less; setrlimit(2).
    ///
    /// The kernel asks for it each time that the stack grows, so it counts at once.
    ///
    /// - Returns: Whether there is enough now.
    public static func suffices() -> Bool {
        let stack = __rlimit_resource_t(RLIMIT_STACK.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(stack, &limit) == 0, limit.rlim_cur < least else { return true }
        limit.rlim_cur = least
        // Beyond the hard limit only root may go.
        limit.rlim_max = max(limit.rlim_max, least)
        return unsafe setrlimit(stack, &limit) == 0
    }
}
