import CLinux
import Glibc

/// One name in a directory, as getdents64(2) gives it.
struct DirectoryEntry: Sendable, Equatable {
    /// The name's bytes.
    var name: ByteString
    /// `d_type`, 0 where the file system does not say.
    var type: UInt8

    /// Whether it is a directory for certain, or may be one.
    var mayBeDirectory: Bool { type == UInt8(DT_DIR) || type == UInt8(DT_UNKNOWN) }
}

extension DirectoryHandle {
    /// The names in the directory, `.` and `..` left out; at most `limit` of them.
    borrowing func entries(limit: Int) throws(SystemError) -> [DirectoryEntry] {
        let reader: FileDescriptor
        do throws(SystemError) {
            reader = try FileDescriptor(
                opening: ".",
                in: descriptor.raw,
                flags: O_RDONLY | O_DIRECTORY | O_NONBLOCK
            )
        } catch {
            throw SystemError(call: error.call, subject: path.text, code: error.code)
        }
        var buffer = [UInt8](repeating: 0, count: 32_768)
        var entries: [DirectoryEntry] = []
        while entries.count < limit {
            let count = unsafe clinux_getdents64(reader.raw, &buffer, buffer.count)
            guard count >= 0 else {
                throw SystemError(call: "getdents64", subject: path.text, code: Int32(-count))
            }
            if count == 0 { break }
            entries.append(contentsOf: DirectoryEntry.parse(buffer.span.extracting(first: count)))
        }
        return entries
    }
}

extension DirectoryEntry {
    /// Takes `struct linux_dirent64` records apart; stops at the first that does not fit.
    static func parse(_ bytes: Span<UInt8>) -> [DirectoryEntry] {
        // d_ino 8 bytes, d_off 8, d_reclen 2, d_type 1, then the name and a NUL.
        let header = 19
        var entries: [DirectoryEntry] = []
        var start = 0
        while start + header < bytes.count {
            let length = Int(bytes[start + 16]) | Int(bytes[start + 17]) << 8
            guard length > header, start + length <= bytes.count else { break }
            var name: [UInt8] = []
            for index in (start + header)..<(start + length) {
                if bytes[index] == 0 { break }
                name.append(bytes[index])
            }
            if name != [0x2e], name != [0x2e, 0x2e], !name.isEmpty {
                entries.append(DirectoryEntry(name: ByteString(name), type: bytes[start + 18]))
            }
            start += length
        }
        return entries
    }
}
