import ReaperKit

extension SimulatedKernel {
    /// What a subscription knows: who was born since, by whom, and which process each held
    /// identity is.
    struct Hearing {
        /// The first serial that is told.
        var first: Int
        /// When it began.
        var since = Duration.zero
        /// When something is lost.
        var loss: Duration?
        /// Which process an identity was proven to be.
        var known: [ProcessIdentity: SimulatedProcess] = [:]
        /// Who was born, and is known to be gone.
        var ended: Set<Int> = []
    }

    /// Begins to hear of births; who is born before is not told.
    func subscribe(losingAt loss: Duration? = nil) {
        hearing = Hearing(first: machine.all.count, since: machine.time, loss: loss)
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

    func mayBeBorn(
        _ stray: ProcessRecord,
        to adopters: Set<Int32>,
        by members: [ProcessIdentity]
    ) -> Bool {
        guard hear(), let told = hearing, let process = machine.byNumber[stray.pid],
            process.serial >= told.first
        else { return true }
        // Whoever made it lived then.
        let parent = machine.all[process.bornTo]
        return adopters.contains(parent.pid) && parent.session != process.session
            && machine.all.contains { maker in
                maker.isOurs && maker !== process && maker.birth <= process.birth
                    && (maker.death.map { $0 >= process.birth } ?? true)
            }
    }

    func birthParent(of identity: ProcessIdentity) -> Int32? {
        guard hear(), let told = hearing, let process = machine.byNumber[identity.pid],
            process.identity == identity, process.serial >= told.first
        else { return nil }
        return machine.all[process.bornTo].pid
    }

    func bereaved(
        _ members: [ProcessIdentity],
        besides known: Set<Int32>
    ) -> [ProcessIdentity] {
        guard hear(), let told = hearing else { return [] }
        let parents = Set(
            machine.all[..<told.first].filter { child in
                !known.contains(child.pid) && child.death.map { $0 >= told.since } ?? false
            }.map(\.lastParent)
        )
        return members.filter { parents.contains($0.pid) }
    }

    func isOlderThanHearing(_ identity: ProcessIdentity) -> Bool? {
        guard hear(), let told = hearing else { return nil }
        return told.known[identity].map { $0.serial < told.first }
    }

    func births(to members: [ProcessIdentity], until time: Duration) -> Births? {
        for _ in 0..<4 {
            guard let births = birthsOnce(to: members) else { return nil }
            if births.areAll || !births.living.isEmpty { return births }
            guard now() < time else { return nil }
        }
        return Births([], areAll: false)
    }

    private func birthsOnce(to members: [ProcessIdentity]) -> Births? {
        spend(.microseconds(5))
        guard hear(), let told = hearing else { return nil }
        let end = machine.all.count
        guard told.first < end else { return Births([]) }
        var seeds: [Int: ProcessIdentity] = [:]
        for member in members {
            if let process = told.known[member] {
                seeds[process.serial] = member
            } else if isFertile(member.pid, since: told.first) {
                return nil
            }
        }
        var births = Births([])
        for serial in told.first..<end where !told.ended.contains(serial) {
            let process = machine.all[serial]
            guard seeds[serial] == nil,
                let ancestor = ancestor(of: process, among: seeds, since: told.first)
            else { continue }
            // Each takes a handle, and in that time it may go.
            spend(.microseconds(15))
            guard machine.byNumber[process.pid] === process, process.isAlive else {
                hearing?.ended.insert(serial)
                births.areAll = false
                continue
            }
            guard !process.temperament.cannotBeHeld, tieBirths(process), hear() else { return nil }
            machine.census.toldBirths += 1
            hold(process)
            var record = process.record
            record.pidfdInode = UInt64(process.serial)
            births.living.append(Birth(child: record, ancestor: ancestor))
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
