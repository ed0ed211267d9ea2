/// Every place that rules can come from, and every file there: in force, replaced, skipped or wrong.
///
/// What ``RuleSet/load(_:reader:effectiveUser:onlyProtecting:)`` decides in silence, for people who
/// wonder which rules they have.
public struct RuleInventory: Sendable, Equatable {
    /// A place, and what became of it.
    public struct Place: Sendable, Equatable {
        /// The states there are.
        public enum State: Sendable, Equatable {
            /// It was listed.
            case read
            /// It is not there, and need not be.
            case missing
            /// It is left alone; the text says why.
            case skipped(String)
            /// It is needed and cannot be read.
            case failed(RuleError)
        }

        /// What the place is.
        public var place: RuleLayers.Place
        /// What became of it.
        public var state: State
    }

    /// A file, and whether its word counts.
    public struct File: Sendable, Equatable {
        /// The states there are.
        public enum State: Sendable, Equatable {
            /// Its rules are in force.
            case loaded(RuleFile)
            /// Another file of the same base name counts instead: this one.
            case replaced(by: String)
            /// It is no rule file; the text says why.
            case skipped(String)
            /// It is wrong, or may not be trusted: no command works until that is mended.
            case failed(RuleError)
        }

        /// The path, or `embedded:NAME.json5`.
        public var source: String
        /// The place that it lies in.
        public var place: RuleLayers.Place
        /// Whether it counts.
        public var state: State
    }

    /// The places, the least important first.
    public var places: [Place] = []
    /// In byte order of their base names, the least important first among those of one name.
    public var files: [File] = []
    /// A rule that two files define.
    public var conflict: RuleError?

    /// The files whose rules are in force.
    public var loaded: [RuleFile] {
        files.compactMap { if case .loaded(let file) = $0.state { file } else { nil } }
    }

    /// The rules in force, in the order in which they are asked.
    public var rules: [Rule] {
        do throws(RuleError) {
            return try RuleSet(files: loaded).rules
        } catch {
            return loaded.flatMap(\.rules)
        }
    }

    /// What keeps every other command from working, in the order it would be met.
    public var errors: [RuleError] {
        let ofPlaces = places.compactMap { place -> RuleError? in
            if case .failed(let error) = place.state { error } else { nil }
        }
        let ofFiles = files.compactMap { file -> RuleError? in
            if case .failed(let error) = file.state { error } else { nil }
        }
        return ofPlaces + ofFiles + [conflict].compactMap(\.self)
    }

    /// Looks at every place that `layers` lead to, and reads every file that counts.
    ///
    /// - Parameters:
    ///   - layers: The places.
    ///   - reader: What the files may refer to.
    ///   - user: Reaper's effective user: for 0, files that others can write are refused.
    public init(
        of layers: RuleLayers,
        reader: RuleFileReader,
        effectiveUser user: UInt32
    ) {
        let store = RuleStore(demandsTrust: user == 0)
        var found: [(baseName: String, place: RuleLayers.Place, entry: RuleStore.Entry)] = []
        var skipped: [(baseName: String, file: File)] = []
        for place in layers.places {
            if case .home(let path) = place, RuleStore.isElsewhere(path) {
                let reason = "it lies in another user's directory"
                places.append(Place(place: place, state: .skipped(reason)))
                continue
            }
            do throws(RuleError) {
                guard let listing = try store.listing(of: place) else {
                    places.append(Place(place: place, state: .missing))
                    continue
                }
                places.append(Place(place: place, state: .read))
                found += listing.files.map { ($0.baseName, place, $0.file) }
                skipped += listing.others.map { path, reason in
                    let file = File(source: path, place: place, state: .skipped(reason))
                    return (ByteString(path).baseName.text, file)
                }
            } catch {
                places.append(Place(place: place, state: .failed(error)))
            }
        }
        // The last of one name wins, also when one file is named twice.
        let winners = Dictionary(found.indices.map { (found[$0].baseName, $0) }) { $1 }
        let named = found.indices.map { index -> (baseName: String, file: File) in
            let (name, place, entry) = found[index]
            let winner = winners[name, default: index]
            let state: File.State =
                winner == index
                ? RuleInventory.read(entry, store, reader)
                : .replaced(by: found[winner].entry.source)
            return (name, File(source: entry.source, place: place, state: state))
        }
        files = (named + skipped).enumerated().sorted { left, right in
            let (one, other) = (
                ByteString(left.element.baseName), ByteString(right.element.baseName)
            )
            return one == other ? left.offset < right.offset : one < other
        }.map(\.element.file)
        do throws(RuleError) {
            _ = try RuleSet(files: loaded)
        } catch {
            conflict = error
        }
    }

    private static func read(
        _ entry: RuleStore.Entry,
        _ store: RuleStore,
        _ reader: RuleFileReader
    ) -> File.State {
        do throws(RuleError) {
            var reader = reader
            if case .embedded = entry { reader.checksExpressions = false }
            return .loaded(try reader.read(try store.contents(of: entry), source: entry.source))
        } catch {
            return .failed(error)
        }
    }
}

extension RuleLayers.Place {
    /// Where it is, or what.
    public var path: String {
        switch self {
        case .embedded: "embedded"
        case .directory(let path), .home(let path), .named(let path, _): path
        }
    }

    /// Who says that it counts: `embedded`, `system`, `user`, `REAPER_RULES` or `--rules`.
    public var origin: String {
        switch self {
        case .embedded: "embedded"
        case .directory: "system"
        case .home: "user"
        case .named(_, let origin): origin
        }
    }
}

extension Rule {
    /// What a rule is there for.
    public enum Role: String, Sendable, CaseIterable {
        /// `clean` or `stop` stops its processes.
        case stop
        /// Its processes are shown only.
        case report
        /// Its processes are never stopped.
        case protect
        /// It judges instance files.
        case files
        /// It knows instances by a variable in their environment.
        case environment
    }

    /// What this rule is there for, the most drastic first.
    public var roles: [Role] {
        if protect { return [.protect] }
        var roles: [Role] = []
        if stop != nil {
            roles.append(.stop)
        } else if findsOrphans || recordsOwned {
            roles.append(.report)
        }
        if instance?.files.isEmpty == false { roles.append(.files) }
        if instance?.environment != nil { roles.append(.environment) }
        return roles
    }
}
