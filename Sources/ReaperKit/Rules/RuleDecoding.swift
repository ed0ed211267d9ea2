extension RuleDecoder {
    static let keys = [
        "id", "severity", "title", "hint", "match", "owner", "stop", "remove", "after",
        "instance", "protect", "keep", "containers", "unrecorded", "units",
    ]

    /// Reads one rule, and the names under its `after`, which later rules may define.
    mutating func rule(
        _ value: JSONValue,
        of system: String
    ) throws(JSONError) -> (Rule, JSONFields, after: [PlacedText]) {
        let fields = try JSONFields(value, of: "a rule", known: RuleDecoder.keys)
        var rule = Rule(
            id: "\(system).\(try identifier(fields.required("id"), for: "id"))",
            title: try fields.required("title").text(for: "title").text,
            source: "\(source):\(value.position)"
        )
        rule.hint = try fields.string("hint")
        rule.severity = try choice(fields["severity"], for: "severity") ?? .warning
        let known = errors.count
        if let match = fields["match"] {
            let pattern = try attempt { decoder throws(JSONError) in
                try decoder.pattern(match, for: "match")
            }
            rule.match = pattern ?? rule.match
        }
        if let owner = fields["owner"] {
            rule.owner = try attempt { decoder throws(JSONError) in
                try decoder.pattern(owner, for: "owner")
            }
        }
        if let stop = fields["stop"] {
            rule.stop = try attempt { decoder throws(JSONError) in try decoder.stopAction(stop) }
        }
        if let instance = fields["instance"] {
            rule.instance = try attempt { decoder throws(JSONError) in
                try decoder.instanceRule(instance)
            }
        }
        for text in try fields.texts("remove") {
            rule.remove.append(try glob(text, as: .path, to: .find))
        }
        for text in try fields.texts("units") {
            rule.units.append(try glob(text, as: .text))
        }
        rule.protect = try fields.flag("protect")
        rule.keep = try fields.flag("keep")
        rule.containers = try fields.flag("containers")
        rule.unrecorded = try fields.flag("unrecorded")
        // A part that could not be read contradicts nothing.
        if errors.count == known { try refuseContradictions(in: rule, fields) }
        return (rule, fields, after: try fields.texts("after"))
    }

    /// What each key allows alone may be dangerous, or without any effect, together.
    private func refuseContradictions(in rule: Rule, _ fields: JSONFields) throws(JSONError) {
        guard fields["match"] != nil || rule.instance != nil else {
            throw JSONError("expected 'match' or 'instance' in this rule", at: fields.position)
        }
        if rule.protect {
            guard fields["match"] != nil else {
                throw JSONError("expected 'match' in a rule with 'protect'", at: fields.position)
            }
            for key in ["stop", "remove", "instance"] {
                guard let value = fields[key] else { continue }
                throw JSONError("expected no '\(key)' in a rule with 'protect'", at: value.position)
            }
        }
        guard let stop = fields["stop"] else { return }
        guard fields["match"] != nil else {
            throw JSONError(
                "expected 'match' in a rule with 'stop': a number in a file may be recycled",
                at: stop.position
            )
        }
        guard rule.match.namesSomething else {
            throw JSONError(
                "expected one of name, exe, command, cwd, in, env, cgroup or ports in the 'match'"
                    + " of a rule with 'stop'",
                at: stop.position
            )
        }
    }

    /// One of an enumeration's words.
    func choice<Choice>(
        _ value: JSONValue?,
        for key: String
    ) throws(JSONError) -> Choice?
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        guard let value else { return nil }
        let text = try value.text(for: key).text
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let hint = nearestName(to: text, in: known).map { "; did you mean '\($0)'?" }
        throw JSONError(
            "expected one of \(known.joined(separator: ", ")) for '\(key)',"
                + " found '\(text.escapedForTerminal)'\(hint ?? "")",
            at: value.position
        )
    }
}

extension ProcessPattern {
    /// Whether it has a condition that tells one program from another.
    var namesSomething: Bool {
        !names.isEmpty || !executables.isEmpty || !commands.isEmpty
            || !workingDirectories.isEmpty || !directories.isEmpty || !environment.isEmpty
            || !cgroups.isEmpty || ports != nil
    }
}
