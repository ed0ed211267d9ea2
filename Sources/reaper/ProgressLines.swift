import Glibc
import ReaperKit

/// What is told while a shutdown runs: plain lines on stderr, when that is a terminal.
///
/// Nothing here waits: a terminal that takes no more output (Ctrl-S, a connection that stalled) must
/// not hold up a shutdown half way, with processes stopped. What does not fit is dropped.
final class ProgressLines {
    /// The terminal, opened once more, since what was inherited is shared with others.
    ///
    /// Standard error itself where that cannot be done; -1 where nothing is shown.
    private let terminal: Int32
    /// The rest of a line that was taken in part.
    private var rest: ArraySlice<UInt8> = []
    /// What SIGTTOU did before, while it is ignored.
    private var previous: [sighandler_t?] = []

    init(_ options: OutputOptions) {
        guard !options.isQuiet, isatty(2) == 1 else {
            terminal = -1
            return
        }
        let own = unsafe open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        terminal = own >= 0 ? own : 2
        // Nor may it stop us, as with `stty tostop` it does with whoever is in the background.
        previous = [signal(SIGTTOU, SIG_IGN)]
    }

    deinit { if terminal > 2 { _ = close(terminal) } }

    /// Says that nothing is stopped any more by reaper: now the terminal may hold it up again.
    func end() {
        write()
        rest = []
        for handler in previous { _ = signal(SIGTTOU, handler) }
        previous = []
    }

    func show(_ progress: ShutdownProgress) {
        guard terminal >= 0, let line = line(progress) else { return }
        write()
        guard rest.isEmpty else { return }
        let bytes = Array("\(line.escapedForTerminal)\n".utf8)
        rest = bytes[...]
        write()
        // The rest of a line that has begun has to follow.
        if rest.count == bytes.count { rest = [] }
    }

    /// Writes what there is room for.
    private func write() {
        while !rest.isEmpty {
            var entry = pollfd(fd: terminal, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&entry, 1, 0) > 0, Int32(entry.revents) & POLLOUT != 0 else { return }
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(terminal, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func line(_ progress: ShutdownProgress) -> String? {
        switch progress {
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
