import Glibc
import ReaperKit

/// What `reaper up` shows: the lines of services, and what becomes of them.
final class ServiceLines {
    private let width: Int
    private let isColored: Bool
    private let isQuiet: Bool
    private let places: [String: Int]
    private let output: Console
    private let messages: Console

    /// Those that wait for room.
    var consoles: [Console] { [output, messages] }

    init(_ services: [Service], _ options: OutputOptions, isBackground: Bool) {
        width = max(services.map(\.name.count).max() ?? 0, "reaper".count)
        isColored = !isBackground && options.style.color
        isQuiet = options.isQuiet
        places = Dictionary(
            services.enumerated().map { ($0.element.name, $0.offset) }
        ) { first, _ in first }
        output = Console(1)
        messages = Console(2)
    }

    func show(_ notice: Supervisor.Notice) {
        switch notice {
        case .line(let name, let line):
            // Foreign text: what it does to a terminal is up to nobody but reaper.
            output.show(prefix(name) + Array(line.text.escapedForTerminal.utf8))
        case .changed(let standing, _):
            let reason = standing.reason.map { ": \($0)" } ?? ""
            tell(standing.service.name, "\(standing.state.sentence)\(reason)")
        case .message(let name, let text): tell(name, text)
        }
    }

    private func tell(_ name: String?, _ text: String) {
        guard !isQuiet else { return }
        let what = name.map { "\($0): \(text)" } ?? text
        messages.show(prefix("reaper") + Array(what.escapedForTerminal.utf8))
    }

    private func prefix(_ name: String) -> [UInt8] {
        let text = name + String(repeating: " ", count: max(0, width - name.count)) + " | "
        guard isColored else { return Array(text.utf8) }
        let color = places[name].map { 31 + $0 % 6 } ?? 90
        return Array("\u{1B}[\(color)m\(text)\u{1B}[0m".utf8)
    }
}

extension ServiceState {
    /// For people, with what comes next.
    var sentence: String {
        switch self {
        case .stopped: "stopped"
        case .finished: "has done its work"
        case .waiting: "waiting"
        case .starting: "starting"
        case .running: "running"
        case .pausing: "to be started again"
        case .failed, .survived: "failed"
        case .stopping(.waiting), .stopping(.pausing): "stopping, to be started again"
        case .stopping: "stopping"
        }
    }
}
