extension RuleDecoder {
    private static let jsonKeys = ["pid", "id", "alias", "started", "start_ticks", "entries"]
    static let instanceKeys =
        ["files", "exclude", "format"] + jsonKeys + ["pattern", "env"]
    /// What a pattern may take out of a text.
    private static let groups = ["pid", "id", "alias", "start", "host"]
    /// And what out of a variable: `node` is a process's own name within the instance.
    private static let markGroups = groups + ["node"]

    /// Reads `instance`: either files, or the variable that marks processes.
    mutating func instanceRule(_ value: JSONValue) throws(JSONError) -> InstanceRule {
        let fields = try fields(value, of: "an instance", known: RuleDecoder.instanceKeys)
        guard (fields["files"] == nil) != (fields["env"] == nil) else {
            throw JSONError("expected either 'files' or 'env' in 'instance'", at: value.position)
        }
        var instance = InstanceRule()
        instance.files = try each(texts("files", fields)) { decoder, text throws(JSONError) in
            try decoder.glob(text, as: .path, to: .find)
        }
        instance.exclude = try each(texts("exclude", fields)) { decoder, text throws(JSONError) in
            try decoder.glob(text, as: .path)
        }
        let known = errors.count
        instance.format = try choice("format", fields) ?? .pid
        let isFormatKnown = errors.count == known
        instance.pidKey = try keyPath("pid", fields)
        instance.idKey = try keyPath("id", fields)
        instance.aliasKey = try keyPath("alias", fields)
        instance.startedKey = try keyPath("started", fields)
        instance.startTicksKey = try keyPath("start_ticks", fields)
        instance.entries = try keyPath("entries", fields, allowsStar: true)
        instance.environment = try string("env", fields)
        // Without the format nothing says which keys belong to it.
        guard isFormatKnown else { return instance }
        let read = instance
        let pattern = try attempt { decoder throws(JSONError) in
            try decoder.regularExpression(fields, of: read)
        }
        instance.pattern = pattern ?? nil
        try refuseForeignKeys(fields, instance)
        return instance
    }

    /// Keys that the format does not use are mistakes about what would be read.
    private mutating func refuseForeignKeys(
        _ fields: JSONFields,
        _ instance: InstanceRule
    ) throws(JSONError) {
        var foreign: [String] = []
        if instance.environment != nil {
            foreign = ["exclude", "format"] + RuleDecoder.jsonKeys
        } else if instance.format != .json {
            foreign = RuleDecoder.jsonKeys
        }
        let context =
            instance.environment == nil ? "format '\(instance.format.rawValue)'" : "'env'"
        _ = try each(foreign.compactMap { key in fields[key].map { (key, $0.position) } }) {
            _,
            item throws(JSONError) in
            throw JSONError("expected no '\(item.0)' together with \(context)", at: item.1)
        }
        if instance.environment == nil, instance.format == .json, fields["pid"] == nil,
            fields["entries"] == nil
        {
            throw JSONError(
                "expected 'pid', the key of the process number, or 'entries' for format 'json'",
                at: fields.position
            )
        }
    }

    /// Names joined by dots, such as `child.pid`; `*` stands for every member.
    private mutating func keyPath(
        _ key: String,
        _ fields: JSONFields,
        allowsStar: Bool = false
    ) throws(JSONError) -> String? {
        guard let value = fields[key] else { return nil }
        return try attempt { _ throws(JSONError) in
            try RuleDecoder.keyPath(value, for: key, allowsStar: allowsStar)
        }
    }

    private static func keyPath(
        _ value: JSONValue,
        for key: String,
        allowsStar: Bool
    ) throws(JSONError) -> String {
        let path = try value.text(for: key).text
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        guard names.allSatisfy({ !$0.isEmpty && (allowsStar || $0 != "*") }) else {
            throw JSONError(
                "expected names joined by dots for '\(key)', found '\(path.escapedForTerminal)'",
                at: value.position
            )
        }
        return path
    }

    private func regularExpression(
        _ fields: JSONFields,
        of instance: InstanceRule
    ) throws(JSONError) -> String? {
        let isMarked = fields["env"] != nil
        let takesPattern = isMarked || instance.format == .text || instance.format == .symlink
        guard let value = fields["pattern"] else {
            guard takesPattern, !isMarked else { return nil }
            throw JSONError(
                "expected 'pattern' with a group (?<pid>...) for this format",
                at: fields.position
            )
        }
        guard takesPattern else {
            throw JSONError(
                "expected no 'pattern' together with format '\(instance.format.rawValue)'",
                at: value.position
            )
        }
        let pattern = try value.text(for: "pattern").text
        let names = RuleDecoder.groupNames(in: pattern)
        let known = isMarked ? RuleDecoder.markGroups : RuleDecoder.groups
        if let stranger = names.first(where: { !known.contains($0) }) {
            let hint = nearestName(to: stranger, in: known)
            throw JSONError(
                "unknown group '\(stranger.escapedForTerminal)' in 'pattern'"
                    + (hint.map { "; did you mean '\($0)'?" } ?? "")
                    + "; expected one of \(known.joined(separator: ", "))",
                at: value.position
            )
        }
        let needed = isMarked ? "id" : "pid"
        guard names.contains(needed) else {
            throw JSONError("expected a group (?<\(needed)>...) in 'pattern'", at: value.position)
        }
        guard reader.checksExpressions else { return pattern }
        try refuseBadExpression(PlacedText(text: pattern, position: value.position))
        return pattern
    }

    /// The names in `(?<name>` and `(?P<name>`, escaped parentheses left out.
    private static func groupNames(in pattern: String) -> [String] {
        var names: [String] = []
        var rest = pattern[...]
        while let character = rest.popFirst() {
            if character == "\\" { _ = rest.popFirst() }
            guard character == "(", rest.popPrefix("?<") || rest.popPrefix("?P<") else { continue }
            if rest.first == "=" || rest.first == "!" { continue }  // looks behind
            names.append(String(rest.prefix { $0 != ">" }))
        }
        return names
    }
}

extension FieldDecoder {
    /// Compiles a regular expression to see that it is correct.
    func refuseBadExpression(_ pattern: PlacedText) throws(JSONError) {
        do {
            _ = try Regex(pattern.text)
        } catch {
            throw JSONError(
                "'\(pattern.text.escapedForTerminal)' is not a regular expression: \(error)",
                at: pattern.position
            )
        }
    }
}

extension Substring {
    fileprivate mutating func popPrefix(_ prefix: String) -> Bool {
        guard hasPrefix(prefix) else { return false }
        removeFirst(prefix.count)
        return true
    }
}
