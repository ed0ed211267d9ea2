import ReaperKit

/// `reaper wait`: until processes are gone, and ports free.
enum WaitCommand {
    static func run(_ options: Options) -> ExitStatus {
        do throws(UsageError) {
            let targets = try options.operands.map(target)
            return wait(for: targets, options)
        } catch {
            return CommandLineTool.refuse(error)
        }
    }

    /// What an operand names.
    enum Target: Equatable {
        case process(PidCondition)
        case ports(PortSet)
        case instance(String)
    }

    /// Reads `4127`, `4127@88213`, `:8080`, `:3000-3010,9090` or `53/udp`.
    ///
    /// A bare number is a process; what has a letter in it, and is none of these, names an instance.
    static func target(_ text: String) throws(UsageError) -> Target {
        try target(text, in: .system)
    }

    static func target(_ text: String, in context: ParsingContext) throws(UsageError) -> Target {
        do throws(ValueError) {
            if text.hasPrefix("/") { return .instance(text) }
            if text.hasPrefix(":") || text.contains("/") { return .ports(try context.ports(text)) }
            guard isName(text) else { return .process(try PidCondition(parsing: text)) }
            return .instance(text)
        } catch {
            throw UsageError(
                argument: "'\(text)'",
                message: "is not a target: expected PID, PID@START, :PORT or the name of an "
                    + "instance",
                page: "reaper help wait"
            )
        }
    }

    /// Whether a word may be the name of an instance, and not a number that was typed wrongly.
    private static func isName(_ text: String) -> Bool {
        text.contains(where: \.isLetter) && !text.contains("@")
    }

    private static func wait(for targets: [Target], _ options: Options) -> ExitStatus {
        // As asked: before anything was looked at.
        let end = options.action.timeout.map { Clock.monotonic() + $0 }
        do throws(ScanSession.Failure) {
            let wait = try departures(targets, options)
            let names = targets.compactMap { target in
                if case .instance(let name) = target { name } else { nil }
            }
            let named = try NamedInstances(names, options)
            guard !named.isAmbiguous else { return .usage }
            for process in named.processes { wait.add(process) }
            var outcome = wait.run(until: end)
            // Whoever has come to an instance meanwhile is of it, too.
            while !names.isEmpty, outcome.remains.isEmpty, !outcome.timedOut {
                let rest = try NamedInstances(names, options, again: true).processes
                guard !rest.isEmpty else { break }
                let next = try departures([], Options())
                for process in rest { next.add(process) }
                let doubts = outcome.doubts
                outcome = next.run(until: end)
                outcome.doubts += doubts
            }
            for doubt in Set(outcome.doubts).sorted() { Diagnostics.report(doubt) }
            var statuses: [ExitStatus] = outcome.doubts.isEmpty ? [] : [.incomplete]
            statuses.append(named.status)
            if !outcome.remains.isEmpty || outcome.timedOut {
                statuses.append(.deadline)
                let time = options.action.timeout?.shortText ?? ""
                Diagnostics.report("not gone after \(time):")
                for line in outcome.remains { Diagnostics.write("  \(line)\n") }
            } else if options.output.isVerbose, named.status == .clean {
                Diagnostics.report("all gone")
            }
            return .worst(statuses)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    private static func departures(
        _ targets: [Target],
        _ options: Options
    ) throws(ScanSession.Failure) -> DepartureWait {
        let wait: DepartureWait
        do throws(SystemError) { wait = try DepartureWait() } catch { throw .system(error) }
        guard wait.isOwnNamespace else { throw .foreignProc }
        for target in targets {
            switch target {
            case .process(let condition): wait.add(condition)
            case .ports(let ports): wait.add(ports)
            case .instance: continue
            }
        }
        guard options.isSelected else { return wait }
        let selection = options.selection
        let isNothingElse =
            selection.kinds.isEmpty && selection.rules.isEmpty
            && options.baselineFile == nil
        // Exact processes are held, so that their numbers may pass on; ports are looked at alone.
        if isNothingElse, selection.ports == nil, selection.process.isOnlyPids {
            for condition in selection.process.pids { wait.add(condition) }
        } else if isNothingElse, selection.process.isEmpty, !selection.includesPeers,
            let ports = selection.ports
        {
            wait.add(ports)
        } else {
            let session = try ScanSession(options)
            wait.add(session.takeScanner())
        }
        return wait
    }
}
