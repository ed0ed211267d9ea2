import ReaperKit

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
        /// Who was born, and is known to be gone.
        var ended: Set<Int> = []
    }

    /// Begins to hear of births; who is born before is not told.
    func subscribe(losingAt loss: Duration? = nil) {
        hearing = Hearing(first: machine.all.count, loss: loss)
        firstTold = machine.all.count
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
        if let loss = hearing?.loss, machine.time >= loss {
            hearing = nil
            machine.census.birthLosses += 1
        }
        return hearing != nil
    }

    func hasHeardAll() -> Bool { hear() }

    func mayHavePassedOn(_ number: Int32) -> Bool {
        machine.all.count { $0.pid == number } > 1
    }

    func mayBeBorn(_ stray: ProcessRecord, to adopters: Set<Int32>) -> Bool {
        guard hear(), let process = machine.byNumber[stray.pid] else { return true }
        return adopters.contains(machine.all[process.bornTo].pid)
    }

    func isOlderThanHearing(_ identity: ProcessIdentity) -> Bool? {
        guard hear(), let told = hearing else { return nil }
        return told.known[identity].map { $0.serial < told.first }
    }

    func births(to members: [ProcessIdentity]) -> [Birth]? {
        spend(.microseconds(5))
        guard hear(), let told = hearing else { return nil }
        let end = machine.all.count
        guard told.first < end else { return [] }
        var seeds: [Int: ProcessIdentity] = [:]
        for member in members {
            if let process = told.known[member] {
                seeds[process.serial] = member
            } else if isFertile(member.pid, since: told.first) {
                return nil
            }
        }
        var births: [Birth] = []
        for serial in told.first..<end where !told.ended.contains(serial) {
            let process = machine.all[serial]
            guard seeds[serial] == nil,
                let ancestor = ancestor(of: process, among: seeds, since: told.first)
            else { continue }
            // Each takes a handle, and in that time it may go.
            spend(.microseconds(15))
            guard machine.byNumber[process.pid] === process, process.isAlive else {
                hearing?.ended.insert(serial)
                continue
            }
            guard !process.temperament.cannotBeHeld, tieBirths(process), hear() else { return nil }
            machine.census.toldBirths += 1
            hold(process)
            var record = process.record
            record.pidfdInode = UInt64(process.serial)
            births.append(Birth(child: record, ancestor: ancestor))
        }
        return births
    }

    /// Keeps a handle on somebody who was born, and whom nobody judged yet.
    private func hold(_ process: SimulatedProcess) {
        if let handle = handles[process.identity], handle.seen === process { return keep(handle) }
        let handle = Handle(
            ShutdownTarget(identity: process.identity, reason: "born", name: process.nameBytes)
        )
        handle.isJudged = false
        handle.seen = process
        handle.inode = UInt64(process.serial)
        handles[process.identity] = handle
        keep(handle)
    }

    /// Whether anybody under this number is known to have had children.
    private func isFertile(_ pid: Int32, since first: Int) -> Bool {
        machine.all[first...].contains { machine.all[$0.bornTo].pid == pid }
    }

    /// The nearest member above; whose child somebody older is, was not told.
    private func ancestor(
        of process: SimulatedProcess,
        among seeds: [Int: ProcessIdentity],
        since first: Int
    ) -> ProcessIdentity? {
        var current = process
        while current.serial >= first {
            if let member = seeds[current.bornTo] { return member }
            current = machine.all[current.bornTo]
        }
        return nil
    }
}
