/// Where the services of a file name each other, and what only one of them can have.
struct ServicePlaces {
    /// The names in `after`, one list per service.
    var after: [[PlacedText]] = []
    /// Where the ports of each stand.
    var ports: [TextPosition] = []
    /// Where the log of each stands.
    var logs: [TextPosition] = []

    /// Most names of a circle that a message has room for.
    private static let shownNames = 8

    /// What each service may say alone, but not all of them together.
    ///
    /// Of one kind the first is said: more often than not the others follow from it.
    func contradictions(among services: [Service]) -> [JSONError] {
        var errors: [JSONError] = []
        for refuse in [refuseCircle, refuseSharedPorts, refuseSharedLogs] {
            do throws(JSONError) { try refuse(services) } catch { errors.append(error) }
        }
        return errors
    }

    /// Names in `after` that are none of another service's.
    func strangers(among services: [Service]) -> [JSONError] {
        var errors: [JSONError] = []
        let known = Set(services.map(\.name))
        for (service, names) in zip(services, after) {
            var seen: Set<String> = []
            for name in names {
                let text = name.text.escapedForTerminal
                guard known.contains(name.text) else {
                    let others = services.map(\.name).filter { $0 != service.name }
                    let hint = nearestName(to: name.text, in: others)
                    errors.append(
                        JSONError(
                            "expected the name of a service in this file for 'after', found"
                                + " '\(text)'" + (hint.map { "; did you mean '\($0)'?" } ?? ""),
                            at: name.position
                        )
                    )
                    continue
                }
                let message: String
                if name.text == service.name {
                    message = "expected another service for 'after', found '\(text)' itself"
                } else if !seen.insert(name.text).inserted {
                    message = "expected each name once for 'after', found '\(text)' again"
                } else {
                    continue
                }
                errors.append(JSONError(message, at: name.position))
            }
        }
        return errors
    }

    private func refuseCircle(_ services: [Service]) throws(JSONError) {
        guard let circle = ServiceGraph(services).circle, let first = circle.first else { return }
        var names = circle.prefix(Self.shownNames).map { "'\($0)'" }
        let hidden = circle.count - names.count
        if hidden > 0 { names.append("\(hidden) more") }
        names.append("'\(first)'")
        let next = circle.count > 1 ? circle[1] : first
        let index = services.firstIndex { $0.name == first } ?? 0
        throw JSONError(
            "expected an order for 'after', found a circle: \(names.joined(separator: " after "))",
            at: after[index].first { $0.text == next }?.position ?? services[index].position
        )
    }

    /// Ports that one service has.
    private struct Claim {
        var ports: ClosedRange<UInt16>
        var owner: Int
    }

    private func refuseSharedPorts(_ services: [Service]) throws(JSONError) {
        for transport in [TransportProtocol.tcp, .udp] {
            var claims: [Claim] = []
            for (number, service) in services.enumerated() {
                for member in service.stop.ports?.members ?? []
                where member.transport == nil || member.transport == transport {
                    claims.append(Claim(ports: member.ports, owner: number))
                }
            }
            claims.sort { ($0.ports.lowerBound, $0.owner) < ($1.ports.lowerBound, $1.owner) }
            // Whoever reaches farthest so far: what overlaps any of them overlaps that one.
            var reach: Claim?
            for claim in claims {
                if let other = reach, other.owner != claim.owner,
                    claim.ports.lowerBound <= other.ports.upperBound
                {
                    try refuse(claim.ports.lowerBound, transport, of: claim, other, services)
                }
                if claim.ports.upperBound >= reach?.ports.upperBound ?? 0 { reach = claim }
            }
        }
    }

    private func refuse(
        _ port: UInt16,
        _ transport: TransportProtocol,
        of one: Claim,
        _ other: Claim,
        _ services: [Service]
    ) throws(JSONError) {
        let later = max(one.owner, other.owner)
        let earlier = services[min(one.owner, other.owner)]
        throw JSONError(
            "expected each port in one service, found \(port)/\(transport.rawValue) of"
                + " '\(services[later].name)' in '\(earlier.name)' too",
            at: ports[later]
        )
    }

    /// Two that write to one file would each begin it anew under the other.
    private func refuseSharedLogs(_ services: [Service]) throws(JSONError) {
        var owners: [ByteString: String] = [:]
        for (service, place) in zip(services, logs) {
            guard let path = service.log.path else { continue }
            if let other = owners.updateValue(service.name, forKey: path) {
                throw JSONError(
                    "expected each log in one service, found '\(path.text.escapedForTerminal)' of"
                        + " '\(service.name)' in '\(other)' too",
                    at: place
                )
            }
        }
    }
}
