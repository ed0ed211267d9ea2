/// Services that were read from one file, and belong together.
public struct ServiceFile: Sendable, Equatable {
    /// Its path, as it was given.
    public var source: String
    /// In file order.
    public var services: [Service]

    /// Creates a file.
    public init(source: String, services: [Service]) {
        self.source = source
        self.services = services
    }
}
