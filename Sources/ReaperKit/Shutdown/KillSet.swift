/// Who belongs to a shutdown: the planned targets, and whoever turns out to belong to them.
///
/// A member's descendants belong, the members of a session or group that it led, and whoever
/// matches what was asked for. It only grows; every look may add to it.
struct KillSet {
    private(set) var members: [ProcessIdentity: ShutdownMember] = [:]
    /// In the order in which they were found.
    private(set) var order: [ProcessIdentity] = []
    /// Numbers of sessions that a member led, with that leader.
    private var sessions: [Int32: ProcessIdentity] = [:]
    private var groups: [Int32: ProcessIdentity] = [:]
    /// Numbers of sessions in which a member was seen.
    private(set) var sessionsSeen: Set<Int32> = []
    /// Roots whose trees answered a stop signal with new children.
    private(set) var resisting: Set<ProcessIdentity> = []
    /// Never members: reaper itself and its ancestors, what a rule protects.
    let excluded: Set<ProcessIdentity>

    init(excluding excluded: Set<ProcessIdentity>) { self.excluded = excluded }

    subscript(identity: ProcessIdentity) -> ShutdownMember? {
        get { members[identity] }
        set { members[identity] = newValue }
    }

    var active: [ShutdownMember] {
        order.compactMap { members[$0] }.filter(\.isActive)
    }

    /// Adds a target; returns whether it is new.
    @discardableResult
    mutating func insert(_ target: ShutdownTarget, parent: Int32) -> Bool {
        let identity = target.identity
        guard members[identity] == nil, !excluded.contains(identity), identity.pid > 1 else {
            return false
        }
        members[identity] = ShutdownMember(target, parent: parent)
        order.append(identity)
        if target.leadsSession { sessions[identity.pid] = identity }
        if target.leadsGroup { groups[identity.pid] = identity }
        return true
    }

    /// Takes in one look: who else belongs, and who is whose child by now.
    ///
    /// - Returns: The new members, parents before children.
    mutating func absorb(_ look: Look) -> [ShutdownTarget] {
        forgetEmptyNumbers(look)
        var added: [ShutdownTarget] = []
        for match in look.matches where insert(match, parent: 0) { added.append(match) }
        let records = look.processes.filter { !$0.isZombie && !$0.isKernelThread }
        noteParents(in: look)
        var foundMore = true
        while foundMore {
            foundMore = false
            for record in records where members[record.identity] == nil {
                guard let head = head(of: record), let target = heir(record, of: head) else {
                    continue
                }
                if insert(target, parent: record.parent) {
                    added.append(target)
                    foundMore = true
                    if resists(head) { resisting.insert(head.target.root) }
                }
            }
        }
        return added
    }

    /// Whether a new child of `head` is an answer to a stop signal, its own or that of a child.
    private func resists(_ head: ShutdownMember) -> Bool {
        head.asked != nil
            || members.values.contains { $0.asked != nil && $0.parent == head.identity.pid }
    }

    /// Notes who is whose child by now, without adding anybody.
    mutating func noteParents(in look: Look) {
        for record in look.processes where members[record.identity] != nil {
            members[record.identity]?.parent = record.parent
            sessionsSeen.insert(record.session)
        }
    }

    /// The member through whom `record` belongs.
    private func head(of record: ProcessRecord) -> ShutdownMember? {
        if let parent = livingMember(record.parent, for: record) { return parent }
        // Not its own leader: a process that leads has left on purpose, unless it descends.
        if let leader = sessions[record.session], record.pid != record.session {
            return members[leader]
        }
        if let leader = groups[record.processGroup], record.pid != record.processGroup {
            return members[leader]
        }
        return nil
    }

    // A number is a member's only as long as the member has not been reaped; an exited member's
    // number can be somebody else's, who would be younger than the child.
    private func livingMember(_ pid: Int32, for record: ProcessRecord) -> ShutdownMember? {
        guard pid > 1, let identity = livingNumbers[pid], let member = members[identity],
            member.gone == nil, identity.startTime <= record.identity.startTime
        else { return nil }
        return member
    }

    /// Numbers that the latest look showed to be members'.
    private var livingNumbers: [Int32: ProcessIdentity] = [:]

    /// A session's number stays its own as long as somebody is in it.
    ///
    /// When nobody is, or when another process leads it now, it means nothing any more.
    private mutating func forgetEmptyNumbers(_ look: Look) {
        livingNumbers = [:]
        var livingSessions: Set<Int32> = []
        var livingGroups: Set<Int32> = []
        for record in look.processes {
            if members[record.identity] != nil { livingNumbers[record.pid] = record.identity }
            livingSessions.insert(record.session)
            livingGroups.insert(record.processGroup)
            if let leader = sessions[record.pid], leader != record.identity {
                sessions[record.pid] = nil
            }
            if let leader = groups[record.pid], leader != record.identity {
                groups[record.pid] = nil
            }
        }
        for number in sessions.keys where !livingSessions.contains(number) {
            sessions[number] = nil
        }
        for number in groups.keys where !livingGroups.contains(number) { groups[number] = nil }
    }

    private mutating func heir(
        _ record: ProcessRecord,
        of head: ShutdownMember
    ) -> ShutdownTarget? {
        guard !excluded.contains(record.identity), record.pid > 1 else { return nil }
        livingNumbers[record.pid] = record.identity
        var target = head.target
        target.identity = record.identity
        target.depth = head.target.depth + 1
        target.reason = "belongs to \(head.target.name.text) (\(head.identity))"
        target.name = record.name
        target.executable = nil
        target.user = nil
        target.pidfdInode = nil
        target.leadsSession = record.session == record.pid
        target.leadsGroup = record.processGroup == record.pid
        return target
    }
}
