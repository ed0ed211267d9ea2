/// One row per finding.
enum FindingTable {
    /// The room that a sentence needs beside the other columns; with less it gets its own line.
    private static let sentenceWidth = 36

    /// A finding, and the report that it is from.
    struct Row {
        var finding: Finding
        var report: Report
        /// The machine's name, escaped; empty where all findings are of one machine.
        var host = ""
        /// The report's sockets and files, where it was read back; else they are searched for.
        var index: FindingIndex?
    }

    /// The widest cells of what was read back: whoever wrote it may want the table to fill memory.
    private static let limits = [64, nil, nil, 512, nil, nil, 64, 256]

    static func lines(of findings: [Finding], in report: Report, style: ReportStyle) -> [String] {
        lines(of: findings.map { Row(finding: $0, report: report) }, style: style)
    }

    static func lines(of rows: [Row], style: ReportStyle) -> [String] {
        let findings = rows.map(\.finding)
        var table = TableLayout(columns: [
            .init(title: "HOST", minimum: 8),
            .init(title: "SEVERITY"),
            .init(title: "KIND"),
            .init(title: findings.contains { $0.process != nil } ? "PROCESS" : "FILE", minimum: 8),
            .init(title: "PID@START"),
            .init(title: "AGE", isRightAligned: true),
            .init(title: "USER", minimum: 6),
            .init(title: "PORTS", minimum: 8),
        ])
        table.rows = rows.map { row in
            [.init(row.host)] + cells(of: row, in: row.report)
        }
        if rows.contains(where: { $0.index != nil }) {
            for (column, limit) in limits.enumerated() { table.columns[column].maximum = limit }
        }
        let reasons = findings.map { reason(of: $0, style) }
        let longest = reasons.map(\.displayWidth).max() ?? 0
        let room = (style.width ?? .max) - table.naturalWidth - 2
        guard room < min(longest, sentenceWidth) else {
            table.columns.append(.init(title: "WHY", minimum: sentenceWidth))
            for index in reasons.indices { table.rows[index].append(.init(reasons[index])) }
            return table.lines(style)
        }
        // The sentence is what a reader came for: on a narrow terminal it follows its row.
        let lines = table.lines(style)
        let indent = "    "
        let below = reasons.map { reason in
            let text = reason.truncated(to: (style.width ?? .max) - indent.count)
            return Paint.dim(indent + text, when: style.color)
        }
        return Array(lines.prefix(1)) + zip(lines.dropFirst(), below).flatMap { [$0, $1] }
    }

    private static func cells(of row: Row, in report: Report) -> [TableLayout.Cell] {
        let finding = row.finding
        let record = finding.process.flatMap(report.record)
        return [
            .init(finding.severity.rawValue, finding.severity.paint),
            .init(finding.kind.rawValue),
            subject(of: finding, record),
            .init(finding.process?.description ?? ""),
            .init(age(of: row, in: report)),
            .init(record.map { userText(of: $0, in: report) } ?? ""),
            .init(record.map { portsText(of: $0, in: row) } ?? finding.port ?? ""),
        ]
    }

    /// Confirmed findings speak for themselves, the others say how sure they are.
    private static func reason(of finding: Finding, _ style: ReportStyle) -> String {
        let sentence = style.shown(finding.shortSummary).escapedForTerminal
        return finding.verdict == .confirmed ? sentence : "\(finding.verdict.rawValue): \(sentence)"
    }

    /// The name of a process keeps its head, a path its tail.
    private static func subject(of finding: Finding, _ record: ProcessRecord?) -> TableLayout.Cell {
        if let file = finding.file { return .init(file.text.escapedForTerminal, keeping: .tail) }
        return .init(record?.name.text.escapedForTerminal ?? "")
    }

    private static func age(of row: Row, in report: Report) -> String {
        let finding = row.finding
        let host = report.snapshot.host
        if let path = finding.file {
            let file =
                row.index.map { $0.files[path] }
                ?? report.snapshot.instanceFiles.first { $0.path == path }
            guard let file, host.wallClock > .zero else { return "" }
            return (host.wallClock - file.modified).roughText
        }
        guard let process = finding.process, host.sinceBoot > .zero else { return "" }
        return host.age(of: process).roughText
    }

    private static func userText(of record: ProcessRecord, in report: Report) -> String {
        record.userName(in: report.snapshot.host)?.escapedForTerminal
            ?? record.status?.known.map { "\($0.realUser)" } ?? ""
    }

    /// `8080/tcp`, each once however many addresses and descriptors there are.
    private static func portsText(of record: ProcessRecord, in row: Row) -> String {
        var seen: Set<String> = []
        let sockets =
            row.index.map { index in
                record.socketInodes?.known?.compactMap { index.sockets[$0] } ?? []
            } ?? row.report.snapshot.sockets(of: record)
        return sockets.filter(\.holdsPort)
            .sorted { ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue) }
            .map(\.portName)
            .filter { seen.insert($0).inserted }
            .joined(separator: ",")
    }
}
