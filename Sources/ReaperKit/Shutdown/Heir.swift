/// Somebody who seems to belong, and through whom; whoever adds it has to prove that first.
///
/// A look reads each process at its own moment, and names parents, sessions and groups by number.
/// A number can pass to a stranger before, during and after it.
struct Heir {
    /// What makes it belong.
    enum Tie {
        case child
        case session
        case group
        /// The kernel told its birth.
        case birth
    }

    var target: ShutdownTarget
    var parent: Int32
    /// The member, or another heir, through whom it belongs.
    var head: ProcessIdentity
    var tie: Tie

    init(_ record: ProcessRecord, of head: ShutdownTarget, by tie: Tie) {
        target = head
        target.identity = record.identity
        // Plan files hold depths too: nothing from outside may overflow.
        target.depth = min(head.depth, 1 << 30) + 1
        target.reason = "belongs to \(head.name.text) (\(head.identity))"
        target.name = record.name
        target.executable = nil
        target.user = nil
        target.pidfdInode = record.pidfdInode
        target.parent = record.parent
        target.session = record.session
        target.leadsSession = record.session == record.pid
        target.leadsGroup = record.processGroup == record.pid
        parent = record.parent
        self.head = head.identity
        self.tie = tie
    }

    /// Whether `record`, read through a handle, still shows the tie.
    func isTied(_ record: ProcessRecord) -> Bool {
        switch tie {
        case .child: record.parent == head.pid
        case .session: record.session == head.pid
        case .group: record.processGroup == head.pid
        case .birth: true
        }
    }
}

extension KillSet {
    /// Who seems to belong and is not a member yet, each after the head through whom it belongs.
    ///
    /// Each process is looked at once for each of its three ties, whatever the shape of the tree.
    func heirs(in look: Look) -> [Heir] {
        // Most looks show nobody new, and cost no more than this.
        let isAnybodyNew = look.processes.contains { record in
            (livingNumbers[record.parent] != nil || sessions[record.session] != nil
                || groups[record.processGroup] != nil) && admits(record.identity)
        }
        guard isAnybodyNew else { return [] }
        var search = HeirSearch(look, admitted: admits)
        for identity in left where members[identity]?.verdict == .refused {
            if livingNumbers[identity.pid] == identity { search.shelter(below: identity.pid) }
        }
        for identity in left {
            // What a refused member runs now was never judged, nor what that starts.
            guard let member = members[identity], member.gone == nil, member.verdict != .refused,
                livingNumbers[identity.pid] == identity
            else { continue }
            search.add(member.target)
        }
        search.followChildren()
        // In the order of their numbers: a run can be repeated.
        for (number, lead) in sessions.sorted(by: { $0.key < $1.key }) {
            search.addMembers(of: number, lead, in: self, .session)
        }
        for (number, lead) in groups.sorted(by: { $0.key < $1.key }) {
            search.addMembers(of: number, lead, in: self, .group)
        }
        search.followEverything()
        return search.found
    }
}

/// One walk over a look, from the members outward.
private struct HeirSearch {
    private(set) var found: [Heir] = []
    private var records: [ProcessRecord]
    private var children: [Int32: [Int]] = [:]
    private var sessions: [Int32: [Int]] = [:]
    private var groups: [Int32: [Int]] = [:]
    private var isFound: [Bool]
    private var heads: [ShutdownTarget] = []
    private var nextHead = 0
    private var nextLeader = 0

    init(_ look: Look, admitted: (ProcessIdentity) -> Bool) {
        records = look.processes.filter {
            !$0.isZombie && !$0.isKernelThread && admitted($0.identity)
        }
        isFound = Array(repeating: false, count: records.count)
        for (index, record) in records.enumerated() {
            children[record.parent, default: []].append(index)
            // Not its own leader: a process that leads has left on purpose, unless it descends.
            if record.session != record.pid { sessions[record.session, default: []].append(index) }
            if record.processGroup != record.pid {
                groups[record.processGroup, default: []].append(index)
            }
        }
    }

    mutating func add(_ head: ShutdownTarget) { heads.append(head) }

    /// Leaves out whoever descends from somebody who was refused, whatever else ties it.
    mutating func shelter(below number: Int32) {
        var next = [number]
        while let parent = next.popLast() {
            for index in children[parent] ?? [] where !isFound[index] {
                isFound[index] = true
                next.append(records[index].pid)
            }
        }
    }

    /// Descendants first: a tie by birth says more about the order than one by session.
    mutating func followChildren() {
        while nextHead < heads.count {
            let head = heads[nextHead]
            nextHead += 1
            for index in children[head.identity.pid] ?? []
            // An older process cannot be its child: its parent's number was another's.
            where head.identity.startTime <= records[index].identity.startTime {
                add(index, of: head, by: .child)
            }
        }
    }

    mutating func addMembers(
        of number: Int32,
        _ lead: Lead,
        in set: KillSet,
        _ tie: Heir.Tie
    ) {
        guard let leader = set[lead.leader], leader.verdict != .refused else { return }
        for index in (tie == .session ? sessions : groups)[number] ?? []
        where lead.mayHold(records[index]) {
            add(index, of: leader.target, by: tie)
        }
    }

    /// What heirs start and lead belongs as well.
    mutating func followEverything() {
        followChildren()
        while nextLeader < found.count {
            let leader = found[nextLeader].target
            nextLeader += 1
            if leader.leadsSession {
                for index in sessions[leader.identity.pid] ?? [] {
                    add(index, of: leader, by: .session)
                }
            }
            if leader.leadsGroup {
                for index in groups[leader.identity.pid] ?? [] {
                    add(index, of: leader, by: .group)
                }
            }
            followChildren()
        }
    }

    private mutating func add(_ index: Int, of head: ShutdownTarget, by tie: Heir.Tie) {
        guard !isFound[index] else { return }
        isFound[index] = true
        let heir = Heir(records[index], of: head, by: tie)
        found.append(heir)
        heads.append(heir.target)
    }
}
