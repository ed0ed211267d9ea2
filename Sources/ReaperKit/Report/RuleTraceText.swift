/// How one rule sees one process, for people; every command that explains shows it like this.
public enum RuleTraceText {
    /// Command lines can be megabytes long.
    private static let longestValue = 400

    /// One line: whether the rule's `match` holds, and what follows.
    public static func line(of trace: RuleTrace, style: ReportStyle) -> String {
        let answer = trace.conditions.isEmpty ? trace.fileAnswer : trace.match.word
        let word = answer.paint(answer.text, when: style.color)
        let reason = style.shown(trace.reason).escapedForTerminal
        return "\(trace.rule): \(word): \(reason)"
    }

    /// Every condition and every fact, and what follows.
    public static func lines(of trace: RuleTrace, style: ReportStyle) -> [String] {
        var lines = [
            "\(Paint.bold(trace.rule, when: style.color)): \(trace.title.escapedForTerminal)",
            Paint.dim("  from \(trace.source.escapedForTerminal)", when: style.color),
        ]
        var table = TableLayout(columns: [
            .init(title: "MATCH"),
            .init(title: "KEY"),
            .init(title: "WANTED", minimum: 12),
            .init(title: "ACTUAL", minimum: 16),
            .init(title: "READ FROM"),
        ])
        table.rows = trace.conditions.map { row(of: $0, style) }
        lines += table.lines(style, indent: 2)
        if let owner = trace.owner { lines += ownerLines(owner, style) }
        lines += evidence("belongs to it", trace.ownership, .green, style)
        lines += evidence("abandoned", trace.abandonment, .yellow, style)
        lines += evidence("looked after", trace.neighbor.map { [$0] } ?? [], .green, style)
        lines += evidence("forbidden", trace.vetoes, .red, style)
        for file in trace.files {
            let path = file.path.text.escapedForTerminal
            let reason = style.shown(file.account).escapedForTerminal
            lines.append("  recorded: \(path): \(file.judgment.answer.word): \(reason)")
        }
        if let verdict = trace.finding?.verdict { lines.append("  verdict: \(verdict.rawValue)") }
        let effect = Paint.bold(trace.effect.words, when: style.color)
        lines.append("  clean: \(effect): \(style.shown(trace.reason).escapedForTerminal)")
        return lines
    }

    private static func row(of condition: TracedCondition, _ style: ReportStyle) -> [TableLayout
        .Cell]
    {
        let answer = condition.answer.word
        return [
            .init(answer.text, answer.paint),
            .init(condition.name),
            .init(shortened(condition.wanted.joined(separator: " | "))),
            .init(actual(condition, style)),
            .init(sources(condition), .dim),
        ]
    }

    private static func actual(_ condition: TracedCondition, _ style: ReportStyle) -> String {
        if case .needs = condition.answer { return "not read" }
        var values = condition.actual.map { style.showsSecrets ? $0.value.text : $0.masked.text }
        if case .unreadable(_, let code) = condition.answer { values.append(reasonText(code)) }
        return values.isEmpty ? "none" : shortened(values.joined(separator: " | "))
    }

    /// The files that the values come from, each once, in their order.
    private static func sources(_ condition: TracedCondition) -> String {
        var sources: [String] = []
        for source in condition.actual.map(\.source) where !sources.contains(source) {
            sources.append(source)
        }
        guard let first = sources.first else { return condition.source }
        let others = sources.dropFirst().map { ByteString($0).baseName.text }
        return ([first] + others).joined(separator: ", ")
    }

    private static func ownerLines(_ owner: OwnerTrace, _ style: ReportStyle) -> [String] {
        let lines = owner.ancestors.map { ancestor in
            let answer = ancestor.answer.word
            let word = answer.paint(answer.text, when: style.color)
            let name = "\(ancestor.name.text.escapedForTerminal) \(ancestor.process)"
            let telling = ancestor.conditions.filter { $0.answer == ancestor.answer }
            let facts = (telling.isEmpty ? ancestor.conditions : telling).map { condition in
                let wanted = shortened(condition.wanted.joined(separator: " | "))
                return "\(condition.name) \(actual(condition, style)) (wanted \(wanted))"
            }
            let isInit = ancestor.process.pid == 1 && !owner.undecided.contains(ancestor)
            let note = isInit && answer.text == "unknown" ? "; PID 1 is one only by its name" : ""
            return "  owner: \(word) \(name): \(shortened(facts.joined(separator: ", ")))\(note)"
        }
        return lines + [ownerLine(owner, style)]
    }

    /// What the search for an owner amounts to: one who is gone, and one of whom nothing can be said,
    /// are two answers.
    private static func ownerLine(_ owner: OwnerTrace, _ style: ReportStyle) -> String {
        let count = owner.ancestors.count
        switch owner.state {
        case .alive:
            return "  owner: " + Paint.green("alive", when: style.color)
        case .gone:
            let why =
                count == 0
                ? "it has no ancestors"
                : count == 1 ? "its only ancestor is none" : "none of its \(count) ancestors is one"
            return "  owner: " + Paint.yellow("gone", when: style.color) + ": \(why)"
        case .unknown:
            let open = owner.undecided.count
            let whom = open == count ? "" : "\(open) of "
            return "  owner: " + Paint.yellow("may be alive", when: style.color)
                + ": \(whom)its \(counted(count, "ancestor")) could not be read"
        }
    }

    private static func evidence(
        _ title: String,
        _ facts: [Evidence],
        _ paint: Paint,
        _ style: ReportStyle
    ) -> [String] {
        facts.map { item in
            let value = item.value.map { ": " + style.shown($0).text.escapedForTerminal } ?? ""
            return "  \(paint(title, when: style.color)):"
                + " \(style.shown(item.fact).escapedForTerminal)"
                + " (\(item.source.escapedForTerminal)\(value))"
        }
    }

    private static func shortened(_ text: String) -> String {
        text.escapedForTerminal.truncated(to: longestValue)
    }
}

/// A word of an answer, and its color.
struct AnswerWord {
    var text: String
    var paint: Paint
}

extension MatchAnswer {
    var word: AnswerWord {
        switch self {
        case .holds: AnswerWord(text: "yes", paint: .green)
        case .fails: AnswerWord(text: "no", paint: .red)
        case .needs, .unreadable: AnswerWord(text: "unknown", paint: .yellow)
        }
    }
}

extension RuleTrace {
    /// Whether a file records the process, for a rule that asks nothing else.
    fileprivate var fileAnswer: AnswerWord {
        if files.contains(where: \.isRecord) { return MatchAnswer.holds.word }
        let isUnknown = files.contains { file in
            file.relation == .unknown || file.judgment.answer == .report
        }
        return isUnknown ? AnswerWord(text: "unknown", paint: .yellow) : MatchAnswer.fails.word
    }
}

extension RuleTrace.Effect {
    /// What `clean` would do, as it is said.
    fileprivate var words: String {
        switch self {
        case .stop: "stops it"
        case .report: "shows it only"
        case .protect: "never stops it"
        case .none: "leaves it alone"
        }
    }
}

extension StalenessJudgment.Answer {
    /// One word, the same in tables and in JSON.
    var word: String {
        switch self {
        case .stale: "stale"
        case .recycled: "recycled"
        case .keep: "keep"
        case .settling: "settling"
        case .report: "report"
        }
    }
}
