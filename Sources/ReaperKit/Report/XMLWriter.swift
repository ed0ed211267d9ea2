/// Writes XML 1.0 front to back; what it cannot hold is the caller's to escape before.
struct XMLWriter {
    /// What was written so far.
    private(set) var bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
    private var depth = 0

    /// Writes an element that holds elements.
    mutating func element(
        _ name: String,
        _ attributes: [(String, String)] = [],
        _ body: (inout XMLWriter) -> Void
    ) {
        begin(name, attributes)
        raw(">\n")
        depth += 1
        body(&self)
        depth -= 1
        indent()
        raw("</\(name)>\n")
    }

    /// Writes an element that holds text, or nothing.
    mutating func element(
        _ name: String,
        _ attributes: [(String, String)] = [],
        text: String = ""
    ) {
        begin(name, attributes)
        guard !text.isEmpty else {
            raw("/>\n")
            return
        }
        raw(">")
        escape(text)
        raw("</\(name)>\n")
    }

    private mutating func begin(_ name: String, _ attributes: [(String, String)]) {
        indent()
        raw("<\(name)")
        for (key, value) in attributes {
            raw(" \(key)=\"")
            escape(value)
            raw("\"")
        }
    }

    private mutating func indent() {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A character that XML 1.0 does not allow, section 2.2, would void the whole text.
    private mutating func escape(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", " "..."\u{d7ff}", "\u{e000}"..."\u{fffd}", "\u{10000}"..."\u{10ffff}":
                bytes.append(markup: scalar)
            default: raw("\u{fffd}")
            }
        }
    }
}
