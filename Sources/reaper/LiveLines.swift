import ReaperKit

/// Lines at the end of a terminal that are written anew again and again, below those that stay.
///
/// A frame is written as a whole or not at all, so that the count of lines to go back stays right:
/// where the terminal takes no more, the next one comes later. ECMA-48: CUU, ED.
struct LiveLines {
    /// How many of the lines on the terminal are to be overwritten.
    private var height = 0

    /// What to write so that `kept` stays and `live` is shown below it.
    ///
    /// - Parameters:
    ///   - kept: Lines for good.
    ///   - live: Lines until the next frame.
    ///   - width: Columns; a line that were wrapped would count twice.
    /// - Returns: What goes back over the frame before, and the lines.
    mutating func frame(keeping kept: [String], showing live: [String], width: Int) -> String {
        var text = height > 0 ? "\r\u{1b}[\(height)A\u{1b}[J" : ""
        text += kept.map { $0 + "\n" }.joined()
        let room = max(width - 1, 1)
        text += live.map { $0.truncated(to: room) + "\n" }.joined()
        height = live.count
        return text
    }
}
