/// All that `explain` has to say, before any format is chosen.
public struct ExplanationReport: Sendable {
    /// When it began, since 1970-01-01 UTC.
    public var startedAt: Duration
    /// How long it took.
    public var duration: Duration
    /// The machine.
    public var host: HostFacts
    /// In the order of the targets; a name has one for each process of that name.
    public var explanations: [Explanation]
    /// What else a reader has to know, one sentence each.
    public var notes: [String]

    /// Creates a report.
    public init(
        startedAt: Duration,
        duration: Duration,
        host: HostFacts,
        explanations: [Explanation],
        notes: [String] = []
    ) {
        self.startedAt = startedAt
        self.duration = duration
        self.host = host
        self.explanations = explanations
        self.notes = notes
    }

    /// Whether everything was read that decides.
    public var isComplete: Bool { explanations.allSatisfy { $0.answer != .incomplete } }

    /// The worst of all answers.
    public var status: ExitStatus { .worst(explanations.map(\.answer.status)) }
}
