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
        tellDropped()
        waiting += line
        waiting.append(UInt8(ascii: "\n"))
        flush()
    }

    private func tellDropped() {
        guard dropped > 0 else { return }
        let lines = counted(dropped, "line was", "lines were")
        waiting += Array("reaper: \(lines) not shown; the logs have them\n".utf8)
        dropped = 0
    }

    /// Writes what there is room for.
    func flush() {
        while let entry {
            var entries = [entry]
            guard Polling.wait(for: &entries, until: .zero) > 0 else { return }
            guard Int32(entries[0].revents) & POLLOUT != 0 else {
                // Full, and nobody reads any more: to wait for it would never end, nor take time.
                waiting = []
                return
            }
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
        while Clock.monotonic() < end {
            if waiting.isEmpty { tellDropped() }
            guard let entry else { return }
            var entries = [entry]
            Polling.wait(for: &entries, until: end)
            flush()
        }
    }
}
