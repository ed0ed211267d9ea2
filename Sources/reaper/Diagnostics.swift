import Glibc
import ReaperKit
import Synchronization

/// What goes to stderr: one line per failure, never mixed with the report.
enum Diagnostics {
    /// Writes `reaper: message` as one line, in one piece so that lines of two programs never mix.
    ///
    /// Foreign text in the message is the caller's to escape.
    static func report(_ message: String) { write("reaper: \(message)\n") }

    /// Writes text as it is.
    static func write(_ text: String) { write(Array(text.utf8)[...]) }

    /// What is said while nothing may wait for whoever reads it.
    private struct Deferral {
        var isActive = false
        /// `nil` before the first word.
        var queue: StandardErrorQueue?
    }

    private static let deferral = Mutex(Deferral())
    /// How long whoever reads standard error may take in the end.
    private static let patience = Duration.seconds(3)

    /// Waits from now on for nobody: what is not taken at once is kept.
    static func beginDeferring() { deferral.withLock { $0.isActive = true } }

    /// Whether nothing that was written waits for a reader.
    static var isThrough: Bool { deferral.withLock { $0.queue?.isEmpty ?? true } }

    /// Gives whoever reads some time to take what was kept; the rest is lost.
    static func endDeferring() {
        deferral.withLock { deferral in
            deferral.queue?.finish(until: Clock.monotonic() + patience)
            deferral = Deferral()
        }
    }

    /// Writes bytes as they are.
    static func write(_ bytes: ArraySlice<UInt8>) {
        let isDeferred = deferral.withLock { deferral in
            guard deferral.isActive else { return false }
            let queue = deferral.queue ?? StandardErrorQueue()
            queue.write(bytes)
            deferral.queue = queue
            return true
        }
        guard !isDeferred else { return }
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(2, $0.baseAddress, $0.count)
            }
            // Nobody listens, or Ctrl-C has ended the wait for it: there is no one to tell that either.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
