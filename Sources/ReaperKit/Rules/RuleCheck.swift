/// What is wrong with one rule file.
public struct RuleCheck: Sendable, Equatable {
    /// The path, or `embedded:NAME.json5`.
    public var source: String
    /// What it says, when nothing is wrong.
    public var file: RuleFile?
    /// What is wrong, in the order of the file; with any, no rule of it can be used.
    public var errors: [RuleError] = []
    /// What is correct and has no effect here, or never.
    public var warnings: [RuleWarning] = []

    /// Creates the check of a file that nothing is known of.
    public init(source: String) { self.source = source }

    /// Checks every file that `layers` lead to as one set of rules, and goes on after errors.
    ///
    /// - Parameters:
    ///   - layers: The places.
    ///   - reader: What the files may refer to.
    ///   - user: Reaper's effective user: for 0, files that it would not trust are warned of. They
    ///     can be right all the same.
    /// - Returns: One check per file, in the order in which files are loaded.
    public static func checks(
        of layers: RuleLayers,
        reader: RuleFileReader,
        effectiveUser user: UInt32
    ) -> [RuleCheck] {
        let store = RuleStore(demandsTrust: false)
        var checks: [RuleCheck] = []
        var found: [[(baseName: String, file: RuleStore.Entry)]] = []
        for place in layers.places {
            if case .home(let path) = place, RuleStore.isElsewhere(path) { continue }
            do throws(RuleError) {
                found.append(try store.entries(at: place))
            } catch {
                var check = RuleCheck(source: place.path)
                check.errors = [error]
                checks.append(check)
            }
        }
        checks += RuleLayers.merge(found).map { RuleCheck(of: $0, in: store, reader) }
        if user == 0 { distrust(&checks, RuleLayers.merge(found)) }
        do throws(RuleError) {
            _ = try RuleSet(files: checks.compactMap(\.file))
        } catch {
            // The error names the later rule's place, which begins with its file.
            let index = checks.lastIndex { error.file.hasPrefix("\($0.source):") }
            if let index { checks[index].errors.append(error) }
        }
        return checks
    }

    /// Finds rules that files of other names define too, so that no command would work with both.
    ///
    /// - Parameters:
    ///   - checks: Files that were checked, each on its own; what is found is added to their errors.
    ///   - files: The rules in force; those of the same base name as a checked file are replaced
    ///     by it.
    public static func findConflicts(in checks: inout [RuleCheck], besides files: [RuleFile]) {
        let names = Set(checks.map { RuleLayers.baseName(of: $0.source) })
        var first: [String: (name: String, place: String)] = [:]
        for file in files where !names.contains(RuleLayers.baseName(of: file.source)) {
            for rule in file.rules {
                first[rule.id] = (RuleLayers.baseName(of: file.source), rule.source)
            }
        }
        for index in checks.indices {
            guard let file = checks[index].file, checks[index].errors.isEmpty else { continue }
            let name = RuleLayers.baseName(of: file.source)
            for rule in file.rules {
                guard let other = first[rule.id] else {
                    first[rule.id] = (name, rule.source)
                    continue
                }
                if other.name != name {
                    checks[index].errors.append(.doubled(rule, firstAt: other.place))
                }
            }
        }
    }

    private init(of entry: RuleStore.Entry, in store: RuleStore, _ reader: RuleFileReader) {
        do throws(RuleError) {
            self = reader.check(try store.contents(of: entry), source: entry.source)
        } catch {
            source = entry.source
            errors = [error]
        }
    }

    private static func distrust(_ checks: inout [RuleCheck], _ entries: [RuleStore.Entry]) {
        let store = RuleStore(demandsTrust: true)
        for entry in entries {
            guard let index = checks.firstIndex(where: { $0.source == entry.source }),
                checks[index].errors.isEmpty
            else { continue }
            do throws(RuleError) {
                _ = try store.contents(of: entry)
            } catch {
                checks[index].warnings.append(
                    RuleWarning(file: entry.source, position: .start, message: error.message)
                )
            }
        }
    }
}
