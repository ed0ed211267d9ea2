extension Snapshot {
    /// The process itself, and whoever is in a session or process group that it leads.
    ///
    /// A service started by `sh -c` holds its ports in a child. A daemon whose children begin
    /// sessions of their own, as sshd's do, has nothing to do with their ports.
    func company(of identity: ProcessIdentity) -> [ProcessIdentity] {
        guard let leader = process(identity.pid), leader.identity == identity, !leader.isZombie
        else {
            return [identity]
        }
        let leadsSession = leader.session == leader.pid
        let leadsGroup = leader.processGroup == leader.pid
        guard leadsSession || leadsGroup else { return [identity] }
        let others = processes.filter { member in
            member.pid != leader.pid
                && (leadsSession && member.session == leader.pid
                    || leadsGroup && member.processGroup == leader.pid)
        }
        return [identity] + others.map(\.identity)
    }
}

extension Instance {
    /// Whose ports are shown with it: its company, or that of whoever has its socket.
    func reach(in snapshot: Snapshot) -> [ProcessIdentity] {
        guard processes.isEmpty, remnants.isEmpty else { return company(in: snapshot) }
        var seen: Set<ProcessIdentity> = []
        return holders.flatMap { snapshot.company(of: $0) }.filter { seen.insert($0).inserted }
    }

    /// Everybody it consists of, and who is, or has remained, in their sessions and groups.
    func company(in snapshot: Snapshot) -> [ProcessIdentity] {
        var seen: Set<ProcessIdentity> = []
        return (processes.flatMap { snapshot.company(of: $0) } + remnants)
            .filter { seen.insert($0).inserted }
    }
}
