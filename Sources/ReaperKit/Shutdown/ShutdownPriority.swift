import Glibc

/// How much of the processor a shutdown claims: whoever stops a storm of processes must not wait
/// behind it; setpriority(2).
public enum ShutdownPriority {
    /// The nice value for one who has this; `nil` where it stays.
    ///
    /// Who was given another than the usual one, such as by nice(1), was given it on purpose.
    public static func wanted(from nice: Int32) -> Int32? { nice == 0 ? -15 : nil }

    /// Raises reaper's own, where that is allowed.
    public static func raise() {
        let own = Int32(PRIO_PROCESS.rawValue)
        if let nice = wanted(from: getpriority(own, 0)) { _ = setpriority(own, 0, nice) }
    }
}
