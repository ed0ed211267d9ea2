extension ShutdownOutcome {
    /// Withdraws a proof that says nothing of those who could not be read.
    ///
    /// None of them can be left out for being another user's, for being older than the shutdown or
    /// for a harmless name. What `sudo make run` left in a directory is root's, is older, and is
    /// what `clean --in` was asked for: whoever may not stop it must not be told that it is gone.
    /// A name and arguments are written by the process itself. Only a condition of the selection that
    /// everybody may read rules somebody out, such as `--user`, and then it was never counted.
    public mutating func doubt(_ unreadable: Unreadable) {
        guard !unreadable.isEmpty, proof == .proofScan else { return }
        proof = .none
        unproven =
            unreadable.processes.isEmpty
            ? "not everything could be read, and it may tell of more"
            : "who could not be read may match"
    }
}
