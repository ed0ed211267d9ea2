/// The report for people: what is left over, why, and what to type.
public enum TableReport {
    /// How many remedies are listed without `-v`.
    private static let remedyLimit = 10
    /// More findings than this at severity info are only counted without `-v`.
    private static let crowd = 5

    /// The whole text, one line after another.
    public static func render(_ full: Report, style: ReportStyle) -> [UInt8] {
        var lines: [String] = []
        // What was acted on has a line of its own among the outcomes.
        var report = full
        if let outcome = full.outcome, !full.isOfRun, !style.isVerbose {
            report.findings.removeAll { outcome.mentions($0) }
        }
        if !style.isQuiet, !report.findings.isEmpty || report.hasNothingToDo {
            lines.append(Paint.bold(headline(of: report), when: style.color))
        }
        let findings = report.findings.sorted { precedes($0, $1) }
        if !findings.isEmpty {
            if !style.isQuiet { lines.append("") }
            let (shown, rest) = split(findings, style)
            if !shown.isEmpty { lines += FindingTable.lines(of: shown, in: report, style: style) }
            if !rest.isEmpty {
                let isCounted = shown.isEmpty && !style.isQuiet
                let what = isCounted ? "all" : (shown.isEmpty ? "" : "and ") + parts(of: rest)
                lines.append("\(what) at severity info; -v lists them")
            }
            if style.isVerbose {
                let ports = PortNames(report)
                for finding in findings {
                    lines += [""] + details(of: finding, in: report, style, ports)
                }
            } else if !style.isQuiet, report.plan == nil, report.outcome == nil {
                lines += remedies(for: findings, in: report, style)
            }
        }
        if let outcome = report.outcome {
            lines += OutcomeTable.lines(of: outcome, in: report, style: style)
        } else if let plan = report.plan {
            let plan = PlanTable.lines(of: plan, in: report, style: style)
            // What stands alone needs no line between.
            lines += lines.isEmpty ? Array(plan.drop(while: \.isEmpty)) : plan
        }
        if !style.isQuiet { lines += IgnoredText.lines(for: report, style: style) }
        if !style.isQuiet { lines += ViewNotes.lines(for: report, style: style) }
        return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    /// The plan of a report alone, for whoever is asked about it.
    public static func renderPlan(_ report: Report, style: ReportStyle) -> String {
        guard let plan = report.plan else { return "" }
        let lines = PlanTable.lines(of: plan, in: report, style: style).drop(while: \.isEmpty)
        return lines.map { $0 + "\n" }.joined()
    }

    /// What could not be read, for a command that has nothing else to show; empty where all was.
    public static func renderGaps(_ report: Report, claim: String, style: ReportStyle) -> String {
        ViewNotes.lines(for: report, style: style, claim: claim).drop(while: \.isEmpty)
            .map { $0 + "\n" }.joined()
    }

    /// `3 findings: 1 orphan, 2 zombies`, or that there is nothing, as far as that can be said.
    static func headline(of report: Report) -> String {
        guard !report.findings.isEmpty else {
            let totals = report.totals
            let looked =
                counted(totals.processes ?? 0, "process", "processes") + ", "
                + counted(totals.instanceFiles ?? 0, "instance file") + " looked at"
            return report.isComplete
                ? "nothing left over (\(looked))"
                : "nothing found, but not everything could be read (\(looked))"
        }
        return counted(report.findings.count, "finding") + ": " + parts(of: report.findings)
    }

    static func parts(of findings: [Finding]) -> String {
        FindingKind.allCases.compactMap { kind -> String? in
            let count = findings.count { $0.kind == kind }
            return count == 0 ? nil : counted(count, kind.noun, kind.plural)
        }.joined(separator: ", ")
    }

    /// What gets a row: a crowd that is merely worth knowing must not hide what is wrong.
    private static func split(
        _ findings: [Finding],
        _ style: ReportStyle
    ) -> (shown: [Finding], rest: [Finding]) {
        let worthKnowing = findings.filter { $0.severity == .info }
        guard isCrowd(worthKnowing.count, style) else { return (findings, []) }
        return (findings.filter { $0.severity != .info }, worthKnowing)
    }

    /// Whether so many findings at severity info are only counted.
    static func isCrowd(_ count: Int, _ style: ReportStyle) -> Bool {
        !style.isVerbose && count > crowd
    }

    /// Worst first, then alike together, then by number and path.
    static func precedes(_ left: Finding, _ right: Finding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.kind != right.kind { return left.kind.order < right.kind.order }
        switch (left.process, right.process) {
        case (let one?, let other?) where one != other: return one < other
        case (nil, _?): return false
        case (_?, nil): return true
        default: return (left.file ?? "") < (right.file ?? "")
        }
    }

    static func remedies(
        for findings: [Finding],
        in report: Report,
        _ style: ReportStyle
    ) -> [String] {
        let withCommand = findings.filter { $0.remedy.command != nil || $0.hint != nil }
        guard !withCommand.isEmpty else { return [] }
        guard withCommand.count <= remedyLimit else {
            return [
                "",
                "what to do: 'reaper clean --dry-run' with the same selectors shows the plan; "
                    + "-v explains each",
            ]
        }
        // A command is there to be copied: it is never truncated, so its lines are no table.
        var seen: Set<String> = []
        let lines = withCommand.flatMap { finding -> [String] in
            var lines: [String] = []
            if let command = finding.remedy.command, seen.insert(command).inserted {
                lines.append("  " + Paint.bold(command.escapedForTerminal, when: style.color))
            }
            // Several findings of one rule have it in common.
            if let hint = finding.hint, seen.insert("\(finding.rule ?? ""): \(hint)").inserted {
                let rule = finding.rule.map { "\($0.escapedForTerminal): " } ?? ""
                let text = Prose.Piece(
                    rule + style.shown(hint).escapedForTerminal.truncated(to: 4096),
                    .dim
                )
                let width = style.width ?? .max
                lines += Prose.wrapped([text], width, head: "    ", hanging: 4, style)
            }
            return lines
        }
        return ["", "what to do:"] + lines
    }

    /// Everything about one finding, escaped: what it is, then its facts, then what to do.
    static func details(
        of finding: Finding,
        in report: Report,
        _ style: ReportStyle,
        _ ports: PortNames
    ) -> [String] {
        let subject =
            finding.process.map { report.processText($0) }
            ?? finding.file?.text.escapedForTerminal ?? finding.port ?? ""
        var lines = [
            finding.severity.paint(finding.kind.noun, when: style.color)
                + " \(subject) (\(finding.verdict.rawValue)): "
                + style.shown(finding.summary).escapedForTerminal
        ]
        if let rule = finding.rule { lines.append("  rule \(rule.escapedForTerminal)") }
        if let process = finding.process,
            let arguments = report.record(of: process)?.shownArguments(style), !arguments.isEmpty
        {
            let text = arguments.map(\.text.escapedForTerminal).joined(separator: " ")
            // A program may have megabytes of arguments; nobody reads them on a terminal.
            lines.append("  command line: \(text.truncated(to: 4096))")
        }
        // What is about a port begins with it.
        let held = finding.process == nil ? "" : ports.text(of: finding)
        if !held.isEmpty { lines.append("  ports: \(held.truncated(to: 4096))") }
        for item in finding.evidence {
            let value = item.value.map { ": " + style.shown($0).text.escapedForTerminal } ?? ""
            let line =
                "  - \(style.shown(item.fact).escapedForTerminal)"
                + " (\(item.source.escapedForTerminal)\(value))"
            lines.append(Paint.dim(line, when: style.color))
        }
        if let hint = finding.hint {
            lines.append("  hint: \(style.shown(hint).escapedForTerminal.truncated(to: 4096))")
        }
        if let command = finding.remedy.command {
            lines.append("  " + Paint.bold(command.escapedForTerminal, when: style.color))
        }
        return lines
    }
}

extension Report {
    /// Whether nothing was to be done, and nothing was.
    fileprivate var hasNothingToDo: Bool {
        (plan?.isEmpty ?? true) && (outcome.map(\.isIdle) ?? true)
    }
}

extension FindingKind {
    /// Its place in the declaration, which goes from processes to files.
    fileprivate var order: Int { FindingKind.allCases.firstIndex(of: self) ?? 0 }
}
