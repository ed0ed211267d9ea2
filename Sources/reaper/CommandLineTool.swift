import Glibc
import ReaperKit

/// From arguments to exit status.
enum CommandLineTool {
    /// Runs `reaper` with the arguments of this process.
    static func run() -> ExitStatus {
        StandardStreams.fillGaps()
        // The runtime reads the arguments there, too: without them nobody knows what was asked for.
        guard unsafe access("/proc/self/cmdline", R_OK) == 0 else {
            let error = SystemError(call: "open", subject: "/proc/self/cmdline", code: errno)
            Diagnostics.report("\(error): reaper needs /proc, where it reads everything: mount it")
            return .incomplete
        }
        // A closed pipe is an answer of write(2) here, not a way to die: what was begun is finished.
        _ = BrokenPipe.wasIgnored
        _ = FileSizeLimit.wasIgnored
        do {
            return try dispatch(ProgramArguments.read())
        } catch {
            return refuse(error)
        }
    }

    private static func dispatch(_ arguments: [String]) throws(UsageError) -> ExitStatus {
        guard let first = arguments.first else {
            Diagnostics.write(Help.overview)
            return .usage
        }
        switch first {
        case "--help", "-h": return show(Help.overview)
        case "--version", "-V": return showVersion()
        // The supervisor's own, and nobody else's.
        case EndServicesCommand.name: return EndServicesCommand.run()
        // The completion scripts' own.
        case CompleteCommand.name: return CompleteCommand.run(arguments.dropFirst())
        default: break
        }
        if first.hasPrefix("-") {
            let message = "is not expected before a command: try 'reaper scan \(first)'"
            throw UsageError(argument: first, message: message)
        }
        guard let command = Subcommand.named(first) else { throw unknown(first) }
        // Whoever is started by reaper has the limit that reaper was given.
        guard command.name == .run || command.name == .up || StackLimit.suffices() else {
            Diagnostics.report("ulimit -s: reaper needs a stack of \(StackLimit.least >> 10) KiB")
            return .incomplete
        }
        let options = try ArgumentParser.parse(Array(arguments.dropFirst()), for: command)
        return switch options.request {
        case .help: show(Help.page(of: command))
        case .version: showVersion()
        case nil: command.run(options)
        }
    }

    /// Says in one line why nothing was done.
    static func refuse(_ error: UsageError) -> ExitStatus {
        Diagnostics.report(error.description)
        return .usage
    }

    /// Prints text that was asked for.
    static func show(_ text: String) -> ExitStatus {
        Output.standard().finish(Array(text.utf8), .clean)
    }

    /// What to say about a command that does not exist.
    static func unknown(_ name: String) -> UsageError {
        let names = Subcommand.all.map(\.name.rawValue)
        let hint =
            nearestName(to: name, in: names).map { " (did you mean '\($0)'?)" }
            ?? ": expected \(names.joined(separator: ", "))"
        return UsageError(argument: "'\(name)'", message: "is not a command\(hint)")
    }

    private static func showVersion() -> ExitStatus { show(ReaperVersion.text) }
}
