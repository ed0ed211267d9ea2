import ReaperKit

extension SimulatedKernel {
    func look(_ scope: LookScope) -> Look {
        machine.census.looks += 1
        let tick = machine.tick
        if firstTick == nil { firstTick = tick }
        switch scope {
        case .trees(let members) where !hasPattern: return look(below: members, tick)
        case .newcomers(let members, let known) where !hasPattern:
            return newcomers(below: members, known, tick)
        default: break
        }
        spend(.microseconds(50) + crowding)
        if failingLooks > 0 {
            failingLooks -= 1
            machine.census.failedLooks += 1
            return Look(processes: [])
        }
        var records: [ProcessRecord] = []
        records.reserveCapacity(machine.byNumber.count)
        var matching: [SimulatedProcess] = []
        // Each is read at its own moment, in ascending order, as a listing of /proc is.
        var last: Int32 = 0
        while let listed = machine.byNumber.first(after: last) {
            last = listed.pid
            spend(.microseconds(3))
            trouble(listed, .midLook)
            guard let process = machine.byNumber[last] else {
                machine.census.vanishedMidRead += 1
                continue
            }
            records.append(process.record)
            if hasPattern, process.matches, process.isAlive { matching.append(process) }
        }
        let matches = matching.compactMap(target) + groupMatches()
        return Look(processes: records, matches: matches, tick: tick)
    }

    /// Walks `children`, one process after the other, each at its own moment.
    private func look(below members: [ProcessIdentity], _ tick: UInt64) -> Look {
        spend(.microseconds(10))
        var records: [Int32: ProcessRecord] = [:]
        var next = members.map(\.pid)
        while let pid = next.popLast() {
            guard records[pid] == nil else { continue }
            spend(.microseconds(4))
            if let listed = machine.byNumber[pid] { trouble(listed, .midLook) }
            guard let process = machine.byNumber[pid] else { continue }
            records[pid] = process.record
            // Read until it is the same twice.
            spend(.microseconds(process.children.isEmpty ? 2 : 4))
            next += process.children.map(\.pid)
        }
        let sorted = records.values.sorted { $0.pid < $1.pid }
        return Look(processes: sorted, matches: groupMatches(), tick: tick)
    }

    /// Reads `children` of some, and goes on from whom it does not know.
    private func newcomers(
        below members: [ProcessIdentity],
        _ known: Set<Int32>,
        _ tick: UInt64
    ) -> Look {
        spend(.microseconds(5))
        var found: [Int32] = []
        for member in members {
            spend(.microseconds(4))
            if let listed = machine.byNumber[member.pid] { trouble(listed, .midLook) }
            guard let process = machine.byNumber[member.pid] else { continue }
            found += process.children.map(\.pid).filter { !known.contains($0) }
        }
        let numbers = found.map { ProcessIdentity(pid: $0, startTime: 0) }
        return found.isEmpty
            ? Look(processes: [], matches: groupMatches(), tick: tick) : look(below: numbers, tick)
    }

    func target(for match: SimulatedProcess) -> ShutdownTarget? {
        spend(.microseconds(5))
        guard machine.byNumber[match.pid] === match, match.isAlive,
            !excluded.contains(match.identity)
        else { return nil }
        machine.claim(match)
        var target = ShutdownTarget(
            identity: match.identity,
            signal: matchSignal,
            timeout: matchTimeout,
            reason: "matches",
            name: match.nameBytes
        )
        target.executable = match.executable
        target.pidfdInode = UInt64(match.serial)
        target.parent = match.parent?.pid
        target.session = match.session
        target.leadsSession = match.session == match.pid
        target.leadsGroup = match.group == match.pid
        return target
    }

    func prove(until end: Duration) -> ProofLook {
        var look = Look(processes: [])
        var found: [ShutdownTarget] = []
        var killed: [ShutdownTarget] = []
        var born: [Int32: ProcessRecord] = [:]
        var counters = Counters(kernel: self)
        isChasing = true
        proofStart = machine.time
        let answer = ProofScan.run(&counters, mayGoOn: { self.machine.time < end }) {
            look = self.look(.everybody)
        } examine: { pids in
            guard hasPattern else {
                // Whoever was born is part of the look, even if no listing shows it.
                for pid in pids {
                    spend(.nanoseconds(500))
                    born[pid] = machine.byNumber[pid]?.record ?? born[pid]
                }
                return
            }
            for pid in pids {
                spend(.nanoseconds(500))
                guard let process = machine.byNumber[pid], process.matches, process.isAlive,
                    let target = target(for: process), !isJudged(target.identity)
                else { continue }
                found.append(target)
                if pin(target) == .pinned, send(.kill, to: target.identity) == .sent {
                    killed.append(target)
                }
            }
        }
        isChasing = false
        aliveAtProof = machine.all.filter { $0.isOurs && $0.isAlive }
        matchingAtProof = hasPattern ? machine.all.filter { $0.matches && $0.isAlive } : []
        let isListed = !look.processes.isEmpty
        if !born.isEmpty {
            let listed = Set(look.processes.map(\.identity))
            look.processes += born.values.filter { !listed.contains($0.identity) }
            look.processes.sort { $0.identity < $1.identity }
        }
        var proof = ProofLook(
            look: look,
            answer: isListed ? answer : .notProven("/proc could not be listed"),
            found: found,
            killed: killed
        )
        proof.isListed = isListed
        return proof
    }

    private struct Counters: BirthCounter {
        let kernel: SimulatedKernel
        mutating func forks() -> UInt64? {
            kernel.spend(.microseconds(20))
            return kernel.machine.forks
        }
        mutating func lastPid() -> Int32? {
            kernel.spend(.microseconds(5))
            return kernel.machine.lastPid
        }
        mutating func pidLimit() -> Int32 { kernel.machine.pidLimit }
    }
}
