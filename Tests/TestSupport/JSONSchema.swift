package import Foundation

/// The part of JSON Schema 2020-12 that the files in `schema/` use.
///
/// A keyword that is not known here is an error: a constraint nobody checks is worse than none.
package struct JSONSchema {
    private let root: [String: Any]

    package init(_ text: Data) throws {
        let value = try JSONSerialization.jsonObject(with: text)
        root = value as? [String: Any] ?? [:]
    }

    /// The schema of one definition, such as `rule`.
    package init(_ text: Data, definition: String) throws {
        let whole = try JSONSchema(text)
        root = ["$ref": "#/$defs/\(definition)", "$defs": whole.root["$defs"] ?? [:]]
    }

    /// What is wrong with the JSON text, one line per violation with its place.
    package func violations(in text: Data) throws -> [String] {
        let value = try JSONSerialization.jsonObject(with: text, options: .fragmentsAllowed)
        return check(value, against: root, at: "$")
    }

    private static let annotations: Set<String> = [
        "$schema", "$id", "$defs", "title", "description", "default",
    ]

    private func check(_ value: Any, against schema: [String: Any], at place: String) -> [String] {
        schema.keys.sorted().flatMap { keyword -> [String] in
            let operand = schema[keyword] ?? NSNull()
            switch keyword {
            case let name where JSONSchema.annotations.contains(name): return []
            case "$ref": return reference(operand, value, place)
            case "type": return type(operand, value, place)
            case "const", "enum": return membership(operand, value, place)
            case "pattern", "minLength": return text(keyword, operand, value, place)
            case "minimum", "maximum": return range(keyword, operand, value, place)
            case "minItems", "minProperties": return count(keyword, operand, value, place)
            case "required": return required(operand, value, place)
            case "properties": return properties(operand, value, place)
            case "additionalProperties": return additional(operand, schema, value, place)
            case "propertyNames": return names(operand, value, place)
            case "items": return items(operand, value, place)
            case "anyOf", "oneOf": return alternatives(keyword, operand, value, place)
            default: return ["\(place): the schema's keyword '\(keyword)' is not known"]
            }
        }
    }

    private func reference(_ operand: Any, _ value: Any, _ place: String) -> [String] {
        let name = (operand as? String ?? "").replacingOccurrences(of: "#/$defs/", with: "")
        guard let schema = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
            return ["\(place): no definition '\(name)'"]
        }
        return check(value, against: schema, at: place)
    }

    private func type(_ operand: Any, _ value: Any, _ place: String) -> [String] {
        let names = operand as? [String] ?? [operand as? String ?? ""]
        return names.contains { isOf($0, value) } ? [] : ["\(place): is not \(names)"]
    }

    private func isOf(_ name: String, _ value: Any) -> Bool {
        switch name {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isBoolean(value)
        case "integer": !isBoolean(value) && number(value).map { $0 == $0.rounded() } == true
        case "number": !isBoolean(value) && number(value) != nil
        case "null": value is NSNull
        default: false
        }
    }

    private func isBoolean(_ value: Any) -> Bool {
        (value as? NSNumber).map { unsafe String(cString: $0.objCType) == "c" } ?? (value is Bool)
    }

    private func number(_ value: Any) -> Double? {
        value is String ? nil : (value as? NSNumber)?.doubleValue
    }

    private func membership(_ operand: Any, _ value: Any, _ place: String) -> [String] {
        let allowed = operand as? [Any] ?? [operand]
        let isIn =
            allowed.contains { ($0 as? NSObject)?.isEqual(value) ?? false }
            || (value as? String).map { text in allowed.contains { $0 as? String == text } } == true
        return isIn ? [] : ["\(place): '\(value)' is not one of \(allowed)"]
    }

    private func text(
        _ keyword: String,
        _ operand: Any,
        _ value: Any,
        _ place: String
    ) -> [String] {
        guard let text = value as? String else { return [] }
        if keyword == "minLength" {
            return text.unicodeScalars.count >= operand as? Int ?? 0 ? [] : ["\(place): is empty"]
        }
        let found = text.range(of: operand as? String ?? "", options: .regularExpression)
        return found == nil ? ["\(place): '\(text)' does not match \(operand)"] : []
    }

    private func range(
        _ keyword: String,
        _ operand: Any,
        _ value: Any,
        _ place: String
    ) -> [String] {
        guard let value = number(value), let limit = number(operand) else { return [] }
        let isInside = keyword == "minimum" ? value >= limit : value <= limit
        return isInside ? [] : ["\(place): \(value) is beyond the \(keyword) \(limit)"]
    }

    private func count(
        _ keyword: String,
        _ operand: Any,
        _ value: Any,
        _ place: String
    ) -> [String] {
        let isOfItems = keyword == "minItems"
        let count = isOfItems ? (value as? [Any])?.count : (value as? [String: Any])?.count
        guard let count, count < operand as? Int ?? 0 else { return [] }
        return ["\(place): \(count) are fewer than \(keyword)"]
    }

    private func required(_ operand: Any, _ value: Any, _ place: String) -> [String] {
        guard let object = value as? [String: Any] else { return [] }
        return (operand as? [String] ?? []).filter { object[$0] == nil }
            .map { "\(place): lacks '\($0)'" }
    }

    private func properties(_ operand: Any, _ value: Any, _ place: String) -> [String] {
        guard let object = value as? [String: Any],
            let schemas = operand as? [String: [String: Any]]
        else { return [] }
        return object.keys.sorted().flatMap { name -> [String] in
            guard let member = object[name], let schema = schemas[name] else { return [] }
            return check(member, against: schema, at: "\(place).\(name)")
        }
    }

    private func additional(
        _ operand: Any,
        _ schema: [String: Any],
        _ value: Any,
        _ place: String
    ) -> [String] {
        guard let object = value as? [String: Any] else { return [] }
        let known = Set((schema["properties"] as? [String: Any] ?? [:]).keys)
        return object.keys.sorted().filter { !known.contains($0) }.flatMap { name -> [String] in
            if let rule = operand as? [String: Any] {
                return check(object[name] ?? NSNull(), against: rule, at: "\(place).\(name)")
            }
            return operand as? Bool == false ? ["\(place): '\(name)' is not in the schema"] : []
        }
    }

    private func names(_ operand: Any, _ value: Any, _ place: String) -> [String] {
        guard let object = value as? [String: Any], let schema = operand as? [String: Any] else {
            return []
        }
        return object.keys.sorted().flatMap { check($0, against: schema, at: "\(place).\($0)") }
    }

    private func items(_ operand: Any, _ value: Any, _ place: String) -> [String] {
        guard let array = value as? [Any], let schema = operand as? [String: Any] else { return [] }
        return array.enumerated().flatMap { index, element in
            check(element, against: schema, at: "\(place)[\(index)]")
        }
    }

    private func alternatives(
        _ keyword: String,
        _ operand: Any,
        _ value: Any,
        _ place: String
    ) -> [String] {
        let matching = (operand as? [[String: Any]] ?? [])
            .count { check(value, against: $0, at: place).isEmpty }
        let isRight = keyword == "anyOf" ? matching >= 1 : matching == 1
        return isRight ? [] : ["\(place): matches \(matching) of \(keyword)"]
    }
}
