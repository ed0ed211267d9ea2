import Glibc
import ReaperKit

/// A process whose end is looked at, and not believed.
struct EndWatch {
    private let handle: ProcessHandle?

    /// Takes hold of it while it is certain who has that number.
    init(_ pid: Int32) {
        guard var procfs = try? Procfs() else {
            handle = nil
            return
        }
        handle = try? ProcessHandle(opening: pid, startTime: nil, in: &procfs)
    }

    /// Whether it has ended, or does so in time; one that could not be held was gone before.
    func hasEnded(within time: Duration) -> Bool {
        guard let handle else { return true }
        return handle.waitForExit(until: Clock.monotonic() + time)
    }
}
