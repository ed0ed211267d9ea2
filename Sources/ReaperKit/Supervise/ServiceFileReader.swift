/// Reads service files and Procfiles; what they may say is in reaper-services(5).
///
/// Pure: everything it depends on is given to it.
public struct ServiceFileReader: Sendable {
    /// Variables that texts in a file may use.
    public var environment: [String: ByteString]
    /// User numbers by name, from passwd(5).
    let users: @Sendable () -> [String: UInt32]
    /// Names of ports, from services(5).
    let services: @Sendable () -> ServiceNames

    /// How a file is written.
    public enum Format: Sendable, Hashable, CaseIterable {
        /// With every key, in JSON5.
        case json5
        /// One `name: command` per line.
        case procfile

        /// The format of a file, by its base name: `Procfile`, `Procfile.dev` and `dev.procfile` are
        /// Procfiles, and all others are JSON5.
        public init(ofFile path: String) {
            let name = ByteString(path).baseName.text
            let isProcfile =
                name == "Procfile" || name.hasPrefix("Procfile.") || name.hasSuffix(".procfile")
            self = isProcfile ? .procfile : .json5
        }
    }

    /// Creates a reader; `users` and `services` are evaluated only for files that name some.
    public init(
        environment: [String: ByteString],
        users: @autoclosure @escaping @Sendable () -> [String: UInt32] = [:],
        services: @autoclosure @escaping @Sendable () -> ServiceNames = ServiceNames()
    ) {
        self.environment = environment
        self.users = users
        self.services = services
    }

    /// Reads one file.
    ///
    /// - Parameters:
    ///   - bytes: What is in it.
    ///   - source: Its path, which names it in messages.
    ///   - directory: The directory that it lies in, absolute: what its relative paths begin with.
    ///   - format: How it is written; by default its name says that.
    /// - Returns: Its services: at least one, every name in `after` among them, and no circle.
    /// - Throws: `ServiceFileError` for the first thing that is wrong, with all others.
    public func read(
        _ bytes: [UInt8],
        source: String,
        directory: ByteString,
        as format: Format? = nil
    ) throws(ServiceFileError) -> ServiceFile {
        let (services, mistakes) =
            switch format ?? Format(ofFile: source) {
            case .procfile: Procfile.services(in: bytes)
            case .json5: services(in: bytes, directory)
            }
        var errors = mistakes.map { error in
            ServiceFileError(file: source, position: error.position, message: error.message)
        }
        guard var first = errors.first else {
            return ServiceFile(source: source, directory: directory, services: services)
        }
        errors.removeFirst()
        first.others = errors
        throw first
    }

    private func services(
        in bytes: [UInt8],
        _ directory: ByteString
    ) -> (services: [Service], errors: [JSONError]) {
        let (value, mistakes) = JSON5Reader.check(bytes)
        guard let value else { return ([], mistakes) }
        var decoder = ServiceDecoder(reader: self, directory: directory)
        let services = decoder.file(value, isWhole: mistakes.isEmpty)
        // What could not be read has another kind than was expected, and is wrong once.
        let places = Set(mistakes.map(\.position))
        let errors = mistakes + decoder.errors.filter { !places.contains($0.position) }
        return (services, errors.sorted { $0.position < $1.position })
    }
}
