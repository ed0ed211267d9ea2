/// What the page draws: lines, boxes and labels of SVG, placed by whole numbers.
extension HTMLWriter {
    /// A line.
    mutating func line(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, _ style: Word) {
        element(
            "line",
            [
                .number("x1", x1), .number("y1", y1), .number("x2", x2), .number("y2", y2),
                .style(style),
            ],
            text: ""
        )
    }

    /// A filled box.
    mutating func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ style: Word) {
        box(x, y, width, height, Attribute.style(style))
    }

    /// A filled box of several classes.
    mutating func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ style: Attribute) {
        element(
            "rect",
            [
                .number("x", x), .number("y", y), .number("width", width),
                .number("height", height), style,
            ],
            text: ""
        )
    }

    /// A cross with this middle.
    mutating func cross(_ x: Int, _ y: Int) {
        line(x - 5, y - 5, x + 5, y + 5, "kill")
        line(x - 5, y + 5, x + 5, y - 5, "kill")
    }

    /// A line of text.
    mutating func label(
        _ text: String,
        _ x: Int,
        _ y: Int,
        _ style: Word,
        _ anchor: Word = "start"
    ) {
        element(
            "text",
            [.number("x", x), .number("y", y), .own("text-anchor", anchor), .style(style)],
            text: text
        )
    }
}
