@testable import ReaperKit

extension SimulatedKernel {
    /// What a subscription knows: who was born since, by whom, and which process each held
    /// identity is.
    struct Hearing {
        /// The first serial that is told.
        var first: Int
        /// When something is lost.
        var loss: Duration?
        /// Which process an identity was proven to be.
        var known: [ProcessIdentity: SimulatedProcess] = [:]
    }

    /// Begins to hear of births; who is born before is not told.
    func subscribe(losingAt loss: Duration? = nil) {
        hearing = Hearing(first: machine.all.count, loss: loss)
    }

    /// Notes which process was held; false when the identity is known as another's.
    func tieBirths(_ process: SimulatedProcess) -> Bool {
        guard hear() else { return true }
        if let other = hearing?.known[process.identity], other !== process { return false }
        hearing?.known[process.identity] = process
        return true
    }

    /// Whether births are told and nothing was lost until now.
    private func hear() -> Bool {
        if let loss = hearing?.loss, machine.time >= loss { hearing = nil }
        return hearing != nil
    }

    func isOlderThanHearing(_ identity: ProcessIdentity) -> Bool? {
        guard hear(), let told = hearing else { return nil }
        return told.known[identity].map { $0.serial < told.first }
    }

    func births(to members: [ProcessIdentity]) -> [Birth]? {
        machine.spend(.microseconds(5))
        guard hear(), let told = hearing else { return nil }
        let born = machine.all.dropFirst(told.first)
        let fertile = Set(born.compactMap { $0.bornTo?.pid })
        var seeds: [Int: ProcessIdentity] = [:]
        for member in members {
            if let process = told.known[member] {
                seeds[process.serial] = member
            } else if fertile.contains(member.pid) {
                return nil
            }
        }
        var births: [Birth] = []
        for process in born where seeds[process.serial] == nil {
            guard let ancestor = ancestor(of: process, among: seeds, since: told.first) else {
                continue
            }
            // Each takes a handle, and in that time it may go.
            machine.spend(.microseconds(15))
            guard machine.byNumber[process.pid] === process, process.isAlive else { continue }
            guard !process.temperament.cannotBeHeld, tieBirths(process), hear() else { return nil }
            hold(process)
            births.append(Birth(child: process.record, ancestor: ancestor))
        }
        return births
    }

    /// The nearest member above; whose child somebody older is, was not told.
    private func ancestor(
        of process: SimulatedProcess,
        among seeds: [Int: ProcessIdentity],
        since first: Int
    ) -> ProcessIdentity? {
        var current = process
        while current.serial >= first, let parent = current.bornTo {
            if let member = seeds[parent.serial] { return member }
            current = parent
        }
        return nil
    }
}
