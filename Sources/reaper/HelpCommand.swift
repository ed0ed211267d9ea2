import ReaperKit

/// `reaper help [COMMAND]`.
enum HelpCommand {
    static func run(_ options: Options) -> ExitStatus {
        let isPage = options.operands.first == "man-page"
        guard options.operands.count <= (isPage ? 2 : 1) else {
            return CommandLineTool.refuse(
                UsageError(
                    argument: "'\(options.operands[isPage ? 2 : 1])'",
                    message: "is one name too many"
                )
            )
        }
        switch options.operands.first {
        case nil: return CommandLineTool.show(Help.overview)
        // The manual pages in the repository are these texts.
        case "man-page": return showPage(options.operands.dropFirst().first ?? "reaper.1")
        case let name?:
            guard let command = Subcommand.named(name) else {
                return CommandLineTool.refuse(CommandLineTool.unknown(name))
            }
            return CommandLineTool.show(Help.page(of: command))
        }
    }

    /// Prints a manual page, or the names of all.
    private static func showPage(_ name: String) -> ExitStatus {
        let names = ManPage.all.map(\.file)
        if name == "list" { return CommandLineTool.show(names.map { $0 + "\n" }.joined()) }
        guard let page = ManPage.named(name) else {
            let hint = nearestName(to: name, in: names).map { " (did you mean '\($0)'?)" } ?? ""
            return CommandLineTool.refuse(
                UsageError(argument: "'\(name)'", message: "is no manual page of reaper\(hint)")
            )
        }
        return CommandLineTool.show(page.text)
    }
}
