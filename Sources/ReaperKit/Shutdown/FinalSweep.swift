/// What a rule or service wants nobody to have once its own processes are gone.
public struct FinalSweep: Sendable, Equatable {
    /// Who says so, such as `rule zinit.service`.
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
    /// Who else has them now, before anything is stopped; `nil` where nobody looked.
    public var others: OthersAnswer?
    /// Who may be stopped for having them; `nil`: whoever has.
    ///
    /// A plan that is executed exactly stops whom it named, and only tells of anybody else.
    public var named: Set<ProcessIdentity>?

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

    /// Whom it is about, such as `whoever holds port 8080 or is called node`.
    var subject: String {
        var parts: [String] = []
        if let ports {
            let list = ports.members.map(\.text)
            parts.append("holds port \(list.joined(separator: ", "))")
        }
        if !names.isEmpty {
            parts.append("is called \(names.map(\.description).joined(separator: ", "))")
        }
        return "whoever \(parts.joined(separator: " or "))"
    }

    /// Whether this one may be stopped for having what nobody is to have; where a plan is executed
    /// exactly, only who is named.
    func mayStop(_ identity: ProcessIdentity, isExact: Bool) -> Bool {
        killsOthers && (named?.contains(identity) ?? !isExact)
    }
}
