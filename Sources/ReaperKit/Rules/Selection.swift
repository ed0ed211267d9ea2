/// What the user asked for on the command line.
///
/// Different selectors are ANDed, values of one are ORed; an empty selection is not "everything"
/// but "no selector was given".
public struct Selection: Sendable, Equatable {
    /// `--pid --name --exe --command --cwd --in --env --cgroup --user --state --older-than`.
    public var process = ProcessPattern()
    /// `--ports`.
    public var ports: PortSet?
    /// `--peers`: connected processes count as holders too.
    public var includesPeers = false
    /// `--kind`, `--orphans`, `--zombies`, `--stale-files`.
    public var kinds: Set<FindingKind> = []
    /// `--rule`.
    public var rules: [Glob] = []
    /// `--ignore`: what is expected, in the order of the command line.
    public var exemptions: [Exemption] = []

    /// Creates an empty selection.
    public init() {}

    /// Whether it says which process, port or rule is meant, and not only a kind, user or age, or every
    /// rule of a system.
    public var namesSomething: Bool {
        rules.contains { $0.literal != nil } || ports != nil || !process.pids.isEmpty
            || process.namesSomething
    }

    /// Whether it asks what came since a snapshot, and not what rules and detectors say of that.
    public var isComparison: Bool {
        process.absentFrom != nil && rules.isEmpty && kinds.allSatisfy(\.isLeak)
    }

    /// Whether no selector was given; what is expected selects nothing.
    public var isEmpty: Bool {
        process.isEmpty && ports == nil && kinds.isEmpty && rules.isEmpty
    }

    /// Whether all of it says only whose, how old or in which state a process is, or asks for nothing
    /// in particular: that describes everybody's sessions, shells and editors, too.
    public var isBroad: Bool {
        !isEmpty && ports == nil && kinds.isEmpty && rules.isEmpty
            && process.absentFrom == nil && !process.singlesOut
    }

    /// Whether its conditions can be asked of a file: that it is new, and whose.
    var describesFiles: Bool {
        var rest = process
        rest.absentFrom = nil
        rest.users = []
        return rest.isEmpty && ports == nil
    }
}
