import Glibc
import ReaperKit

extension ParsingContext {
    /// The machine that reaper runs on.
    ///
    /// The files are read here: getpwnam(3) and getservbyname(3) load shared libraries, which a
    /// static binary has none of. Users that only such a library knows go by number.
    static let system = ParsingContext(
        userNumber: { name in number(ofUser: name, in: contents(of: "/etc/passwd")) },
        services: { ServiceNames(parsing: contents(of: "/etc/services")) },
        realPath: { path in
            guard let real = unsafe realpath(path, nil) else { return nil }
            defer { unsafe free(real) }
            return ByteString(unsafe String(cString: real))
        },
        currentDirectory: {
            guard let path = unsafe getcwd(nil, 0) else { return "/" }
            defer { unsafe free(path) }
            return ByteString(unsafe String(cString: path))
        }
    )

    /// The third field of the line that begins with `name`; passwd(5).
    static func number(ofUser name: String, in passwd: [UInt8]) -> UInt32? {
        for line in passwd.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(
                separator: UInt8(ascii: ":"),
                omittingEmptySubsequences: false
            )
            guard fields.count >= 3, fields[0].elementsEqual(name.utf8) else { continue }
            return UInt32(String(decoding: fields[2], as: UTF8.self))
        }
        return nil
    }

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
