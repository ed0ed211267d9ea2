import Glibc
import ReaperKit

/// A reaper that goes on when this one has ended: in a session of its own, with a log for what it
/// says.
final class BackgroundProcess {
    /// Where its messages go.
    let log: String
    private let handle: DetachedChild

    /// Starts it.
    init(_ words: [ByteString], in path: String) throws(SystemError) {
        _ = try StateDirectory(opening: path, creating: true)
        log = "\(path)/logs/supervisor.log"
        handle = try DetachedChild(words, log: log)
    }

    /// Waits a moment, or until it has ended.
    ///
    /// - Returns: Whether it still runs.
    func waitAwhile() -> Bool {
        !handle.hasEnded(until: Clock.monotonic() + .milliseconds(20))
    }

    /// The last it said.
    func lastLines() -> [String] {
        guard let reader = try? LogReader(log, last: 5) else { return [] }
        return reader.takeLines().map(\.text)
    }
}
