/// What a plan says of those whom a rule wants gone after its own processes.
enum SweepText {
    /// A headline that says what would be done, and a line for everybody concerned as of now.
    static func lines(of sweep: FinalSweep, in report: Report, _ style: ReportStyle) -> [String] {
        var lines = ["", headline(of: sweep).escapedForTerminal]
        guard let others = sweep.others else { return lines }
        for target in others.targets {
            let name = report.processText(target.identity, name: target.name)
            let why = style.shown(target.reasonAndNote).escapedForTerminal
            lines.append("  \(name): \(why)")
        }
        for refusal in others.refused {
            let why = style.shown(refusal.reason).escapedForTerminal
            lines.append("  not \(report.refusalText(refusal)): \(why)")
        }
        if let unknown = others.unknown {
            let why = style.shown(unknown).escapedForTerminal
            lines.append(Paint.yellow("  not known to be all: \(why)", when: style.color))
        }
        if others.targets.isEmpty, others.refused.isEmpty, others.unknown == nil {
            lines.append("  nobody as of now")
        }
        return lines
    }

    private static func headline(of sweep: FinalSweep) -> String {
        guard sweep.killsOthers, sweep.named?.isEmpty != true else {
            return "then look for \(sweep.subject), for \(sweep.owner); stop nobody for it:"
        }
        let grace = sweep.signal == .kill ? "" : ", grace \(sweep.timeout.roughText)"
        let whom = sweep.named == nil ? sweep.subject : "those named here, of \(sweep.subject)"
        return "then stop \(whom), for \(sweep.owner) (\(sweep.signal)\(grace)):"
    }
}
