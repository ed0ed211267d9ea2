extension RuleDecoder {
    static let stopKeys = [
        "signal", "timeout", "order", "ports", "process_filters", "kill_others",
    ]

    /// Reads `stop`.
    mutating func stopAction(_ value: JSONValue) throws(JSONError) -> StopAction {
        let known = errors.count
        let fields = try fields(value, of: "a stop", known: RuleDecoder.stopKeys)
        let action = try stopAction(fields)
        // What could not be read may have named others.
        if errors.count == known { try action.refuseIdleConsent(fields) }
        return action
    }
}

extension FieldDecoder {
    /// Reads the keys that say how processes are stopped; the first three begin with `prefix`.
    mutating func stopAction(
        _ fields: JSONFields,
        prefix: String = ""
    ) throws(JSONError) -> StopAction {
        var action = StopAction()
        if let signal = fields[prefix + "signal"] {
            let parsed = try attempt { _ throws(JSONError) in
                try signal.text(for: prefix + "signal", true).parse(Signal.init(parsing:))
            }
            action.signal = parsed ?? action.signal
        }
        if let timeout = fields[prefix + "timeout"] {
            let parsed = try attempt { _ throws(JSONError) in
                try Self.grace(timeout, for: prefix + "timeout")
            }
            action.timeout = parsed ?? action.timeout
        }
        action.order = try choice(prefix + "order", fields) ?? action.order
        action.ports = try portSet(fields)
        action.processFilters = try each(texts("process_filters", fields)) {
            decoder,
            text throws(JSONError) in
            try decoder.processFilter(text)
        }
        action.killsOthers = try flag("kill_others", fields)
        return action
    }

    private static func grace(_ value: JSONValue, for key: String) throws(JSONError) -> Duration {
        let timeout = try value.text(for: key, true).parse(Duration.init(parsing:))
        guard timeout <= StopAction.longestTimeout else {
            throw JSONError(
                "expected at most \(StopAction.longestTimeout.shortText) for '\(key)', found"
                    + " \(timeout.shortText); only the command line may ask for more",
                at: value.position
            )
        }
        return timeout
    }

    /// One filter: an exact name, or a glob that says something of the name.
    private mutating func processFilter(_ text: PlacedText) throws(JSONError) -> Glob {
        let filter = try glob(text, as: .text)
        guard filter.pattern.bytes.first != UInt8(ascii: "/") else {
            throw JSONError(
                "expected a name for 'process_filters', found the path"
                    + " '\(filter.pattern.text.escapedForTerminal)': only base names are compared",
                at: text.position
            )
        }
        return filter
    }

    /// The ports under the key `ports`; `nil` without it.
    mutating func portSet(_ fields: JSONFields) throws(JSONError) -> PortSet? {
        let sets = try each(texts("ports", fields, orNumbers: true)) {
            decoder,
            text throws(JSONError) in
            try decoder.ports(text)
        }
        let members = sets.flatMap(\.members)
        return members.isEmpty ? nil : PortSet(members: members)
    }

    /// The ports that one text names.
    func ports(_ text: PlacedText) throws(JSONError) -> PortSet {
        try text.parse { list throws(ValueError) in
            try PortSet(parsing: list, services: services())
        }
    }
}

extension StopAction {
    /// The longest grace that a file may ask for, so that no file can make a shutdown hang.
    static let longestTimeout = Duration.seconds(30)

    /// Refuses `kill_others` where nothing says who the others are.
    func refuseIdleConsent(_ fields: JSONFields) throws(JSONError) {
        guard killsOthers, ports == nil, processFilters.isEmpty, let key = fields["kill_others"]
        else { return }
        throw JSONError(
            "expected 'ports' or 'process_filters' beside 'kill_others': nothing says whom else it"
                + " may stop",
            at: key.position
        )
    }
}
