/// An object whose keys are known: reads its members by kind, and refuses every other key.
struct JSONFields {
    /// Where the object begins.
    let position: TextPosition
    private let value: JSONValue

    /// Checks that `value` is an object; `subject` is what a person calls it, such as `a rule`.
    init(_ value: JSONValue, of subject: String) throws(JSONError) {
        guard case .object = value.kind else {
            throw JSONError(
                "expected an object that describes \(subject), found \(value.kindName)",
                at: value.position
            )
        }
        self.value = value
        position = value.position
    }

    /// What is wrong with the keys of an object that are none of `known`, in their order.
    static func strangers(
        in value: JSONValue,
        of subject: String,
        known: [String]
    ) -> [JSONError] {
        guard case .object(let members) = value.kind else { return [] }
        return members.filter { !known.contains($0.name) }.map { member in
            let hint = nearestName(to: member.name, in: known).map { "; did you mean '\($0)'?" }
            return JSONError(
                "unknown key '\(member.name.escapedForTerminal)' in \(subject)\(hint ?? "");"
                    + " expected one of \(known.joined(separator: ", "))",
                at: member.position
            )
        }
    }

    /// The value of an optional key.
    subscript(key: String) -> JSONValue? { value[key] }

    /// The value of a key that must be there.
    func required(_ key: String) throws(JSONError) -> JSONValue {
        guard let found = value[key] else {
            throw JSONError("expected the key '\(key)' in this object", at: position)
        }
        return found
    }

    /// The text of an optional key.
    func string(_ key: String) throws(JSONError) -> String? {
        guard let found = value[key] else { return nil }
        return try found.text(for: key).text
    }

    /// The flag of an optional key, `false` without it.
    func flag(_ key: String) throws(JSONError) -> Bool {
        guard let found = value[key] else { return false }
        guard case .bool(let flag) = found.kind else {
            throw JSONError(
                "expected true or false for '\(key)', found \(found.kindName)",
                at: found.position
            )
        }
        return flag
    }
}

/// A string, and where it stands.
struct PlacedText: Hashable, Sendable {
    var text: String
    var position: TextPosition

    /// Reads the text with `parse`, whose errors get this place.
    func parse<Value>(
        _ parse: (String) throws(ValueError) -> Value
    ) throws(JSONError) -> Value {
        do {
            return try parse(text)
        } catch {
            throw JSONError("\(error)", at: position)
        }
    }
}

extension JSONValue {
    /// The text of a string that is not empty; of an integer too where those are welcome.
    func text(for key: String, _ orNumbers: Bool = false) throws(JSONError) -> PlacedText {
        if orNumbers, let integer { return PlacedText(text: "\(integer)", position: position) }
        guard let string else {
            let expected = orNumbers ? "a string or a whole number" : "a string"
            throw JSONError("expected \(expected) for '\(key)', found \(kindName)", at: position)
        }
        guard !string.isEmpty else {
            throw JSONError("expected text for '\(key)', found an empty string", at: position)
        }
        return PlacedText(text: string, position: position)
    }
}
