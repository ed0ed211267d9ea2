/// Elements of a page in their order, read as strictly as no browser does.
///
/// By code points, as browsers do: a mark that combines with a quote does not hide it.
struct MarkupReader {
    /// An element; its text is all that stands in it.
    struct Element {
        var name: String
        var attributes: [String: String]
        var parent: Int?
        var text = ""
    }

    private typealias Text = Substring.UnicodeScalarView

    private static let voids: Set<String> = ["meta", "input"]
    private(set) var elements: [Element] = []

    /// Reads a page, or says what is wrong with it.
    init(_ page: String) throws(MarkupError) {
        var rest = Substring(page).unicodeScalars
        var stack: [Int] = []
        while let angle = rest.firstIndex(of: "<") {
            add(rest[..<angle], to: stack)
            rest = rest[rest.index(after: angle)...]
            guard let end = rest.firstIndex(of: ">") else { throw MarkupError("an open tag") }
            let tag = rest[..<end]
            rest = rest[rest.index(after: end)...]
            if tag.first == "!" { continue }
            if tag.first == "/" {
                guard let last = stack.popLast(), elements[last].name == String(tag.dropFirst())
                else {
                    throw MarkupError("<\(String(tag))> ends nothing")
                }
                continue
            }
            let name = String(tag.prefix { $0 != " " })
            let attributes = try Self.attributes(tag.dropFirst(name.count))
            let place = elements.count
            elements.append(Element(name: name, attributes: attributes, parent: stack.last))
            if name == "script" || name == "style" {
                guard let close = rest.firstRange(of: "</\(name)>".unicodeScalars) else {
                    throw MarkupError("<\(name)> without an end")
                }
                elements[place].text = String(rest[..<close.lowerBound])
                rest = rest[close.upperBound...]
            } else if !Self.voids.contains(name) {
                stack.append(place)
            }
        }
        guard stack.isEmpty else { throw MarkupError("\(stack.count) elements without an end") }
    }

    private mutating func add(_ text: Text, to stack: [Int]) {
        guard !text.isEmpty else { return }
        let plain = Self.unescaped(text)
        for place in stack { elements[place].text += plain }
    }

    /// ` name="value" name`, with nothing between quotes that would end them.
    private static func attributes(
        _ text: Text
    ) throws(MarkupError) -> [String: String] {
        var found: [String: String] = [:]
        var rest = text
        while rest.first == " " {
            rest = rest.dropFirst()
            let name = String(rest.prefix { $0 != "=" && $0 != " " })
            rest = rest.dropFirst(name.count)
            var value = Substring("").unicodeScalars
            if rest.starts(with: "=\"".unicodeScalars) {
                rest = rest.dropFirst(2)
                guard let quote = rest.firstIndex(of: "\"") else {
                    throw MarkupError("an open quote in \(String(text))")
                }
                value = rest[..<quote]
                rest = rest[rest.index(after: quote)...]
            }
            guard found.updateValue(unescaped(value), forKey: name) == nil else {
                throw MarkupError("\(name) twice in \(String(text))")
            }
        }
        guard rest.isEmpty else { throw MarkupError("'\(String(rest))' in a tag") }
        return found
    }

    private static func unescaped(_ text: Text) -> String {
        var out = String.UnicodeScalarView()
        var rest = text
        while let mark = rest.firstIndex(of: "&") {
            out.append(contentsOf: rest[..<mark])
            rest = rest[mark...]
            let entity = entities.first { rest.starts(with: "&\($0.name);".unicodeScalars) }
            out.append(entity?.scalar ?? "&")
            rest = rest.dropFirst(entity.map { $0.name.utf8.count + 2 } ?? 1)
        }
        out.append(contentsOf: rest)
        return String(out)
    }

    private static let entities: [(name: String, scalar: Unicode.Scalar)] = [
        ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("amp", "&"), ("nbsp", "\u{a0}"),
    ]

    /// All of this name.
    func named(_ name: String) -> [Element] { elements.filter { $0.name == name } }
}

/// What is wrong with a page.
struct MarkupError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
