/// One process that the engine has to end, from the moment it was seen.
struct ShutdownMember {
    /// Shared: members are copied with every look, what was judged about them never changes.
    private let judged: Judged
    /// The parent's number at the latest look.
    var parent: Int32
    /// Whether a handle on it was ever proven: without one it may be another by now.
    var wasHeld = false
    /// Whether it ran when it was held: then its children were its own when they were looked for.
    var wasRunning = false
    /// Whether its children were looked at since births are told: any later one is told.
    var wasLooked = false
    /// Whether it was asked before its turn, because the time was up.
    var wasHurried = false
    /// Whether there was no time to look at it.
    var wasPassedOver = false
    /// When it was first asked to stop.
    var asked: Duration?
    /// When its grace ends.
    var graceEnd: Duration?
    /// Whether a child of its was asked: another one in its place is an answer to that.
    var lostAskedChild = false
    /// Who had been asked when he made it, or made whoever made it: it may be how he cleans up.
    var maker: ProcessIdentity?
    var lastSignal: Signal?
    /// Whether it was sent SIGKILL after its grace; that may also be what a rule or user asks with.
    var wasKilled = false
    /// When it was sent that.
    var killed: Duration?
    /// Whether it was sent SIGSTOP, and has to be continued if it is not killed.
    var isFrozen = false
    /// When it was sent SIGSTOP so that its children could be seen before it is asked.
    var held: Duration?
    /// Whether the latest look showed it stopped.
    var isStopped = false
    /// Whether the latest look showed it unable to make children.
    var isSettled = false
    /// When it was seen to be gone.
    var gone: Duration?
    /// Why nothing more can be done about it.
    var verdict: TargetResult?
    var reason: String?
    /// What keeps it from exiting; of no interest once it has.
    var obstacle: String?
    /// What had to be done before it could act on what it was asked; of interest in any case.
    var remark: String?

    init(_ target: ShutdownTarget, parent: Int32) {
        judged = Judged(target)
        identity = target.identity
        self.parent = parent
    }

    let identity: ProcessIdentity
    var target: ShutdownTarget { judged.target }

    private final class Judged {
        let target: ShutdownTarget
        init(_ target: ShutdownTarget) { self.target = target }
    }

    /// Whether it may still live, whatever can be done about it.
    var isLeft: Bool { gone == nil }

    /// Whether it is still to be ended.
    var isActive: Bool { gone == nil && verdict == nil }

    /// Whether its grace has passed at `time`; one that was never asked still has all of it.
    func hadGrace(at time: Duration) -> Bool { graceEnd.map { time >= $0 } ?? false }

    /// Notes that it was sent SIGKILL; who gets it again got it the first time.
    mutating func noteKill(at time: Duration) {
        wasKilled = true
        killed = killed ?? time
    }

    /// The one outcome that a target has.
    func outcome(start: Duration) -> TargetOutcome {
        var outcome = TargetOutcome(
            identity: identity,
            name: target.name,
            result: .survived,
            signal: lastSignal,
            after: gone.map { $0 - start },
            reason: reason ?? (gone == nil ? obstacle : remark)
        )
        outcome.asked = asked.map { $0 - start }
        outcome.grace = asked == nil ? nil : target.timeout
        outcome.killed = killed.map { $0 - start }
        if let verdict {
            outcome.result = verdict
        } else if gone != nil {
            switch lastSignal {
            case nil: outcome.result = .alreadyGone
            case .some(.kill):
                outcome.result = .killed
                if wasHurried {
                    outcome.reason = "those below it took the time: it had only a moment to stop"
                }
            case .some: outcome.result = .exited
            }
        }
        return outcome
    }
}
