import ReaperKit

extension ReportDestination {
    /// Reads `FORMAT=FILE`.
    init(parsing text: String) throws(ValueError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
            throw ValueError(
                text,
                isNot: "a report",
                expected: "FORMAT=FILE, such as junit=report.xml"
            )
        }
        format = try choice(String(parts[0]), "a format")
        file = parts[1] == "-" ? nil : String(parts[1])
    }

    /// As it is typed, such as `--report junit=report.xml`.
    var text: String { "--report \(format.rawValue)=\(file ?? "-")" }
}

extension Options {
    /// Refuses formats that a command has not, and two reports in one place.
    func checkReports(for command: Subcommand) throws(UsageError) {
        switch command.name {
        case .scan, .clean, .stop, .run: break
        case .report:
            let formats = [output.format] + output.reports.map(\.format)
            guard let single = formats.first(where: { $0 == .dot || $0 == .tree }) else { break }
            throw UsageError(
                argument: single.rawValue,
                message: "is a \(single == .dot ? "graph" : "picture") of one machine: give "
                    + "'reaper scan' that format"
            )
        case .explain, .list, .wait, .snapshot, .rules, .help, .up, .down, .status, .restart,
            .reload, .logs, .completions:
            guard output.format.isOfFindingsOnly else { return }
            throw UsageError(
                argument: "--format \(output.format.rawValue)",
                message: "is a format of 'scan', 'clean', 'stop' and 'run', not of "
                    + "'\(command.name.rawValue)'"
            )
        }
        let hasMain = command.name != .run || !output.isTold
        var taken = hasMain ? [output.file] : []
        for report in output.reports {
            guard !taken.contains(report.file) else {
                throw UsageError(
                    argument: report.text,
                    message: message(about: report, besidesMain: hasMain)
                )
            }
            taken.append(report.file)
        }
    }

    /// Says what is written where a report is to go.
    private func message(about report: ReportDestination, besidesMain hasMain: Bool) -> String {
        guard report.file == nil else { return "that file is written to already" }
        guard hasMain, output.file == nil else {
            return "stdout has another --report already: give one of them a file"
        }
        return "stdout has the \(output.format.rawValue) already: use '--format "
            + "\(report.format.rawValue)' for this alone, or give one of them a file"
    }

    /// Refuses to merge nothing, and to read standard input twice.
    func checkFiles() throws(UsageError) {
        guard !operands.isEmpty else {
            throw UsageError(message: "needs a FILE, such as reports/*.json, or - for stdin")
        }
        guard !operands.contains("") else {
            throw UsageError(argument: "''", message: "is no FILE")
        }
        guard operands.count(where: { $0 == "-" }) <= 1 else {
            throw UsageError(argument: "-", message: "can be read only once")
        }
    }
}

extension OutputOptions {
    /// Whether it is a table without a file, which `run` tells on standard error.
    var isTold: Bool { format == .table && file == nil }
}
