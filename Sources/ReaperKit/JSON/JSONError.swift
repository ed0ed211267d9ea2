/// Why text is not JSON, or not the JSON that was expected, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place.
    public var position: TextPosition
    /// What is wrong and what was expected, without the place.
    public var message: String

    /// Creates an error.
    public init(_ message: String, at position: TextPosition) {
        self.position = position
        self.message = message
    }

    /// `LINE:COLUMN: message`; the caller puts the file's name in front.
    public var description: String { "\(position): \(message)" }
}
