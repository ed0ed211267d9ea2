import Glibc

extension LinuxKernel {
    /// Reads the processes of a scope, evaluates the pattern again, and finds who is in the control
    /// groups that reaper made.
    public func look(_ scope: LookScope) -> Look {
        let tick = scanner.host.ticks(at: Clock.sinceBoot())
        do throws(SystemError) {
            guard followsRules else {
                let near: [ProcessRecord]? =
                    switch scope {
                    case .everybody: nil
                    case .trees(let members): scanner.trees(of: members)
                    case .newcomers(let members, let known):
                        scanner.newcomers(below: members, besides: known)
                    }
                if let near { return Look(processes: near, matches: groupMatches(), tick: tick) }
                let listing = try scanner.listing(besides: unreaped().union(kernelChildren()))
                note(hidden: listing.refused)
                return Look(processes: listing.records, matches: groupMatches(), tick: tick)
            }
            let result = try scanner.scan(files: files)
            note(hidden: result.snapshot.unreadable.processes)
            return Look(
                processes: result.snapshot.processes,
                matches: matches(result) + groupMatches(),
                tick: tick
            )
        } catch {
            // Without a listing nobody new can be found; the proof will fail for the same reason.
            return Look(processes: [])
        }
    }

    /// The children of kthreadd, half of the numbers of an ordinary machine, where no member is one of
    /// them and none of them can have come to be a member.
    ///
    /// The parent of a new process is who made it, or with `CLONE_PARENT` that one's parent, and
    /// kthreadd adopts nobody: only its children make others of these. One of them can join the
    /// group that a member leads when they are in the same session; if that was begun by somebody
    /// whose parent is another, none of them is. Whoever comes by one of these numbers after they
    /// were read was born during a proof, which looks.
    private func kernelChildren() -> Set<Int32> {
        guard !groups.hasMade, targets.values.allSatisfy({ $0.parent.map { $0 != 2 } ?? false })
        else { return [] }
        let sessions = targets.values.filter { $0.leadsGroup && !$0.leadsSession }.map(\.session)
        let areApart = Set(sessions).allSatisfy { session in
            guard let session, session > 0,
                let leader = scanner.procfs.record(of: ProcessPlace(pid: session)).known
            else { return false }
            // While anybody is in it, its number is nobody else's.
            return leader.session == session && leader.parent != 2 && !leader.isKernelThread
        }
        return areApart ? scanner.kernelChildren() : []
    }

    /// A look that nobody can hide from, or the reason why somebody can.
    public func prove(until end: Duration) -> ProofLook {
        var proof = ProofLook(look: Look(processes: []), answer: .quiet)
        var failure: SystemError?
        var counter = KernelCounters()
        hasUnsettled = false
        hiddenSince = []
        drainBirths()
        _ = feed?.takeExecs()
        var born: [ProcessIdentity: ProcessRecord] = [:]
        proof.answer = ProofScan.run(&counter, mayGoOn: { Clock.monotonic() < end }) {
            proof.look = self.look(.everybody)
        } examine: { pids in
            guard followsRules else {
                // Whoever was born is part of the look, even if no listing shows it.
                for pid in pids {
                    let answer = scanner.procfs.record(of: ProcessPlace(pid: pid))
                    guard case .value(let record) = answer else { continue }
                    born[record.identity] = record
                }
                return
            }
            do throws(SystemError) { try killMatches(among: pids, noting: &proof) } catch {
                failure = error
            }
        }
        // Who began to run something else after it was read may match by now.
        for _ in 0..<Self.execRounds where followsRules && drainBirths() && failure == nil {
            let changed = feed?.takeExecs() ?? []
            guard !changed.isEmpty, now() < end else { break }
            do throws(SystemError) {
                try killMatches(among: changed.sorted(), noting: &proof)
            } catch { failure = error }
        }
        for record in proof.look.processes { born[record.identity] = nil }
        proof.isListed = !proof.look.processes.isEmpty
        proof.look.processes += born.values
        proof.look.processes.sort { $0.identity < $1.identity }
        if case .unprovable = proof.answer {
            proof.look = look(.everybody)
        } else if !proof.isListed {
            proof.answer = .notProven(
                now() < end
                    ? "/proc could not be listed" : "there was no time left for the last look"
            )
        } else if let failure {
            proof.answer = .notProven(
                failure.code == ETIMEDOUT
                    ? "there was no time left to look at what was born meanwhile"
                    : "what was born meanwhile could not be read: \(failure)"
            )
        } else if let pid = hiddenSince.min() {
            // It stays unreadable, however often it is looked at.
            proof.answer = .unprovable("process \(pid) may not be read, and may belong to it")
        } else if hasUnsettled {
            proof.answer = .notProven("something matches that is too young to be judged")
        }
        return proof
    }

    /// Rounds in which those are looked at who began another program during a proof.
    private static let execRounds = 50

    /// Looks at these numbers, and kills at once whoever matches and was not known.
    private func killMatches(among pids: [Int32], noting proof: inout ProofLook) throws(SystemError)
    {
        let result = try scanner.examine(pids, files: files)
        note(hidden: result.snapshot.unreadable.processes)
        for target in matches(result) where targets[target.identity] == nil {
            proof.found.append(target)
            // Whoever is not looked at any more is so for the engine, too, and told.
            guard !scanner.isLate, pin(target) == .pinned,
                send(.kill, to: target.identity) == .sent
            else { continue }
            proof.killed.append(target)
        }
    }

    /// Notes whom the kernel lets nobody look at; who was so before anything was done is known
    /// from the first scan, and told by the report.
    private func note(hidden pids: Set<Int32>) {
        hiddenSince.formUnion(pids.subtracting(hiddenBefore))
    }

    /// What only a rule found is left to settle until it is this old, unless it is the successor
    /// of something that was stopped: runs the same file.
    private static let settlingAge = Duration.seconds(2)

    private func matches(_ result: ScanResult) -> [ShutdownTarget] {
        let executables = Set(targets.values.compactMap(\.executable))
        let host = result.snapshot.host
        let settled = result.findings.filter { finding in
            guard let identity = finding.process else { return false }
            // Of an instance that was named nothing has to settle: its processes are asked for.
            guard finding.rule != nil, scanner.request.isJudged,
                host.age(of: identity) < Self.settlingAge
            else { return true }
            let executable = result.snapshot.process(identity.pid)?.executable?.known?.path
            let isSuccessor = executable.map(executables.contains) ?? false
            if !isSuccessor { hasUnsettled = true }
            return isSuccessor
        }
        let planner = ShutdownPlanner(
            result.snapshot,
            rules: scanner.request.planningRules,
            options: planning
        )
        // Who only descends from a match was listed by number; the engine proves such ties itself.
        return planner.plan(for: settled).targets.filter {
            $0.depth == 0 || $0.pidfdInode != nil
        }
    }
}
