/// Instances for people: one row each, and with `-v` what the row rests on.
public enum InstanceTable {
    /// Room for a UUID, and for a digest in hexadecimal.
    ///
    /// One longer name must not push the other columns out of sight; JSON has it whole.
    private static let longestName = 64

    /// The whole text, one line after another; nothing where there is no instance.
    public static func render(_ report: InstanceReport, style: ReportStyle) -> [UInt8] {
        var lines = rows(of: report, style: style)
        if style.isVerbose {
            for instance in report.instances { lines += details(of: instance, in: report, style) }
        }
        if !style.isQuiet {
            var view = Report(
                command: "list",
                startedAt: .zero,
                duration: .zero,
                snapshot: report.snapshot,
                findings: [],
                isComplete: report.isComplete
            )
            view.isOfAllUsers = report.isOfAllUsers
            let notes = ViewNotes.lines(for: view, style: style, claim: "no other instance")
            lines += lines.isEmpty ? Array(notes.dropFirst()) : notes
        }
        return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    /// How one instance is and what that rests on, for whoever is about to stop it; escaped.
    public static func renderDetails(
        of instance: Instance,
        in report: InstanceReport,
        style: ReportStyle
    ) -> String {
        details(of: instance, in: report, style).drop(while: \.isEmpty).map { $0 + "\n" }.joined()
    }

    private static func rows(of report: InstanceReport, style: ReportStyle) -> [String] {
        var table = TableLayout(columns: [
            .init(title: "SYSTEM"),
            .init(title: "ID", minimum: 12, maximum: longestName),
            .init(title: "ALIAS", minimum: 8, maximum: longestName),
            .init(title: "PID@START"),
            .init(title: "STATE"),
            .init(title: "UPTIME", isRightAligned: true),
            .init(title: "PORTS", minimum: 8),
            .init(title: "FILE", minimum: 12),
        ])
        table.rows = report.instances.map { instance in
            let host = report.snapshot.host
            let oldest = report.oldest(of: instance)
            return [
                .init(instance.system.escapedForTerminal),
                .init(instance.id.escapedForTerminal),
                .init(instance.alias?.escapedForTerminal ?? ""),
                .init(who(instance)),
                .init(
                    instance.stateText + (instance.distrust == nil ? "" : ", distrusted"),
                    instance.paint
                ),
                .init(oldest.map { host.age(of: $0).roughText } ?? ""),
                .init(ports(of: instance, in: report)),
                .init(instance.file?.text.escapedForTerminal ?? "", keeping: .tail),
            ]
        }
        return table.lines(style)
    }

    private static func who(_ instance: Instance) -> String {
        let heads = instance.members.filter { !$0.isInherited }
        if heads.count > 1 { return "\(heads.count) processes" }
        if let head = heads.first { return head.identity.description }
        if let process = instance.process { return process.description }
        if instance.holders.count > 1 { return "\(instance.holders.count) processes" }
        if let holder = instance.holders.first { return holder.description }
        // Only its number is known, and that may be another's by now.
        return instance.pid.map { "\($0)" } ?? ""
    }

    private static func ports(of instance: Instance, in report: InstanceReport) -> String {
        var seen: Set<String> = []
        return report.sockets(of: instance).map(\.portName)
            .filter { seen.insert($0).inserted }
            .joined(separator: ",")
    }

    private static func details(
        of instance: Instance,
        in report: InstanceReport,
        _ style: ReportStyle
    ) -> [String] {
        var lines = [
            "",
            "\(instance.system) \(instance.id) (\(instance.stateText)): \(instance.reason)"
                .escapedForTerminal,
            "  rule \(instance.rule)".escapedForTerminal,
        ]
        if let distrust = instance.distrust {
            lines.append("  distrusted: \(distrust)".escapedForTerminal)
        }
        for member in instance.members where !member.isInherited {
            let node = member.node.map { "\($0): " } ?? ""
            lines.append("  \(node)\(member.name.text) (\(member.identity))".escapedForTerminal)
        }
        for item in instance.evidence {
            let value = item.value.map { ": " + style.shown($0).text } ?? ""
            let line = "  - \(style.shown(item.fact)) (\(item.source)\(value))"
            lines.append(Paint.dim(line.escapedForTerminal, when: style.color))
        }
        return lines
    }
}

extension Instance {
    /// What runs and stands still, or is over and is not, needs somebody's eye.
    fileprivate var paint: Paint {
        state == .running && !standstills.isEmpty ? .yellow : state.paint
    }
}

extension InstanceState {
    fileprivate var paint: Paint {
        switch self {
        case .running: .green
        case .starting, .stopping, .foreign: .cyan
        case .stale, .recycled, .zombie, .unknown: .yellow
        case .failed: .red
        case .stopped: .plain
        }
    }
}
