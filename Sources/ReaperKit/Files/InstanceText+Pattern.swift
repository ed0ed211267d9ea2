extension InstanceText {
    /// Text longer than this is not searched.
    ///
    /// systemg's pid.xml lists every service, in a good 300 bytes each and up to a thousand with
    /// what it has spawned: room for hundreds. The patterns of the rules that ship take time
    /// proportional to the length, a quarter of a second for this much.
    static let patternLimit: UInt64 = 256 << 10
    /// Neither is text longer than this that other users may have written: on text that was made
    /// for it a pattern can take time that grows with the square of the length, or faster.
    static let foreignPatternLimit: UInt64 = 8 << 10

    /// The entries that a rule's regular expression finds, one per match.
    ///
    /// The groups `pid`, `id`, `alias`, `start` and `host` are taken where the pattern names them.
    static func matches(
        of pattern: String?,
        in bytes: [UInt8]
    ) throws(InstanceFormatError) -> [InstanceEntry] {
        guard let pattern else {
            throw InstanceFormatError(reason: "expected a pattern in the rule")
        }
        let regex: Regex<AnyRegexOutput>
        do {
            // Scalars, not grapheme clusters: a carriage return before a newline is a character.
            regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
        } catch {
            throw InstanceFormatError(reason: "the rule's pattern is not a regular expression")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        var entries: [InstanceEntry] = []
        var places = TextPlaces(of: text)
        for match in text.matches(of: regex) {
            guard entries.count < entryLimit else {
                throw InstanceFormatError(reason: "expected at most \(entryLimit) entries")
            }
            entries.append(entry(match.output, &places))
        }
        guard !entries.isEmpty || isEmptyDocument(bytes) else {
            throw InstanceFormatError(reason: "expected text that the rule's pattern matches")
        }
        // Where nothing is right, the text is of another kind.
        guard entries.isEmpty || entries.contains(where: { $0.flaw == nil }) else {
            throw InstanceFormatError(reason: account(of: entries.compactMap(\.flaw)))
        }
        return withoutWeaker(entries)
    }

    /// Without entries that say less of a process than another does: a file may list its services
    /// by number, and below that the same numbers with their start times.
    private static func withoutWeaker(_ entries: [InstanceEntry]) -> [InstanceEntry] {
        let dated = Set(entries.filter { $0.startTicks != nil }.compactMap(\.pid))
        return entries.filter { entry in
            entry.startTicks != nil || entry.pid.map { !dated.contains($0) } ?? true
        }
    }

    /// Whether this is blank, or looks like a whole XML document: what a supervisor that runs
    /// nothing keeps.
    private static func isEmptyDocument(_ bytes: [UInt8]) -> Bool {
        func isVisible(_ byte: UInt8) -> Bool { byte != 0x20 && !(0x09...0x0d).contains(byte) }
        guard let first = bytes.first(where: isVisible) else { return true }
        return first == UInt8(ascii: "<") && bytes.last(where: isVisible) == UInt8(ascii: ">")
    }

    private static func entry(
        _ output: AnyRegexOutput,
        _ places: inout TextPlaces
    ) -> InstanceEntry {
        var groups: [String: Substring] = [:]
        for group in output {
            if let name = group.name, let text = group.substring { groups[name] = text }
        }
        var entry: InstanceEntry
        do throws(InstanceFormatError) {
            guard let digits = groups["pid"] else { throw .notANumber }
            entry = InstanceEntry(pid: try number(digits.utf8))
        } catch {
            let place = (groups["pid"] ?? output.first?.substring).map {
                "\(places.position(of: $0.startIndex)): "
            }
            let flaw = InstanceFormatError(reason: (place ?? "") + error.reason)
            entry = flawed(flaw, named: groups["id"].map(String.init))
        }
        entry.id = groups["id"].map(String.init)
        entry.alias = groups["alias"].map(String.init)
        entry.startTicks = groups["start"].flatMap { UInt64($0) }
        entry.host = groups["host"].flatMap { hostName(String($0)) }
        return entry
    }
}

/// Lines and columns of places in a text, asked for from front to back.
private struct TextPlaces {
    private let text: String.UnicodeScalarView
    private var counted: (index: String.Index, position: TextPosition)

    init(of text: String) {
        self.text = text.unicodeScalars
        counted = (text.startIndex, .start)
    }

    /// The place of a scalar, which is not before one that was asked for.
    mutating func position(of index: String.Index) -> TextPosition {
        while counted.index < index {
            if text[counted.index] == "\n" {
                counted.position = TextPosition(line: counted.position.line + 1, column: 1)
            } else {
                counted.position.column += 1
            }
            text.formIndex(after: &counted.index)
        }
        return counted.position
    }
}
