import CLinux
import Glibc

/// Opens rule files, and decides whether their word counts.
struct RuleStore {
    /// A file that exists, not yet read.
    enum Entry {
        case embedded(baseName: String, contents: [UInt8])
        case file(directory: String, baseName: String)

        /// What messages and reports call it.
        var source: String {
            switch self {
            case .embedded(let baseName, _): EmbeddedRules.source(of: baseName)
            case .file(let directory, let baseName):
                directory.hasSuffix("/") ? directory + baseName : "\(directory)/\(baseName)"
            }
        }
    }

    /// Far above any rule file.
    private static let maximumSize = 1 << 20

    /// Whether what another user can write is refused: reaper acts on rules with its own rights.
    let demandsTrust: Bool

    /// The rule files at one place, by base name.
    func entries(at place: RuleLayers.Place) throws(RuleError) -> [(baseName: String, file: Entry)]
    {
        switch place {
        case .embedded:
            return EmbeddedRules.files.map { name, contents in
                (name, .embedded(baseName: name, contents: contents))
            }
        case .directory(let path):
            return try list(path, mayBeMissing: true)
        case .named(let path, let origin):
            let kind = try RuleStore.attempt(path, "\(origin): ") { () throws(SystemError) in
                try RuleStore.status(of: path).stx_mode & FileMode.type
            }
            if kind == FileMode.directory { return try list(path, mayBeMissing: false) }
            let (directory, baseName) = RuleStore.split(path)
            return [(baseName, .file(directory: directory, baseName: baseName))]
        }
    }

    /// The bytes of a file that may be trusted.
    func contents(of entry: Entry) throws(RuleError) -> [UInt8] {
        guard case .file(let directory, let baseName) = entry else {
            guard case .embedded(_, let contents) = entry else { return [] }
            return contents
        }
        let path = entry.source
        let bytes = try RuleStore.attempt(path) {
            () throws(SystemError) -> Result<[UInt8], RuleError> in
            let parent = try FileDescriptor(opening: directory, flags: O_RDONLY | O_DIRECTORY)
            // A FIFO must not block, and is refused below.
            let file = try FileDescriptor(
                opening: baseName,
                in: parent.raw,
                flags: O_RDONLY | O_NONBLOCK
            )
            let status = try RuleStore.status(of: file, path)
            guard status.stx_mode & FileMode.type == FileMode.regular else {
                return .failure(RuleError(file: path, message: "expected a regular file"))
            }
            guard status.stx_size <= UInt64(RuleStore.maximumSize) else {
                let message = "expected at most \(RuleStore.maximumSize) bytes"
                return .failure(RuleError(file: path, message: message))
            }
            if demandsTrust, let objection = try RuleTrust.objection(to: file, in: parent, path) {
                return .failure(RuleError(file: path, message: objection))
            }
            return .success(try file.readAll(limit: RuleStore.maximumSize, subject: path))
        }
        return try bytes.get()
    }

    private func list(
        _ path: String,
        mayBeMissing: Bool
    ) throws(RuleError) -> [(baseName: String, file: Entry)] {
        let names = try RuleStore.attempt(path) { () throws(SystemError) -> [String] in
            do throws(SystemError) {
                let directory = try FileDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
                return try RuleStore.names(in: directory, path)
            } catch  where mayBeMissing && error.code == ENOENT {
                return []
            }
        }
        return names.filter(RuleLayers.isRuleFile).map { name in
            (name, .file(directory: path, baseName: name))
        }
    }

    // MARK: The kernel

    private static func attempt<Value>(
        _ path: String,
        _ origin: String = "",
        _ body: () throws(SystemError) -> Value
    ) throws(RuleError) -> Value {
        do {
            return try body()
        } catch {
            throw RuleError(file: path, message: "\(origin)cannot be read: \(error.reason)")
        }
    }

    static func status(of path: String) throws(SystemError) -> statx {
        var status = statx()
        let mask = UInt32(STATX_BASIC_STATS)
        try check(unsafe clinux_statx(AT_FDCWD, path, 0, mask, &status), "statx", path)
        return status
    }

    static func status(of file: borrowing FileDescriptor, _ path: String) throws(SystemError)
        -> statx
    {
        var status = statx()
        let mask = UInt32(STATX_BASIC_STATS)
        let flags = CLINUX_AT_EMPTY_PATH
        try check(unsafe clinux_statx(file.raw, "", flags, mask, &status), "statx", path)
        return status
    }

    /// The directory and base name of a path that somebody typed.
    private static func split(_ path: String) -> (directory: String, baseName: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = path[..<slash]
        return (directory.isEmpty ? "/" : String(directory), String(path[slash...].dropFirst()))
    }

    /// Names in a directory, from the records of getdents64(2).
    private static func names(
        in directory: borrowing FileDescriptor,
        _ path: String
    ) throws(SystemError) -> [String] {
        var names: [String] = []
        var buffer = [UInt8](repeating: 0, count: 32_768)
        while true {
            let count = unsafe clinux_getdents64(directory.raw, &buffer, buffer.count)
            guard count >= 0 else {
                throw SystemError(call: "getdents64", subject: path, code: Int32(-count))
            }
            if count == 0 { return names }
            var rest = buffer[..<count]
            // Inode, offset, record length (little and big endian alike are the machine's own).
            while rest.count > 19 {
                let start = rest.startIndex
                let length = Int(
                    UInt16(littleEndian: UInt16(rest[start + 16]) | UInt16(rest[start + 17]) << 8)
                )
                guard length > 19, length <= rest.count else { break }
                let name = rest[(start + 19)..<(start + length)].prefix { $0 != 0 }
                names.append(String(decoding: name, as: UTF8.self))
                rest = rest.dropFirst(length)
            }
        }
    }
}
