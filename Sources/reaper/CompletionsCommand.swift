import ReaperKit

/// `reaper completions SHELL`.
enum CompletionsCommand {
    static func run(_ options: Options) -> ExitStatus {
        let names = CompletionScript.Shell.allCases.map(\.rawValue).joined(separator: ", ")
        guard let name = options.operands.first else {
            return refuse(UsageError(message: "needs a SHELL: expected \(names)"))
        }
        guard options.operands.count == 1 else {
            let message = "is one name too many"
            return refuse(UsageError(argument: "'\(options.operands[1])'", message: message))
        }
        guard let shell = CompletionScript.Shell(rawValue: name) else {
            let message = "is no shell that completions are known for: expected \(names)"
            return refuse(UsageError(argument: "'\(name)'", message: message))
        }
        return CommandLineTool.show(CompletionScript.text(for: shell))
    }

    private static func refuse(_ error: UsageError) -> ExitStatus {
        CommandLineTool.refuse(
            UsageError(
                argument: error.argument,
                message: error.message,
                page: "reaper help completions"
            )
        )
    }
}

extension Subcommand {
    /// The row of `completions`.
    static let completions = Subcommand(
        name: .completions,
        synopsis: "bash | zsh | fish",
        summary: "print what makes a shell complete reaper's command lines",
        details: [
            "After Tab the shell then offers commands, flags and their values, the ids of rules, "
                + "the names of instances and services, and ports that somebody holds.",
            "Names that come from other people's files and processes are offered only where they "
                + "consist of letters, digits and ._:@%+,/- so that no shell reads anything else "
                + "in them.",
        ],
        operands: "SHELL",
        examples: [
            Example(
                command: "source <(reaper completions bash)",
                meaning: "in this shell; in ~/.bashrc, in every one"
            ),
            Example(
                command: "reaper completions zsh > ~/.zfunc/_reaper",
                meaning: "a directory of fpath, before compinit"
            ),
            Example(
                command: "reaper completions fish > ~/.config/fish/completions/reaper.fish",
                meaning: "for good"
            ),
        ],
        statuses: [
            (.clean, "The script was printed."),
            (.usage, "There is no script for that shell."),
        ],
        run: CompletionsCommand.run
    )
}
