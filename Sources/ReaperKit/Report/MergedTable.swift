/// Several reports for people: every finding with its machine, then each report in a row.
enum MergedTable {
    /// More reports of nothing than this are only counted without `-v`.
    private static let crowd = 20
    /// How many problems of one report are told without `-v`.
    private static let problemLimit = 10

    static func render(_ merged: MergedReport, style: ReportStyle) -> [UInt8] {
        var lines: [String] = []
        if !style.isQuiet { lines.append(Paint.bold(headline(of: merged), when: style.color)) }
        let rows = findingRows(of: merged, style)
        let (shown, rest) = split(rows, style)
        if !shown.isEmpty {
            if !style.isQuiet { lines.append("") }
            lines += FindingTable.lines(of: shown, style: style)
        }
        if !rest.isEmpty {
            let what = (shown.isEmpty ? "" : "and ") + TableReport.parts(of: rest.map(\.finding))
            lines.append("\(what) at severity info; -v lists them")
        }
        if style.isVerbose { lines += details(of: rows, style) }
        if !style.isQuiet {
            lines += hosts(of: merged, style)
            lines += problems(of: merged, style)
            lines += remedy(for: shown).map { ["", $0] } ?? []
        }
        return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    /// `3 findings on 2 of 5 hosts: 1 orphan, 2 zombies`; nothing of it is foreign text.
    static func headline(of merged: MergedReport) -> String {
        let findings = merged.reports.flatMap(\.report.findings)
        let all = counted(merged.hostCount, "host")
        var line: String
        if findings.isEmpty {
            line =
                merged.isComplete && !merged.reports.isEmpty
                ? "nothing left over on \(all)"
                : "nothing found on \(all), but not everything could be read"
        } else {
            let having = merged.reports.filter { !$0.report.findings.isEmpty }
            let count = Set(having.map(\.host)).count
            let place = count == merged.hostCount ? all : "\(count) of \(all)"
            line =
                counted(findings.count, "finding") + " on \(place): "
                + TableReport.parts(of: findings)
        }
        if !merged.unread.isEmpty {
            line += "; " + counted(merged.unread.count, "file") + " could not be read"
        }
        return line
    }

    // MARK: - Findings

    private static func findingRows(
        of merged: MergedReport,
        _ style: ReportStyle
    ) -> [FindingTable.Row] {
        let rows = merged.reports.flatMap { report in
            report.shownFindings(style).map { finding in
                FindingTable.Row(
                    finding: finding,
                    report: report.report,
                    host: report.host,
                    index: report.index
                )
            }
        }
        // The worst of all machines first, then machine by machine.
        return rows.sorted { left, right in
            if left.finding.severity != right.finding.severity {
                return left.finding.severity > right.finding.severity
            }
            if left.host != right.host { return left.host < right.host }
            return TableReport.precedes(left.finding, right.finding)
        }
    }

    private static func split(
        _ rows: [FindingTable.Row],
        _ style: ReportStyle
    ) -> (shown: [FindingTable.Row], rest: [FindingTable.Row]) {
        let worthKnowing = rows.filter { $0.finding.severity == .info }
        guard TableReport.isCrowd(worthKnowing.count, style) else { return (rows, []) }
        return (rows.filter { $0.finding.severity != .info }, worthKnowing)
    }

    private static func details(of rows: [FindingTable.Row], _ style: ReportStyle) -> [String] {
        rows.flatMap { row in
            let ports = PortNames(row.report, row.index ?? FindingIndex())
            var lines = TableReport.details(of: row.finding, in: row.report, style, ports)
            if let first = lines.first { lines[0] = "\(row.host): \(first)" }
            return [""] + lines
        }
    }

    /// Where to go; what to type there reaper says there, and not a file that came from elsewhere.
    private static func remedy(for rows: [FindingTable.Row]) -> String? {
        let hosts = rows.filter { $0.finding.remedy.action != .none }.map(\.host)
        guard !hosts.isEmpty else { return nil }
        var seen: Set<String> = []
        let distinct = hosts.filter { seen.insert($0).inserted }
        let names = distinct.prefix(problemLimit).joined(separator: ", ")
        let more = distinct.count - min(distinct.count, problemLimit)
        return "what to do: 'reaper clean --dry-run' on \(names)"
            + (more > 0 ? " and \(counted(more, "more host"))" : "")
    }

    // MARK: - Machines

    private static func hosts(of merged: MergedReport, _ style: ReportStyle) -> [String] {
        let isCrowd = merged.reports.count > crowd && !style.isVerbose
        let shown = merged.reports.filter { !isCrowd || $0.isNotable }
        var table = TableLayout(columns: [
            .init(title: "HOST", minimum: 8, maximum: 64),
            .init(title: "COMMAND"),
            .init(title: "STARTED"),
            .init(title: "FINDINGS", isRightAligned: true),
            .init(title: "ERROR", isRightAligned: true),
            .init(title: "WARNING", isRightAligned: true),
            .init(title: "INFO", isRightAligned: true),
            .init(title: "STATE", minimum: 12),
            .init(title: "FILE", minimum: 12),
        ])
        let places = merged.namesFiles(style)
        table.rows = shown.map { report in
            let findings = report.report.findings
            let counts = [Severity.error, .warning, .info].map { severity in
                let count = findings.count { $0.severity == severity }
                return TableLayout.Cell(count == 0 ? "" : "\(count)", severity.paint)
            }
            let state = report.state(style)
            let time = report.report.startedAt
            return [
                .init(report.host), .init(report.report.command),
                .init(places && time > .zero ? time.rfc3339() ?? "" : ""),
                .init("\(findings.count)"),
            ] + counts + [
                .init(state, report.isTroubled ? .yellow : .plain),
                .init(places ? report.file.escapedForTerminal : "", keeping: .tail),
            ]
        }
        var lines = table.lines(style)
        if !lines.isEmpty { lines.insert("", at: 0) }
        let rest = merged.reports.count - shown.count
        if rest > 0 {
            lines.append("and \(counted(rest, "report")) of nothing left over; -v lists them")
        }
        return lines
    }

    private static func problems(of merged: MergedReport, _ style: ReportStyle) -> [String] {
        var lines: [String] = []
        for report in merged.reports {
            let problems = report.problems(style)
            let limit = style.isVerbose ? problems.count : problemLimit
            var told = problems.prefix(limit).map { "\(report.host): \($0)" }
            if problems.count > limit {
                told.append("\(report.host): and \(problems.count - limit) more; -v lists them")
            }
            lines += told
        }
        lines += merged.unread.map { file in
            "not read: \(file.file): \(file.reason)".escapedForTerminal.truncated(to: 1000)
        }
        if !merged.unread.isEmpty {
            lines.append("what these files would have told is not known")
        }
        guard !lines.isEmpty else { return [] }
        return [""] + lines.map { Paint.yellow($0, when: style.color) }
    }
}

extension MergedReport {
    /// Whether rows say where they come from: two are of one machine, or a file has another name.
    fileprivate func namesFiles(_ style: ReportStyle) -> Bool {
        style.isVerbose || hostCount < reports.count
            || reports.contains { report in
                let name = ByteString(report.file).baseName.text
                let stem = name.prefix { $0 != "." }
                return String(stem) != report.report.snapshot.host.name.prefix { $0 != "." }
            }
    }
}

extension HostReport {
    /// Whether something did not go as it should, or could not be learned.
    var isTroubled: Bool {
        !report.isComplete || !problems(ReportStyle()).isEmpty
    }

    /// Whether it tells more than that nothing is left.
    var isNotable: Bool { isTroubled || !report.findings.isEmpty }

    /// What came of it, in few words.
    func state(_ style: ReportStyle) -> String {
        var parts = report.isComplete ? [] : ["incomplete view"]
        parts += report.actionVerdicts(style).map(\.summary)
        if report.outcome == nil, let plan = report.plan, !plan.isNothingToDo {
            let count = plan.targets.count
            parts.append("only planned: \(counted(count, "process", "processes")) to stop")
        }
        return parts.isEmpty ? "complete" : parts.joined(separator: "; ")
    }

    /// Everything about it that is not as it should be, escaped and masked.
    func problems(_ style: ReportStyle) -> [String] {
        report.viewProblems + report.actionVerdicts(style).flatMap(\.problems)
    }
}
