extension Rule {
    /// Writes this rule as an object of a rule file, variables expanded and defaults spelled out.
    ///
    /// What is written reads back as the same rule, in the same environment. Two things have lost
    /// their text and are written as something that means the same: a directory of `in` that needs
    /// a variable which is not set, and a user who does not exist. Of `after` only the rules in
    /// `known` are written, all of them without such a set.
    public func writeDefinition(to json: inout JSONWriter, among known: Set<String>? = nil) {
        json.member("id", shortID)
        json.member("severity", severity.rawValue)
        json.member("title", title)
        json.member("hint", hint)
        json.member("advice", advice)
        if let instance { json.object("instance") { instance.write(to: &$0) } }
        if !match.isEmpty { json.object("match") { match.writeDefinition(to: &$0) } }
        if let owner { json.object("owner") { owner.writeDefinition(to: &$0) } }
        if let stop { json.object("stop") { stop.write(to: &$0) } }
        json.list("remove", remove.map(\.pattern.text))
        json.list("after", after.filter { known?.contains($0) ?? true }.map(Rule.shortID))
        json.flag("protect", protect)
        json.flag("keep", keep)
        json.flag("containers", containers)
        json.flag("unrecorded", unrecorded)
        json.list("units", units.map(\.pattern.text))
    }

    /// Whether all of it is UTF-8, which a variable's value need not be, but JSON must.
    var isWritable: Bool {
        var globs = remove + units
        globs += stop?.processFilters ?? []
        globs += instance?.files ?? []
        globs += instance?.exclude ?? []
        var texts = globs.map(\.pattern)
        for pattern in [match, owner ?? ProcessPattern()] { texts += pattern.texts }
        return texts.allSatisfy(\.isUTF8)
    }

    /// The system's name, the first half of the id.
    public var system: String { String(id.prefix { $0 != "." }) }

    private var shortID: String { Rule.shortID(id) }

    private static func shortID(_ id: String) -> String {
        String(id.drop { $0 != "." }.dropFirst())
    }
}

extension ProcessPattern {
    /// Every text that a variable can be in.
    fileprivate var texts: [ByteString] {
        var globs = names + kernelNames + executables + commands
        globs += workingDirectories + cgroups
        globs += environment.compactMap(\.value)
        return globs.map(\.pattern) + directories
    }

    /// Writes the conditions that rule files have.
    fileprivate func writeDefinition(to json: inout JSONWriter) {
        json.list("name", names.map(\.pattern.text))
        json.list("comm", kernelNames.map(\.pattern.text))
        json.list("exe", executables.map(\.pattern.text))
        json.list("command", commands.map(\.pattern.text))
        json.list("cwd", workingDirectories.map(\.pattern.text))
        json.list("in", directories.map { $0.isEmpty ? "${NOT_SET}/x" : $0.escapedForGlob.text })
        json.list("env", environment.map(\.text))
        json.list("cgroup", cgroups.map(\.pattern.text))
        json.list("ports", ports?.members.map(\.text) ?? [])
        json.list("user", users.map { $0 == .max ? "(no such user)" : "\($0)" })
        json.list("state", states.map { String(UnicodeScalar($0)) })
        json.member("older_than", olderThan?.exactText)
    }
}

extension StopAction {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("signal", signal.name)
        json.member("timeout", timeout.exactText)
        json.member("order", order.rawValue)
        json.list("ports", ports?.members.map(\.text) ?? [])
        json.list("process_filters", processFilters.map(\.pattern.text))
        json.flag("kill_others", killsOthers)
    }
}

extension InstanceRule {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("env", environment)
        json.list("files", files.map(\.pattern.text))
        json.list("exclude", exclude.map(\.pattern.text))
        if environment == nil { json.member("format", format.rawValue) }
        json.member("pid", pidKey)
        json.member("id", idKey)
        json.member("alias", aliasKey)
        json.member("started", startedKey)
        json.member("start_ticks", startTicksKey)
        json.member("entries", entries)
        json.member("pattern", pattern)
    }
}

extension EnvironmentCondition {
    /// `NAME` or `NAME=GLOB`, as rule files have it.
    var text: String { value.map { "\(name.text)=\($0.pattern.text)" } ?? name.text }
}

extension JSONWriter {
    /// Writes a list that has anything in it.
    fileprivate mutating func list(_ name: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        array(name) { json in for text in texts { json.element(text) } }
    }

    /// Writes a flag that is set.
    fileprivate mutating func flag(_ name: String, _ flag: Bool) {
        if flag { member(name, flag) }
    }
}

extension ByteString {
    /// The pattern that matches exactly this text.
    var escapedForGlob: ByteString {
        ByteString(
            bytes.flatMap { byte -> [UInt8] in
                "\\*?[]{}~$".utf8.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
            }
        )
    }
}

extension Duration {
    /// The shortest text that reads back as exactly this, nanoseconds included.
    fileprivate var exactText: String {
        let text = shortText
        if let read = try? Duration(parsing: text), read == self { return text }
        let (seconds, attoseconds) = components
        var fraction = String(UInt64(attoseconds / 1_000_000_000) + 1_000_000_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(seconds).\(fraction)s"
    }
}
