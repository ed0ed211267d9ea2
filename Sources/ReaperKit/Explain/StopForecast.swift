/// What `reaper stop` would do about an instance.
struct StopForecast {
    let standing: InstanceStanding

    init(_ standing: InstanceStanding) { self.standing = standing }

    /// That it would stop it, or why not.
    var statement: Statement {
        let label = "stop"
        let instance = standing.instance
        let source = standing.command.map {
            $0.replacing("reaper stop ", with: "reaper stop --dry-run ", maxReplacements: 1)
        }
        if let objection = standing.objection {
            return Statement(
                "leaves \(standing.label) alone: \(objection)",
                label: label,
                source: source ?? standing.source,
                mark: .decisive
            )
        }
        if instance.isOver {
            return Statement(
                "\(standing.label) was stopped already: \(instance.reason)",
                label: label,
                source: source ?? standing.source
            )
        }
        let count = instance.processes.count
        var text = "stops \(standing.label)"
        if count > 1 { text += ", \(count) processes" }
        if !standing.supervisors.isEmpty {
            text +=
                ", and before it \(standing.supervisors.joined(separator: ", ")), which would start "
                + "it again"
        }
        return Statement(text, label: label, source: source ?? standing.source)
    }

    /// What more there is to know when it is stopped, as a sentence.
    var caution: String? {
        standing.keeper.map { "\($0) looks after it, and may start it again" }
    }
}

extension InstanceStanding {
    /// How a process belongs to it, as a sentence about the process.
    var sentence: String {
        switch relation {
        case .member: "\(label), \(stateText)"
        case .company: "in the session or group of \(label), \(stateText)"
        case .remnant: "it remains of \(label): \(instance.reason)"
        }
    }

    /// The same of whoever holds a port.
    var holderSentence: String {
        switch relation {
        case .member where instance.processes.count == 1: "it is \(sentence)"
        case .member: "it belongs to \(sentence)"
        case .company: "it is \(sentence)"
        case .remnant: sentence
        }
    }

    /// How the instance is, and the fact that says so: `running: process 4127 carries its mark`.
    var stateText: String {
        "\(instance.state.words): \(instance.reason)"
    }
}
