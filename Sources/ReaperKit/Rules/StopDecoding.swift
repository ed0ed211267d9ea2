extension RuleDecoder {
    static let stopKeys = [
        "signal", "timeout", "order", "ports", "process_filters", "kill_others",
    ]

    /// Reads `stop`.
    mutating func stopAction(_ value: JSONValue) throws(JSONError) -> StopAction {
        let fields = try JSONFields(value, of: "a stop", known: RuleDecoder.stopKeys)
        var action = StopAction()
        if let signal = fields["signal"] {
            action.signal = try signal.text(for: "signal", true).parse(Signal.init(parsing:))
        }
        if let timeout = fields["timeout"] {
            action.timeout = try timeout.text(for: "timeout", true).parse(Duration.init(parsing:))
            guard action.timeout <= StopAction.longestTimeout else {
                throw JSONError(
                    "expected at most \(StopAction.longestTimeout.shortText) for 'timeout', found"
                        + " \(action.timeout.shortText); only the command line may ask for more",
                    at: timeout.position
                )
            }
        }
        action.order = try choice(fields["order"], for: "order") ?? action.order
        action.ports = try portSet(fields)
        for text in try fields.texts("process_filters") {
            action.processFilters.append(try processFilter(text))
        }
        action.killsOthers = try fields.flag("kill_others")
        let namesOthers = action.ports != nil || !action.processFilters.isEmpty
        if action.killsOthers, !namesOthers, let key = fields["kill_others"] {
            throw JSONError(
                "expected 'ports' or 'process_filters' beside 'kill_others': nothing says whom"
                    + " else it may stop",
                at: key.position
            )
        }
        return action
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
    func portSet(_ fields: JSONFields) throws(JSONError) -> PortSet? {
        var members: [PortSet.Member] = []
        for text in try fields.texts("ports", orNumbers: true) {
            let ports = try text.parse { list throws(ValueError) in
                try PortSet(parsing: list, services: reader.services())
            }
            members += ports.members
        }
        return members.isEmpty ? nil : PortSet(members: members)
    }
}

extension StopAction {
    /// The longest grace that a file may ask for, so that no file can make a shutdown hang.
    static let longestTimeout = Duration.seconds(30)
}
