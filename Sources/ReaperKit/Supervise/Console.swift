import CLinux
import Glibc

/// Lines for people, written when there is room for them: a terminal or pipe that takes no more must
/// not hold up whoever looks after services.
public final class Console {
    private let file: Int32
    private let isOwn: Bool
    private var waiting: [UInt8] = []
    private var dropped = 0
    /// How much may wait; what comes then is dropped, and counted.
    private static let limit = 4 << 20

    /// Writes to standard output or error, by its number.
    public init(_ descriptor: Int32) {
        // Opened once more, since what was inherited is shared with others, who expect it to wait.
        let flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let own =
            isatty(descriptor) == 1 ? unsafe open("/proc/self/fd/\(descriptor)", flags) : -1
        isOwn = own >= 0
        file = own >= 0 ? own : descriptor
    }

    deinit { if isOwn { _ = close(file) } }

    /// What to wait for; `nil` where nothing waits.
    var entry: pollfd? {
        waiting.isEmpty ? nil : pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
    }

    /// Writes a line, now or later.
    public func show(_ line: [UInt8]) {
        guard waiting.count + line.count < Self.limit else {
            dropped += 1
            return
        }
        if dropped > 0 {
            waiting += Array("reaper: \(dropped) lines were not shown; the logs have them\n".utf8)
            dropped = 0
        }
        waiting += line
        waiting.append(UInt8(ascii: "\n"))
        flush()
    }

    /// Writes what there is room for.
    func flush() {
        while !waiting.isEmpty, Polling.mayWrite(to: file) {
            // A pipe that is ready takes this much, and waits for no reader.
            let count = unsafe Glibc.write(file, waiting, min(waiting.count, 4096))
            guard count > 0 else {
                // Nobody reads any more: then nobody misses it.
                if count < 0, errno != EAGAIN, errno != EINTR { waiting = [] }
                return
            }
            waiting.removeFirst(count)
        }
    }

    /// Writes the rest, for at most a moment.
    public func drain(until end: Duration) {
        while let entry, Clock.monotonic() < end {
            var entries = [entry]
            Polling.wait(for: &entries, until: end)
            flush()
        }
    }
}
