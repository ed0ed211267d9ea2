/// Who belongs to a shutdown: the planned targets, and whoever turns out to belong to them.
///
/// A member's descendants belong, the members of a session or group that it led, and whoever
/// matches what was asked for. It only grows; every look may add to it.
struct KillSet {
    private(set) var members = MemberTable()
    /// In the order in which they were found.
    var order: [ProcessIdentity] { members.order }
    /// Sessions that a member led, by number.
    private(set) var sessions: [Int32: Lead] = [:]
    private(set) var groups: [Int32: Lead] = [:]
    /// Numbers of sessions in which a member was seen.
    private(set) var sessionsSeen: Set<Int32> = []
    /// Whether some member's session is not known: it may be anybody's.
    private(set) var hasUnknownSession = false
    /// Roots whose trees answered a stop signal with new children.
    private(set) var resisting: Set<ProcessIdentity> = []
    /// Never members: reaper itself and its ancestors, what a rule protects.
    let excluded: Set<ProcessIdentity>
    /// Targets of later waves, who match what was asked for before it is their turn.
    var postponed: Set<ProcessIdentity> = []

    init(excluding excluded: Set<ProcessIdentity>, since beginning: UInt64 = 0) {
        self.excluded = excluded
        latestTick = beginning
        nextTick = beginning
    }

    subscript(identity: ProcessIdentity) -> ShutdownMember? {
        get { members[identity] }
        set { members[identity] = newValue }
    }

    /// Who was not gone at the latest look, in order: what is asked often must not cost more with
    /// every member that ever was.
    private(set) var left: [ProcessIdentity] = []

    /// Members still to be ended, in the order in which they were found.
    var active: [ShutdownMember] { members.active }

    /// How many there are of them.
    var activeCount: Int { members.activeCount }

    /// Whether one of them is still to be asked, or was and has not been killed.
    var hasUnkilled: Bool { members.unkilledCount > 0 }

    /// Whether `identity` can become a member now.
    func admits(_ identity: ProcessIdentity) -> Bool {
        !members.contains(identity) && identity.pid > 1
            && !excluded.contains(identity) && !postponed.contains(identity)
    }

    /// Adds a target; returns whether it is new.
    @discardableResult
    mutating func insert(_ target: ShutdownTarget, parent: Int32) -> Bool {
        let identity = target.identity
        guard admits(identity) else { return false }
        members[identity] = ShutdownMember(target, parent: target.parent ?? parent)
        left.append(identity)
        livingNumbers[identity.pid] = identity
        if let session = target.session {
            sessionsSeen.insert(session)
        } else {
            hasUnknownSession = true
        }
        if target.leadsSession { sessions[identity.pid] = Lead(identity, session: target.session) }
        if target.leadsGroup {
            groups[identity.pid] = Lead(identity, session: target.session, isGroup: true)
        }
        return true
    }

    /// Adds somebody who belongs through a member; a tree that was asked before resists.
    mutating func insert(_ heir: Heir) {
        let root = heir.target.root
        // Who was there before anything was asked is no answer to it.
        let wasBornSince =
            heir.tie == .birth
            || (heir.tie == .child && heir.target.identity.startTime > latestTick)
        let isAnswer =
            wasBornSince
            && members[heir.head].map { $0.asked != nil || $0.lostAskedChild } ?? false
        guard insert(heir.target, parent: heir.parent) else { return }
        if isAnswer { resisting.insert(root) }
        if wasBornSince, let head = members[heir.head] {
            members[heir.target.identity]?.maker = head.asked == nil ? head.maker : heir.head
        }
    }

    /// Whether somebody was made by whoever was asked and still has grace.
    ///
    /// Who is asked to stop may need others for it: a script that runs commands in its trap, an agent
    /// that runs `docker stop`. Their turn comes when he is gone, or his grace has passed.
    func isAtWork(_ member: ShutdownMember, at time: Duration) -> Bool {
        guard let maker = member.maker.flatMap({ members[$0] }) else { return false }
        return maker.isActive && maker.lastSignal != .kill && !maker.hadGrace(at: time)
    }

    /// Notes that `identity` was asked: what its parent makes from now on is an answer to that.
    mutating func noteAsked(_ identity: ProcessIdentity, at time: Duration) {
        guard var member = members[identity] else { return }
        member.asked = time
        member.graceEnd = time + member.target.timeout
        members[identity] = member
        if let parent = livingNumbers[member.parent] { members[parent]?.lostAskedChild = true }
    }

    /// The numbers of all members that may be left.
    var numbers: Set<Int32> { Set(left.map(\.pid)) }

    /// Whether it is known whose child each of those is who are left.
    var knowsParents: Bool { members.fatherlessCount == 0 }

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

    /// Notes that a member was held, and not reaped, at a time; in clock ticks after boot.
    mutating func note(_ identity: ProcessIdentity, heldAt tick: UInt64) {
        if sessions[identity.pid]?.leader == identity {
            sessions[identity.pid]?.note(leaderAt: tick)
        }
        if groups[identity.pid]?.leader == identity {
            groups[identity.pid]?.note(leaderAt: tick)
        }
    }

    /// Whether a process may be in a session or group that a member led, and nobody can tell.
    func mayHaveLed(_ record: ProcessRecord) -> Bool {
        for lead in [sessions[record.session], groups[record.processGroup]] {
            guard let lead, record.identity.startTime >= lead.leader.startTime,
                record.pid != lead.leader.pid, lead.mayReach(record)
            else { continue }
            return true
        }
        return false
    }

    // MARK: - What a look shows

    /// When the look before the latest began, in clock ticks after boot: what it did not show is
    /// younger, or has come from elsewhere.
    private var latestTick: UInt64
    private var nextTick: UInt64

    mutating func noteTick(of look: Look) {
        latestTick = nextTick
        nextTick = look.tick
    }

    /// Members by number, as the latest look showed them.
    private(set) var livingNumbers: [Int32: ProcessIdentity] = [:]

    /// Takes in who is whose child by now, and which sessions and groups still are what they were.
    mutating func note(_ look: Look) {
        left.removeAll { members[$0]?.gone != nil }
        livingNumbers = [:]
        noteTick(of: look)
        for number in sessions.keys { sessions[number]?.hasWitness = false }
        for number in groups.keys { groups[number]?.hasWitness = false }
        for record in look.processes {
            if var member = members[record.identity] {
                member.parent = record.parent
                member.isStopped = record.isStopped
                members[record.identity] = member
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
