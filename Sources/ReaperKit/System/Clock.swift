import Glibc

/// Readings of the kernel's clocks, each for the one question it answers.
public enum Clock {
    /// Time that never jumps and stands still in suspend; deadlines are measured with it.
    public static func monotonic() -> Duration { read(CLOCK_MONOTONIC) }

    /// Time since boot including suspend, what process start times count from; proc_pid_stat(5).
    public static func sinceBoot() -> Duration { read(CLOCK_BOOTTIME) }

    /// Seconds and nanoseconds since 1970-01-01 UTC; people and files use it, it may jump.
    public static func wall() -> Duration { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        // Cannot fail: the clocks exist since Linux 2.6.39 and the pointer is valid.
        _ = unsafe clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension Duration {
    /// Whole milliseconds, rounded toward zero; poll(2) and reports count in these.
    public var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
