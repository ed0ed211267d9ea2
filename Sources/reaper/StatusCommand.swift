import Glibc
import ReaperKit

/// `reaper status`: how the services of a supervisor are.
enum StatusCommand {
    static func run(_ options: Options) -> ExitStatus {
        let path = StateDirectory.path(options.services.stateDirectory)
        if let status = ServiceClient.ifRunning(
            in: path,
            { client in
                switch client.answer(to: .status, options.output) {
                case .done(let value): return show(value, options)
                case .closed:
                    Diagnostics.report("the supervisor has ended before it could answer")
                    return .incomplete
                case .silent: return client.tellSilence()
                }
            }
        ) {
            return status
        }
        if options.output.format == .json { _ = show(JSONValue.noInstances, options) }
        Diagnostics.report(
            "no supervisor runs for \(path.escapedForTerminal): 'reaper list --rule"
                + " reaper.service' shows what one that was killed has left"
        )
        return .leftOver
    }

    private static func show(_ answer: JSONValue, _ options: Options) -> ExitStatus {
        let all = answer["instances"]?.array ?? []
        let names = Set(options.operands)
        let chosen = all.filter { names.isEmpty || names.contains($0["id"]?.string ?? "") }
        let missing = names.subtracting(all.compactMap { $0["id"]?.string }).sorted()
        for name in missing {
            Diagnostics.report("there is no service '\(name.escapedForTerminal)'")
        }
        let bytes =
            options.output.format == .json
            ? json(answer, chosen) : Array(ServiceTable(chosen).text.utf8)
        let isGood = chosen.allSatisfy { value in
            let state = value["state"]?.string
            return state == "running" || value["finished"]?.kind == .bool(true)
        }
        let status: ExitStatus = isGood && missing.isEmpty ? .clean : .leftOver
        return Output.standard().finish(bytes, status)
    }

    private static func json(_ answer: JSONValue, _ instances: [JSONValue]) -> [UInt8] {
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", JSONInstances.schema)
            json.member("complete", true)
            json.member("supervisor", answer["supervisor"])
            json.member("source", answer["source"])
            json.array("instances") { json in
                for instance in instances { json.element(instance) }
            }
        }
        json.endLine()
        return json.bytes
    }
}

extension JSONValue {
    fileprivate static var noInstances: JSONValue {
        JSONValue(.object([]), at: TextPosition(line: 1, column: 1))
    }
}

/// The table of `reaper status`.
struct ServiceTable {
    private let rows: [[String]]

    init(_ instances: [JSONValue]) {
        rows =
            [["SERVICE", "STATE", "PROCESS", "UPTIME", "RESTARTS", "MEMORY", "PORTS", ""]]
            + instances.map { value in
                let ports = (value["ports"]?.array ?? []).compactMap { port in
                    port["port"]?.integer.map(String.init)
                }
                return [
                    value["id"]?.string ?? "", value["state"]?.string ?? "",
                    value["identity"]?.string ?? "-",
                    value["uptime_ms"]?.integer.map { Self.uptime($0) } ?? "-",
                    value["restarts"]?.integer.map(String.init) ?? "0",
                    value["memory_bytes"]?.integer.map { Self.memory($0) } ?? "-",
                    ports.isEmpty ? "-" : ports.joined(separator: ","),
                    value["reason"]?.string
                        ?? (value["finished"] == nil ? "" : "has done its work"),
                ]
            }
    }

    /// As lines, each column as wide as its widest cell.
    var text: String {
        let columns = rows[0].indices
        let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = columns.map { column in
                let cell = row[column].escapedForTerminal
                let isLast = column == columns.last
                let gap = String(repeating: " ", count: max(0, widths[column] - cell.count))
                return isLast ? cell : cell + gap
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private static func uptime(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m\(seconds % 60)s"
        case ..<86_400: return "\(seconds / 3600)h\(seconds % 3600 / 60)m"
        default: return "\(seconds / 86_400)d\(seconds % 86_400 / 3600)h"
        }
    }

    private static func memory(_ bytes: Int64) -> String {
        bytes < 10 << 20 ? "\(bytes >> 10)K" : "\(bytes >> 20)M"
    }
}
