extension ShutdownEngine {
    /// Looks that a final sweep takes before it gives up on what comes back again and again.
    private var sweepRounds: Int { 5 }

    /// Looks at the ports and names that rules and services want nobody to have, and stops who
    /// has them where that was asked for.
    ///
    /// - Returns: Whether anybody was stopped, so that it has to be proven anew that all are gone.
    mutating func clearOthers(_ sweeps: [FinalSweep], until end: Duration) -> Bool {
        var hasStopped = false
        for sweep in sweeps {
            var latest: OthersAnswer?
            for round in 1...sweepRounds {
                guard hasTimeToLook(until: end) else {
                    if let latest { tell(latest, of: sweep, late: true) }
                    othersAreUnknown =
                        "\(sweep.owner): the deadline passed before it was known who "
                        + "else has what it wants nobody to have"
                    break
                }
                let answer = settledAnswer(sweep, until: end)
                latest = answer
                let targets = answer.targets.filter {
                    set[$0.identity] == nil && sweep.mayStop($0.identity, isExact: !follows)
                }
                let isLate = kernel.now() >= end
                guard round < sweepRounds, !isLate, !targets.isEmpty else {
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
                stop(until: end - killReserve)
            }
        }
        return hasStopped
    }

    /// Looks until it is known who has what; a socket can outlive its last holder a little.
    private mutating func settledAnswer(_ sweep: FinalSweep, until end: Duration) -> OthersAnswer {
        let end = min(end, kernel.now() + .seconds(2))
        while true {
            let answer = kernel.others(of: sweep)
            guard answer.unknown != nil, answer.targets.isEmpty, kernel.now() < end else {
                return answer
            }
            wait(for: [], until: min(end, kernel.now() + .milliseconds(20)))
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
