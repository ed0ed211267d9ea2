/// Whether nobody is left whom a look finds, and who could not be looked at while that was proven.
struct AbsenceProof: Equatable {
    /// Whether somebody was found after all.
    var isAnybody = false
    /// What the looks are worth.
    var answer = ProofScan.Answer.quiet
    /// What was refused of those born meanwhile, one sentence each: no listing shows them, so that
    /// nobody else tells of it.
    var doubts: Set<String> = []

    /// Looks at everybody, and at whoever is born meanwhile.
    ///
    /// - Parameters:
    ///   - counter: The kernel's counters.
    ///   - mayGoOn: Whether there is time for another look.
    ///   - list: Looks at every process; whether anybody is found.
    ///   - examine: Looks at these numbers; whether anybody is found, and what was refused.
    /// - Returns: What was found, and what it is worth.
    /// - Throws: What kept a look from being made at all.
    static func run<Counter: BirthCounter>(
        _ counter: inout Counter,
        mayGoOn: () -> Bool = { true },
        list: () throws(SystemError) -> Bool,
        examine: ([Int32]) throws(SystemError) -> (isAnybody: Bool, unreadable: Unreadable)
    ) throws(SystemError) -> AbsenceProof {
        var proof = AbsenceProof()
        var failure: SystemError?
        proof.answer = ProofScan.run(&counter, mayGoOn: mayGoOn) {
            do throws(SystemError) {
                if try list() { proof.isAnybody = true }
            } catch {
                failure = error
            }
        } examine: { pids in
            do throws(SystemError) {
                let look = try examine(pids)
                if look.isAnybody { proof.isAnybody = true }
                // The same number is looked at several times: how often says nothing.
                for reason in look.unreadable.reasons.keys {
                    proof.doubts.insert("of somebody born meanwhile: \(reason)")
                }
                proof.doubts.formUnion(look.unreadable.notes)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return proof
    }
}
