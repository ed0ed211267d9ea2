import ReaperKit

/// Who has what a final sweep is about, from the machine's own truth.
extension SimulatedKernel {
    func others(of sweep: FinalSweep, until end: Duration) -> OthersAnswer {
        spend(.microseconds(300))
        machine.census.sweeps += 1
        var answer = OthersAnswer()
        if let ports = sweep.ports { addHolders(of: ports, sweep, until: end, to: &answer) }
        if !sweep.names.isEmpty { addNamesakes(sweep, until: end, to: &answer) }
        latestOthers[sweep.owner] = answer
        return answer
    }

    private func addHolders(
        of asked: PortSet,
        _ sweep: FinalSweep,
        until end: Duration,
        to answer: inout OthersAnswer
    ) {
        guard !socketsAreUnreadable else {
            answer.unknown = "who holds its ports is unknown: Operation not permitted"
            return
        }
        for entry in ports where asked.contains(entry.port, .tcp) {
            guard entry.holder.isAlive else {
                // The kernel keeps it a little longer than whoever held it.
                let held = heldPorts(asked).contains { $0.port == entry.port }
                if held { answer.unknown = "port \(entry.port)/tcp is held by nobody to be seen" }
                continue
            }
            let reason = "holds port \(entry.port)/tcp, which \(sweep.owner) wants free"
            add(entry.holder, reason, sweep, until: end, to: &answer)
        }
    }

    private func addNamesakes(
        _ sweep: FinalSweep,
        until end: Duration,
        to answer: inout OthersAnswer
    ) {
        if failingLooks > 0 {
            failingLooks -= 1
            machine.census.failedLooks += 1
            answer.unknown = "who has such a name is unknown: /proc could not be listed"
            return
        }
        for process in machine.byNumber.values
        where process.isAlive && sweep.names.contains(where: { $0.matches(process.nameBytes) }) {
            let reason = "is called \(process.name), which \(sweep.owner) wants nobody to be"
            add(process, reason, sweep, until: end, to: &answer)
        }
    }

    /// Takes in a root and its tree, or says why not; who is a member already is nobody else.
    private func add(
        _ root: SimulatedProcess,
        _ reason: String,
        _ sweep: FinalSweep,
        until end: Duration,
        to answer: inout OthersAnswer
    ) {
        guard !wasToBeStopped(root.identity) else { return }
        // To hold and to read it; who is still left when the time is up is only listed.
        if machine.time > end {
            let told = (answer.unreached + answer.refused).map(\.identity)
            guard !told.contains(root.identity),
                !answer.targets.contains(where: { $0.identity == root.identity })
            else { return }
            answer.unreached.append(Refusal(root.identity, reason: reason))
            answer.unknown = "\(answer.unreached.count) were not looked at, for want of time"
            machine.census.unreached += 1
            return
        }
        spend(judging)
        if let objection = objection(to: root) {
            guard !answer.refused.contains(where: { $0.identity == root.identity }) else { return }
            answer.refused.append(
                Refusal(root.identity, reason: "\(reason), and is left alone: \(objection)")
            )
            return
        }
        for (member, depth) in tree(of: root) {
            guard !wasToBeStopped(member.identity),
                !answer.targets.contains(where: { $0.identity == member.identity })
            else { continue }
            // A signal to anybody whom no sweep condemned stays a violation.
            if sweep.killsOthers, !terms.isExact {
                condemned[member.identity] = (member, root)
                if depth > 0 { member.belongsByDescent = true }
            }
            var target = ShutdownTarget(
                identity: member.identity,
                depth: depth,
                root: root.identity,
                signal: sweep.signal,
                timeout: sweep.timeout,
                reason: depth == 0 ? reason : "belongs to \(root.name)",
                name: member.nameBytes
            )
            target.executable = member.executable
            target.pidfdInode = UInt64(member.serial)
            target.parent = member.parent?.pid
            target.session = member.session
            target.leadsSession = member.session == member.pid
            target.leadsGroup = member.group == member.pid
            answer.targets.append(target)
        }
    }

    /// Whether the process is a member of the shutdown; a zombie's parent is only reminded.
    private func wasToBeStopped(_ identity: ProcessIdentity) -> Bool {
        guard let handle = handles[identity], handle.isJudged else { return false }
        return handle.target.signal != .child
    }

    private func objection(to process: SimulatedProcess) -> String? {
        if process.pid == 1 { return "PID 1 is never stopped" }
        if excluded.contains(process.identity) { return "it is an ancestor of reaper" }
        if process.isProtected { return "a rule protects it" }
        return nil
    }

    /// The descendants that may be stopped, deepest first, and the root at the end.
    private func tree(
        of root: SimulatedProcess
    ) -> [(process: SimulatedProcess, depth: Int)] {
        var members = [(process: root, depth: 0)]
        var next = 0
        while next < members.count {
            let (process, depth) = members[next]
            next += 1
            members += process.children.map { ($0, depth + 1) }
        }
        return members.filter {
            $0.process.isAlive && objection(to: $0.process) == nil
        }.sorted { ($0.depth, $1.process.pid) > ($1.depth, $0.process.pid) }
    }
}
