import Glibc
import ReaperKit

/// Lines on stderr while a shutdown runs.
///
/// Nothing here waits: a terminal that takes no more output (Ctrl-S, a connection that stalled) must
/// not hold up a shutdown half way, with processes stopped. What does not fit is dropped.
final class StandardErrorLines {
    /// A terminal, opened once more, since what was inherited is shared with others; standard error
    /// itself where it is none, or where that cannot be done.
    private let file: Int32
    /// The rest of a line that was taken in part.
    private var rest: ArraySlice<UInt8> = []
    /// What SIGTTOU did before, while it is ignored.
    private var previous: [sighandler_t?] = []

    init() {
        guard isatty(2) == 1 else {
            file = 2
            return
        }
        let own = unsafe open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        file = own >= 0 ? own : 2
        // Nor may it stop us, as with `stty tostop` it does with whoever is in the background.
        previous = [signal(SIGTTOU, SIG_IGN)]
    }

    deinit { if file > 2 { _ = close(file) } }

    /// Says that nothing is stopped any more by reaper: now the terminal may hold it up again.
    func end() {
        write()
        rest = []
        for handler in previous { _ = signal(SIGTTOU, handler) }
        previous = []
    }

    /// Whether all that was shown has been taken: then more may be.
    var isIdle: Bool {
        write()
        return rest.isEmpty
    }

    /// Writes lines, escaped already, each with its end.
    ///
    /// - Returns: Whether they are taken, all or none of them.
    @discardableResult
    func show(_ text: String) -> Bool {
        guard isIdle else { return false }
        let bytes = Array(text.utf8)
        rest = bytes[...]
        write()
        // The rest of what has begun has to follow.
        guard rest.count == bytes.count else { return true }
        rest = []
        return bytes.isEmpty
    }

    /// Writes what there is room for.
    private func write() {
        while !rest.isEmpty {
            guard Polling.mayWrite(to: file) else { return }
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
