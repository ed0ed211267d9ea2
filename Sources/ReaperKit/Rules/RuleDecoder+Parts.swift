/// How a decoder goes on after an error: what it reads in parts, each on its own.
extension RuleDecoder {
    /// Reads one part; a thorough decoder notes what is wrong with it, and goes on without it.
    mutating func attempt<Part>(
        _ body: (inout RuleDecoder) throws(JSONError) -> Part
    ) throws(JSONError) -> Part? {
        do throws(JSONError) {
            return try body(&self)
        } catch {
            guard isThorough else { throw error }
            errors.append(error)
            return nil
        }
    }

    /// Reads each of several values; those that are wrong are left out.
    mutating func each<Value, Part>(
        _ values: [Value],
        _ body: (inout RuleDecoder, Value) throws(JSONError) -> Part
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
        try attempt { _ throws(JSONError) in try RuleDecoder.choice(fields[key], for: key) } ?? nil
    }

    private static func choice<Choice>(
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
