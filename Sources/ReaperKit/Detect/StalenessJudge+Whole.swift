/// From the entries of a file to the file.
extension StalenessJudge {
    /// What becomes of a file, by what becomes of each entry: it is stale only if all are.
    func combine(
        _ entries: [StalenessJudgment],
        _ recorded: [InstanceEntry],
        source: String
    ) -> StalenessJudgment {
        var trail = Trail(source: source)
        guard let first = entries.first else { return trail.end(.keep, "it names no process") }
        if entries.count == 1 { return first }
        let evidence = entries.flatMap(\.evidence)
        let questions = entries.flatMap(\.questions)
        let dead = entries.filter(\.isDead)
        let flaws = recorded.compactMap(\.flaw)
        if !flaws.isEmpty {
            let sound = zip(entries, recorded).filter { $0.1.flaw == nil }.map(\.0)
            return StalenessJudgment(
                .report,
                reason: Self.account(of: flaws, beside: sound),
                evidence: evidence,
                questions: questions
            )
        }
        guard dead.count == entries.count else {
            let isDoubtful = entries.contains { $0.answer == .report }
            return StalenessJudgment(
                isDoubtful ? .report : .keep,
                reason: "\(dead.count) of its \(entries.count) processes are gone",
                evidence: evidence,
                questions: questions
            )
        }
        let waits = dead.compactMap { judgment in
            if case .settling(let wait) = judgment.answer { wait } else { nil }
        }
        let isRecycled = dead.allSatisfy { $0.answer == .recycled }
        return StalenessJudgment(
            waits.max().map { .settling($0) } ?? (isRecycled ? .recycled : .stale),
            certainty: dead.contains { $0.certainty != .confirmed } ? .probable : .confirmed,
            reason: "none of its \(entries.count) processes exists any more",
            evidence: evidence,
            questions: questions
        )
    }

    /// Names the entries that cannot be understood, and says how the others are: one of them is not to
    /// be overlooked for what stands beside it.
    private static func account(of flaws: [String], beside sound: [StalenessJudgment]) -> String {
        let text = "it is malformed: \(InstanceText.account(of: flaws))"
        let recycled = sound.count { $0.answer == .recycled }
        let gone = sound.count { $0.isDead } - recycled
        let states = [(gone, "gone"), (recycled, "recycled")].filter { $0.0 > 0 }
        guard !states.isEmpty else { return text }
        if sound.count == 1 { return "\(text); its other process is \(states[0].1)" }
        let whom = "of its \(counted(sound.count, "other process", "other processes"))"
        let how = states.map { "\($0.0) \($0.0 == 1 ? "is" : "are") \($0.1)" }
        return "\(text); \(whom) \(how.joined(separator: " and "))"
    }
}
