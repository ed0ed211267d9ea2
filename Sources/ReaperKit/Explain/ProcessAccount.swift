/// Everything that was read about one process, for an explanation of it.
public struct ProcessAccount: Sendable {
    /// The machine; the process and those above it with every fact, the others as a listing has
    /// them; the sockets that hold ports.
    public var snapshot: Snapshot
    /// The process.
    public var process: ProcessRecord
    /// What no scan reads.
    public var details: ProcessDetails
    /// What rules and detectors find wrong with it, without any selector.
    public var findings: [Finding]
    /// What `clean --pid` would do.
    public var plan: ShutdownPlan
    /// What each rule says of it.
    public var rules: [RuleTrace]
    /// The instances that it belongs to.
    public var standings: [InstanceStanding] = []

    /// Creates an account.
    public init(
        _ process: ProcessRecord,
        in snapshot: Snapshot,
        details: ProcessDetails = ProcessDetails(),
        findings: [Finding] = [],
        plan: ShutdownPlan = ShutdownPlan(),
        rules: [RuleTrace] = []
    ) {
        self.process = process
        self.snapshot = snapshot
        self.details = details
        self.findings = findings
        self.plan = plan
        self.rules = rules
    }

    /// Its parents.
    public var chain: ParentChain { ParentChain(of: process, in: snapshot) }

    /// Who started it or keeps it, the most telling first.
    public var origins: [Origin] {
        Origin.all(of: process, chain: chain, login: details.login, on: snapshot.host)
    }
}

/// Facts about a process that only an explanation needs.
public struct ProcessDetails: Sendable, Equatable {
    /// A namespace that is not reaper's.
    public struct ForeignNamespace: Sendable, Equatable {
        /// Its name below `/proc/PID/ns`, such as `net`.
        public var name: String
        /// Its inode.
        public var inode: UInt64

        /// Creates a namespace.
        public init(_ name: String, _ inode: UInt64) {
            self.name = name
            self.inode = inode
        }
    }

    /// Who logged in for it.
    public var login = LoginFacts()
    /// The kernel function it waits in, from `wchan`; `nil` where it does not wait or it is secret.
    public var waitChannel: String?
    /// Whether the directory it stands in has no name any more; `nil` where that is not known.
    public var isDirectoryDeleted: Bool?
    /// The control group that keeps it frozen: its own or one above it.
    public var frozenGroup: ByteString?
    /// Namespaces that differ from reaper's, where they could be read.
    public var foreignNamespaces: [ForeignNamespace] = []

    /// Creates details that say nothing.
    public init() {}
}
