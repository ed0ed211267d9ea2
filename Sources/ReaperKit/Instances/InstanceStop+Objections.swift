/// Why an instance is left alone.
extension InstanceStop {
    /// That an instance, or somebody who would go with it, asks to be left alone; `nil` where nobody
    /// does, and where it was named.
    func optOut(of instance: Instance) -> String? {
        guard isOfAll else { return nil }
        let whole = instance.whole(in: view.snapshot)
        let heads = instance.heads
        let owners = Set(
            whole.filter { heads.contains($0.identity) }.compactMap { $0.status?.known?.realUser }
        )
        // A stranger who has taken on the mark speaks for nobody but itself.
        let isHeard = { (process: ProcessRecord) in
            guard let user = process.status?.known?.realUser else { return true }
            return user == 0 || user == self.view.snapshot.host.effectiveUser
                || owners.count == 1 && owners.contains(user)
        }
        let keeper = whole.first { $0.isKept && isHeard($0) }
        guard let keeper else { return nil }
        let command = "'reaper stop \(instance.id.quotedForShell)' stops it"
        guard instance.processes.contains(keeper.identity) else {
            return "kept: REAPER_KEEP=1 of \(keeper.label), which belongs to it; \(command)"
        }
        return "kept: REAPER_KEEP=1; \(command)"
    }

    /// Why an instance is not stopped; `nil` when it may be.
    func objection(to instance: Instance) -> String? {
        if !instance.remnants.isEmpty { return remainder(of: instance) }
        let id = instance.rule
        switch instance.state {
        case .foreign: return denial(instance)
        case .unknown, .starting: return instance.reason
        case .running, .stopping, .failed: break
        case .stopped, .stale, .recycled, .zombie:
            return "it may be another process, or a clock was set: \(instance.reason); "
                + "compare, and stop that process with 'reaper clean --pid "
                + "\(number(of: instance))' if it is the one"
        }
        guard let identity = instance.processes.first else {
            if !instance.holders.isEmpty { return advice(aboutSocket: instance) }
            return "which process it is is not known: \(instance.reason)\(search(for: instance))"
        }
        if let supervisor = serviceSupervisor(of: instance) {
            // Records are in `services`, below the state directory.
            let directory = instance.file?.splitAtLastComponent?.directory.splitAtLastComponent
                .map { " --state-dir \($0.directory.text.quotedForShell)" }
            return "\(supervisor.label) looks after it, and would start it again: 'reaper stop"
                + "\(directory ?? "") \(instance.name.quotedForShell)' has it do that"
        }
        // Whom a supervisor recorded with its start time, and looks after no more, has only this name.
        let isOwned = rules[id]?.stop == nil && rules[id]?.recordsOwned == true
        if isOwned, let reason = supervision(of: instance) { return reason }
        let isAbandoned = !isOfAll && instance.isProven && isOwned
        guard rules[id]?.stop != nil || isAbandoned else {
            if !isOwned, let own = ownCommand(of: instance) {
                return "its own system stops it: '\(own)'; "
                    + "'reaper clean --pid \(numbers(of: instance))' stops it all the same"
            }
            return "rule \(id) does not say how to stop it: "
                + "'reaper clean --pid \(numbers(of: instance))' stops it if it has to be"
        }
        if isOfAll, let process = view.snapshot.process(identity.pid),
            case .denied(let code) = process.environment
        {
            return "whether its environment asks to be left alone (REAPER_KEEP) is unknown: "
                + "\(reasonText(code)); 'reaper stop \(instance.id.quotedForShell)' stops it"
        }
        guard instance.isProven else {
            return "only a number says that process \(identity.pid) is it: compare first, "
                + "'reaper clean --pid \(identity)' stops that process"
        }
        guard let path = instance.file else { return nil }
        guard let file = listing.snapshot.instanceFiles.first(where: { $0.path == path }),
            let process = view.snapshot.process(identity.pid), process.identity == identity
        else { return "its file or its process was not seen" }
        let user = view.snapshot.host.effectiveUser
        guard case .refused(let reason) = file.mayActOn(process, for: user) else { return nil }
        return "its file may not have it stopped: \(reason)"
    }

