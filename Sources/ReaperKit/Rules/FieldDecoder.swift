/// Reads the values of one file that people write, with the same words for the same mistakes.
protocol FieldDecoder {
    /// Variables that the file may use.
    var environment: [String: ByteString] { get }

    /// Names of ports, from services(5).
    func services() -> ServiceNames

    /// User numbers by name, from passwd(5).
    func users() -> [String: UInt32]

    /// Reads one part; `nil` when it is wrong, and the decoder goes on without it.
    mutating func attempt<Part>(
        _ body: (inout Self) throws(JSONError) -> Part
    ) throws(JSONError) -> Part?

    /// Notes what is correct but has no effect here, or refuses it.
    mutating func warn(_ message: String, at position: TextPosition) throws(JSONError)
}

extension FieldDecoder {
    /// Reads each of several values; those that are wrong are left out.
    mutating func each<Value, Part>(
        _ values: [Value],
        _ body: (inout Self, Value) throws(JSONError) -> Part
    ) throws(JSONError) -> [Part] {
        var parts: [Part] = []
        for value in values {
            let part = try attempt { decoder throws(JSONError) in try body(&decoder, value) }
            if let part { parts.append(part) }
        }
        return parts
    }

    /// Checks that `value` is an object with no keys but `known`; `subject` is what a person
    /// calls it, such as `a rule`.
    mutating func fields(
        _ value: JSONValue,
        of subject: String,
        known: [String]
    ) throws(JSONError) -> JSONFields {
        let fields = try JSONFields(value, of: subject)
        let strangers = JSONFields.strangers(in: value, of: subject, known: known)
        _ = try each(strangers) { _, error throws(JSONError) in throw error }
        return fields
    }

    /// One or more texts: a string, or an array of strings that is not empty.
    ///
    /// An empty array is refused because it reads as "none" to one person and "any" to another.
    mutating func texts(
        _ key: String,
        _ fields: JSONFields,
        orNumbers: Bool = false
    ) throws(JSONError) -> [PlacedText] {
        guard let found = fields[key] else { return [] }
        let values = found.array ?? [found]
        guard !values.isEmpty else {
            _ = try attempt { _ throws(JSONError) in
                throw JSONError(
                    "expected at least one value for '\(key)', or no such key",
                    at: found.position
                )
            }
            return []
        }
        return try each(values) { _, value throws(JSONError) in try value.text(for: key, orNumbers)
        }
    }

    /// The flag of an optional key, `false` without it.
    mutating func flag(_ key: String, _ fields: JSONFields) throws(JSONError) -> Bool {
        try attempt { _ throws(JSONError) in try fields.flag(key) } ?? false
    }

    /// The text of an optional key.
    mutating func string(_ key: String, _ fields: JSONFields) throws(JSONError) -> String? {
        try attempt { _ throws(JSONError) in try fields.string(key) } ?? nil
    }

    /// One of an enumeration's words; `nil` without one.
    mutating func choice<Choice>(
        _ key: String,
        _ fields: JSONFields
    ) throws(JSONError) -> Choice?
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        try attempt { _ throws(JSONError) in try Self.choice(fields[key], for: key) } ?? nil
    }

    /// The enumeration's word that a value is; `nil` without a value.
    static func choice<Choice>(
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
