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
            for round in 1...sweepRounds {
                let answer = kernel.others(of: sweep)
                let targets = answer.targets.filter { set[$0.identity] == nil }
                let mayStop =
                    sweep.killsOthers && follows && round < sweepRounds && kernel.now() < end
                guard mayStop, !targets.isEmpty else {
                    tell(answer, of: sweep)
                    break
                }
                hasStopped = true
                pin(targets)
                for target in targets { observe(.appeared(target)) }
                stop(until: end - killReserve)
            }
        }
        return hasStopped
    }

    /// Puts into the account who is left, and why.
    private mutating func tell(_ answer: OthersAnswer, of sweep: FinalSweep) {
        outcome.kept += answer.refused
        for target in answer.targets where set[target.identity] == nil {
            let remedy =
                sweep.killsOthers
                ? "it came back as often as it was stopped" : "kill_others is off"
            outcome.kept.append(
                Refusal(target.identity, reason: "\(target.reason); not stopped: \(remedy)")
            )
        }
        if let unknown = answer.unknown {
            othersAreUnknown = "\(sweep.owner): \(unknown)"
        }
    }
}
