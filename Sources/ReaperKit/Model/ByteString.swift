/// Bytes that the kernel, or another process, calls text: a path, an argument, a process name.
///
/// They need not be UTF-8 and may hold any control character, so they stay bytes until the moment
/// they are printed; see ``text`` and `String.escapedForTerminal`.
public struct ByteString: Hashable, Sendable, Comparable, ExpressibleByStringLiteral {
    /// The bytes as they were read, without a terminating NUL.
    public var bytes: [UInt8]

    /// Wraps bytes as they are.
    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Wraps the UTF-8 form of `text`.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// Wraps a literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// The bytes as text, each invalid sequence replaced by U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether ``text`` loses nothing.
    public var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// Whether there are no bytes at all.
    public var isEmpty: Bool { bytes.isEmpty }

    /// What follows the last `/`, as basename(1) without its special cases.
    public var baseName: ByteString {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return self }
        return ByteString(bytes[(slash + 1)...])
    }

    /// Whether this path is `directory` or lies below it; compared byte by byte, whole components.
    public func isBelow(_ directory: ByteString) -> Bool {
        var prefix = directory.bytes
        while prefix.count > 1, prefix.last == UInt8(ascii: "/") { prefix.removeLast() }
        if prefix == [UInt8(ascii: "/")] { return bytes.first == UInt8(ascii: "/") }
        guard !prefix.isEmpty, bytes.starts(with: prefix) else { return false }
        return bytes.count == prefix.count || bytes[prefix.count] == UInt8(ascii: "/")
    }

    /// Byte order, the order every report is sorted in.
    public static func < (left: ByteString, right: ByteString) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
