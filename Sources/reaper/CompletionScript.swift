import ReaperKit

/// The completion scripts, from the same tables as parsing and help.
enum CompletionScript {
    /// The shells there are scripts for.
    enum Shell: String, Sendable, CaseIterable {
        case bash
        case zsh
        case fish
    }

    static func text(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// What makes `reaper complete` print these.
    static func kinds(_ kinds: [CompleteCommand.Kind]) -> String {
        kinds.map(\.rawValue).joined(separator: " ")
    }

    /// A text as one word of a POSIX shell.
    static func quoted(_ text: String) -> String {
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }
}

extension Flag {
    /// Its long names, the first one first.
    var longNames: [String] { [long] + aliases }

    /// Every way to type it: `-t`, `--timeout`.
    var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + longNames.map { "--\($0)" } }
}
