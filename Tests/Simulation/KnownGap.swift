/// Where the engine is known to fall short; each goes, and the invariant holds fully, once it does
/// not any more.
enum KnownGap {
    /// The parents of zombies are given half a second, even when the deadline passes meanwhile.
    static let remindsPastDeadline = true
    /// A match that appears is asked before its children are looked for; they then count as an
    /// answer, and are asked in any order.
    static let asksLateMatchFirst = true
    /// A target that is gone before the first look was in a session that nobody remembers: what it
    /// left there does not count as a stray, and the tree is called proven.
    static let forgetsSessionsOfTheDead = true
    /// Members are asked whether they have exited after the look that proves, not before it: one
    /// that forks and exits in between leaves somebody whom that look cannot show.
    static let asksForExitsAfterProof = true
    /// Who did not die of SIGKILL in one wave is asked to stop in the next one, and called exited.
    static let asksAgainAfterKill = true
}
