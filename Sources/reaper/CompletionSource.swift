import ReaperKit

/// What a shell may offer where the value of a flag, or an operand, is typed.
enum CompletionSource: Sendable, Equatable {
    /// These words.
    case words([String])
    /// What 'reaper complete' says of these kinds.
    case asked([CompleteCommand.Kind])
    case files
    case directories
    /// Names of users.
    case users
    /// `FORMAT=FILE`.
    case reports([String])
    /// A command line of its own, of another program.
    case command
    /// The second words of `rules`, and what belongs to them.
    case rules
    /// Nothing that could be listed, such as a duration.
    case nothing
}

extension Flag {
    /// What its value may be after `command`.
    func completion(for command: Subcommand) -> CompletionSource {
        switch placeholder {
        case "FILE", "PATH": .files
        case "DIR": .directories
        case "USER": .users
        case "NAME": .asked([.instances, .services])
        case "FORMAT=FILE": .reports(formats(of: command))
        case "RULE|SELECTOR": .asked([.rules])
        case "GLOB":
            switch long {
            case "rule": .asked([.rules])
            case "exe", "cwd", "watch": .files
            default: .nothing
            }
        case "LIST": .asked([.ports])
        case "FORMAT": .words(formats(of: command))
        case "KIND": .words(FindingKind.allCases.map(\.rawValue))
        case "ORDER": .words(StopOrder.allCases.map(\.rawValue))
        case "WHEN": .words(OutputOptions.ColorChoice.allCases.map(\.rawValue))
        case "SEVERITY": .words(FailureThreshold.allCases.map(\.rawValue))
        case "HOW": .words(Supervisor.Takeover.allCases.map(\.rawValue))
        // Those that people ask with; the parser knows all of them.
        case "SIGNAL": .words(["TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "ABRT", "KILL"])
        default: .nothing
        }
    }

    /// Whether several values may stand in one, separated by commas.
    var takesList: Bool { placeholder == "LIST" || placeholder == "KIND" || placeholder == "USER" }

    /// The formats that the parser lets this command have.
    private func formats(of command: Subcommand) -> [String] {
        ReportFormat.allCases.filter { format in
            var options = Options()
            options.output.format = format
            // What else is missing is no matter of the format.
            options.operands = ["-"]
            do throws(UsageError) {
                try options.checkReports(for: command)
            } catch {
                return false
            }
            return command.name != .rules || format != .ndjson
        }
        .map(\.rawValue)
    }
}

extension Subcommand {
    /// What its operands may be.
    var completion: CompletionSource {
        switch name {
        case .explain: .asked([.targets])
        case .list: .asked([.instances])
        case .stop: .asked([.instances, .services])
        case .wait: .asked([.targets])
        case .run: .command
        case .rules: .rules
        case .report: .files
        case .up, .status, .restart, .logs: .asked([.services])
        case .help: .words(Subcommand.Name.allCases.map(\.rawValue) + ["man-page"])
        case .completions: .words(CompletionScript.Shell.allCases.map(\.rawValue))
        case .scan, .clean, .snapshot, .down, .reload: .nothing
        }
    }
}
