/// What a rule or service wants nobody to have once its own processes are gone.
public struct FinalSweep: Sendable, Equatable {
    /// The rule or service that says so.
    public var owner: String
    /// Ports that nobody may hold.
    public var ports: PortSet?
    /// Names that no process may have: exact, or globs; a part of a name matches nothing.
    public var names: [Glob]
    /// Whether who has them is stopped too; otherwise it is only told.
    public var killsOthers: Bool
    /// What asks them to stop.
    public var signal: Signal
    /// Their grace between asking and killing.
    public var timeout: Duration

    /// Creates a sweep.
    public init(
        owner: String,
        ports: PortSet? = nil,
        names: [Glob] = [],
        killsOthers: Bool = false,
        signal: Signal = .terminate,
        timeout: Duration = .seconds(10)
    ) {
        self.owner = owner
        self.ports = ports
        self.names = names
        self.killsOthers = killsOthers
        self.signal = signal
        self.timeout = timeout
    }
}
