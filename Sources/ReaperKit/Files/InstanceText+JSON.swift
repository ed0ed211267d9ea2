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
        let found = root.members(at: entriesPath)
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
        guard let number = isBare ? value : value.value(at: rule.pidKey ?? "pid"),
            number.kind != .null
        else { return nil }
        var entry = InstanceEntry(pid: try pid(in: number))
        entry.id = rule.idKey.flatMap { value.value(at: $0)?.label } ?? name
        entry.alias = rule.aliasKey.flatMap { value.value(at: $0)?.label }
        entry.startTicks = value.value(at: rule.startTicksKey ?? "start_ticks")?.unsigned
        entry.bootID = value["boot_id"]?.string
        entry.host = (value["host"] ?? value["hostname"])?.string.flatMap(hostName)
        entry.pidNamespace = value["pid_namespace"]?.unsigned
        entry.pidfdInode = value["pidfd_inode"]?.unsigned
        entry.leads = value["leads"]?.bool ?? true
        entry.executable = (value["exe"] ?? value["executable"])?.string.map { ByteString($0) }
        return entry
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
    func members(at path: String) -> [(name: String?, value: JSONValue)] {
        var level: [(name: String?, value: JSONValue)] = [(nil, self)]
        for key in path.split(separator: ".") {
            level = level.flatMap { item -> [(name: String?, value: JSONValue)] in
                guard key == "*" else {
                    return item.value[String(key)].map { [(item.name, $0)] } ?? []
                }
                if case .object(let members) = item.value.kind {
                    return members.map { ($0.name, $0.value) }
                }
                return (item.value.array ?? []).map { (nil, $0) }
            }
        }
        return level
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
