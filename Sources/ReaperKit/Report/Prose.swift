/// Text that is wrapped at blanks, and may change its paint on the way.
enum Prose {
    /// Words of one paint; already escaped.
    struct Piece {
        var text: String
        var paint: Paint

        init(_ text: String, _ paint: Paint = .plain) {
            self.text = text
            self.paint = paint
        }
    }

    /// The pieces one after another, in lines of at most `width` columns where words allow it.
    ///
    /// - Parameters:
    ///   - pieces: What to write.
    ///   - width: Columns.
    ///   - head: What the first line begins with, whatever blanks it has.
    ///   - hanging: How far the other lines are indented.
    ///   - style: Whether there is color.
    /// - Returns: One line at least.
    static func wrapped(
        _ pieces: [Piece],
        _ width: Int,
        head: String = "",
        hanging: Int,
        _ style: ReportStyle
    ) -> [String] {
        var lines: [String] = []
        var line = Line(start: head)
        for piece in pieces {
            // Blanks at the beginning are an indentation.
            let lead = String(piece.text.prefix { $0 == " " })
            if !lead.isEmpty, line.isEmpty { line.start += lead }
            for word in piece.text.split(separator: " ", omittingEmptySubsequences: true) {
                if !line.isEmpty, line.width + 1 + String(word).displayWidth > width {
                    lines.append(line.text(style))
                    line = Line(start: String(repeating: " ", count: hanging))
                }
                line.add(String(word), piece.paint)
            }
        }
        lines.append(line.text(style))
        return lines
    }

    private struct Line {
        var start: String
        private var runs: [Piece] = []

        init(start: String) { self.start = start }

        var isEmpty: Bool { runs.isEmpty }

        var width: Int {
            runs.reduce(start.displayWidth + runs.count - 1) { $0 + $1.text.displayWidth }
        }

        mutating func add(_ word: String, _ paint: Paint) {
            guard let last = runs.indices.last, runs[last].paint == paint else {
                runs.append(Piece(word, paint))
                return
            }
            runs[last].text += " " + word
        }

        func text(_ style: ReportStyle) -> String {
            let words = runs.map { $0.paint($0.text, when: style.color) }.joined(separator: " ")
            var line = start + words
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
