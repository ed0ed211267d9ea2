/// What a rule's `match` says of one process.
public enum RecordedAnswer: Sendable, Equatable {
    /// Every condition holds.
    case holds
    /// At least one condition does not hold.
    case fails
    /// A fact that a condition needs could not be read; the text says which.
    case unknown(String)
}

/// Whether what an instance file records is still so, and why.
public struct StalenessJudgment: Sendable, Equatable {
    /// The answers there are.
    public enum Answer: Sendable, Equatable {
        /// The process that it names is gone.
        case stale
        /// Its number is in use by another process, which is not to be touched.
        case recycled
        /// It is in use, or may be.
        case keep
        /// It would be stale, but was written so recently that its writer may just be starting:
        /// look again after this time.
        case settling(Duration)
        /// A person has to look.
        case report
    }

    /// The answer.
    public var answer: Answer
    /// How sure ``Answer/stale`` or ``Answer/recycled`` is: a time of day alone never confirms.
    public var certainty: Verdict
    /// The deciding fact as the end of a sentence, such as `process 4127 does not exist`.
    public var reason: String
    /// Every fact that was looked at, in order; the last one decided.
    public var evidence: [Evidence]
    /// Which question each fact of ``evidence`` answers, in the same order.
    public var questions: [StalenessQuestion]
    /// The process it is about: who has the number now, or the parent that leaves it a zombie.
    public var process: ProcessIdentity?
    /// Whether what it records has exited and was not waited for.
    public var isZombie = false

    /// Creates a judgment.
    public init(
        _ answer: Answer,
        certainty: Verdict = .confirmed,
        reason: String,
        evidence: [Evidence],
        questions: [StalenessQuestion] = [],
        process: ProcessIdentity? = nil
    ) {
        self.answer = answer
        self.certainty = certainty
        self.reason = reason
        self.evidence = evidence
        self.questions = questions
        self.process = process
    }

    /// Whether the recorded process is not there any more.
    public var isDead: Bool {
        switch answer {
        case .stale, .recycled, .settling: true
        case .keep, .report: false
        }
    }
}

/// What becomes of a whole file that may name several processes.
public struct InstanceFileJudgment: Sendable, Equatable {
    /// The file's own judgment: it is stale only if every entry is.
    public var whole: StalenessJudgment
    /// One per entry, in file order; none where the contents were not understood.
    public var entries: [StalenessJudgment]

    /// Creates a judgment.
    public init(whole: StalenessJudgment, entries: [StalenessJudgment] = []) {
        self.whole = whole
        self.entries = entries
    }
}
