/// A shutdown as a picture: of each process when it was asked, killed and gone; and as a table.
enum HTMLTimeline {
    /// Bars that a picture has room for; the table has all.
    private static let barLimit = 150
    private static let rowHeight = 22
    private static let labelWidth = 250
    private static let plotWidth = 560
    private static let width = 960
    private static let top = 30
    /// Rows of one table.
    private static let partLength = 500

    /// Writes what came of it, the picture and the table.
    static func write(_ outcome: ShutdownOutcome, _ source: HTMLSource, to html: inout HTMLWriter) {
        writeVerdicts(of: source, to: &html)
        guard !outcome.targets.isEmpty else { return }
        let targets = sorted(outcome.targets)
        let graces = graces(of: source.report.plan)
        if let scale = HTMLTimelineScale(targets, left: labelWidth, width: plotWidth) {
            html.block("figure") {
                writePicture(of: targets, scale, graces, source, to: &$0)
            }
        }
        writeTable(of: targets, source, to: &html)
    }

    private static func writeVerdicts(of source: HTMLSource, to html: inout HTMLWriter) {
        html.block("ul") { html in
            for verdict in source.report.actionVerdicts(source.plain) {
                html.element("li") { html in
                    html.element("span", verdict.problems.isEmpty ? [] : [.style("error")]) {
                        $0.text(verdict.summary)
                    }
                    if !verdict.problems.isEmpty { html.list(verdict.problems) }
                }
            }
        }
    }

