/// The table of `reaper status`: what a supervisor answers of its services.
public struct ServiceTable {
    private let instances: [JSONValue]

    /// Creates the table of these members of `instances` in a supervisor's answer.
    public init(_ instances: [JSONValue]) { self.instances = instances }

    /// The text, a line for each.
    public func render(style: ReportStyle) -> [UInt8] {
        var table = TableLayout(columns: [
            .init(title: "SERVICE"),
            .init(title: "STATE"),
            .init(title: "PID@START"),
            .init(title: "UPTIME", isRightAligned: true),
            .init(title: "RESTARTS", isRightAligned: true),
            .init(title: "MEMORY", isRightAligned: true),
            .init(title: "PORTS", minimum: 8),
            .init(title: "WHY", minimum: 12),
        ])
        table.rows = instances.map { value in
            let ports = (value["ports"]?.array ?? []).compactMap { port in
                port["port"]?.integer.map(String.init)
            }
            let isFinished = value["finished"]?.kind == .bool(true)
            let reason = value["reason"]?.string ?? (isFinished ? "has done its work" : "")
            let state = value["state"]?.string ?? ""
            let uptime = value["uptime_ms"]?.integer.map { Duration.milliseconds($0).roughText }
            return [
                .init((value["id"]?.string ?? "").escapedForTerminal),
                .init(state.escapedForTerminal, Self.paint(of: state)),
                .init((value["identity"]?.string ?? "").escapedForTerminal),
                .init(uptime ?? ""),
                .init(value["restarts"]?.integer.map(String.init) ?? "0"),
                .init(value["memory_bytes"]?.integer.map { Self.memory($0) } ?? ""),
                .init(ports.joined(separator: ",")),
                .init(reason.escapedForTerminal),
            ]
        }
        return table.lines(style).flatMap { Array("\($0)\n".utf8) }
    }

    private static func paint(of state: String) -> Paint {
        switch state {
        case "running": .green
        case "starting", "stopping": .cyan
        case "failed": .red
        default: .plain
        }
    }

    private static func memory(_ bytes: Int64) -> String {
        bytes < 10 << 20 ? "\(bytes >> 10)K" : "\(bytes >> 20)M"
    }
}
