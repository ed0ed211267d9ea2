/// Writes HTML front to back.
///
/// Text is escaped, and there is no other way in for it: names of elements and attributes, classes
/// and whatever else a browser gives a meaning to are words of the source, and identifiers and links
/// are made of numbers. Nothing that a process is called can reach a script, a style or an address.
struct HTMLWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []

    /// A word of the page's own, which stands in the source.
    struct Word: ExpressibleByStringLiteral, Sendable {
        let text: String

        init(stringLiteral text: String) { self.text = text }
    }

    /// A place in the page that a link can lead to.
    struct Anchor: Sendable {
        let text: String

        /// A place that there is once.
        init(_ name: Word) { text = name.text }

        /// One of many places, of one of several reports.
        init(_ name: Word, _ report: Int, _ number: Int) {
            text = "\(name.text)\(report)-\(number)"
        }
    }

    /// An attribute and its value.
    struct Attribute: Sendable {
        fileprivate let name: String
        fileprivate let value: String?

        private init(_ name: String, _ value: String?) {
            self.name = name
            self.value = value
        }

        /// A value that stands in the source.
        static func own(_ name: Word, _ value: Word) -> Attribute {
            Attribute(name.text, value.text)
        }

        /// An attribute whose presence says everything.
        static func flag(_ name: Word) -> Attribute { Attribute(name.text, nil) }

        /// A number.
        static func number(_ name: Word, _ value: Int) -> Attribute {
            Attribute(name.text, "\(value)")
        }

        /// Classes for the style.
        static func style(_ names: Word...) -> Attribute {
            Attribute("class", names.map(\.text).joined(separator: " "))
        }

        /// What this place is called in the page.
        static func id(_ anchor: Anchor) -> Attribute { Attribute("id", anchor.text) }

        /// A link within the page; there are no others.
        static func link(to anchor: Anchor) -> Attribute {
            Attribute("href", "#\(anchor.text)")
        }

        /// Which element says what this one is called.
        static func labelled(by anchor: Anchor) -> Attribute {
            Attribute("aria-labelledby", anchor.text)
        }

        /// What it is called where nobody sees it; may be foreign.
        static func label(_ text: String) -> Attribute { Attribute("aria-label", text) }

        /// What a `meta` element says; may be foreign.
        static func content(_ text: String) -> Attribute { Attribute("content", text) }

        /// The room of a picture.
        static func box(width: Int, height: Int) -> Attribute {
            Attribute("viewBox", "0 0 \(width) \(height)")
        }

        /// The axis to which a cell is the heading.
        static let columnHeading = own("scope", "col")
        /// The same for a row.
        static let rowHeading = own("scope", "row")
    }

    // MARK: - Elements

    /// Writes an element with whatever `body` writes in it.
    mutating func element(
        _ name: Word,
        _ attributes: [Attribute] = [],
        _ body: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        body(&self)
        close(name)
    }

    /// Writes an element with text in it.
    mutating func element(_ name: Word, _ attributes: [Attribute] = [], text: String) {
        open(name, attributes)
        self.text(text)
        close(name)
    }

    /// Writes an element that has lines of its own.
    mutating func block(
        _ name: Word,
        _ attributes: [Attribute] = [],
        _ body: (inout HTMLWriter) -> Void
    ) {
        element(name, attributes, body)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Writes an element with text in it that has a line of its own.
    mutating func block(_ name: Word, _ attributes: [Attribute] = [], text: String) {
        element(name, attributes, text: text)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Begins an element; also all of one that has no end, such as `meta`.
    mutating func open(_ name: Word, _ attributes: [Attribute] = []) {
        bytes.append(UInt8(ascii: "<"))
        raw(name.text)
        for attribute in attributes {
            bytes.append(UInt8(ascii: " "))
            raw(attribute.name)
            guard let value = attribute.value else { continue }
            raw("=\"")
            text(value)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
    }

    /// Ends what ``open(_:_:)`` began.
    mutating func close(_ name: Word) {
        raw("</")
        raw(name.text)
        bytes.append(UInt8(ascii: ">"))
    }

    // MARK: - Text

    /// Writes text as it is, foreign or not; what would not be seen becomes `\xNN` or `\u{NNNN}`.
    mutating func text(_ text: String) {
        var isPlain = true
        for byte in text.utf8 where byte < 0x20 || byte >= 0x7f {
            isPlain = false
            break
        }
        for scalar in (isPlain ? text : text.escapedForTerminal).unicodeScalars {
            bytes.append(markup: scalar)
        }
    }

    /// Writes a name of foreign origin, whose direction of writing is its own affair.
    mutating func foreign(_ text: String) {
        guard !text.isEmpty else { return }
        element("bdi", text: text)
    }

    /// Writes something that is typed or read letter by letter.
    mutating func code(_ text: String) { element("code", text: text) }

    /// Writes what stands in the source as it is: a style, a script.
    mutating func verbatim(_ word: Word) { raw(word.text) }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