    /// Who is left first, then by the time of the first signal.
    private static func sorted(_ targets: [TargetOutcome]) -> [TargetOutcome] {
        targets.enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            if one.result.isGone != other.result.isGone { return !one.result.isGone }
            let (begin, otherBegin) = (one.sortingMoment, other.sortingMoment)
            return begin == otherBegin ? left.offset < right.offset : begin < otherBegin
        }.map(\.element)
    }

    /// How long each is given between being asked and being killed, as far as the plan says.
    private static func graces(of plan: ShutdownPlan?) -> [ProcessIdentity: Duration] {
        let targets = (plan?.targets ?? []).filter { $0.signal != .kill }
        return Dictionary(targets.map { ($0.identity, $0.timeout) }) { first, _ in first }
    }

    // MARK: - The picture

    private static func writePicture(
        of targets: [TargetOutcome],
        _ scale: HTMLTimelineScale,
        _ graces: [ProcessIdentity: Duration],
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        let shown = targets.prefix(barLimit)
        let height = top + shown.count * rowHeight + 8
        let title =
            "Timeline of \(counted(shown.count, "process", "processes")) over "
            + "\(scale.end.roughText); the table below says the same"
        html.element("div", [.style("scroll")]) { html in
            html.open(
                "svg",
                [.box(width: width, height: height), .own("role", "img"), .label(title)]
            )
            writeAxis(scale, height, to: &html)
            for (row, target) in shown.enumerated() {
                write(target, top + row * rowHeight, scale, graces[target.identity], source, &html)
            }
            html.close("svg")
        }
        html.element("figcaption", [.style("dim")]) { html in
            html.text(
                "Each bar reaches from the first signal to the exit; dashed: still there. The thin "
                    + "line behind it is the grace, its upright mark the grace's end, × is SIGKILL."
            )
            guard shown.count < targets.count else { return }
            html.text(" \(shown.count) of \(targets.count) are drawn: who is left, then the first.")
        }
    }

    private static func writeAxis(
        _ scale: HTMLTimelineScale,
        _ height: Int,
        to html: inout HTMLWriter
    ) {
        for mark in scale.marks {
            let x = scale.place(mark)
            html.line(x, 20, x, height, "grid")
            html.label(mark == .zero ? "0" : mark.axisText, x, 14, "axis", "middle")
        }
    }

    private static func write(
        _ target: TargetOutcome,
        _ y: Int,
        _ scale: HTMLTimelineScale,
        _ grace: Duration?,
        _ source: HTMLSource,
        _ html: inout HTMLWriter
    ) {
        let name = source.name(of: target.identity, target.name).escapedForTerminal
        let identity = "\(target.identity)"
        let room = max(8, 33 - identity.count)
        let isGone = target.result.isGone
        let base = y + 15
        html.open("g")
        html.element("title", text: "\(name) \(identity): \(sentence(target))")
        html.label("\(name.truncated(to: room)) \(identity)", 0, base, isGone ? "name" : "bad")
        let end = target.after ?? scale.end
        if let begin = target.begin {
            let (from, to) = (scale.place(begin), max(scale.place(end), scale.place(begin) + 2))
            if let asked = target.asked, let limit = (grace ?? target.grace).map({ asked + $0 }) {
                html.box(from, y + 9, max(scale.place(limit) - from, 1), 4, "grace")
                if limit <= scale.end {
                    let x = scale.place(limit)
                    html.line(x, y + 3, x, y + 19, "end")
                }
            }
            let style: HTMLWriter.Attribute =
                switch target.result {
                case _ where !isGone: .style("bar", "left")
                case .killed: .style("bar", "killed")
                default: .style("bar")
                }
            html.box(from, y + 5, to - from, 12, style)
        } else if target.after != nil {
            html.line(scale.place(end), y + 4, scale.place(end), y + 18, "end")
        }
        if let killed = target.killed {
            html.cross(scale.place(killed), y + 11)
        }
        let words = target.result.words + (target.after.map { " \($0.roughText)" } ?? "")
        html.label(words, labelWidth + plotWidth + 12, base, isGone ? "axis" : "bad")
        html.close("g")
    }

    private static func sentence(_ target: TargetOutcome) -> String {
        var parts: [String] = []
        if let asked = target.asked { parts.append("asked after \(asked.roughText)") }
        if let killed = target.killed { parts.append("SIGKILL after \(killed.roughText)") }
        parts.append(target.result.words + (target.after.map { " after \($0.roughText)" } ?? ""))
        return parts.joined(separator: ", ")
    }

    // MARK: - The table

    private static func writeTable(
        of targets: [TargetOutcome],
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        var first = 0
        while first < targets.count {
            let last = min(first + partLength, targets.count)
            let title = "What became of processes \(first + 1) to \(last) of \(targets.count)"
            html.block(
                "div",
                [
                    .style("part", "scroll"), .own("role", "region"), .number("tabindex", 0),
                    .label(title),
                ]
            ) { html in
                html.element("table") { html in
                    html.element("caption", text: title)
                    html.element("thead") { html in
                        html.element("tr") { html in
                            html.column("Process", nil)
                            html.column("Result", nil)
                            html.column("Asked after", .style("count"))
                            html.column("SIGKILL after", .style("count"))
                            html.column("Gone after", .style("count"))
                            html.column("Last signal", nil)
                            html.column("Reason", nil)
                        }
                    }
                    html.block("tbody") { html in
                        for target in targets[first..<last] { write(target, source, to: &html) }
                    }
                }
            }
            first = last
        }
    }

    private static func write(
        _ target: TargetOutcome,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        html.block("tr") { html in
            html.element("th", [.rowHeading]) {
                $0.process(target.identity, name: target.name, in: source)
            }
            let style: HTMLWriter.Word = target.result.isGone ? "good" : "error"
            html.element("td", [.style(style)], text: target.result.words)
            for moment in [target.asked, target.killed, target.after] {
                html.element("td", [.style("count")], text: moment?.roughText ?? "")
            }
            html.element("td", text: target.signal?.description ?? "")
            html.element("td") { html in
                if let reason = target.reason { html.foreign(source.shown(reason)) }
            }
        }
    }
}

extension TargetOutcome {
    /// The first that was done to it.
    fileprivate var begin: Duration? { asked ?? killed }

    /// When something was first known of it.
    fileprivate var sortingMoment: Duration { begin ?? after ?? .zero }
}

extension Duration {
    /// A mark of an axis, in the largest unit in which it is short.
    fileprivate var axisText: String {
        let (seconds, attoseconds) = clampedComponents
        let microseconds = attoseconds / 1_000_000_000_000
        guard seconds == 0, microseconds % 1000 != 0 else { return roughText }
        // As if it were a thousand times as long, in seconds: three decimals and no rounding.
        var digits = Duration.milliseconds(microseconds).secondsText
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(digits) ms"
    }
}
