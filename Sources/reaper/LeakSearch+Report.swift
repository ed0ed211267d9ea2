import Glibc
import ReaperKit

extension LeakSearch {
    /// Says at once what is left, before anything is done.
    func tell(_ report: Report, about findings: [Finding]) {
        guard !options.output.isVerbose || !isForPeople, !findings.isEmpty else { return }
        var report = report
        report.findings = findings
        report.plan = nil
        report.outcome = nil
        if !options.run.keeps {
            for index in report.findings.indices where findings[index].kind == .leakedProcess {
                report.findings[index].remedy.command = nil
            }
        }
        if !options.output.isQuiet {
            Diagnostics.report("\(facts.summary) left \(LeakSearch.summary(of: findings)):")
        }
        var style = Terminal.standardError().style(for: options.output)
        style.isQuiet = true
        write(report, style)
        guard options.run.keeps, !options.output.isQuiet,
            findings.contains(where: { $0.kind == .leakedProcess })
        else { return }
        Diagnostics.write("kept; 'reaper clean --pid PID@START' stops one with its tree\n")
    }

    /// Whether the report itself is for people, who read it on standard error.
    private var isForPeople: Bool { options.output.isTold }

    /// How much of what is left, such as `2 processes running and a file`.
    private static func summary(of findings: [Finding]) -> String {
        func count(_ kind: FindingKind, _ one: String, _ many: String) -> String? {
            let number = findings.count { $0.kind == kind }
            guard number > 0 else { return nil }
            return number == 1 ? one : "\(number) \(many)"
        }
        return [
            count(.leakedProcess, "a process running", "processes running"),
            count(.leakedPort, "a port open", "ports open"),
            count(.leakedFile, "a file", "files"),
        ].compactMap(\.self).joined(separator: " and ")
    }

    /// Writes the report where it belongs.
    ///
    /// - Returns: The code for a command that succeeded.
    func write(_ report: Report, _ output: consuming Outputs) -> Int32 {
        let worst = ExitStatus.worst(statuses)
        let leaks = report.findings.contains { $0.severity > .info }
        var code = worst.rawValue
        if worst == .clean, leaks { code = options.run.leakCode }
        let hasActed = report.outcome?.targets.isEmpty == false
        let hasRefused = report.plan?.refused.isEmpty == false
        // In whatever format and place the report is: a log must tell what came of what was left.
        let isWorthwhile = hasActed || hasRefused || options.output.isVerbose || !report.isComplete
        if isForPeople ? isWorthwhile : hasActed || hasRefused {
            var shown = report
            // It has been told; but a table without it would say that nothing was found.
            let isTold = hasActed || hasRefused
            if isTold, !options.output.isVerbose { shown.findings = [] }
            write(shown, Terminal.standardError().style(for: options.output))
        }
        run.conclude()
        let written = output.finish(report, shown: isForPeople ? nil : report, .clean)
        return code == 0 ? written.rawValue : code
    }

    private func write(_ report: Report, _ style: ReportStyle) {
        let text = String(decoding: TableReport.render(report, style: style), as: UTF8.self)
        Diagnostics.write(text)
    }
}

extension Report {
    /// This report and that of a later round as one.
    func followed(by next: Report) -> Report {
        var whole = next
        whole.startedAt = startedAt
        whole.duration = duration + next.duration
        whole.findings = findings + next.findings
        let seen = Set(next.snapshot.processes.map(\.pid))
        whole.snapshot.processes += snapshot.processes.filter { !seen.contains($0.pid) }
        whole.snapshot.processes.sort { $0.pid < $1.pid }
        whole.isComplete = isComplete && next.isComplete
        if let plan { whole.plan?.waves.insert(contentsOf: plan.waves, at: 0) }
        if let plan { whole.plan?.refused.insert(contentsOf: plan.refused, at: 0) }
        if let outcome {
            let again = Set(next.outcome?.targets.map(\.identity) ?? [])
            let before = outcome.targets.filter { !again.contains($0.identity) }
            whole.outcome?.targets.insert(contentsOf: before, at: 0)
            whole.outcome?.rounds += outcome.rounds
        }
        return whole
    }

    /// Takes in what a later look saw besides.
    mutating func include(_ later: Snapshot) {
        let seen = Set(snapshot.processes.map(\.pid))
        snapshot.processes += later.processes.filter { !seen.contains($0.pid) }
        snapshot.processes.sort { $0.pid < $1.pid }
        snapshot.sockets += later.sockets.filter { !snapshot.sockets.contains($0) }
        snapshot.unreadable.processes.formUnion(later.unreadable.processes)
        snapshot.unreadable.reasons.merge(later.unreadable.reasons) { max($0, $1) }
        snapshot.unreadable.notes += later.unreadable.notes
    }
}
