/// Which instances a look is about, instead of what is left over.
public struct InstanceQuery: Sendable, Equatable {
    /// Whose environments could tell of an instance that was asked for.
    ///
    /// What was refused of anybody whom this rules out hides nothing; an empty pattern rules out
    /// nobody.
    public var scope = ProcessPattern()
    /// The instances whose marked processes are looked for; `nil` stands for all.
    public var marks: Set<InstanceKey>?
    /// Whether it matters who asks to be left alone, by `REAPER_KEEP=1`.
    public var heedsOptOut = false
    /// Whether it matters who is frozen with a control group.
    public var looksForFreezes = false

    /// Asks for every instance.
    public init() {}
}
