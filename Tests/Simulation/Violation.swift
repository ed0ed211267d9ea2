/// What must hold of every shutdown, whatever the processes do.
package enum Invariant: String, CaseIterable, Sendable {
    /// No signal reaches anybody who does not belong to what was asked for.
    case stranger
    /// Nor reaper itself, its ancestors, or what is excluded otherwise.
    case excluded
    /// A parent is asked after its children, or after their grace, unless its tree resists.
    case order
    /// Nobody who was planned is killed before its grace has passed.
    case grace
    /// Nobody is killed that was not frozen before, or whose children are told to the last.
    case freeze
    /// All of it ends in time, and nothing is asked or stopped later.
    case deadline
    /// Every target has exactly one outcome.
    case outcome
    /// And it is true.
    case truth
    /// Whoever was in the set and lives has an outcome that says so.
    case survivor
    /// What is called proven is so.
    case proof
    /// Files go after processes and ports, and only then.
    case files
    /// Nobody is left stopped by reaper.
    case thaw
}

/// An invariant that did not hold.
package struct Violation: Sendable, Equatable, CustomStringConvertible {
    package var invariant: Invariant
    package var time: Duration
    package var text: String

    package var description: String { "\(invariant) at \(time): \(text)" }
}
