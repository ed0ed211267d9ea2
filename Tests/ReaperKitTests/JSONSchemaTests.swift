import Foundation
import TestSupport
import Testing

@Suite("schema validator")
struct JSONSchemaTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var schema: String
        var good: String
        var bad: String
    }

    private static let cases = [
        Case(testDescription: "type", schema: #"{"type": "integer"}"#, good: "1", bad: "true"),
        Case(testDescription: "boolean", schema: #"{"type": "boolean"}"#, good: "true", bad: "1"),
        Case(testDescription: "const", schema: #"{"const": "a"}"#, good: #""a""#, bad: #""b""#),
        Case(testDescription: "enum", schema: #"{"enum": ["a", "b"]}"#, good: #""b""#, bad: "3"),
        Case(
            testDescription: "pattern",
            schema: #"{"pattern": "^a$"}"#,
            good: #""a""#,
            bad: #""ab""#
        ),
        Case(
            testDescription: "minLength",
            schema: #"{"minLength": 1}"#,
            good: #""a""#,
            bad: #""""#
        ),
        Case(testDescription: "minItems", schema: #"{"minItems": 1}"#, good: "[0]", bad: "[]"),
        Case(
            testDescription: "minProperties",
            schema: #"{"minProperties": 1}"#,
            good: #"{"a": 0}"#,
            bad: "{}"
        ),
        Case(testDescription: "minimum", schema: #"{"minimum": 0}"#, good: "0", bad: "-1"),
        Case(testDescription: "maximum", schema: #"{"maximum": 5}"#, good: "5", bad: "6"),
        Case(
            testDescription: "required",
            schema: #"{"required": ["a"]}"#,
            good: #"{"a": 1}"#,
            bad: "{}"
        ),
        Case(
            testDescription: "properties",
            schema: #"{"properties": {"a": {"type": "string"}}}"#,
            good: #"{"a": "x"}"#,
            bad: #"{"a": 1}"#
        ),
        Case(
            testDescription: "additionalProperties",
            schema: #"{"additionalProperties": false, "properties": {"a": {}}}"#,
            good: #"{"a": 1}"#,
            bad: #"{"b": 1}"#
        ),
        Case(
            testDescription: "additionalProperties by schema",
            schema: #"{"additionalProperties": {"type": "integer"}}"#,
            good: #"{"b": 1}"#,
            bad: #"{"b": "1"}"#
        ),
        Case(
            testDescription: "items",
            schema: #"{"items": {"minimum": 1}}"#,
            good: "[1]",
            bad: "[1, 0]"
        ),
        Case(
            testDescription: "$ref",
            schema: ##"{"$ref": "#/$defs/x", "$defs": {"x": {"const": 1}}}"##,
            good: "1",
            bad: "2"
        ),
        Case(
            testDescription: "anyOf",
            schema: #"{"anyOf": [{"const": 1}, {"minimum": 5}]}"#,
            good: "6",
            bad: "2"
        ),
        Case(
            testDescription: "oneOf",
            schema: #"{"oneOf": [{"minimum": 1}, {"minimum": 5}]}"#,
            good: "2",
            bad: "6"
        ),
    ]

    @Test("accepts what fits and refuses what does not", arguments: cases)
    private func keyword(_ testCase: Case) throws {
        let schema = try JSONSchema(Data(testCase.schema.utf8))
        #expect(try schema.violations(in: Data(testCase.good.utf8)) == [])
        #expect(try schema.violations(in: Data(testCase.bad.utf8)) != [])
    }

    @Test("a keyword that is not checked is an error")
    func unknownKeyword() throws {
        let schema = try JSONSchema(Data(#"{"contains": {}}"#.utf8))
        #expect(try schema.violations(in: Data("[]".utf8)).count == 1)
    }
}
