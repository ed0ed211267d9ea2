import Glibc
import ReaperKit

/// What is told while a shutdown runs: plain lines on stderr, when that is a terminal.
final class ProgressLines {
    /// `nil` where nothing is shown.
    private let lines: StandardErrorLines?

    init(_ options: OutputOptions) {
        lines = options.isQuiet || isatty(2) != 1 ? nil : StandardErrorLines()
    }

    /// Says that nothing is stopped any more by reaper.
    func end() { lines?.end() }

    func show(_ progress: ShutdownProgress) {
        guard let lines, let line = progress.line else { return }
        lines.show(line.escapedForTerminal)
    }
}

extension ShutdownProgress {
    /// What people are told, not escaped; `nil`: nothing.
    var line: String? {
        switch self {
        case .sent(.stop, _): nil
        case .sent(let signal, let target): "\(signal) \(target.name.text) (\(target.identity))"
        case .exited(let target, let time):
            "gone    \(target.name.text) (\(target.identity)) after \(time.text)"
        case .appeared(let target): "found   \(target.name.text) (\(target.identity))"
        case .killing(let count):
            "killing what is left: \(count) \(count == 1 ? "process" : "processes")"
        case .interrupted(1): "interrupted: finishing; once more to kill what is left at once"
        case .interrupted(2): "interrupted again: killing what is left"
        // There is nothing more to speed up.
        case .interrupted: nil
        }
    }
}

extension Duration {
    /// Seconds with one decimal, as people read a wait.
    fileprivate var text: String {
        let tenths = milliseconds / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
