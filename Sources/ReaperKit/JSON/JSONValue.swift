/// A place in a text file, both counted from 1; columns count characters (Unicode scalars).
public struct TextPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Where every text begins.
    static let start = TextPosition(line: 1, column: 1)

    /// The line.
    public var line: Int
    /// The column.
    public var column: Int

    /// Creates a position.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `LINE:COLUMN`.
    public var description: String { "\(line):\(column)" }

    /// Reading order.
    public static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A JSON or JSON5 value, with the place where it begins.
public struct JSONValue: Sendable, Equatable {
    /// What it is.
    public indirect enum Kind: Sendable, Equatable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A number without fraction or exponent that fits.
        case integer(Int64)
        /// Any other number.
        case number(Double)
        /// Text.
        case string(String)
        /// Values in order.
        case array([JSONValue])
        /// Members in file order; no name occurs twice.
        case object([JSONMember])
    }

    /// What it is.
    public var kind: Kind
    /// Where it begins.
    public var position: TextPosition

    /// Creates a value.
    public init(_ kind: Kind, at position: TextPosition) {
        self.kind = kind
        self.position = position
    }

    /// The member's value, when this is an object that has it.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = kind else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text, when this is a string.
    public var string: String? {
        if case .string(let text) = kind { text } else { nil }
    }

    /// The number, when this is an integer.
    public var integer: Int64? {
        if case .integer(let number) = kind { number } else { nil }
    }

    /// The flag, when this is a boolean.
    public var bool: Bool? {
        if case .bool(let flag) = kind { flag } else { nil }
    }

    /// The elements, when this is an array.
    public var array: [JSONValue]? {
        if case .array(let values) = kind { values } else { nil }
    }

    /// What a person calls this kind of value, for error messages.
    public var kindName: String {
        switch kind {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// One `name: value` of an object.
public struct JSONMember: Sendable, Equatable {
    /// The name, escapes resolved.
    public var name: String
    /// Where the name begins.
    public var position: TextPosition
    /// The value.
    public var value: JSONValue

    /// Creates a member.
    public init(name: String, position: TextPosition, value: JSONValue) {
        self.name = name
        self.position = position
        self.value = value
    }
}
