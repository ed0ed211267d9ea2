/// What a rule's variable in a process's environment says about the instance it belongs to.
struct InstanceMark: Equatable {
    /// The instance's own name.
    var id: String
    /// The instance's name for people.
    var alias: String?
    /// The process's own name within the instance.
    var node: String?

    /// Stands for a mark that does not say which instance is meant.
    static let nameless = InstanceMark(id: "?")
}

/// Reads the marks of one rule: its variable, and the expression that takes the value apart.
struct InstanceMarkReader {
    /// Longer names are cut: whoever makes one must not fill a screen with it.
    private static let nameLimit = 256

    private let variable: [UInt8]
    private let expression: Regex<AnyRegexOutput>?

    /// - Returns: `nil` where the rule marks no processes, or its expression is none.
    init?(_ rule: Rule) {
        guard let instance = rule.instance, let name = instance.environment else { return nil }
        variable = Array("\(name)=".utf8)
        guard let pattern = instance.pattern else {
            expression = nil
            return
        }
        guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return nil }
        expression = regex
    }

    /// Whether there is a mark at all, also one that cannot be understood.
    func isMarked(_ environment: [ByteString]) -> Bool {
        environment.contains { $0.bytes.starts(with: variable) }
    }

    /// The mark in an environment of `NAME=VALUE` entries; `nil` where there is none.
    ///
    /// Each group is taken from the first match that has it, so that an expression of alternatives
    /// finds what a value says in any order.
    func mark(in environment: [ByteString]) -> InstanceMark? {
        guard let entry = environment.first(where: { $0.bytes.starts(with: variable) }) else {
            return nil
        }
        // Like other users' files: an expression may take time that grows much faster than its text.
        let limit = Int(InstanceText.foreignPatternLimit)
        let value = entry.bytes.dropFirst(variable.count).prefix(limit)
        let text = String(decoding: value, as: UTF8.self)
        guard let expression else {
            return text.isEmpty ? nil : InstanceMark(id: String(text.prefix(Self.nameLimit)))
        }
        var groups: [String: String] = [:]
        for match in text.matches(of: expression) {
            for group in match.output {
                guard let name = group.name, let found = group.substring, groups[name] == nil
                else { continue }
                groups[name] = String(found.prefix(Self.nameLimit))
            }
        }
        guard let id = groups["id"], !id.isEmpty else { return nil }
        return InstanceMark(id: id, alias: groups["alias"], node: groups["node"])
    }
}
