extension ShutdownEngine {
    /// Holds an heir, and makes it a member if it is proven to be tied to one.
    ///
    /// Its number, and the one by which it is tied, may have passed to strangers since they were
    /// read. Through its handle the tie is read again, and then the head must not be reaped yet:
    /// so the number was the head's when it was read. Who cannot be proven is not touched; if it
    /// lives on, adopted, the account names it.
    mutating func admit(_ heir: Heir) -> Bool {
        let identity = heir.target.identity
        let answer = kernel.pin(heir.target)
        if answer == .gone { return false }
        // Who cannot be held is sent nothing; it is there, and has to be told.
        if case .denied(let reason) = answer {
            set.insert(heir)
            settle(identity, .denied, reason)
            return true
        }
        guard let record = kernel.record(of: identity), heir.isTied(record),
            isHeadProven(heir, record)
        else {
            kernel.release(identity)
            return false
        }
        set.insert(heir)
        set[identity]?.wasHeld = true
        if case .changed(let reason) = answer { settle(identity, .refused, reason) }
        if answer == .exited || kernel.hasExited(identity) {
            markGone(identity)
        } else {
            set[identity]?.wasRunning = true
        }
        return true
    }

    private mutating func isHeadProven(_ heir: Heir, _ record: ProcessRecord) -> Bool {
        if let change = kernel.change(of: heir.head) {
            // What the head runs now was never judged, nor what that starts.
            settle(heir.head, .refused, change)
            return false
        }
        // The kernel told whose child it is: nothing has to be inferred from numbers.
        if heir.tie == .birth { return true }
        // Who was never held would be opened by its number, which may be another's by now.
        if set[heir.head]?.wasHeld == true, kernel.record(of: heir.head) != nil { return true }
        if let lead = set.lead(of: heir), !lead.hasWitness {
            // Its number was the leader's when births began to be told: that was held later still.
            if lead.holds(record) { return true }
            guard lead.mayHold(record) else { return false }
            return lead.isGroup
                ? !kernel.mayHavePassedOn(heir.head.pid)
                : kernel.isOlderThanHearing(heir.target.identity) == true
        }
        // A session outlives its leader, and its number passes to nobody as long as somebody is
        // in it: a member who was there all the time vouches for it.
        return heir.tie != .child
            && set.left.contains { identity in
                guard identity != heir.target.identity, let member = set[identity],
                    member.gone == nil, member.wasHeld, let record = kernel.record(of: identity)
                else { return false }
                let number = heir.tie == .session ? record.session : record.processGroup
                return number == heir.head.pid
            }
    }
}
