/// How a rule wants its processes stopped.
public struct StopAction: Sendable, Equatable {
    /// The signal that asks.
    public var signal: Signal
    /// Grace after the signal, at most 30 s in files.
    public var timeout: Duration
    /// Which end of the tree is asked first.
    public var order: StopOrder
    /// Ports that nobody may hold once the rule's own processes are gone.
    public var ports: PortSet?
    /// Names that nobody may have then, matched as ``ProcessPattern/names`` are.
    public var processFilters: [Glob]
    /// Whether those who do are stopped too; otherwise they are only told.
    public var killsOthers: Bool

    /// Creates an action.
    public init(
        signal: Signal = .terminate,
        timeout: Duration = .seconds(10),
        order: StopOrder = .deepestFirst,
        ports: PortSet? = nil,
        processFilters: [Glob] = [],
        killsOthers: Bool = false
    ) {
        self.signal = signal
        self.timeout = timeout
        self.order = order
        self.ports = ports
        self.processFilters = processFilters
        self.killsOthers = killsOthers
    }
}

/// Which end of a tree is asked to stop first.
public enum StopOrder: String, Sendable, CaseIterable {
    /// Children before their parents.
    case deepestFirst = "deepest-first"
    /// Masters that must stop their own workers.
    case rootFirst = "root-first"
    /// All together.
    case atOnce = "at-once"
}
