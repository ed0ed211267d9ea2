import ReaperKit

/// `reaper help [COMMAND]`.
enum HelpCommand {
    static func run(_ options: Options) -> ExitStatus {
        guard options.operands.count <= 1 else {
            return CommandLineTool.refuse(
                UsageError(argument: "'\(options.operands[1])'", message: "is one name too many")
            )
        }
        switch options.operands.first {
        case nil: return CommandLineTool.show(Help.overview)
        // The manual page in the repository is this text.
        case "man-page": return CommandLineTool.show(ManPage.text)
        case let name?:
            guard let command = Subcommand.named(name) else {
                return CommandLineTool.refuse(CommandLineTool.unknown(name))
            }
            return CommandLineTool.show(Help.page(of: command))
        }
    }
}
