/// How a shutdown is to be run.
public struct ShutdownOptions: Sendable, Equatable {
    /// Bound on all of it: waves, killing, sweep and verification.
    public var deadline: Duration = .seconds(30)
    /// Whether to send SIGKILL without asking first.
    public var isForced = false
    /// Whether a pattern was asked for: then only a proof scan shows that nothing matches.
    public var hasPattern = false
    /// Never touched: reaper itself, its ancestors, what a rule protects.
    public var excluded: Set<ProcessIdentity> = []
    /// Who may have adopted what a dying tree let go: PID 1 and the ancestors of the targets.
    public var adopters: Set<Int32> = [1]
    /// Clock ticks after boot when planning began: who is older was seen then.
    public var beginning: UInt64 = 0
    /// Since when the kernel tells births, if that was before the shutdown.
    public var hearsSince: UInt64?

    /// How long after the deadline a look may end that has begun.
    public static let overtime = Duration.milliseconds(200)

    /// Creates the defaults.
    public init() {}

    /// Time that is kept back for killing, the sweep and verification.
    var killReserve: Duration { min(.seconds(10), deadline / 3) }

    /// The longest that the first of several waves may wait for who was asked, however long a grace
    /// is.
    public func longestGrace(ofWaves count: Int = 1) -> Duration {
        (deadline - killReserve) / max(count, 1)
    }
}

/// Something worth telling while a shutdown runs.
public enum ShutdownProgress: Sendable {
    /// A signal was sent.
    case sent(Signal, ShutdownTarget)
    /// A member has exited.
    case exited(ShutdownTarget, after: Duration)
    /// A member appeared that was not in the plan.
    case appeared(ShutdownTarget)
    /// The grace of these has passed.
    case killing(Int)
    /// Somebody is waited for; comes several times a second, for whoever counts the seconds.
    case waiting
    /// The user interrupted; what is left is killed at the second time.
    case interrupted(Int)
}
