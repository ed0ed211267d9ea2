/// Why a service file cannot be used, and where; nothing of it is started then.
public struct ServiceFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path, as it was given.
    public var file: String
    /// The place; `nil` when it is about the file as a whole.
    public var position: TextPosition?
    /// What is wrong and what was expected.
    public var message: String
    /// What else is wrong with the file, in the order of its text.
    public var others: [ServiceFileError] = []

    /// Creates an error.
    public init(file: String, position: TextPosition? = nil, message: String) {
        self.file = file
        self.position = position
        self.message = message
    }

    /// It, and the others.
    public var all: [ServiceFileError] { [self] + others }

    /// `FILE:LINE:COLUMN: message`, the form editors jump to.
    public var description: String {
        let place = position.map { ":\($0)" } ?? ""
        return "\(file.escapedForTerminal)\(place): \(message)"
    }
}
