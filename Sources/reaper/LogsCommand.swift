import Glibc
import ReaperKit

/// `reaper logs`: what services have printed.
enum LogsCommand {
    static func run(_ options: Options) -> ExitStatus {
        let path = StateDirectory.path(options.services.stateDirectory)
        let logs: [(name: String, path: String)]
        switch known(path, options) {
        case .success(let found): logs = found
        case .failure(let status): return status.value
        }
        guard !logs.isEmpty else {
            Diagnostics.report("there are no logs in \(path.escapedForTerminal)/logs")
            return .leftOver
        }
        let width = logs.map(\.name.count).max() ?? 0
        let isPrefixed = logs.count > 1
        var readers: [(name: String, reader: LogReader)] = []
        var status = ExitStatus.clean
        for log in logs {
            do throws(SystemError) {
                let reader = try LogReader(log.path, last: options.services.lines)
                readers.append((log.name, reader))
            } catch {
                // A service that was never started has none.
                guard !error.isGone else { continue }
                Diagnostics.report(error.description.escapedForTerminal)
                status = .incomplete
            }
        }
        func show(_ name: String, _ line: ByteString) -> Bool {
            let prefix =
                isPrefixed ? name + String(repeating: " ", count: width - name.count) + " | " : ""
            return StandardStreams.write(Array(prefix.utf8) + line.bytes + [0x0A], to: 1)
        }
        for (name, reader) in readers {
            for line in reader.takeLines() where !show(name, line) { return .clean }
        }
        guard options.services.follows else { return status }
        return follow(logs.map(\.path), readers, show)
    }

    private struct Refusal: Error { var value: ExitStatus }

    /// The logs that were asked for: of the supervisor's services, or those that are there.
    private static func known(
        _ path: String,
        _ options: Options
    ) -> Result<[(name: String, path: String)], Refusal> {
        var found: [(name: String, path: String)] = []
        _ = ServiceClient.ifRunning(in: path) { client in
            guard case .done(let value) = client.answer(to: .status, options.output) else {
                return .incomplete
            }
            for item in value["instances"]?.array ?? [] {
                guard let name = item["id"]?.string, let log = item["log"]?.string else { continue }
                found.append((name, log))
            }
            return .clean
        }
        if found.isEmpty { found = StateDirectory.logs(in: path) }
        guard !options.operands.isEmpty else { return .success(found) }
        var chosen: [(name: String, path: String)] = []
        for name in options.operands {
            guard let log = found.first(where: { $0.name == name }) else {
                let hint = nearestName(to: name, in: found.map(\.name))
                    .map { " (did you mean '\($0)'?)" }
                let text = name.escapedForTerminal
                Diagnostics.report("there is no log of a service '\(text)'\(hint ?? "")")
                return .failure(Refusal(value: .leftOver))
            }
            chosen.append(log)
        }
        return .success(chosen)
    }

    private static func follow(
        _ paths: [String],
        _ readers: [(name: String, reader: LogReader)],
        _ show: (String, ByteString) -> Bool
    ) -> ExitStatus {
        do throws(SystemError) {
            let watch = try LogWatch()
            for path in paths { try watch.add(path) }
            while true {
                for (name, reader) in readers {
                    for line in reader.takeLines() where !show(name, line) { return .clean }
                }
                _ = Polling.waitToRead(from: [watch.descriptor])
                _ = watch.take()
            }
        } catch {
            Diagnostics.report(error.description.escapedForTerminal)
            return .incomplete
        }
    }
}
