/// How a piece of text looks on a terminal with color; ECMA-48 SGR.
enum Paint: String, Sendable {
    case plain = ""
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"

    /// The text in this paint, or as it is where color is off.
    func callAsFunction(_ text: String, when isOn: Bool) -> String {
        guard isOn, self != .plain, !text.isEmpty else { return text }
        return "\u{1b}[\(rawValue)m\(text)\u{1b}[0m"
    }
}

/// Cells in aligned columns, one line per row, never wrapped.
struct TableLayout {
    /// One column.
    struct Column {
        var title: String
        /// Numbers and ages read better from the right.
        var isRightAligned = false
        /// The width below which it is not truncated; `nil` for what must be read whole.
        var minimum: Int?
        /// The width above which it is truncated, however much room there is.
        var maximum: Int?
    }

    /// One cell; its text is already escaped.
    struct Cell {
        var text: String
        var paint = Paint.plain
        /// Which end is kept when it is truncated.
        var keeping = KeptEnd.head

        init(_ text: String, _ paint: Paint = .plain, keeping: KeptEnd = .head) {
            self.text = text
            self.paint = paint
            self.keeping = keeping
        }
    }

    var columns: [Column]
    var rows: [[Cell]] = []
    /// Whether a first line names the columns.
    var hasTitles = true

    private static let gap = "  "

    /// Columns that all of it takes when nothing is truncated.
    var naturalWidth: Int {
        let used = usedColumns
        let gaps = TableLayout.gap.count * max(0, used.count - 1)
        return widths(of: used, within: nil).reduce(gaps, +)
    }

    private var usedColumns: [Int] {
        columns.indices.filter { column in rows.contains { !$0[column].text.isEmpty } }
    }

    /// The lines, each at most `style.width` columns; columns without any text are left out.
    func lines(_ style: ReportStyle, indent: Int = 0) -> [String] {
        let used = usedColumns
        guard !used.isEmpty else { return [] }
        let widths = widths(of: used, within: style.width.map { $0 - indent })
        var all = rows
        if hasTitles { all.insert(columns.map { Cell($0.title, .dim) }, at: 0) }
        return all.map { row in
            line(of: row, used: used, widths: widths, style: style, indent: indent)
        }
    }

    private func line(
        of row: [Cell],
        used: [Int],
        widths: [Int],
        style: ReportStyle,
        indent: Int
    ) -> String {
        var line = String(repeating: " ", count: indent)
        var room = (style.width ?? .max) - indent
        // Spaces wait until something follows them: no line ends in them.
        var pending = ""
        for (position, column) in used.enumerated() where room > 0 {
            let cell = row[column]
            let limit = min(widths[position], room)
            let text = cell.text.truncated(to: limit, keeping: cell.keeping)
            let padding = String(repeating: " ", count: max(0, limit - text.displayWidth))
            if columns[column].isRightAligned { pending += padding }
            if !text.isEmpty {
                line += pending + cell.paint(text, when: style.color)
                pending = ""
            }
            if !columns[column].isRightAligned { pending += padding }
            pending += TableLayout.gap
            room -= limit + TableLayout.gap.count
        }
        return line
    }

    /// Natural widths, then the widest column that may shrink gives way until all fit.
    private func widths(of used: [Int], within limit: Int?) -> [Int] {
        var widths = used.map { column in
            let title = hasTitles ? columns[column].title.displayWidth : 0
            let width = rows.reduce(title) { max($0, $1[column].text.displayWidth) }
            return min(width, columns[column].maximum ?? .max)
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + TableLayout.gap.count * (used.count - 1) - limit
        while excess > 0 {
            let shrinkable = widths.indices.filter { position in
                columns[used[position]].minimum.map { widths[position] > $0 } ?? false
            }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
