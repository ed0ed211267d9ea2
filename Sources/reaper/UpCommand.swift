import Glibc
import ReaperKit

/// `reaper up`: be the supervisor of the services in a file, or start one.
enum UpCommand {
    /// Says to a process that it is the supervisor in the background, which begins with nothing.
    private static let background = "REAPER_UP_BACKGROUND"

    static func run(_ options: Options) -> ExitStatus {
        let isBackground = ProgramArguments.variable(background) == "1"
        unsafe unsetenv(background)
        let path = StateDirectory.path(options.services.stateDirectory)
        if !isBackground {
            let known = try? ServiceFileSource.found(options.services)
            if let status = ServiceClient.ifRunning(
                in: path,
                { client in
                    join(client, known, options, path)
                }
            ) {
                return status
            }
        }
        let source: ServiceFileSource
        do throws(UsageError) { source = try .found(options.services) } catch {
            return CommandLineTool.refuse(error)
        }
        let services: [Service]
        switch source.read() {
        case .success(let found): services = found
        case .failure(let failure):
            for message in failure.messages { Diagnostics.report(message) }
            return .usage
        }
        if let refusal = unknown(options.operands, services) { return refusal }
        if options.services.isDetached { return detach(source, path, options) }
        return supervise(services, source, path, options, isBackground: isBackground)
    }

    private static func unknown(_ names: [String], _ services: [Service]) -> ExitStatus? {
        let known = services.map(\.name)
        guard let name = names.first(where: { !known.contains($0) }) else { return nil }
        let hint = nearestName(to: name, in: known).map { " (did you mean '\($0)'?)" } ?? ""
        Diagnostics.report("'\(name.escapedForTerminal)': is not in the service file\(hint)")
        return .leftOver
    }

    /// Asks a supervisor that is there already.
    private static func join(
        _ client: borrowing ServiceClient,
        _ source: ServiceFileSource?,
        _ options: Options,
        _ path: String
    ) -> ExitStatus {
        switch client.answer(to: .status, options.output) {
        case .silent: return client.tellSilence()
        case .closed: break
        case .done(let value):
            guard let running = value["source"]?.string, let source, running != source.path else {
                break
            }
            Diagnostics.report(
                "the supervisor of \(path.escapedForTerminal) runs \(running.escapedForTerminal), and"
                    + " not \(source.path.escapedForTerminal): --state-dir gives this one its own"
            )
            return .leftOver
        }
        guard options.services.isDetached || !options.operands.isEmpty else {
            Diagnostics.report(
                "a supervisor runs already, process \(client.supervisor), for \(path): 'reaper up"
                    + " --detach' has it start what is stopped, 'reaper down' ends it"
            )
            return .leftOver
        }
        // A connection has one answer.
        return ServiceClient.ifRunning(in: path) { client in
            client.ask(.start(options.operands), options.output)
        } ?? .leftOver
    }

    // MARK: - In the foreground

    private static func supervise(
        _ services: [Service],
        _ source: ServiceFileSource,
        _ path: String,
        _ options: Options,
        isBackground: Bool
    ) -> ExitStatus {
        let lines = ServiceLines(services, options.output, isBackground: isBackground)
        var settings = Supervisor.Options(source: source.path) { source.read() }
        settings.takeover = options.services.takeover ?? .replace
        settings.followsLogs = !isBackground
        settings.endsWhenIdle = !isBackground
        settings.ownLog = isBackground ? ServiceLog(ofSupervisorIn: path) : nil
        settings.consoles = lines.consoles
        do throws(SupervisorFailure) {
            let supervisor = try Supervisor(services, in: path, settings) { lines.show($0) }
            let leftovers: Leftovers
            do throws(SystemError) { leftovers = try supervisor.leftovers() } catch {
                Diagnostics.report(
                    "what an earlier supervisor has left cannot be learned: \(error)"
                )
                return .incomplete
            }
            if settings.takeover == .refuse, !leftovers.items.isEmpty {
                for item in leftovers.items where !item.isGone {
                    Diagnostics.report(
                        "\(item.name) (\(item.identity)) was left by an earlier supervisor: see"
                            + " --takeover"
                    )
                }
                if leftovers.items.contains(where: { !$0.isGone }) { return .leftOver }
            }
            let result = supervisor.takeOver(leftovers)
            for sentence in result.left + result.doubts {
                Diagnostics.report(sentence.escapedForTerminal)
            }
            guard result.left.isEmpty else { return .leftOver }
            let names = options.operands.isEmpty ? nil : options.operands
            return supervisor.run(starting: isBackground ? [] : names)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    // MARK: - In the background

    /// Starts a supervisor that goes on without this process, and waits for its services.
    private static func detach(
        _ source: ServiceFileSource,
        _ path: String,
        _ options: Options
    ) -> ExitStatus {
        var words: [ByteString] = [
            OwnProgram.path, "up", "--file", ByteString(source.path), "--state-dir",
            ByteString(path),
        ]
        if let takeover = options.services.takeover {
            words += ["--takeover", ByteString(takeover.rawValue)]
        }
        let process: BackgroundProcess
        do throws(SystemError) {
            unsafe setenv(background, "1", 1)
            process = try BackgroundProcess(words, in: path)
        } catch {
            Diagnostics.report("the supervisor could not be started: \(error)")
            return .leftOver
        }
        let end = Clock.monotonic() + .seconds(60)
        while Clock.monotonic() < end {
            // It answers once it has done with what an earlier one has left; nothing is started yet.
            var isReady = false
            let refusal = ServiceClient.ifReachable(in: path) { client in
                var quiet = options.output
                quiet.isQuiet = true
                if case .done = client.answer(to: .status, quiet) { isReady = true }
                return .clean
            }
            if let refusal, refusal != .clean { return refusal }
            if isReady,
                let status = ServiceClient.ifReachable(
                    in: path,
                    { client in
                        tell(process.takeMessages(), options.output)
                        return client.ask(.start(options.operands), options.output)
                    }
                )
            {
                return status
            }
            guard process.waitAwhile() else {
                Diagnostics.report(
                    "the supervisor has ended at once: \(process.log.escapedForTerminal) says why"
                )
                for line in process.takeMessages().suffix(5) {
                    Diagnostics.report(line.escapedForTerminal)
                }
                return .leftOver
            }
        }
        Diagnostics.report("the supervisor does not answer: \(process.log.escapedForTerminal)")
        return .incomplete
    }

    private static func tell(_ lines: [String], _ output: OutputOptions) {
        guard !output.isQuiet else { return }
        for line in lines { Diagnostics.write("\(line.escapedForTerminal)\n") }
    }
}

extension SupervisorFailure {
    /// For people.
    var message: String {
        switch self {
        case .isRunning(let path): "a supervisor runs already for \(path)"
        case .isDisplaced(let path, let identity):
            "process \(identity) is the supervisor of \(path.escapedForTerminal), which was removed or"
                + " replaced: 'reaper clean --pid \(identity)' ends it, and its services"
        case .system(let error): error.description.escapedForTerminal
        }
    }

    var status: ExitStatus {
        switch self {
        case .isRunning, .isDisplaced: .leftOver
        case .system: .usage
        }
    }
}
