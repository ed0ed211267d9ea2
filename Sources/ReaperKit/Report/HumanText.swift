extension Duration {
    /// An age or a wait in at most two units, such as `350 ms`, `12 s`, `2m03s`, `3h12m`, `5d04h`.
    var roughText: String {
        let milliseconds = max(0, milliseconds)
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        let seconds = milliseconds / 1000
        let tenths = milliseconds % 1000 / 100
        return switch seconds {
        case ..<10 where tenths > 0: "\(seconds).\(tenths) s"
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60)m\(twoDigits(seconds % 60))s"
        case ..<86_400: "\(seconds / 3600)h\(twoDigits(seconds / 60 % 60))m"
        default: "\(seconds / 86_400)d\(twoDigits(seconds / 3600 % 24))h"
        }
    }
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// A number with its noun, such as `1 process`, `3 processes`.
func counted(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(plural ?? noun + "s")"
}

extension FindingKind {
    /// What a person calls it, such as `stale instance file`.
    var noun: String {
        switch self {
        case .orphan: "orphan"
        case .staleInstance: "stale instance file"
        case .staleSocket: "stale socket file"
        case .zombie: "zombie"
        case .portHolder: "port holder"
        case .deletedExecutable: "process with a deleted executable"
        case .leakedProcess: "leaked process"
        case .leakedPort: "leaked port"
        case .leakedFile: "leaked file"
        }
    }

    /// More than one of them.
    var plural: String {
        switch self {
        case .deletedExecutable: "processes with a deleted executable"
        case .leakedProcess: "leaked processes"
        default: noun + "s"
        }
    }
}

extension Severity {
    /// The color of its word.
    var paint: Paint {
        switch self {
        case .error: .red
        case .warning: .yellow
        case .info: .cyan
        }
    }
}

extension Report {
    /// The record of a process, if the scan saw this very one and not just its number.
    func record(of identity: ProcessIdentity) -> ProcessRecord? {
        snapshot.process(identity.pid).flatMap { $0.identity == identity ? $0 : nil }
    }

    /// `name pid@start`, escaped; the identity alone when the name is not known.
    func processText(_ identity: ProcessIdentity, name: ByteString? = nil) -> String {
        guard let name = name ?? record(of: identity)?.name, !name.isEmpty else {
            return identity.description
        }
        return "\(name.text.escapedForTerminal) \(identity)"
    }
}
