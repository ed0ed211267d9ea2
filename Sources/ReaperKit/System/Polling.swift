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

    /// Whether a write(2) of a line would not have to wait.
    public static func mayWrite(to descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe clinux_poll(&entry, 1, 0) > 0 else { return false }
        return Int32(entry.revents) & POLLOUT != 0
    }

    /// Waits until there is something to read from one of these, for as long as it takes.
    ///
    /// A negative descriptor is passed over; poll(2).
    ///
    /// - Returns: For each, whether it is ready.
    public static func waitToRead(from descriptors: [Int32]) -> [Bool] {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while wait(for: &entries, until: .seconds(1 << 40)) == 0 {}
        return entries.map { $0.revents != 0 }
    }

    /// Waits until a write(2) would not have to, or would fail, for as long as it takes.
    ///
    /// - Returns: Whether that is so; false when a signal ended the wait.
    public static func waitToWrite(to descriptor: Int32) -> Bool {
        var entries = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        return wait(for: &entries, until: .seconds(1 << 40)) > 0
    }

    /// Waits until a write(2) would not have to, or would fail, but no longer than this.
    ///
    /// - Returns: Whether it is worth a try.
    public static func waitToWrite(to descriptor: Int32, until time: Duration) -> Bool {
        while true {
            var entries = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
            if wait(for: &entries, until: time) > 0 { return true }
            guard Clock.monotonic() < time else { return false }
        }
    }

    /// Waits until a moment has come.
    public static func wait(until time: Duration) {
        var none: [pollfd] = []
        while Clock.monotonic() < time { wait(for: &none, until: time) }
    }
}