    /// How whoever has a socket is stopped: as the instance that it is, or by its number.
    private func advice(aboutSocket instance: Instance) -> String {
        let names = instance.holders.map { identity in
            view.snapshot.process(identity.pid)?.label ?? identity.description
        }
        let who = "it is a socket of \(names.joined(separator: ", "))"
        let owner = listing.instances.first { other in
            !other.isSocket && !other.isOver
                && instance.holders.contains(where: other.processes.contains)
        }
        if let owner { return "\(who): 'reaper stop \(owner.id.quotedForShell)' stops that" }
        let numbers = instance.holders.map(\.description).joined(separator: ",")
        return "\(who), and rule \(instance.rule) does not say how to stop that: "
            + "'reaper clean --pid \(numbers)' stops it if it has to be"
    }

    /// Who looks after it, or may, so that it is not stopped for itself; `nil` where nobody does.
    private func supervision(of instance: Instance) -> String? {
        let command = "'reaper clean --pid \(numbers(of: instance))'"
        let unknown = "whether its supervisor lives is unknown: "
        let owner = owner(of: instance)
        // It is part of that one's tree, and goes with it.
        if let owner, isNamed(owner) { return nil }
        if owner == nil, let reason = unknownOwner(of: instance) { return unknown + reason }
        switch owner.map(RecordedOwner.runs) ?? neighbor(of: instance) {
        case .none: return nil
        case .unknown(let reason):
            return "\(unknown)\(reason); \(command) stops its process all the same"
        case .runs(let keeper) where isNamed(keeper):
            return "\(keeper.label) looks after it, and is stopped now: once that is gone, "
                + "'reaper stop \(instance.id.quotedForShell)' stops what is left"
        case .runs(let keeper):
            let how =
                ownCommand(of: instance).map { "'\($0)' has that stop it" } ?? "let that stop it"
            return "\(keeper.label) looks after it, and may start it again: \(how); "
                + "\(command) stops its process all the same"
        }
    }

    /// What tells who has an instance of which only a file is known.
    private func search(for instance: Instance) -> String {
        guard let path = instance.file else { return "" }
        return "; 'reaper explain \(path.text.quotedForShell)' looks for whoever uses it"
    }

    /// Everybody it is, as a command line takes them.
    private func numbers(of instance: Instance) -> String {
        instance.heads.map(\.description).joined(separator: ",")
    }

    /// Whose number an instance records, as far as it is known, as a command line takes it.
    private func number(of instance: Instance) -> String {
        guard let pid = instance.pid else { return "PID" }
        return view.snapshot.process(pid)?.identity.description ?? "\(pid)"
    }

    /// What is left of an instance whose own process is gone, and what stops that.
    private func remainder(of instance: Instance) -> String {
        let shown = 5
        var names = instance.remnants.prefix(shown).map { identity -> String in
            guard let process = view.snapshot.process(identity.pid) else {
                return identity.description
            }
            var seen: Set<String> = []
            let ports = view.snapshot.sockets(of: process).filter(\.holdsPort)
                .map { "port \($0.port)/\($0.transport.rawValue)" }
                .filter { seen.insert($0).inserted }
            let facts = [identity.description] + ports
            return "\(process.name.text) (\(facts.joined(separator: ", ")))"
        }
        let more = instance.remnants.count - names.count
        if more > 0 { names.append("\(more) more") }
        let numbers = instance.remnants.map(\.description).joined(separator: ",")
        let command = "reaper stop \(instance.id.quotedForShell)"
        let rest = instance.file == nil ? "" : "; then '\(command)' cleans up"
        return "\(instance.reason): \(names.joined(separator: ", ")); "
            + "'reaper clean --pid \(numbers)' stops what remains\(rest)"
    }

    private func denial(_ instance: Instance) -> String {
        let shown = 5
        let heads = instance.heads.map(\.pid)
        let pids = heads.isEmpty ? [instance.pid ?? 0] : heads
        var numbers = pids.prefix(shown).map { "\($0)" }
        if pids.count > shown { numbers.append("and \(pids.count - shown) more") }
        let users = Set(
            pids.map { view.snapshot.process($0)?.status?.known?.realUser }
        )
        let names = view.snapshot.host.userNames
        let owner =
            users.count == 1
            ? users.first.flatMap(\.self).map { "user " + (names[$0] ?? "\($0)") } ?? "another user"
            : "other users"
        let who = "PID\(pids.count == 1 ? "" : "s") \(numbers.joined(separator: ", "))"
        return "permission denied (\(who)): it belongs to \(owner); "
            + "run as that user, or with sudo"
    }
}
