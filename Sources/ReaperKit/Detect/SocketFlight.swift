/// A socket that no process has open, and that may be in a message between sockets.
enum SocketFlight {
    /// To whom it may be on its way, as a sentence goes on.
    ///
    /// - Parameter receivers: How sentences name whoever has descriptors on their way to him.
    /// - Returns: `nil` where there is nobody.
    static func text(to receivers: [String]) -> String? {
        guard let first = receivers.first else { return nil }
        let others = receivers.count - 1
        let rest = others > 0 ? " or \(counted(others, "other", "others"))" : ""
        return "it may be on its way to \(first)\(rest), which has not received what was sent to it"
            + " (SCM_RIGHTS)"
    }

    /// That descriptors are on their way to a process.
    static func evidence(_ receiver: ProcessRecord) -> Evidence {
        Evidence(
            "\(receiver.label) has descriptors on their way to it, of what is not told",
            source: SocketHold.inFlight.source(pid: receiver.pid)
        )
    }
}
