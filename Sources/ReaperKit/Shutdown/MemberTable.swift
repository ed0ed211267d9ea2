/// The members of a shutdown in the order in which they were found, and who of them is left to end.
///
/// The engine asks after every exit who is left; with thousands of members that may neither look
/// up each of them nor pass over all that ever were.
struct MemberTable {
    private var members: [ShutdownMember] = []
    private var places: [ProcessIdentity: Int] = [:]
    /// Places of those to be ended, ascending; some may have ended since.
    private var waiting: [Int] = []

    /// In the order in which they were found.
    private(set) var order: [ProcessIdentity] = []
    /// How many are still to be ended.
    private(set) var activeCount = 0
    /// How many of those were not sent SIGKILL yet.
    private(set) var unkilledCount = 0
    /// Of how many that are not gone the parent is not known.
    private(set) var fatherlessCount = 0

    /// A member; one that is not there yet is added, and none is ever taken out.
    subscript(identity: ProcessIdentity) -> ShutdownMember? {
        get { places[identity].map { members[$0] } }
        set {
            guard let newValue else { return }
            if let place = places[identity] {
                replace(place, by: newValue)
            } else {
                append(newValue)
            }
        }
    }

    func contains(_ identity: ProcessIdentity) -> Bool { places[identity] != nil }

    private mutating func append(_ member: ShutdownMember) {
        places[member.identity] = members.count
        order.append(member.identity)
        if member.isActive { waiting.append(members.count) }
        count(member, 1)
        members.append(member)
    }

    private mutating func replace(_ place: Int, by member: ShutdownMember) {
        let wasActive = members[place].isActive
        count(members[place], -1)
        count(member, 1)
        members[place] = member
        guard member.isActive != wasActive else { return }
        if !wasActive, !waiting.contains(place) {
            waiting.insert(place, at: waiting.firstIndex { $0 > place } ?? waiting.endIndex)
        } else if waiting.count > 2 * activeCount + 8 {
            waiting.removeAll { !members[$0].isActive }
        }
    }

    /// Those still to be ended, in the order in which they were found.
    var active: [ShutdownMember] {
        var active: [ShutdownMember] = []
        active.reserveCapacity(activeCount)
        for place in waiting where members[place].isActive { active.append(members[place]) }
        return active
    }

    private mutating func count(_ member: ShutdownMember, _ change: Int) {
        if member.isLeft, member.parent <= 0 { fatherlessCount += change }
        guard member.isActive else { return }
        activeCount += change
        if !member.wasKilled { unkilledCount += change }
    }
}
