extension Explanation {
    /// Explains an instance.
    ///
    /// - Parameters:
    ///   - standing: The instance, and what `stop` would do about it.
    ///   - listing: Where it was found.
    ///   - rules: The rules that were used.
    ///   - target: What was typed.
    public init(
        _ standing: InstanceStanding,
        in listing: InstanceListing,
        rules: [Rule],
        target: String
    ) {
        let instance = standing.instance
        let report = InstanceReport(snapshot: listing.snapshot, instances: [instance])
        self.init(
            target: target,
            kind: .instance,
            summary: InstanceSummary.text(of: standing, in: report)
        )
        let rule = rules.first { $0.id == instance.rule }
        add(.identity, InstanceSection.statements(of: standing, rule))
        add(.processes, InstanceSection.processes(of: instance, in: report))
        if !instance.isOver {
            add(.cleaning, [StopForecast(standing).statement])
            var cautions = [StopForecast(standing).caution].compactMap(\.self)
            cautions += InstanceSection.optOut(of: instance, in: report)
            advice = standing.command.map { command in
                let reason = cautions.joined(separator: "; ")
                return Advice(.stop, [command], reason: reason.isEmpty ? nil : reason)
            }
            if !instance.remnants.isEmpty {
                let numbers = instance.remnants.map(\.description).joined(separator: ",")
                advice = Advice(.stop, ["reaper clean --pid \(numbers)"])
            }
            if advice == nil, instance.state != .unknown, let objection = standing.objection {
                advice = Advice(
                    .none,
                    standing.ownCommand.map { [$0] } ?? [],
                    reason: objection
                )
            }
        }
        guard instance.state == .unknown else { return }
        answer = .incomplete
        unknown.append("how it is: \(instance.reason)")
    }

    /// Lists the instances that a name fits, where it does not say which is meant.
    public init(_ standings: [InstanceStanding], of listing: InstanceListing, target: String) {
        self.init(
            target: target,
            kind: .instance,
            summary: "'\(target)' fits \(counted(standings.count, "instance"))"
        )
        let report = InstanceReport(
            snapshot: listing.snapshot,
            instances: standings.map(\.instance)
        )
        add(
            .candidates,
            standings.map { standing in
                Statement(
                    InstanceSummary.text(of: standing, in: report),
                    source: standing.source,
                    process: standing.instance.processes.first
                )
            }
        )
        advice = Advice(
            .none,
            reason: "more of a name, or a PID@START, says which one is meant"
        )
    }
}

/// One sentence about an instance.
enum InstanceSummary {
    static func text(of standing: InstanceStanding, in report: InstanceReport) -> String {
        let instance = standing.instance
        let process = instance.process.flatMap(report.record)
        if instance.state == .running, let process {
            let age = report.snapshot.host.age(of: process.identity).roughText
            return "\(standing.label) runs as \(process.label), for \(age)"
        }
        switch instance.state {
        case .running: return "\(standing.label) runs: \(instance.reason)"
        case .foreign:
            let who = process.map { " as \($0.label)" } ?? ""
            return "\(standing.label) runs\(who), for another user"
        case .unknown: return "how \(standing.label) is cannot be told: \(instance.reason)"
        case .starting, .stopping, .stopped, .failed, .stale, .recycled, .zombie:
            return "\(standing.label) is \(instance.state.rawValue): \(instance.reason)"
        }
    }
}

/// What an instance is, and who.
enum InstanceSection {
    /// More than this many processes are counted.
    private static let limit = 20

    static func statements(of standing: InstanceStanding, _ rule: Rule?) -> [Statement] {
        let instance = standing.instance
        var list = [Statement(instance.id, label: "id", source: standing.source)]
        if let alias = instance.alias, alias != instance.id {
            list.append(Statement(alias, label: "alias", source: standing.source))
        }
        list.append(Statement(standing.stateText, label: "state", source: standing.source))
        if let distrust = instance.distrust {
            list.append(
                Statement(distrust, label: "distrusted", source: standing.source, mark: .odd)
            )
        }
        list += instance.evidence.map { Statement($0, depth: 1) }.map { statement in
            var statement = statement
            statement.isDetail = true
            return statement
        }
        list.append(
            Statement(
                instance.rule + (rule.map { ": \($0.title)" } ?? ""),
                label: "rule",
                source: rule?.source ?? "reaper rules list"
            )
        )
        if let file = instance.file {
            list.append(Statement(file.text, label: "file", source: "statx(\(file.text))"))
        }
        return list
    }

    /// That it, or somebody who goes with it, asks to be left alone, which its name overrules.
    static func optOut(of instance: Instance, in report: InstanceReport) -> [String] {
        instance.whole(in: report.snapshot).filter(\.isKept).prefix(1).map { process in
            "\(process.label) asks to be left alone (REAPER_KEEP=1): 'reaper stop' without a name "
                + "lets it run, and the name overrules that"
        }
    }

    /// Its processes, and who is in their sessions and groups, or remains of them.
    static func processes(of instance: Instance, in report: InstanceReport) -> [Statement] {
        let company = instance.company(in: report.snapshot)
        var list = company.prefix(limit).compactMap { identity -> Statement? in
            guard let process = report.record(of: identity) else { return nil }
            let node = instance.members.first { $0.identity == identity }?.node
            var text = node.map { "\($0): \(process.label)" } ?? process.label
            if instance.remnants.contains(identity) {
                text += " remains of its session or group"
            } else if !instance.processes.contains(identity) {
                text += ", in its session or group"
            }
            var seen: Set<String> = []
            let ports = report.snapshot.sockets(of: process).filter(\.holdsPort)
                .map(\.portName)
                .filter { seen.insert($0).inserted }
            if process.isKept { text += ", asks to be left alone (REAPER_KEEP=1)" }
            if !ports.isEmpty { text += ", holds \(ports.joined(separator: ", "))" }
            return Statement(text, source: process.source("stat"), process: identity)
        }
        if company.count > limit {
            list.append(Statement("\(company.count - limit) more", source: "reaper list -v"))
        }
        return list
    }
}
