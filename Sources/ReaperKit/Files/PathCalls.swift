import CLinux
import Glibc

// Path calls on bytes: a path need not be UTF-8, and one with a NUL inside must not be cut short.

extension ByteString {
    /// The bytes as a C string for `call`; a NUL inside is refused with `EINVAL`.
    func cPath(for call: StaticString) throws(SystemError) -> [CChar] {
        if bytes.contains(0) { throw SystemError(call: "\(call)", subject: text, code: EINVAL) }
        return bytes.map(CChar.init(bitPattern:)) + [0]
    }

    /// The directory part and the last component, of an absolute path without a final slash.
    var splitAtLastComponent: (directory: ByteString, name: ByteString)? {
        guard bytes.first == UInt8(ascii: "/"), let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
        else { return nil }
        let name = ByteString(bytes[(slash + 1)...])
        guard !name.isEmpty, name != ".", name != ".." else { return nil }
        return (slash == 0 ? "/" : ByteString(bytes[..<slash]), name)
    }

    /// This directory's path with `name` behind it.
    func appending(component name: ByteString) -> ByteString {
        bytes.last == UInt8(ascii: "/")
            ? ByteString(bytes + name.bytes) : ByteString(bytes + [UInt8(ascii: "/")] + name.bytes)
    }

    /// What lies between the slashes, without empty parts.
    var components: [ByteString] {
        bytes.split(separator: UInt8(ascii: "/")).map { ByteString($0) }
    }
}

extension FileDescriptor {
    /// Opens `name`, whose bytes need not be UTF-8, relative to `directory`; always close-on-exec.
    init(
        opening name: ByteString,
        in directory: Int32 = AT_FDCWD,
        flags: Int32
    ) throws(SystemError) {
        let path = try name.cPath(for: "openat")
        let number = unsafe clinux_openat(directory, path, flags | O_CLOEXEC)
        self.init(owning: try check(number, "openat", name.text))
    }
}

/// Reads where the symbolic link `name` points; readlinkat(2).
func linkTarget(of name: ByteString, in directory: Int32) throws(SystemError) -> ByteString {
    // Linux limits a link's target to PATH_MAX - 1 bytes; symlink(7).
    var buffer = [CChar](repeating: 0, count: 4096)
    let path = try name.cPath(for: "readlinkat")
    let count = unsafe clinux_readlinkat(directory, path, &buffer, buffer.count)
    guard count >= 0 else {
        throw SystemError(call: "readlinkat", subject: name.text, code: Int32(-count))
    }
    return ByteString(buffer[..<count].map(UInt8.init(bitPattern:)))
}

/// The inode of the namespace behind a link such as `/proc/self/ns/pid`: its identity; namespaces(7).
func inodeOfNamespace(behind link: String) throws(SystemError) -> UInt64 {
    var facts = stat()
    guard unsafe stat(link, &facts) == 0 else {
        throw SystemError(call: "stat", subject: link, code: errno)
    }
    return UInt64(facts.st_ino)
}
