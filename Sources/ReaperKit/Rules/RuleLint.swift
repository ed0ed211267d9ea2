/// What is correct in a rule file and can never have any effect.
///
/// Only what follows from the rules themselves: a warning that may be wrong is soon read by nobody.
extension RuleDecoder {
    /// Warns of everything in `rules` that is idle; `fields` are their objects, in the same order.
    mutating func warnIdle(_ rules: [Rule], _ fields: [JSONFields], _ list: JSONValue) {
        if rules.isEmpty { warn("a file without rules has no effect", at: list.position) }
        let hasRecords = rules.contains { $0.instance?.recordsProcesses == true }
        for (index, (rule, fields)) in zip(rules, fields).enumerated() {
            warnEmptyPatterns(rule, fields)
            warnIdleKeys(rule, fields)
            warnIdleStop(rule, fields, hasRecords: hasRecords)
            let earlier = rules[..<index].first { $0.hides(rule) }
            guard let earlier, let match = fields["match"] else { continue }
            warn(
                "'\(rule.id)' never names a finding: '\(earlier.id)' before it matches the same"
                    + " processes",
                at: match.position
            )
        }
    }

    /// A pattern with a kind of condition no value of which can match.
    private mutating func warnEmptyPatterns(_ rule: Rule, _ fields: JSONFields) {
        if let key = rule.match.impossibleKey, let match = fields["match"] {
            warn(
                "'match' never holds here: no value of '\(key)' matches anything",
                at: match[key]?.position ?? match.position
            )
        }
        if let key = rule.owner?.impossibleKey, let owner = fields["owner"] {
            warn(
                "no process can be the 'owner' here: no value of '\(key)' matches anything",
                at: owner[key]?.position ?? owner.position
            )
        }
        guard let files = rule.instance?.files, !files.isEmpty,
            files.allSatisfy(\.matchesNothing), let instance = fields["instance"]
        else { return }
        warn("'instance' finds no files here", at: instance["files"]?.position ?? instance.position)
    }

    /// Keys that nothing looks at beside the others.
    private mutating func warnIdleKeys(_ rule: Rule, _ fields: JSONFields) {
        func position(_ key: String) -> TextPosition { fields[key]?.position ?? fields.position }
        if rule.protect {
            for key in ["owner", "after", "keep", "units"] where fields[key] != nil {
                warn("'\(key)' has no effect beside 'protect'", at: position(key))
            }
            return
        }
        if rule.keep, rule.instance?.files.isEmpty != false {
            warn("'keep' has no effect without instance files", at: position("keep"))
        }
        guard let instance = rule.instance, !instance.files.isEmpty, !instance.recordsProcesses,
            rule.owner == nil
        else { return }
        for key in ["match", "stop"] where fields[key] != nil {
            warn(
                "'\(key)' has no effect: a file of format '\(instance.format.rawValue)' names no"
                    + " process",
                at: position(key)
            )
        }
    }

    /// A `stop` that `clean` never gets to, or gets to too easily.
    private mutating func warnIdleStop(
        _ rule: Rule,
        _ fields: JSONFields,
        hasRecords: Bool
    ) {
        guard rule.findsOrphans, let stop = fields["stop"] else { return }
        if rule.owner == nil {
            warn(
                "expected 'owner' beside 'stop': without one, whoever was meant to outlive its parent"
                    + " looks abandoned",
                at: stop.position
            )
        }
        let match = rule.match
        let provesOwnership =
            !match.executables.isEmpty || !match.directories.isEmpty || !match.environment.isEmpty
        guard !provesOwnership, !hasRecords else { return }
        warn(
            "'clean' never gets to this 'stop': exe, in, env or an instance file must prove that a"
                + " process belongs to the rule",
            at: stop.position
        )
    }
}

extension InstanceRule {
    /// Whether its files say which process they are about.
    fileprivate var recordsProcesses: Bool {
        switch format {
        case .pid, .json, .text, .symlink: !files.isEmpty
        case .socket, .lock: false
        }
    }
}

extension Rule {
    /// Whether no process is left to find for a later rule.
    fileprivate func hides(_ later: Rule) -> Bool {
        findsOrphans && later.findsOrphans && match == later.match && owner == later.owner
            && containers == later.containers && unrecorded == later.unrecorded
            && instance == later.instance
    }
}

extension ProcessPattern {
    /// The key of a kind of condition that has values, none of which can match; `nil`: none.
    fileprivate var impossibleKey: String? {
        func isImpossible(_ globs: [Glob]) -> Bool {
            !globs.isEmpty && globs.allSatisfy(\.matchesNothing)
        }
        if isImpossible(names) { return "name" }
        if isImpossible(kernelNames) { return "comm" }
        if isImpossible(executables) { return "exe" }
        if isImpossible(commands) { return "command" }
        if isImpossible(workingDirectories) { return "cwd" }
        if isImpossible(cgroups) { return "cgroup" }
        if !directories.isEmpty, directories.allSatisfy(\.isEmpty) { return "in" }
        if !users.isEmpty, users.allSatisfy({ $0 == .max }) { return "user" }
        let values = environment.map { $0.value?.matchesNothing ?? false }
        return !values.isEmpty && values.allSatisfy(\.self) ? "env" : nil
    }
}
