import Glibc
import ReaperKit

extension ParsingContext {
    /// The machine that reaper runs on.
    ///
    /// The files are read here: getpwnam(3) and getservbyname(3) load shared libraries, which a
    /// static binary has none of. Users that only such a library knows go by number.
    static let system = ParsingContext(
        userNumber: { UserNames.read().numbers[$0] },
        services: { ServiceNames(parsing: contents(of: "/etc/services")) },
        realPath: { path in
            guard let real = unsafe realpath(path, nil) else { return nil }
            defer { unsafe free(real) }
            return ByteString(unsafe String(cString: real))
        },
        currentDirectory: { WorkingDirectory.path },
        homeDirectory: { unsafe getenv("HOME").map { ByteString(unsafe String(cString: $0)) } }
    )

    /// A file's contents, at most 4 MiB; nothing if it cannot be read, as the C library has it.
    private static func contents(of path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { _ = close(descriptor) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while contents.count < 4 << 20 {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            contents.append(contentsOf: chunk[..<count])
        }
        return contents
    }
}
