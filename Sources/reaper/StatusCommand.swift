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
            ? json(answer, chosen) : ServiceTable(chosen).render(style: options.output.style)
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
