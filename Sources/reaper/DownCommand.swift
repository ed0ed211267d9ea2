import Glibc
import ReaperKit

/// `reaper down`: end every service of a supervisor, and the supervisor.
enum DownCommand {
    static func run(_ options: Options) -> ExitStatus {
        let path = StateDirectory.path(options.services.stateDirectory)
        let request = ControlRequest.shutdown(isForced: options.action.isForced)
        if let status = ServiceClient.ifRunning(
            in: path,
            { client in
                let watch = EndWatch(client.supervisor)
                switch client.answer(to: request, options.output) {
                case .done(let value):
                    if let message = value["message"]?.string {
                        Diagnostics.report(message.escapedForTerminal)
                    }
                    guard watch.hasEnded(within: .seconds(5)) else {
                        Diagnostics.report(
                            "the supervisor, process \(client.supervisor), still runs"
                        )
                        return .leftOver
                    }
                    return ServiceClient.status(of: value)
                case .closed:
                    // It may have been killed in the middle: only what is left can tell.
                    guard watch.hasEnded(within: .seconds(5)) else {
                        Diagnostics.report("the supervisor hung up, and still runs")
                        return .leftOver
                    }
                    return endLeftovers(path, options)
                case .silent: return client.tellSilence()
                }
            }
        ) {
            return status
        }
        return endLeftovers(path, options)
    }

    /// Ends what a supervisor that was killed has left.
    private static func endLeftovers(_ path: String, _ options: Options) -> ExitStatus {
        var settings = Supervisor.Options(source: "") { .success([]) }
        settings.takeover = .replace
        do throws(SystemError) {
            guard try StateDirectory(opening: path, creating: false).hasLock else {
                // Nobody has ever been here, and nothing here is anybody's record.
                if !options.output.isQuiet { Diagnostics.report("no supervisor runs for \(path)") }
                return .clean
            }
        } catch {
            if error.isGone {
                if !options.output.isQuiet { Diagnostics.report("no supervisor runs for \(path)") }
                return .clean
            }
            Diagnostics.report(error.description.escapedForTerminal)
            return .incomplete
        }
        do throws(SupervisorFailure) {
            let supervisor = try Supervisor([], in: path, settings) { notice in
                if case .message(let name, let text) = notice, !options.output.isQuiet {
                    let line = (name.map { "\($0): " } ?? "") + text
                    Diagnostics.write("\(line.escapedForTerminal)\n")
                }
            }
            let leftovers: Leftovers
            do throws(SystemError) { leftovers = try supervisor.leftovers() } catch {
                Diagnostics.report("what is left cannot be learned: \(error)")
                return .incomplete
            }
            if leftovers.items.isEmpty, !options.output.isQuiet {
                Diagnostics.report("no supervisor runs for \(path)")
            }
            let result = supervisor.takeOver(leftovers, isForced: options.action.isForced)
            supervisor.leave(isOver: result.status == .clean)
            for sentence in result.left + result.doubts {
                Diagnostics.report(sentence.escapedForTerminal)
            }
            return result.status
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }
}

/// `reaper restart`.
enum RestartCommand {
    static func run(_ options: Options) -> ExitStatus {
        ServiceClient.demand(.restart(options.operands), options)
    }
}

/// `reaper reload`.
enum ReloadCommand {
    static func run(_ options: Options) -> ExitStatus { ServiceClient.demand(.reload, options) }
}

extension ServiceClient {
    /// Asks a supervisor that has to be there.
    static func demand(_ request: ControlRequest, _ options: Options) -> ExitStatus {
        let path = StateDirectory.path(options.services.stateDirectory)
        if let status = ifRunning(in: path, { $0.ask(request, options.output) }) { return status }
        Diagnostics.report("no supervisor runs for \(path): 'reaper up' starts one")
        return .leftOver
    }
}
