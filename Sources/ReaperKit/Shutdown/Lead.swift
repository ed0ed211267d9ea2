/// A session or group that a member led, and until when its number is known to be that one's.
///
/// A number stays a session's own as long as anybody is in it. While a member is, who has been
/// there all the time, everybody in it belongs. When none is left, strangers may be in a new
/// session of the same number; then age tells: nobody can join another's session, so whoever is
/// older than the last moment at which it was the leader's, and is in it now, was in it then. Not
/// so for a group: an older process of the same session can join a new one of that number.
struct Lead {
    let leader: ProcessIdentity
    /// Whether it is a group: then only a witness tells.
    let isGroup: Bool
    /// Whether the latest look showed a member in it.
    var hasWitness = false
    /// When a look began that showed a member in it, in clock ticks after boot.
    private var witnessed: UInt64 = 0
    /// The session that it is, or that the group lies in.
    private var session: Int32?

    init(_ leader: ProcessIdentity, session: Int32?, isGroup: Bool = false) {
        self.leader = leader
        self.isGroup = isGroup
        self.session = session
    }

    mutating func note(witness: ProcessRecord, at tick: UInt64) {
        hasWitness = true
        witnessed = max(witnessed, tick)
        session = witness.session
    }

    /// Notes that the leader was held, and not reaped, at a time.
    mutating func note(leaderAt tick: UInt64) { witnessed = max(witnessed, tick) }

    /// Whether a process that is in a session or group of this number can be in this very one.
    ///
    /// Groups can be joined, but only from within the same session, by the process or its parent.
    func mayHold(_ record: ProcessRecord) -> Bool {
        hasWitness
            || (record.identity.startTime <= witnessed && isInSession(record))
    }

    /// Whether it must be: within one tick it cannot be told which came first.
    func holds(_ record: ProcessRecord) -> Bool {
        hasWitness
            || (!isGroup && record.identity.startTime < witnessed && isInSession(record))
    }

    /// Whether it is not ruled out that a process is in it.
    func mayReach(_ record: ProcessRecord) -> Bool {
        session.map { $0 == record.session } ?? true
    }

    private func isInSession(_ record: ProcessRecord) -> Bool {
        session.map { $0 == record.session } ?? false
    }
}
