import ReaperKit

/// What the values of flags are looked up in: the machine's users, services and directories.
///
/// A value of functions, so that tests parse against a machine of their own.
struct ParsingContext: Sendable {
    /// The number of a user name.
    var userNumber: @Sendable (String) -> UInt32?
    /// The names of ports; read only when one is used.
    var services: @Sendable () -> ServiceNames
    /// A path without symbolic links, absolute; `nil` if there is no such directory.
    var realPath: @Sendable (String) -> ByteString?
    /// The directory that relative paths start from.
    var currentDirectory: @Sendable () -> ByteString
    /// What `~` stands for; `nil` where nothing says so.
    var homeDirectory: @Sendable () -> ByteString? = { nil }

    /// A list of ports by number or name.
    func ports(_ text: String) throws(ValueError) -> PortSet {
        // Numbers need no table: most command lines never read the file.
        do {
            return try PortSet(parsing: text, services: ServiceNames())
        } catch {
            return try PortSet(parsing: text, services: services())
        }
    }

    /// A user by name or number.
    func user(_ text: String) throws(ValueError) -> UInt32 {
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt32(text) {
            return number
        }
        guard let number = userNumber(text) else {
            throw ValueError(text, isNot: "a user", expected: "a name in /etc/passwd, or a number")
        }
        return number
    }

    /// A glob of paths; one that does not begin with a slash begins in the current directory.
    func pathGlob(_ text: String) throws(ValueError) -> Glob {
        if let path = try inHome(text) { return try Glob(parsing: path, as: .path) }
        guard !text.isEmpty, !text.hasPrefix("/") else {
            return try Glob(parsing: ByteString(text), as: .path)
        }
        var relative = Substring(text)
        while relative.hasPrefix("./") { relative = relative.dropFirst(2) }
        let special = Set("*?[]{},\\".utf8)
        let here = currentDirectory().bytes.flatMap { byte in
            special.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
        }
        let start = here == [UInt8(ascii: "/")] ? [] : here
        return try Glob(parsing: ByteString(start + [UInt8(ascii: "/")] + relative.utf8), as: .path)
    }

    /// A glob that begins with a tilde, which a shell leaves alone in quotes and after `file=`;
    /// expanded as in rules.
    ///
    /// - Returns: `nil` for one that does not begin so.
    func inHome(_ text: String) throws(ValueError) -> ByteString? {
        guard text.hasPrefix("~") else { return nil }
        let start = ByteString(String(text.prefix { $0 != "/" }))
        let home = homeDirectory()
        let environment = home.map { ["HOME": $0] } ?? [:]
        switch try Expansion(of: start, as: .path, environment: environment) {
        case .pattern(let path, _):
            // Of `/` alone only the slash that follows anyway is left.
            let isRoot = path == ByteString("/")
            let rest = text.utf8.dropFirst(start.bytes.count)
            return ByteString((isRoot && !rest.isEmpty ? [] : path.bytes) + rest)
        case .unset:
            throw ValueError(text, isNot: "a path", expected: "HOME to be set, or a whole path")
        }
    }

    /// A directory, absolute and without links, as the kernel reports paths of processes.
    ///
    /// One that does not exist any more may still have processes in it.
    func directory(_ text: String) throws(ValueError) -> ByteString {
        if let real = realPath(text) { return real }
        let path = ByteString(text)
        let isAbsolute = path.bytes.first == UInt8(ascii: "/")
        let slash = UInt8(ascii: "/")
        let whole = isAbsolute ? path.bytes : currentDirectory().bytes + [slash] + path.bytes
        var components: [ArraySlice<UInt8>] = []
        for component in whole.split(separator: slash) {
            switch Array(component) {
            case Array(".".utf8): continue
            case Array("..".utf8): _ = components.popLast()
            default: components.append(component)
            }
        }
        return ByteString([slash] + components.joined(separator: [slash]))
    }
}
