import ReaperKit

extension SimulatedMachine {
    func exit(_ process: SimulatedProcess) {
        guard process.isAlive else { return }
        process.state = .zombie
        process.death = time
        process.lastParent = process.parent?.pid ?? 0
        deathCount += 1
        let adopter = adopter(of: process)
        for child in process.children {
            child.parent = adopter
            adopter.children.append(child)
            if child.state == .zombie { schedule(.bury(child), in: .microseconds(50)) }
        }
        process.children = []
        guard let parent = process.parent else { return }
        if parent.isAlive {
            // Init waits for everybody, sooner or later.
            let patience: Duration? = parent === initProcess ? .milliseconds(2) : nil
            if let burial = process.temperament.burial ?? patience {
                schedule(.bury(process), in: burial)
            }
            if parent.temperament.respawns > 0 {
                parent.temperament.respawns -= 1
                schedule(.replace(process, under: parent), in: .microseconds(100))
            }
        }
        if process.temperament.vanishing == .afterExit, process.isOurs {
            giveAwayNumber(of: process)
        }
    }

    /// Exits when it has run for that long.
    func exit(_ process: SimulatedProcess, in delay: Duration) {
        schedule(.exitWhenRunning(process), in: delay)
    }

    func exitWhenRunning(_ process: SimulatedProcess) {
        if process.state == .stopped, !process.isDoomed {
            exit(process, in: .milliseconds(1))
        } else {
            exit(process)
        }
    }

    /// The nearest ancestor that is a subreaper, as prctl(2) makes one, or init.
    private func adopter(of process: SimulatedProcess) -> SimulatedProcess {
        var ancestor = process.parent
        while let candidate = ancestor {
            if candidate.isSubreaper, candidate.isAlive { return candidate }
            ancestor = candidate.parent
        }
        return initProcess
    }

    /// Reaps a zombie: from now on its number can be anybody's.
    func bury(_ process: SimulatedProcess) {
        guard process.state == .zombie else { return }
        // A stopped parent waits for nobody.
        if let parent = process.parent, parent.state == .stopped {
            schedule(.bury(process), in: .milliseconds(1))
            return
        }
        release(process)
    }

    private func release(_ process: SimulatedProcess) {
        process.state = .gone
        process.parent?.children.removeAll { $0 === process }
        byNumber.remove(process)
    }

    /// The worst that can happen to a number: gone, and at once an innocent's, in the same tick.
    func giveAwayNumber(of process: SimulatedProcess) {
        let takesCompany = process.temperament.vanishesWithCompany
        process.temperament.vanishing = nil
        exit(process)
        guard process.state == .zombie else { return }
        if takesCompany { endCompany(of: process) }
        // The number of a session or group that has members is not given away.
        let isHeld = byNumber.isNumberShared(of: process)
        release(process)
        if isHeld { return }
        census.reuses += 1
        let innocent = fork(
            initProcess,
            "innocent",
            ownSession: true,
            as: process.pid,
            startTime: process.identity.startTime
        )
        innocent.isElsewhere = true
        fork(innocent, "innocent-child")
        fork(innocent, "innocent-grandchild", ownGroup: true)
        // A session that has outlived its leader tells least about whose it is.
        if takesCompany, process.serial.isMultiple(of: 2) { exit(innocent, in: .microseconds(50)) }
    }

    /// Ends whoever is in the session or group of a process, so that its number is free.
    private func endCompany(of leader: SimulatedProcess) {
        let company = byNumber.values.filter {
            $0 !== leader && $0.isOurs
                && ($0.session == leader.pid || $0.group == leader.pid)
        }
        if !company.isEmpty { census.sessionReuses += 1 }
        for member in company {
            member.temperament.vanishing = nil
            exit(member)
            release(member)
        }
    }

    // MARK: - Signals

    func deliver(_ signal: Signal, to process: SimulatedProcess) {
        let tree = all[process.tree]
        if !tree.isDisturbed {
            tree.isDisturbed = true
            // Born just before, and seen just after: it may pass for an answer.
            if let birth = tree.latestBirth, birth + .milliseconds(10) > time {
                tree.isAnswering = true
            }
        }
        guard process.isAlive else { return }
        switch signal {
        case .kill:
            guard !process.isDoomed else { return }
            process.isDoomed = true
            guard let delay = process.temperament.dying else { return }
            schedule(.exit(process), in: delay)
        case .stop:
            let temperament = process.temperament
            if temperament.forksWhileStopping {
                process.temperament.forksWhileStopping = false
                after(temperament.stopping / 2) {
                    guard process.state == .running, !process.isDoomed else { return }
                    let child = self.fork(process, "last-minute", ownSession: true)
                    child.temperament.vanishing = process.temperament.legacy
                }
            }
            schedule(.freeze(process), in: temperament.stopping)
        case .continue:
            guard process.state == .stopped else { return }
            if process.isFrozen {
                process.staysStopped = false
                return
            }
            run(process)
        case .child:
            guard process.state == .running, process.temperament.buriesWhenTold else { return }
            for child in process.children where child.state == .zombie { bury(child) }
        default:
            if process.state == .stopped { process.hasPendingTerm = true } else { answer(process) }
        }
    }

    /// Lets a stopped process run, and do what it was asked meanwhile.
    func run(_ process: SimulatedProcess) {
        process.state = .running
        guard process.hasPendingTerm, !process.isDoomed else { return }
        process.hasPendingTerm = false
        answer(process)
    }

    func freeze(_ process: SimulatedProcess) {
        if process.temperament.executesWhileStopping, process.isAlive, !process.isFrozen {
            process.temperament.executesWhileStopping = false
            census.execs += 1
            process.execute("/bin/another")
        }
        if process.state == .running, process.isHeldByUs { process.state = .stopped }
    }

    private func answer(_ process: SimulatedProcess) {
        switch process.temperament.answerToTerm {
        case .exits(let delay): exit(process, in: delay)
        case .ignores: return
        case .leavesSuccessor(let ownSession, let delay):
            process.temperament.answerToTerm = .exits(after: delay)
            let child = fork(process, "successor", ownSession: ownSession)
            child.temperament.vanishing = process.temperament.legacy
            exit(process, in: delay)
        }
    }
}
