/// Explanations for people: sentences in sections, each with its source.
public enum ExplanationText {
    /// Longer lines are hard to read, whatever a terminal has room for.
    private static let readableWidth = 100
    /// Columns where nobody said how many there are.
    private static let usualWidth = 80
    /// A label that is longer than this stands before its text, and not in a column.
    private static func labelLimit(_ width: Int) -> Int { min(32, width * 2 / 5) }

    /// The whole text, one line after another.
    public static func render(_ report: ExplanationReport, style: ReportStyle) -> [UInt8] {
        let width = min(style.width ?? usualWidth, readableWidth)
        var lines: [String] = []
        if style.isQuiet {
            lines = report.explanations.map { style.shown($0.summary).escapedForTerminal }
            return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
        }
        for explanation in report.explanations {
            if !lines.isEmpty { lines.append("") }
            lines += self.lines(of: explanation, width: width, style)
        }
        for note in report.notes {
            lines +=
                [""] + Prose.wrapped([.init(note.escapedForTerminal)], width, hanging: 0, style)
        }
        return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    private static func lines(
        of explanation: Explanation,
        width: Int,
        _ style: ReportStyle
    ) -> [String] {
        let summary = style.shown(explanation.summary).escapedForTerminal
        var lines = Prose.wrapped([.init(summary, .bold)], width, hanging: 0, style)
        for section in explanation.sections {
            let statements = section.statements.filter { style.isVerbose || !$0.isDetail }
            guard !statements.isEmpty else { continue }
            lines += ["", Paint.bold(section.topic.title, when: style.color)]
            lines += self.lines(of: statements, width: width, style)
        }
        if let advice = explanation.advice, explanation.needsAdvice(advice) {
            lines += advice.lines(width: width, style)
        }
        guard !explanation.unknown.isEmpty else { return lines }
        lines += ["", Paint.yellow("What could not be learned", when: style.color)]
        for sentence in explanation.unknown {
            let text = Prose.Piece(style.shown(sentence).escapedForTerminal, .yellow)
            lines += Prose.wrapped([.init("  ?"), text], width, hanging: 4, style)
        }
        return lines
    }

    private static func lines(
        of statements: [Statement],
        width: Int,
        _ style: ReportStyle
    ) -> [String] {
        let labels = statements.compactMap { $0.depth == 0 ? $0.label?.escapedForTerminal : nil }
        let limit = labelLimit(width)
        let widest = labels.map(\.displayWidth).filter { $0 <= limit }.max() ?? 0
        return statements.flatMap { statement in
            let indent = String(repeating: "  ", count: 1 + min(statement.depth, 12))
            var head = indent + statement.marker + " "
            var hanging = head.displayWidth
            if let label = statement.label?.escapedForTerminal {
                let isInColumn = statement.depth == 0 && label.displayWidth <= limit
                let padding = isInColumn ? widest - label.displayWidth + 2 : 0
                head += label + (isInColumn ? String(repeating: " ", count: padding) : ": ")
                if isInColumn { hanging += widest + 2 }
            }
            return Prose.wrapped(
                statement.pieces(style),
                width,
                head: head,
                hanging: hanging,
                style
            )
        }
    }
}

extension Explanation {
    /// Whether advice says what no statement has said.
    fileprivate func needsAdvice(_ advice: Advice) -> Bool {
        guard advice.commands.isEmpty else { return true }
        guard let reason = advice.reason else { return false }
        return !sections.contains { section in
            section.statements.contains { $0.text.contains(reason) }
        }
    }
}

extension Statement {
    /// Shows without color how it stands out.
    fileprivate var marker: String {
        switch mark {
        case .plain: label == nil ? "-" : " "
        case .odd: "!"
        case .decisive: ">"
        case .unknown: "?"
        case .skipped: " "
        }
    }

    private var paint: Paint {
        switch mark {
        case .plain: .plain
        case .odd: .yellow
        case .decisive: .bold
        case .unknown: .yellow
        case .skipped: .dim
        }
    }

    /// The sentence, and in parentheses where it can be checked.
    fileprivate func pieces(_ style: ReportStyle) -> [Prose.Piece] {
        var pieces = [Prose.Piece(shownText(style), paint)]
        guard let source = source?.escapedForTerminal else { return pieces }
        let value = value.map { ": " + style.shown($0).text.escapedForTerminal } ?? ""
        pieces.append(.init("(\(source)\(value))", .dim))
        return pieces
    }

    private func shownText(_ style: ReportStyle) -> String {
        guard let arguments else { return style.shown(text).escapedForTerminal }
        let shown = style.showsSecrets ? arguments : SecretMask.masked(arguments: arguments)
        let line = shown.map(\.text.escapedForTerminal).joined(separator: " ")
        // A program may have megabytes of arguments; nobody reads them on a terminal.
        return line.truncated(to: style.isVerbose ? 4096 : 400)
    }
}

extension Advice {
    fileprivate func lines(width: Int, _ style: ReportStyle) -> [String] {
        var lines = ["", Paint.bold("What to do", when: style.color)]
        // A command is there to be copied: it is never wrapped.
        lines += commands.map { "  " + Paint.bold($0.escapedForTerminal, when: style.color) }
        if let reason {
            let text = Prose.Piece(style.shown(reason).escapedForTerminal)
            lines += Prose.wrapped([.init("  -"), text], width, hanging: 4, style)
        }
        return lines
    }
}
