/// What the page says first: how it stands, in words, and with which exit status.
struct HTMLVerdict {
    /// Whether that is as one would have it.
    enum Tone {
        case good
        case bad
        /// Nothing bad was seen, but not everything could be.
        case unknown
    }

    var tone = Tone.bad
    /// A few words.
    var word: String
    /// What there is, or what came of it, in numbers.
    var headline: String
    /// The exit status and what it means.
    var status: String

    /// The verdict of one report.
    init(_ report: Report, _ style: ReportStyle) {
        headline = GitHubReport.headline(of: report, style)
        let computed = report.endStatus(failingOn: style.failureThreshold)
        // What a command knows beside its report, such as that nothing fits a name it was given.
        let ended = report.isOfRun ? computed : style.status ?? computed
        status = "Exit status \(ended.rawValue). \(ended.meaning)"
        let failing = report.failingFindings
        switch ended {
        case .clean where !report.isComplete:
            tone = .unknown
            word = "Not everything could be seen"
        case .clean where failing.isEmpty:
            tone = .good
            word = report.outcome.map { !$0.isIdle } ?? false ? "All gone" : "Nothing left over"
        case .clean:
            tone = .unknown
            word = "Something was found"
            status = "Exit status 0: no finding counts, by --fail-on"
        case .incomplete:
            tone = .unknown
            word =
                report.isComplete ? "The end is not proven" : "Not everything could be seen"
        case .deadline: word = "The deadline passed"
        case .usage: word = "Nothing was done"
        case .leftOver where report.isOfRun: word = "The command left something behind"
        case .leftOver where failing.isEmpty && report.outcome == nil && report.plan == nil:
            word = "Nothing was found"
        case .leftOver: word = "Something is left over"
        case .leaked, .failed, .notExecutable, .notFound: word = ended.meaning
        }
        if report.error != nil { word = "Nothing was done" }
        if report.isOfRun { status = report.runStatus(computed) }
    }

    /// The verdict of several.
    init(_ merged: MergedReport, _ style: ReportStyle) {
        headline = MergedTable.headline(of: merged)
        let ended = merged.status(failingOn: style.failureThreshold)
        status = "Exit status \(ended.rawValue), the worst of all. \(ended.meaning)"
        let isQuiet = merged.reports.allSatisfy { $0.report.failingFindings.isEmpty }
        switch ended {
        case .clean where merged.isComplete && isQuiet && !merged.reports.isEmpty:
            tone = .good
            word = "Nothing left over"
        case .clean where isQuiet:
            tone = .unknown
            word = "Nothing is known"
        case .clean:
            tone = .unknown
            word = "Something was found"
            status = "Exit status 0: no finding counts, by --fail-on"
        case .incomplete:
            tone = .unknown
            word = "Not everything could be seen"
        case .usage where !merged.unread.isEmpty: word = "Not every report could be read"
        case .usage: word = "On some host nothing was done"
        case .deadline: word = "A deadline passed"
        default: word = "Something is left over"
        }
    }

    /// Writes it.
    func write(to html: inout HTMLWriter) {
        let style: HTMLWriter.Attribute =
            switch tone {
            case .good: .style("verdict", "good")
            case .bad: .style("verdict", "bad")
            case .unknown: .style("verdict", "unknown")
            }
        html.block("div", [style]) { html in
            html.element("p", [.style("word")], text: word)
            html.element("p", text: headline)
            html.element("p", [.style("dim")], text: status)
        }
    }
}

extension Report {
    /// The worst of what applies, of a command that looked or acted; what `run` found is 1.
    func endStatus(failingOn threshold: FailureThreshold) -> ExitStatus {
        guard error == nil else { return .usage }
        let done = cleanStatus(failingOn: threshold)
        guard isOfRun else { return done }
        return .worst([done, scanStatus(failingOn: threshold)])
    }

    /// The status of `run` is its command's as long as that failed.
    fileprivate func runStatus(_ status: ExitStatus) -> String {
        guard let run else { return "How the command itself ended this report does not tell." }
        switch run.ending {
        case .exited(0) where status == .leftOver:
            return "The command succeeded, but leaked: exit status \(ExitStatus.leaked.rawValue), "
                + "or what --leak-exit-code says."
        case .exited(0):
            return "The command succeeded. \(status == .clean ? "" : status.meaning)"
        case .exited(let code): return "Exit status \(code), the command's own."
        case .signaled(let number):
            return "Exit status \(run.ending.code): the command was ended by "
                + "\(Signal(number: number))."
        }
    }
}
