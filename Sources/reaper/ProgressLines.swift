import Glibc
import ReaperKit

/// What is told while a shutdown runs, on stderr when that is a terminal.
///
/// There, each tree that is waited for has a line that counts the seconds; on a terminal that
/// cannot go back a line (`TERM=dumb`), every step has one.
final class ProgressLines {
    /// `nil` where nothing is shown.
    private let lines: StandardErrorLines?
    /// `nil` where lines cannot be overwritten.
    private var live: Live?

    private struct Live {
        var trees: TreeProgress
        var lines = LiveLines()
        /// What is to stay, and has not been shown.
        var kept: [String] = []
        /// When there is something to be shown again.
        var next: Duration
    }

    /// Most shutdowns are over sooner, and their table says it all.
    private static let patience = Duration.milliseconds(300)
    private static let interval = Duration.milliseconds(100)

    /// Prepares to tell of a plan that has to be through after `deadline`.
    init(_ options: OutputOptions, _ plan: ShutdownPlan, deadline: Duration) {
        lines = options.isQuiet || isatty(2) != 1 ? nil : StandardErrorLines()
        let kind = Terminal.standardError().environment["TERM"] ?? ""
        guard lines != nil, !kind.isEmpty, kind != "dumb" else { return }
        let now = Clock.monotonic()
        live = Live(trees: TreeProgress(plan, until: now + deadline), next: now + Self.patience)
    }

    /// Says that nothing is stopped any more by reaper.
    func end() {
        if var live {
            lines?.show(live.lines.frame(keeping: [], showing: [], width: 80))
            self.live = nil
        }
        lines?.end()
    }

    func show(_ progress: ShutdownProgress) {
        guard let lines else { return }
        guard var live else {
            if let line = progress.line { lines.show(line.escapedForTerminal + "\n") }
            return
        }
        let now = Clock.monotonic()
        if let line = live.trees.take(progress, at: now) { live.kept.append(line) }
        if case .interrupted = progress { live.next = now }
        if now >= live.next {
            let terminal = TerminalSize.ofStandardError()
            let shown = live.trees.lines(at: now, limit: max(terminal.rows - 2, 1))
            var next = live.lines
            let frame = next.frame(keeping: live.kept, showing: shown, width: terminal.columns)
            // What is not taken is shown with the next one.
            if lines.show(frame) {
                live.lines = next
                live.kept = []
            }
            live.next = now + Self.interval
        }
        self.live = live
    }
}

/// How much a terminal shows at once, as the kernel knows it now; ioctl_tty(2).
private struct TerminalSize {
    var rows = 24
    var columns = 80

    static func ofStandardError() -> TerminalSize {
        var size = winsize()
        var answer = TerminalSize()
        guard unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0 else { return answer }
        if size.ws_row > 0 { answer.rows = Int(size.ws_row) }
        if size.ws_col > 0 { answer.columns = Int(size.ws_col) }
        return answer
    }
}

extension ShutdownProgress {
    /// What people are told, not escaped; `nil`: nothing.
    var line: String? {
        switch self {
        case .sent(.stop, _), .waiting: nil
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
