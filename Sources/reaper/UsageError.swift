import ReaperKit

/// Why a command line cannot be understood; nothing was done, the exit status is 2.
struct UsageError: Error, Equatable, CustomStringConvertible {
    /// The flag or argument that is wrong, as it was typed.
    var argument: String?
    /// What is wrong with it and what is expected.
    var message: String
    /// The help page that tells more, such as `reaper help scan`.
    var page = "reaper help"

    /// One line, whatever was typed: foreign text in it is escaped.
    var description: String {
        let subject = argument.map { "\($0.escapedForTerminal): " } ?? ""
        return "\(subject)\(message); see '\(page)'"
    }
}
