/// Every rule that is in force.
public struct RuleSet: Sendable, Equatable {
    /// In byte order of their base names.
    public let files: [RuleFile]
    /// Places that were passed over, one line each.
    public private(set) var notes: [String] = []

    /// Checks that no two files define the same rule.
    public init(files: [RuleFile]) throws(RuleError) {
        var places: [String: String] = [:]
        for file in files {
            for rule in file.rules {
                guard let first = places.updateValue(rule.source, forKey: rule.id) else { continue }
                throw .doubled(rule, firstAt: first)
            }
        }
        self.files = files
    }

    /// Every rule: the first that matches names a finding.
    ///
    /// Files that can stop something come first. Whoever runs in a CI job carries its variable, and
    /// what only reports that must not hide what another system's rule can do about it. The generic
    /// rules come last: whatever its file is called, who knows the program knows better.
    public var rules: [Rule] {
        let rank = { (file: RuleFile) in
            if file.name == "generic" { return 2 }
            return file.rules.contains { $0.stop != nil } ? 0 : 1
        }
        return (0...2).flatMap { place in files.filter { rank($0) == place } }.flatMap(\.rules)
    }

    /// What in the files has no effect here.
    public var warnings: [RuleWarning] { files.flatMap(\.warnings) }

    /// Reads every file that `layers` lead to.
    ///
    /// - Parameters:
    ///   - layers: The places.
    ///   - reader: What the files may refer to.
    ///   - user: Reaper's effective user: for 0, files that others can write are refused.
    ///   - onlyProtecting: Whether embedded files without any `protect` can be left out. What
    ///     users wrote is read in any case: an error in it must not wait for another command.
    /// - Returns: The rules in force.
    /// - Throws: `RuleError` for the first file that is missing although it was named, cannot be
    ///   read, is wrong, or may not be trusted.
    public static func load(
        _ layers: RuleLayers,
        reader: RuleFileReader,
        effectiveUser user: UInt32,
        onlyProtecting: Bool = false
    ) throws(RuleError) -> RuleSet {
        let store = RuleStore(demandsTrust: user == 0)
        var found: [[(baseName: String, file: RuleStore.Entry)]] = []
        var notes: [String] = []
        for place in layers.places {
            if case .home(let path) = place, RuleStore.isElsewhere(path) {
                notes.append("\(path): not read: it lies in another user's directory")
                continue
            }
            let isNeeded = { (name: String) in
                !onlyProtecting || place != .embedded || EmbeddedRules.protecting.contains(name)
            }
            found.append(try store.entries(at: place).filter { isNeeded($0.baseName) })
        }
        var files: [RuleFile] = []
        for entry in RuleLayers.merge(found) {
            var reader = reader
            if case .embedded = entry { reader.checksExpressions = false }
            files.append(try reader.read(try store.contents(of: entry), source: entry.source))
        }
        var rules = try RuleSet(files: files)
        rules.notes = notes
        return rules
    }
}
