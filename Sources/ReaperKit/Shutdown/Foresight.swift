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
    ///   - owner: The name of its user, if it may not be signalled; by number if `nil`.
    /// - Returns: What to expect, such as `ignores SIGTERM: SIGKILL after 10 s`.
    func foresight(
        of signal: Signal,
        grace: Duration,
        tracer: String? = nil,
        owner: String? = nil
    ) -> String? {
        var parts: [String] = []
        let status = status?.known
        if isOutOfReach {
            let user = owner ?? (status?.realUser ?? self.owner).map { "\($0)" }
            let whose = user.map { "belongs to user \($0)" } ?? "belongs to somebody else"
            parts.append("\(whose): may not be signalled from here")
        }
        if let status, let resistance = resistance(to: signal, status, grace.roughText) {
            parts.append(resistance)
        }
        if state == UInt8(ascii: "T"), signal != .kill {
            parts.append("is stopped: it is continued")
        }
        if let status, status.tracer != 0 {
            let verb = state == UInt8(ascii: "t") ? "is held" : "is traced"
            parts.append("\(verb) by \(tracer ?? "\(status.tracer)")")
        }
        if state == UInt8(ascii: "D") { parts.append("waits in the kernel (D)") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Why the signal itself does nothing; SIGKILL and SIGSTOP are never ignored.
    private func resistance(
        to signal: Signal,
        _ status: ProcessStatus,
        _ grace: String
    ) -> String? {
        guard signal != .kill, signal != .stop else { return nil }
        let bit = UInt64(1) << UInt64(signal.number - 1)
        // The mask is the first thread's: another one may take what that one blocks.
        if status.blockedSignals & bit != 0 {
            guard threads == 1 else { return nil }
            // By signalfd(2) or sigwaitinfo(2).
            return "blocks \(signal): SIGKILL after \(grace), unless it waits for that signal"
        }
        let end = ": SIGKILL after \(grace)"
        if status.ignoredSignals & bit != 0 { return "ignores \(signal)" + end }
        guard status.caughtSignals & bit == 0 else { return nil }
        // pid_namespaces(7): only what it has a handler for, or SIGKILL.
        if status.namespacePids.count > 1, status.namespacePids.last == 1 {
            return "is the init of a pid namespace and has no handler for \(signal)" + end
        }
        return Signal.harmless.contains(signal) ? "has no handler for \(signal)" + end : nil
    }
}

extension Signal {
    /// Signals that do nothing to a process without a handler; signal(7).
    fileprivate static let harmless: Set<Signal> = Set(
        ["CHLD", "CONT", "URG", "WINCH"].compactMap { try? Signal(parsing: $0) }
    )
}
