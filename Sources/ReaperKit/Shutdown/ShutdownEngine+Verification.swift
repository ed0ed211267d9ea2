extension ShutdownEngine {
    /// Establishes that the ports are free, twice, a moment apart.
    ///
    /// io_uring lets go of a socket tens of milliseconds after its process was reaped, and a
    /// supervisor starts a successor as soon.
    mutating func verifyPorts(_ ports: PortSet?, until end: Duration) {
        guard let ports else { return }
        let settleTime = Duration.milliseconds(250)
        let first = waitUntilFree(ports, until: min(end, kernel.now() + .seconds(2)))
        guard case .success(let held) = first, held.isEmpty else {
            report(first, ports)
            return
        }
        // An interrupt ends a wait early; it does not cut the verification short.
        let settled = kernel.now() + settleTime
        while kernel.now() < settled { wait(for: [], until: settled) }
        report(kernel.holders(of: ports), ports)
    }

    private mutating func waitUntilFree(
        _ ports: PortSet,
        until end: Duration
    ) -> Result<[PortOutcome], SystemError> {
        while true {
            let answer = kernel.holders(of: ports)
            guard case .success(let held) = answer, !held.isEmpty, kernel.now() < end,
                // Who holds it and will not go: waiting does not help.
                !set.order.contains(where: { set[$0]?.verdict != nil })
            else { return answer }
            wait(for: [], until: min(end, kernel.now() + .milliseconds(20)))
        }
    }

    private mutating func report(
        _ answer: Result<[PortOutcome], SystemError>,
        _ ports: PortSet
    ) {
        switch answer {
        case .failure(let error):
            portsAreUnknown = true
            outcome.proof = .none
            outcome.unproven = "whether the ports are free is unknown: \(error)"
        case .success(let held):
            outcome.ports = held
            for member in ports.members where member.ports.count == 1 {
                for transport in TransportProtocol.allCases
                where member.transport == nil || member.transport == transport {
                    let port = member.ports.lowerBound
                    if !held.contains(where: { $0.port == port && $0.transport == transport }) {
                        outcome.ports.append(
                            PortOutcome(transport: transport, port: port, isFree: true)
                        )
                    }
                }
            }
            outcome.ports.sort {
                ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue)
            }
            if held.isEmpty, !isAnybodyLeft() {
                outcome.proof = .port
                // Of a port nothing more was asked than that it is free.
                outcome.unproven = nil
            }
        }
    }

    /// Whether somebody of the trees lives whom the plan refuses, or an exact one does not name: he
    /// may hold what the files stand for.
    private mutating func isAnyoneSpared(by plan: ShutdownPlan) -> Bool {
        let refused = plan.refused.filter { $0.root != nil }.compactMap(\.identity)
        for identity in refused + Array(strangers.keys) where !kernel.hasExited(identity) {
            return true
        }
        return false
    }

    /// Removes files, only after everybody is gone, and draws up the account.
    mutating func finish(_ plan: ShutdownPlan) {
        kernel.thawGroups()
        // Some die after everybody has given up on them.
        wait(for: set.active, until: kernel.now())
        // Who was never looked at may have been gone all the time.
        var isAnybodyPassedOver = false
        for identity in set.order where set[identity]?.wasPassedOver == true {
            guard kernel.hasExited(identity) else {
                isAnybodyPassedOver = true
                continue
            }
            set[identity]?.verdict = nil
            set[identity]?.reason = nil
            markGone(identity)
        }
        outcome.targets += set.order.compactMap { set[$0]?.outcome(start: start) }
        if let unknown = othersAreUnknown {
            outcome.proof = .none
            outcome.unproven = unknown
        }
        outcome.deadlinePassed =
            areOthersLeft || isAnybodyPassedOver
            || kernel.now() >= start + options.deadline && set.activeCount > 0
        let isBlocked =
            isAnybodyLeft() || portsAreUnknown || outcome.ports.contains { !$0.isFree }
            || outcome.targets.contains { $0.result == .refused } || isAnyoneSpared(by: plan)
        for removal in plan.removals {
            if isBlocked {
                outcome.kept.append(
                    Refusal(path: removal.path, reason: "kept: not everything has stopped")
                )
                continue
            }
            switch kernel.remove(removal) {
            case .removed: outcome.removed.append(removal.path)
            case .alreadyGone: break
            case .kept(let reason):
                outcome.kept.append(Refusal(path: removal.path, reason: reason))
            }
        }
    }
}
