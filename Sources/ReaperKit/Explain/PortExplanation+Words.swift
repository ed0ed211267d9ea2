extension SocketRecord {
    /// Whether it keeps others from binding the port.
    var isInTheWay: Bool { holdsPort || state == .bound }

    /// The other end, as ``endpointText``.
    private var peerText: String {
        var peer = self
        (peer.address, peer.port) = (peerAddress, peerPort)
        return peer.endpointText
    }

    /// What it does with its port.
    var sentence: String {
        let endpoint = "\(endpointText)/\(transport.rawValue)"
        return switch state {
        case .listen: "it listens on \(endpoint)"
        case .bound:
            "it has bound \(endpoint) and does not listen: nobody can connect, and nobody else can "
                + "bind it"
        case .close: "it receives on \(endpoint)"
        default: "it is connected from \(endpoint) to \(peerText) (\(state.name))"
        }
    }
}

extension SocketHold {
    /// How it is held, as the end of a sentence.
    var suffix: String {
        switch self {
        case .descriptor: ""
        case .threadDescriptor(let tid): ", through a descriptor that only its thread \(tid) has"
        case .inFlight: ", through a descriptor on its way (SCM_RIGHTS)"
        case .ioUring:
            ", as a fixed file of an io_uring: it is let go a little after the process is gone"
        }
    }
}
