/// The facts that a judgment has looked at so far.
struct Trail {
    /// What facts come from unless they say otherwise.
    private let source: String
    private var evidence: [Evidence] = []
    private var questions: [StalenessQuestion] = []
    /// Which question the next facts answer.
    var question = StalenessQuestion.contents

    init(source: String) { self.source = source }

    /// Adds a fact that decided nothing.
    mutating func note(_ fact: String, source: String? = nil, value: String? = nil) {
        evidence.append(
            Evidence(fact, source: source ?? self.source, value: value.map { ByteString($0) })
        )
        questions.append(question)
    }

    /// Adds the fact that decided.
    mutating func end(
        _ answer: StalenessJudgment.Answer,
        certainty: Verdict = .confirmed,
        _ fact: String,
        source: String? = nil,
        value: String? = nil,
        process: ProcessIdentity? = nil
    ) -> StalenessJudgment {
        note(fact, source: source, value: value)
        return StalenessJudgment(
            answer,
            certainty: answer == .report ? .suspect : certainty,
            reason: fact,
            evidence: evidence,
            questions: questions,
            process: process
        )
    }
}

/// Compares names that different programs write differently.
enum HostName {
    /// Whether both name one host: a short name equals a full one with that first label.
    static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (left.lowercased(), right.lowercased())
        if left == right { return true }
        let labels = (left.split(separator: "."), right.split(separator: "."))
        guard labels.0.count == 1 || labels.1.count == 1 else { return false }
        return labels.0.first == labels.1.first
    }

    /// Whether both name one boot; some programs leave out the hyphens.
    static func isSameBoot(_ left: String, _ right: String) -> Bool {
        left.lowercased().filter { $0 != "-" } == right.lowercased().filter { $0 != "-" }
    }
}
