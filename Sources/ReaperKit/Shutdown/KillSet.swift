/// Who belongs to a shutdown: the planned targets, and whoever turns out to belong to them.
///
/// A member's descendants belong, the members of a session or group that it led, and whoever
/// matches what was asked for. It only grows; every look may add to it.
struct KillSet {
    private(set) var members: [ProcessIdentity: ShutdownMember] = [:]
    /// In the order in which they were found.
    private(set) var order: [ProcessIdentity] = []
    /// Sessions that a member led, by number.
    private(set) var sessions: [Int32: Lead] = [:]
    private(set) var groups: [Int32: Lead] = [:]
    /// Numbers of sessions in which a member was seen.
    private(set) var sessionsSeen: Set<Int32> = []
    /// Roots whose trees answered a stop signal with new children.
    private(set) var resisting: Set<ProcessIdentity> = []
    /// Never members: reaper itself and its ancestors, what a rule protects.
    let excluded: Set<ProcessIdentity>
    /// Targets of later waves, who match what was asked for before it is their turn.
    var postponed: Set<ProcessIdentity> = []

    init(excluding excluded: Set<ProcessIdentity>) { self.excluded = excluded }

    subscript(identity: ProcessIdentity) -> ShutdownMember? {
        get { members[identity] }
        set { members[identity] = newValue }
    }

    /// Who was not gone at the latest look, in order: what is asked often must not cost more with
    /// every member that ever was.
    private(set) var left: [ProcessIdentity] = []

    /// Members still to be ended, in the order in which they were found.
    var active: [ShutdownMember] {
        var active: [ShutdownMember] = []
        for identity in left {
            if let member = members[identity], member.isActive { active.append(member) }
        }
        return active
    }

    /// Whether `identity` can become a member now.
    func admits(_ identity: ProcessIdentity) -> Bool {
        members[identity] == nil && identity.pid > 1
            && !excluded.contains(identity) && !postponed.contains(identity)
    }

    /// Adds a target; returns whether it is new.
    @discardableResult
    mutating func insert(_ target: ShutdownTarget, parent: Int32) -> Bool {
        let identity = target.identity
        guard admits(identity) else { return false }
        members[identity] = ShutdownMember(target, parent: parent)
        order.append(identity)
        left.append(identity)
        if target.leadsSession { sessions[identity.pid] = Lead(identity) }
        if target.leadsGroup { groups[identity.pid] = Lead(identity) }
        return true
    }

    /// Adds somebody who belongs through a member; a tree that was asked before resists.
    mutating func insert(_ heir: Heir) {
        let root = heir.target.root
        let isAnswer = members[heir.head].map { $0.asked != nil || $0.lostAskedChild } ?? false
        if insert(heir.target, parent: heir.parent), isAnswer { resisting.insert(root) }
    }

    /// Notes that `identity` was asked: what its parent makes from now on is an answer to that.
    mutating func noteAsked(_ identity: ProcessIdentity, at time: Duration) {
        guard var member = members[identity] else { return }
        member.asked = time
        member.graceEnd = time + member.target.timeout
        members[identity] = member
        if let parent = livingNumbers[member.parent] { members[parent]?.lostAskedChild = true }
    }

    /// Whether others can belong who descend from no member.
    var leadsAnything: Bool { !sessions.isEmpty || !groups.isEmpty }

    /// The session or group by which an heir belongs, if a member led it.
    func lead(of heir: Heir) -> Lead? {
        let lead =
            switch heir.tie {
            case .session: sessions[heir.head.pid]
            case .group: groups[heir.head.pid]
            case .child, .birth: Lead?.none
            }
        return lead?.leader == heir.head ? lead : nil
    }

    // MARK: - What a look shows

    /// Members by number, as the latest look showed them.
    private(set) var livingNumbers: [Int32: ProcessIdentity] = [:]

    /// Takes in who is whose child by now, and which sessions and groups still are what they were.
    mutating func note(_ look: Look) {
        left.removeAll { members[$0]?.gone != nil }
        livingNumbers = [:]
        for number in sessions.keys { sessions[number]?.hasWitness = false }
        for number in groups.keys { groups[number]?.hasWitness = false }
        for record in look.processes {
            if members[record.identity] != nil {
                members[record.identity]?.parent = record.parent
                members[record.identity]?.isStopped = record.isStopped
                sessionsSeen.insert(record.session)
                livingNumbers[record.pid] = record.identity
                sessions[record.session]?.note(witness: record, at: look.tick)
                groups[record.processGroup]?.note(witness: record, at: look.tick)
                continue
            }
            // Another process has the number: the session is gone, or was when it got it.
            sessions[record.pid] = nil
            groups[record.pid] = nil
        }
    }
}
