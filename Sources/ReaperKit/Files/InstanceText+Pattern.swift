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
        for match in text.matches(of: regex) {
            guard entries.count < entryLimit else {
                throw InstanceFormatError(reason: "expected at most \(entryLimit) entries")
            }
            entries.append(entry(match.output))
        }
        guard !entries.isEmpty || isEmptyDocument(bytes) else {
            throw InstanceFormatError(reason: "expected text that the rule's pattern matches")
        }
        // Where nothing is right, the text is of another kind.
        guard entries.isEmpty || entries.contains(where: { $0.flaw == nil }) else {
            throw .notANumber
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
        _ output: AnyRegexOutput
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
            entry = flawed(error, named: groups["id"].map(String.init))
        }
        entry.id = groups["id"].map(String.init)
        entry.alias = groups["alias"].map(String.init)
        entry.startTicks = groups["start"].flatMap { UInt64($0) }
        entry.host = groups["host"].flatMap { hostName(String($0)) }
        return entry
    }
}
