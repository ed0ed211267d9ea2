/// Somebody who holds a port that was to become free, and what would start it again.
struct PortHolder: Sendable, Equatable {
    /// What would start it again.
    enum Origin: Sendable, Equatable {
        /// A systemd service, such as `nginx.service`, of a user's manager or of the system's.
        case unit(String, ofUser: Bool)
        /// The nearest ancestor that does not hold the port itself; PID 1 is none.
        case supervisor(String)
        /// Reaper itself, or who called it.
        case caller(String)
    }

    /// How sentences name it.
    var label: String
    /// Whether it was to be stopped, and has survived that.
    var wasToBeStopped = false
    /// Whether it started after the shutdown began.
    var isNew = false
    /// What would start it again, where that shows.
    var origin: Origin?

    /// Whether the port was let go and taken again.
    var isBack: Bool { isNew && !wasToBeStopped }

    /// Who it is and what to do, such as `node (5120@88300), started by runsv (812@90): stop that
    /// service first`.
    var text: String {
        if wasToBeStopped { return "\(label), which was to be stopped and is still there" }
        switch origin {
        case .unit(let unit, let isUsers):
            let manager = isUsers ? "systemctl --user" : "systemctl"
            return "\(label), started by unit \(unit): \(manager) stop \(unit)"
        case .supervisor(let name) where isBack:
            return "\(label), started by \(name): stop that service first"
        case .supervisor(let name), .caller(let name): return "\(label), started by \(name)"
        case nil: return label
        }
    }
}

extension PortHolder {
    /// Describes a process by what was read of it.
    ///
    /// - Parameters:
    ///   - process: The holder.
    ///   - ancestors: Nearest first.
    ///   - holders: Numbers of all who hold the port.
    ///   - host: Reaper's own place.
    init(
        _ process: ProcessRecord,
        ancestors: [ProcessRecord],
        holders: Set<Int32>,
        on host: HostFacts
    ) {
        label = process.label
        let line = process.cgroups?.known?.first { line in
            line.servicePath.map { $0 != host.servicePath } ?? false
        }
        if let line, let unit = line.serviceUnit {
            let isUsers = line.controlGroupPath.split(separator: UInt8(ascii: "/"))
                .contains { $0.starts(with: "user@".utf8) }
            origin = .unit(unit, ofUser: isUsers)
            return
        }
        guard let nearest = ancestors.first(where: { !holders.contains($0.pid) }),
            // Who adopts what loses its parent did not start it.
            nearest.pid > 1, !nearest.isKernelThread, !nearest.isKnownAdopter
        else { return }
        origin =
            host.ownChain.contains(nearest.identity)
            ? .caller(nearest.label) : .supervisor(nearest.label)
    }
}
