extension InstanceText {
    /// The entries of a JSON object, as the rule's key paths find them.
    ///
    /// Besides the rule's own keys it takes the usual names of what makes a record safe to act on:
    /// `boot_id`, `host`, `start_ticks`, `pidfd_inode`, `pid_namespace`, `exe` and `leads`.
    static func json(
        _ bytes: [UInt8],
        rule: InstanceRule
    ) throws(InstanceFormatError) -> [InstanceEntry] {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSON5Reader.read(bytes)
        } catch {
            throw InstanceFormatError(reason: "\(error)")
        }
        guard let entriesPath = rule.entries else {
            guard let entry = try entry(root, name: nil, rule: rule) else {
                let key = rule.pidKey ?? "pid"
                throw InstanceFormatError(
                    reason: "\(root.position): expected a process number under '\(key)'"
                )
            }
            return [entry]
        }
        let found = try root.members(at: entriesPath)
        guard found.count <= entryLimit else {
            throw InstanceFormatError(
                reason: "expected at most \(entryLimit) entries, found \(found.count)"
            )
        }
        var entries: [InstanceEntry] = []
        for (name, value) in found {
            // A service that does not run is written without a number, or with null.
            do throws(InstanceFormatError) {
                if let entry = try entry(value, name: name, rule: rule) { entries.append(entry) }
            } catch {
                let id = rule.idKey.flatMap { value.value(at: $0)?.label }
                entries.append(flawed(error, named: id ?? name))
            }
        }
        // Where nothing is right and nothing has a name, the text is of another kind.
        guard entries.isEmpty || entries.contains(where: { $0.flaw == nil || $0.id != nil }) else {
            throw InstanceFormatError(reason: account(of: entries.compactMap(\.flaw)))
        }
        return entries
    }

    /// One entry; `nil` when it has no number at all.
    private static func entry(
        _ value: JSONValue,
        name: String?,
        rule: InstanceRule
    ) throws(InstanceFormatError) -> InstanceEntry? {
        // `{ "web": 4127 }`: the member's value is the number itself.
        let isBare = name != nil && value.pidText != nil
        let key = rule.pidKey ?? "pid"
        guard let number = isBare ? value : value.value(at: key), number.kind != .null else {
            if rule.entries != nil {
                try refuse(value, without: key, of: rule, isMember: name != nil)
            }
            return nil
        }
        var entry = InstanceEntry(pid: try pid(in: number))
        entry.id = rule.idKey.flatMap { value.value(at: $0)?.label } ?? name
        entry.alias = rule.aliasKey.flatMap { value.value(at: $0)?.label }
        entry.startTicks = value.value(at: rule.startTicksKey ?? "start_ticks")?.unsigned
        entry.started = rule.startedKey.flatMap { value.value(at: $0)?.string }
            .map { RecordedTime($0) }
        entry.bootID = value["boot_id"]?.string
        entry.host = (value["host"] ?? value["hostname"])?.string.flatMap(hostName)
        entry.pidNamespace = value["pid_namespace"]?.unsigned
        entry.pidfdInode = value["pidfd_inode"]?.unsigned
        entry.leads = value["leads"]?.bool ?? true
        entry.executable = (value["exe"] ?? value["executable"])?.string.map { ByteString($0) }
        return entry
    }

    /// Refuses what stands in the place of an entry and is none, whatever runs or does not.
    private static func refuse(
        _ value: JSONValue,
        without key: String,
        of rule: InstanceRule,
        isMember: Bool
    ) throws(InstanceFormatError) {
        switch value.kind {
        case .null: return
        case .object:
            // Where the rule names a key, a record without it is one of what does not run.
            if rule.pidKey != nil || value.value(at: key) != nil { return }
        case .bool, .integer, .number, .string, .array: break
        }
        let expected =
            isMember && rule.pidKey == nil ? "a process number" : "an object with '\(key)'"
        throw InstanceFormatError(
            reason: "\(value.position): expected \(expected), found \(value.kindName)"
        )
    }

    private static func pid(in value: JSONValue) throws(InstanceFormatError) -> Int32 {
        do throws(InstanceFormatError) {
            if let number = value.integer { return try pid(number) }
            if let text = value.string { return try number(text.utf8) }
        } catch {
            throw InstanceFormatError(reason: "\(value.position): \(error.reason)")
        }
        throw InstanceFormatError(
            reason: "\(value.position): expected a process number, found \(value.kindName)"
        )
    }

    /// The text, unless it is what a server listens on rather than where it runs: programs write
    /// both under `host`.
    static func hostName(_ text: String) -> String? {
        let isAddress = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || byte == 0x2e || byte == 0x3a || byte == 0x2a
        }
        let isNone = text.isEmpty || isAddress || text.contains(":") || text.hasPrefix("localhost")
        return isNone ? nil : text
    }
}

extension JSONValue {
    /// The value under a path such as `child.pid`.
    func value(at path: String) -> JSONValue? {
        var value: JSONValue? = self
        for key in path.split(separator: ".") { value = value?[String(key)] }
        return value
    }

    /// The values under a path such as `services.*`, with the names of object members.
    ///
    /// What is empty or `null` has none. Neither has an entry that lacks what follows a `*`: a
    /// service may have spawned nothing. Anything else is not what the path describes.
    fileprivate func members(
        at path: String
    ) throws(InstanceFormatError) -> [(name: String?, value: JSONValue)] {
        var level: [(name: String?, value: JSONValue)] = [(nil, self)]
        var isBelowStar = false
        for key in path.split(separator: ".").map(String.init) {
            var next: [(name: String?, value: JSONValue)] = []
            for item in level where item.value.kind != .null {
                next += try item.value.step(key, named: item.name, isOptional: isBelowStar)
            }
            level = next
            isBelowStar = isBelowStar || key == "*"
        }
        return level
    }

    private func step(
        _ key: String,
        named name: String?,
        isOptional: Bool
    ) throws(InstanceFormatError) -> [(name: String?, value: JSONValue)] {
        switch kind {
        case .object(let members) where key == "*": return members.map { ($0.name, $0.value) }
        case .array(let values) where key == "*": return values.map { (nil, $0) }
        case .object(let members):
            if let value = self[key] { return [(name, value)] }
            if members.isEmpty || isOptional { return [] }
            throw InstanceFormatError(reason: "\(position): expected a member '\(key)'")
        default:
            let expected = key == "*" ? "an object or an array" : "an object with '\(key)'"
            throw InstanceFormatError(
                reason: "\(position): expected \(expected), found \(kindName)"
            )
        }
    }

    /// A number or a string: what may hold a process number.
    fileprivate var pidText: String? { integer.map { "\($0)" } ?? string }

    /// A name, which some programs write as a number.
    fileprivate var label: String? { pidText }

    /// A number that cannot be negative, which some programs write as a string.
    fileprivate var unsigned: UInt64? {
        integer.flatMap { UInt64(exactly: $0) } ?? string.flatMap { UInt64($0) }
    }
}
