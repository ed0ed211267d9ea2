/// What can be read beforehand about how a process will take its stop signal.
extension ProcessRecord {
    /// Why `signal` may not end it at once; `nil` when nothing speaks against it.
    ///
    /// A process without a handler for SIGTERM dies of it, one with a handler does as it likes;
    /// these are told of whom neither is to be expected. From the masks of proc_pid_status(5) and
    /// the state letter of proc_pid_stat(5).
    ///
    /// - Parameters:
    ///   - signal: What it will be sent.
    ///   - grace: How long it is given before SIGKILL.
    ///   - tracer: How to name the process that traces it; by its number if `nil`.
    func foresight(of signal: Signal, grace: Duration, tracer: String? = nil) -> String? {
        var parts: [String] = []
        let status = status?.known
        if let status, let resistance = resistance(to: signal, status) {
            parts.append("\(resistance): SIGKILL after \(grace.roughText)")
        }
        if state == UInt8(ascii: "T"), signal != .kill { parts.append("is stopped: it is continued") }
        if let status, status.tracer != 0 {
            let verb = state == UInt8(ascii: "t") ? "is held" : "is traced"
            parts.append("\(verb) by \(tracer ?? "\(status.tracer)")")
        }
        if state == UInt8(ascii: "D") { parts.append("waits in the kernel (D)") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Why the signal itself does nothing; SIGKILL and SIGSTOP are never ignored.
    private func resistance(to signal: Signal, _ status: ProcessStatus) -> String? {
        guard signal != .kill, signal != .stop else { return nil }
        let bit = UInt64(1) << UInt64(signal.number - 1)
        // The mask is the first thread's: another one may take what that one blocks.
        if status.blockedSignals & bit != 0 {
            // It may wait for the signal: signalfd(2), sigwaitinfo(2).
            return threads == 1 ? "blocks \(signal), and reacts only if it waits for it" : nil
        }
        if status.ignoredSignals & bit != 0 { return "ignores \(signal)" }
        guard status.caughtSignals & bit == 0 else { return nil }
        // pid_namespaces(7): only what it has a handler for, or SIGKILL.
        if status.namespacePids.count > 1, status.namespacePids.last == 1 {
            return "is the init of a pid namespace and has no handler for \(signal)"
        }
        return Signal.harmless.contains(signal) ? "has no handler for \(signal)" : nil
    }
}

extension Signal {
    /// Signals that do nothing to a process without a handler; signal(7).
    fileprivate static let harmless: Set<Signal> = Set(
        ["CHLD", "CONT", "URG", "WINCH"].compactMap { try? Signal(parsing: $0) }
    )
}
