extension RuleDecoder {
    static let keys = [
        "id", "severity", "title", "hint", "advice", "match", "owner", "stop", "remove", "after",
        "instance", "protect", "keep", "containers", "unrecorded", "units",
    ]

    /// Reads one rule, and the names under its `after`, which later rules may define.
    mutating func rule(
        _ value: JSONValue,
        of system: String
    ) throws(JSONError) -> (Rule, JSONFields, after: [PlacedText]) {
        let known = errors.count
        let fields = try fields(value, of: "a rule", known: RuleDecoder.keys)
        let id = try attempt { decoder throws(JSONError) in
            try decoder.identifier(fields.required("id"), for: "id")
        }
        let title = try attempt { _ throws(JSONError) in
            try fields.required("title").text(for: "title").text
        }
        var rule = Rule(
            id: "\(system).\(id ?? "")",
            title: title ?? "",
            source: "\(source):\(value.position)"
        )
        rule.hint = try string("hint", fields)
        rule.advice = try string("advice", fields)
        rule.severity = try choice("severity", fields) ?? .warning
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
        rule.remove = try each(texts("remove", fields)) { decoder, text throws(JSONError) in
            try decoder.glob(text, as: .path, to: .find)
        }
        rule.units = try each(texts("units", fields)) { decoder, text throws(JSONError) in
            try decoder.glob(text, as: .text)
        }
        rule.protect = try flag("protect", fields)
        rule.keep = try flag("keep", fields)
        rule.containers = try flag("containers", fields)
        rule.unrecorded = try flag("unrecorded", fields)
        let after = try texts("after", fields)
        // A part that could not be read contradicts nothing.
        if errors.count == known { try refuseContradictions(in: rule, fields) }
        return (rule, fields, after: after)
    }

    /// What each key allows alone may be dangerous, or without any effect, together.
    private mutating func refuseContradictions(
        in rule: Rule,
        _ fields: JSONFields
    ) throws(JSONError) {
        guard fields["match"] != nil || rule.instance != nil else {
            throw JSONError("expected 'match' or 'instance' in this rule", at: fields.position)
        }
        if rule.protect {
            guard fields["match"] != nil else {
                throw JSONError("expected 'match' in a rule with 'protect'", at: fields.position)
            }
            let foreign = ["stop", "remove", "instance"].filter { fields[$0] != nil }
            _ = try each(foreign) { _, key throws(JSONError) in
                throw JSONError(
                    "expected no '\(key)' in a rule with 'protect'",
                    at: fields[key]?.position ?? fields.position
                )
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
}

extension ProcessPattern {
    /// Whether it has a condition that tells one program from another.
    var namesSomething: Bool {
        !names.isEmpty || !executables.isEmpty || !commands.isEmpty
            || !workingDirectories.isEmpty || !directories.isEmpty || !environment.isEmpty
            || !cgroups.isEmpty || ports != nil
    }

    /// Whether it has a condition that leaves out most processes: an exact one, a port, a variable, or
    /// globs or directories none of which is simply everything: one of them is enough to match.
    var singlesOut: Bool {
        let conditions = [
            names, kernelNames, executables, commands, workingDirectories, cgroups,
        ]
        return !pids.isEmpty || ports != nil || !environment.isEmpty
            || conditions.contains { globs in
                !globs.isEmpty && !globs.contains(where: \.isBroad)
            }
            || !directories.isEmpty && !directories.contains(ByteString("/"))
    }
}
