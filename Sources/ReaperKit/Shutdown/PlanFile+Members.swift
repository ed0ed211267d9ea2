/// Members of an object in a plan file: what is there must be what it should be.
extension JSONValue {
    /// The value of a member that must be there.
    func required(_ name: String) throws(JSONError) -> JSONValue {
        guard let value = self[name] else {
            throw JSONError("expected a member '\(name)', found \(kindName)", at: position)
        }
        return value
    }

    /// The elements of a member; a missing one has none.
    func list(_ name: String) throws(JSONError) -> [JSONValue] {
        guard let value = self[name] else { return [] }
        guard let elements = value.array else {
            throw JSONError(
                "expected an array for '\(name)', found \(value.kindName)",
                at: value.position
            )
        }
        return elements
    }

    /// The text of an optional member.
    func text(_ name: String) throws(JSONError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.string else {
            throw JSONError(
                "expected a string for '\(name)', found \(value.kindName)",
                at: value.position
            )
        }
        return text
    }

    /// The flag of an optional member, `false` without it.
    func flag(_ name: String) throws(JSONError) -> Bool {
        guard let value = self[name] else { return false }
        guard case .bool(let flag) = value.kind else {
            throw JSONError(
                "expected true or false for '\(name)', found \(value.kindName)",
                at: value.position
            )
        }
        return flag
    }

    /// The number of an optional member; one that does not fit is refused, not bent.
    func number<Number: FixedWidthInteger>(_ name: String) throws(JSONError) -> Number? {
        guard let value = self[name] else { return nil }
        guard let integer = value.integer, integer >= 0, let number = Number(exactly: integer)
        else {
            let limit = min(UInt64(clamping: Number.max), UInt64(Int64.max))
            throw JSONError(
                "expected a whole number from 0 to \(limit) for '\(name)'",
                at: value.position
            )
        }
        return number
    }

    /// The number of a member that must be there.
    func requiredNumber(_ name: String) throws(JSONError) -> UInt64 {
        _ = try required(name)
        return try number(name) ?? 0
    }

    /// The bytes of an optional member: from `<name>_b64` where they are not UTF-8.
    func bytes(_ name: String) throws(JSONError) -> ByteString? {
        guard let text = try text(name) else { return nil }
        guard let encoded = self[name + "_b64"] else { return ByteString(text) }
        guard let bytes = encoded.string.flatMap({ ByteString(base64: $0) }), bytes.text == text
        else {
            throw JSONError(
                "expected the bytes of '\(name)' in base64 for '\(name)_b64'",
                at: encoded.position
            )
        }
        return bytes
    }

    /// A process: number and start time both.
    func identity(_ name: String) throws(JSONError) -> ProcessIdentity {
        let text = try required(name).text(for: name)
        let condition = try text.parse(PidCondition.init(parsing:))
        guard let start = condition.startTime else {
            throw JSONError("expected PID@START for '\(name)'", at: text.position)
        }
        return ProcessIdentity(pid: condition.pid, startTime: start)
    }

    /// An identity, `PID@START`, that is an element of an array.
    func elementIdentity() throws(JSONError) -> ProcessIdentity {
        let text = string ?? ""
        do throws(ValueError) {
            let condition = try PidCondition(parsing: text)
            if let start = condition.startTime {
                return ProcessIdentity(pid: condition.pid, startTime: start)
            }
        } catch {
            throw JSONError(error.description, at: position)
        }
        throw JSONError("'\(text)' has no start time: expected PID@START", at: position)
    }
}
