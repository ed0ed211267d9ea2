/// Who was stopped and then started again, by the number of the parent that does it.
struct Succession {
    /// Somebody who goes on starting what is stopped.
    struct Restart {
        var starter: ProcessRecord
        var name: ByteString
    }

    /// How often a parent may answer before it is told, and left.
    private static let patience = 3

    /// Of each parent whose child matched: how many of them did, and the latest one's name.
    private var starts: [Int32: (count: Int, name: ByteString)] = [:]

    /// Notes somebody who was asked for, and not only a descendant of somebody who was.
    mutating func note(_ match: ShutdownTarget) {
        guard match.depth == 0, let parent = match.parent, parent > 1 else { return }
        starts[parent] = ((starts[parent]?.count ?? 0) + 1, match.name)
    }

    /// Those who had children that were stopped, and live.
    func starters(in look: Look) -> [ProcessRecord] {
        look.processes.filter { record in
            starts[record.pid] != nil && !record.isZombie && !record.isKernelThread
                && !record.isKnownAdopter
        }
    }

    /// Whoever has started another one as often as the earlier one was stopped.
    func restart(in look: Look) -> Restart? {
        for starter in starters(in: look) {
            guard let (count, name) = starts[starter.pid],
                count > Self.patience + (planned[starter.pid] ?? 0)
            else { continue }
            return Restart(starter: starter, name: name)
        }
        return nil
    }

    /// How many of a parent's children were asked for to begin with.
    private var planned: [Int32: Int] = [:]

    /// Notes that all were seen who were there before anybody was stopped.
    mutating func begin() { planned = starts.mapValues(\.count) }
}

extension ShutdownEngine {
    /// Notes a match that has appeared, where it is known who made it, and not only who adopted it.
    mutating func noteSuccessor(_ match: ShutdownTarget) {
        guard let parent = match.parent, kernel.birthParent(of: match.identity) == parent else {
            return
        }
        succession.note(match)
    }

    /// How long a supervisor is given to start again what was stopped: it notices a moment later.
    private var returnTime: Duration { .milliseconds(250) }

    /// Where whoever started what was stopped still lives, looks once more a moment later, and
    /// stops what has come back, until nothing does or it is plain that it always will.
    mutating func awaitSuccessors(until end: Duration) {
        while options.hasPattern, outcome.proof == .proofScan, hasStarters, interrupts < 2 {
            let settled = kernel.now() + returnTime
            guard settled < end else { return }
            let count = set.order.count
            while kernel.now() < settled { wait(for: [], until: settled) }
            sweep(until: end)
            if set.order.count == count { return }
        }
    }

    /// Tells who goes on starting what was asked to be gone.
    mutating func report(_ restart: Succession.Restart) {
        let name = restart.name.text
        outcome.kept.append(
            Refusal(
                restart.starter.identity,
                reason: "\(restart.starter.name.text) starts \(name) again whenever it is stopped: "
                    + "stop that first"
            )
        )
        outcome.unproven = "\(name) is started again by \(restart.starter.label)"
    }
}
