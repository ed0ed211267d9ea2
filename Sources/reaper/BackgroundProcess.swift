import Glibc
import ReaperKit

/// A reaper that goes on when this one has ended: in a session of its own, with a log for what it
/// says.
final class BackgroundProcess {
    /// Where its messages go.
    let log: String
    private let handle: DetachedChild
    private var reader: LogReader?

    /// Starts it.
    init(_ words: [ByteString], in path: String) throws(SystemError) {
        _ = try StateDirectory(opening: path, creating: true)
        log = ServiceLog(ofSupervisorIn: path).path
        // What an earlier one said ends here.
        reader = try? LogReader(log)
        handle = try DetachedChild(words, log: log)
    }

    /// Waits a moment, or until it has ended.
    ///
    /// - Returns: Whether it still runs.
    func waitAwhile() -> Bool {
        !handle.hasEnded(until: Clock.monotonic() + .milliseconds(20))
    }

    /// What it has said since, without what says that it was it.
    func takeMessages() -> [String] {
        // Where there was no log, all of it is new.
        if reader == nil { reader = try? LogReader(log, last: .max) }
        return (reader?.takeLines() ?? []).map { Self.message(in: $0.text) }
    }

    /// `reaper: TEXT`, or `reaper | TEXT` with as many spaces as the longest name needs.
    private static func message(in line: String) -> String {
        let rest = line.hasPrefix("reaper") ? line.dropFirst(6) : ""
        if rest.hasPrefix(": ") { return String(rest.dropFirst(2)) }
        let text = rest.drop { $0 == " " }
        return text.hasPrefix("| ") ? String(text.dropFirst(2)) : line
    }
}
