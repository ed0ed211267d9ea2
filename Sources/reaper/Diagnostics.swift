import Glibc
import ReaperKit

/// What goes to stderr: one line per failure, never mixed with the report.
enum Diagnostics {
    /// Writes `reaper: message` as one line, in one piece so that lines of two programs never mix.
    ///
    /// Foreign text in the message is the caller's to escape.
    static func report(_ message: String) { write("reaper: \(message)\n") }

    /// Writes text as it is.
    static func write(_ text: String) { write(Array(text.utf8)[...]) }

    /// Writes bytes as they are.
    static func write(_ bytes: ArraySlice<UInt8>) {
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
