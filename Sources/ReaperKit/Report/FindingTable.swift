/// One row per finding.
enum FindingTable {
    static func lines(of findings: [Finding], in report: Report, style: ReportStyle) -> [String] {
        // The tail of a path and the head of a name tell most: a table of files alone is cut left.
        let isFilesOnly = findings.allSatisfy { $0.process == nil }
        var table = TableLayout(columns: [
            .init(title: "SEVERITY"),
            .init(title: "KIND"),
            .init(title: "VERDICT"),
            .init(
                title: isFilesOnly ? "FILE" : "PROCESS",
                minimum: 20,
                keeping: isFilesOnly ? .tail : .head
            ),
            .init(title: "AGE", isRightAligned: true),
            .init(title: "USER", minimum: 6),
            .init(title: "PORTS", minimum: 8),
            .init(title: "WHY", minimum: 12),
        ])
        let showsVerdicts = findings.contains { $0.verdict != .confirmed }
        table.rows = findings.map { finding in
            let record = finding.process.flatMap(report.record)
            return [
                .init(finding.severity.rawValue, finding.severity.paint),
                .init(finding.kind.rawValue),
                .init(showsVerdicts ? finding.verdict.rawValue : ""),
                .init(subject(of: finding, in: report)),
                .init(age(of: finding, in: report)),
                .init(record.map { userText(of: $0, in: report) } ?? ""),
                .init(record.map { portsText(of: $0, in: report) } ?? ""),
                .init(style.shown(finding.summary).escapedForTerminal),
            ]
        }
        return table.lines(style)
    }

    private static func subject(of finding: Finding, in report: Report) -> String {
        if let process = finding.process, finding.kind != .staleInstance {
            return report.processText(process)
        }
        return finding.file?.text.escapedForTerminal
            ?? finding.process.map { report.processText($0) } ?? ""
    }

    private static func age(of finding: Finding, in report: Report) -> String {
        let host = report.snapshot.host
        if let process = finding.process, finding.file == nil {
            return host.sinceBoot > .zero ? host.age(of: process).roughText : ""
        }
        guard let file = report.snapshot.instanceFiles.first(where: { $0.path == finding.file })
        else { return "" }
        return host.wallClock > .zero ? (host.wallClock - file.modified).roughText : ""
    }

    private static func userText(of record: ProcessRecord, in report: Report) -> String {
        record.userName(in: report.snapshot.host)?.escapedForTerminal
            ?? record.status?.known.map { "\($0.realUser)" } ?? ""
    }

    /// `8080/tcp`, each once however many addresses and descriptors there are.
    private static func portsText(of record: ProcessRecord, in report: Report) -> String {
        var seen: Set<String> = []
        return report.snapshot.sockets(of: record)
            .filter(\.holdsPort)
            .sorted { ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue) }
            .map { "\($0.port)/\($0.transport.rawValue)" }
            .filter { seen.insert($0).inserted }
            .joined(separator: ",")
    }
}
