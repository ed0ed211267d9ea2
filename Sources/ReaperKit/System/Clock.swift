import CLinux
import Glibc

/// Readings of the kernel's clocks, each for the one question it answers.
public enum Clock {
    /// Time that never jumps and stands still in suspend; deadlines are measured with it.
    public static func monotonic() -> Duration { read(CLOCK_MONOTONIC) }

    /// Time since boot including suspend, what process start times count from; proc_pid_stat(5).
    public static func sinceBoot() -> Duration { read(CLOCK_BOOTTIME) }

    /// Seconds and nanoseconds since 1970-01-01 UTC; people and files use it, it may jump.
    public static func wall() -> Duration { read(CLOCK_REALTIME) }

    // Through the shim: whose `timespec` the compiler finds depends on the order of its batches.
    private static func read(_ clock: clockid_t) -> Duration {
        .nanoseconds(clinux_clock_nanoseconds(clock))
    }
}

extension Duration {
    /// ``components``, clamped: those end the program where the seconds do not fit 64 bits.
    var clampedComponents: (seconds: Int64, attoseconds: Int64) {
        min(max(self, .seconds(Int64.min)), .seconds(Int64.max)).components
    }

    /// Whole nanoseconds, clamped to what 64 bits hold: the years 1677 to 2262 around 1970.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = clampedComponents
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !overflow, !carry else { return seconds < 0 ? .min : .max }
        return sum
    }

    /// Whole milliseconds, rounded toward zero; reports count in these.
    public var milliseconds: Int {
        let (seconds, attoseconds) = clampedComponents
        let (whole, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
        let (sum, carry) = whole.addingReportingOverflow(
            Int(attoseconds / 1_000_000_000_000_000)
        )
        // Start times come from outside and may be nonsense.
        guard !overflow, !carry else { return seconds < 0 ? .min : .max }
        return sum
    }
}
