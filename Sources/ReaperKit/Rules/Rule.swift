/// One thing that a rule file knows how to recognise.
public struct Rule: Sendable, Equatable {
    /// `system.rule`, such as `wasmcloud.provider`.
    public var id: String
    /// One line for people.
    public var title: String
    /// What it breaks, or what to do.
    public var hint: String?
    /// The system's own command that ends it, told where reaper does not stop it by itself and never
    /// run; `{id}` stands for the name of the instance.
    public var advice: String?
    /// How much a finding of it matters.
    public var severity: Severity = .warning
    /// What the process looks like; with ``instance``: what the recorded process must look like.
    public var match = ProcessPattern()
    /// Who, alive in the ancestry, makes it not an orphan.
    public var owner: ProcessPattern?
    /// How to stop it; `nil` only reports.
    public var stop: StopAction?
    /// Files to remove once it is gone.
    public var remove: [Glob] = []
    /// Ids of rules of the same file whose processes are stopped before this rule's.
    public var after: [String] = []
    /// Files or environments that tell of instances.
    public var instance: InstanceRule?
    /// Whether this rule forbids instead: nothing that it matches is ever stopped.
    public var protect = false
    /// Whether it forbids also what cannot be read well enough to know.
    var protectsInDoubt = true
    /// Whether its stale files are reported but never removed.
    public var keep = false
    /// Whether processes in other pid or mount namespaces count.
    public var containers = false
    /// Whether it is only about processes that no instance file of its system records: what is
    /// recorded is another rule's affair.
    public var unrecorded = false
    /// Units such as `nginx.service` in whose control group its processes may rightly be orphans.
    public var units: [Glob] = []
    /// Where it was read from, such as `/etc/reaper/rules.d/x.json5:3:5`.
    public var source: String

    /// Creates a rule that matches nothing.
    public init(id: String, title: String, source: String) {
        self.id = id
        self.title = title
        self.source = source
    }
}

extension Rule {
    /// The system's own command that ends what it is about; `nil` where there is none, or it needs a
    /// name that is not known or cannot be pasted.
    func ownCommand(for id: String? = nil) -> String? {
        guard let advice else { return nil }
        guard advice.contains(Rule.namePlace) else { return advice }
        guard let id, id.isPrintableWord, !id.hasPrefix("-") else { return nil }
        return advice.replacing(Rule.namePlace, with: id.quotedForShell)
    }

    private static let namePlace = "{id}"
}

/// Where a rule's instances are recorded.
public struct InstanceRule: Sendable, Equatable {
    /// Globs of files.
    public var files: [Glob] = []
    /// Globs of files to leave out.
    public var exclude: [Glob] = []
    /// How the files are written.
    public var format: InstanceFormat = .pid
    /// Path of the process number in a JSON object, such as `child.pid`.
    public var pidKey: String?
    /// Path of the instance's own name.
    public var idKey: String?
    /// Path of the name for people.
    public var aliasKey: String?
    /// Path of the start time in clock ticks.
    public var startTicksKey: String?
    /// Path of the start time by the writer's clock: shown, and compared as far as clocks go.
    public var startedKey: String?
    /// Regular expression with named groups `pid`, `id`, `alias`, `start`, for text and symlinks.
    public var pattern: String?
    /// Path of the entries in a JSON object, such as `services.*`.
    public var entries: String?
    /// Environment variable that marks an instance's processes, for systems without files.
    public var environment: String?

    /// Creates a description without files.
    public init() {}
}

/// A rule file as it was loaded.
public struct RuleFile: Sendable, Equatable {
    /// The system's name, the first half of its rules' ids.
    public var name: String
    /// One line for people.
    public var title: String
    /// Where the system is documented.
    public var homepage: String?
    /// The path, or `embedded:NAME.json5`.
    public var source: String
    /// In file order: the first that matches names a finding.
    public var rules: [Rule]
    /// What in it has no effect here, such as patterns that need a variable that is not set.
    public var warnings: [RuleWarning]

    /// Creates a file.
    public init(
        name: String,
        title: String,
        homepage: String? = nil,
        source: String,
        rules: [Rule],
        warnings: [RuleWarning] = []
    ) {
        self.name = name
        self.title = title
        self.homepage = homepage
        self.source = source
        self.rules = rules
        self.warnings = warnings
    }
}
