import CLinux
import Glibc

/// Waiting for descriptors, to the nanosecond; ppoll(2).
///
/// The milliseconds of poll(2) would have to be rounded up, which is longer than most processes
/// take to exit.
public enum Polling {
    /// Waits until one of `entries` is ready, or the time comes.
    ///
    /// - Parameters:
    ///   - entries: What to wait for; their `revents` say what came.
    ///   - time: By ``Clock/monotonic()``; one that has passed only looks.
    /// - Returns: How many are ready; 0 when the time came, or a signal did.
    @discardableResult
    static func wait(for entries: inout [pollfd], until time: Duration) -> Int {
        let left = max(time - Clock.monotonic(), .zero)
        let count = unsafe clinux_poll(&entries, UInt(entries.count), left.nanoseconds)
        return max(Int(count), 0)
    }

    /// Waits until a moment has come.
    public static func wait(until time: Duration) {
        var none: [pollfd] = []
        while Clock.monotonic() < time { wait(for: &none, until: time) }
    }
}
