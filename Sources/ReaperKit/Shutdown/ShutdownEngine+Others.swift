extension ShutdownEngine {
    /// Looks at everybody that a final sweep takes before it gives up on what comes back again and again.
    private var sweepRounds: Int { 5 }

    /// Looks at the ports and names that rules and services want nobody to have, and stops who
    /// has them where that was asked for.
    ///
    /// - Returns: Whether anybody was stopped, so that it has to be proven anew that all are gone.
    mutating func clearOthers(_ sweeps: [FinalSweep], until end: Duration) -> Bool {
        var hasStopped = false
        for sweep in sweeps {
            var latest: OthersAnswer?
            var wholeLooks = 0
            var isInParts = true
            while true {
                guard hasTimeToLook(until: end) else {
                    if let latest { tell(latest, of: sweep, late: true) }
                    othersAreUnknown =
                        "\(sweep.owner): there was no time left to look who else has what it "
                        + "wants nobody to have"
                    break
                }
                let share = isInParts ? half(end) : end
                let answer = settledAnswer(sweep, until: share)
                latest = answer
                if answer.unreached.isEmpty { wholeLooks += 1 }
                let targets = answer.targets.filter {
                    set[$0.identity] == nil && sweep.mayStop($0.identity, isExact: !follows)
                }
                let isLate = kernel.now() >= end
                // A part with nobody to stop in it: the rest of the time goes to one whole look.
                isInParts = !targets.isEmpty
                if targets.isEmpty, kernel.now() >= share, !isLate { continue }
                guard wholeLooks < sweepRounds, !isLate, !targets.isEmpty else {
                    if isLate, !targets.isEmpty { areOthersLeft = true }
                    tell(answer, of: sweep, late: isLate)
                    break
                }
                hasStopped = true
                for target in targets {
                    pin([target])
                    if target.depth == 0 { set[target.identity]?.reason = target.reason }
                    observe(.appeared(target))
                }
                // Who is still to be looked at needs some of what is left.
                let last = end - killReserve
                stop(until: answer.unreached.isEmpty ? last : half(last))
            }
        }
        return hasStopped
    }

    /// The middle of the time that is left: when a look ends with a part of many, so that the part
    /// can be stopped and the others looked at after it.
    private mutating func half(_ end: Duration) -> Duration {
        let now = kernel.now()
        return now + max(end - now, .zero) / 2
    }

    /// Looks until it is known who has what; a socket can outlive its last holder a little.
    private mutating func settledAnswer(_ sweep: FinalSweep, until end: Duration) -> OthersAnswer {
        let patience = min(end, kernel.now() + .seconds(2))
        while true {
            let answer = kernel.others(of: sweep, until: end)
            guard answer.unknown != nil, answer.targets.isEmpty, kernel.now() < patience
            else {
                return answer
            }
            wait(for: [], until: min(patience, kernel.now() + .milliseconds(20)))
        }
    }

    /// Puts into the account who is left, and why.
    private mutating func tell(_ answer: OthersAnswer, of sweep: FinalSweep, late isLate: Bool) {
        outcome.kept += answer.refused
        for stranger in answer.unreached {
            guard let identity = stranger.identity, set[identity] == nil else { continue }
            outcome.kept.append(
                Refusal(
                    identity,
                    reason: "\(stranger.reason); not stopped: the deadline passed before it was "
                        + "looked at"
                )
            )
            if sweep.mayStop(identity, isExact: !follows) { areOthersLeft = true }
        }
        // Of a tree its root is enough, unless that was stopped.
        for target in answer.targets
        where set[target.identity] == nil
            && (target.root == target.identity || set[target.root] != nil)
        {
            let remedy =
                if !follows, !sweep.mayStop(target.identity, isExact: true) {
                    "the plan does not name it"
                } else if sweep.killsOthers, isLate {
                    "the deadline passed"
                } else if sweep.killsOthers {
                    "it came back as often as it was stopped"
                } else {
                    "kill_others is off"
                }
            outcome.kept.append(
                Refusal(target.identity, reason: "\(target.reason); not stopped: \(remedy)")
            )
        }
        if let unknown = answer.unknown {
            othersAreUnknown = "\(sweep.owner): \(unknown)"
        }
    }
}
