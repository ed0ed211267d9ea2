import ReaperKit

/// Which instance files may tell of an instance that `list` was asked for.
struct FileScope {
    private let pattern: InstancePattern?
    private let rules: [String: Rule]
    /// Whether one of that very name was found: then no other is meant.
    private let isFound: Bool

    init(_ pattern: InstancePattern?, in listing: InstanceListing, _ request: ScanRequest) {
        self.pattern = pattern
        // Witnesses are read for what they say of others, and no instance of them is shown.
        rules = Dictionary(request.rules.map { ($0.id, $0) }) { first, _ in first }
        isFound = pattern.map { listing.instances.contains(where: $0.names) } ?? false
    }

    /// Whether a file could record one, as far as its rule and its own name tell.
    func concerns(_ file: InstanceFile) -> Bool {
        guard let rule = rules[file.rule] else { return false }
        guard let pattern else { return true }
        let instance = Instance(of: file)
        return pattern.shows(instance) || !isFound && rule.instance?.namesInside == true
    }

    /// What could not be read and could tell of one, and what leaves it out.
    func limits(of scan: InstanceScan, _ options: Options) -> [String] {
        let users = options.selection.process.users
        let places = scan.limits(concerning: users) { _ in false }
        let files = scan.unreadFiles(concerning: users).filter { concerns($0.file) }
        return places
            + files.map { file, reason in
                guard pattern == nil else { return reason }
                let rule = file.rule.escapedForTerminal
                return
                    "\(reason); it is of rule \(rule): the whole name of an instance, or --rule with "
                    + "other rules, leaves it out"
            }
    }
}

extension Instance {
    /// Stands for whatever a file records: only what that is called is known.
    fileprivate init(of file: InstanceFile) {
        self.init(rule: file.rule, id: file.path.stem, state: .unknown, reason: "")
        self.file = file.path
    }
}

extension InstanceRule {
    /// Whether names are taken from what a file says, so that its own name says little.
    fileprivate var namesInside: Bool {
        idKey != nil || aliasKey != nil || pattern != nil || entries != nil
    }
}
