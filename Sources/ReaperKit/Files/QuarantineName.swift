import Glibc

/// The name a file has between being taken away and being removed: `.reaper-q-PID-NAME`.
///
/// It says which reaper took it and what it was called, so that a later one can put it back.
struct QuarantineName: Sendable, Equatable {
    /// The reaper that took it.
    var reaper: Int32
    /// What it was called; `nil` when the name was too long to keep (see ``bytes``).
    var original: ByteString?
    /// The whole name.
    private(set) var bytes: ByteString

    /// The longest name Linux file systems take; limits.h.
    private static let longest = 255
    private static let prefix = Array(".reaper-q-".utf8)

    /// Makes a name; `attempt` makes another one for the same file.
    ///
    /// A name of more than some 235 bytes does not fit behind the prefix. It is then cut and the
    /// inode takes its place, with a `+` where the `-` would be: unique, but not reversible.
    init(reaper: Int32, attempt: Int = 0, original: ByteString, inode: UInt64) {
        self.reaper = reaper
        let suffix = attempt == 0 ? "" : ".\(attempt)"
        let head = QuarantineName.prefix + Array("\(reaper)\(suffix)".utf8)
        if head.count + 1 + original.bytes.count <= QuarantineName.longest {
            self.original = original
            bytes = ByteString(head + [UInt8(ascii: "-")] + original.bytes)
        } else {
            self.original = nil
            bytes = ByteString(head + Array("+\(inode)".utf8))
        }
    }

    /// Recognizes a name that ``init(reaper:attempt:original:inode:)`` made.
    init?(_ name: ByteString) {
        guard name.bytes.starts(with: QuarantineName.prefix) else { return nil }
        let rest = name.bytes[QuarantineName.prefix.count...]
        guard let mark = rest.firstIndex(where: { $0 == 0x2d || $0 == 0x2b }) else { return nil }
        let head = String(decoding: rest[..<mark], as: UTF8.self).split(
            separator: ".",
            omittingEmptySubsequences: false
        )
        guard let first = head.first, let pid = Int32(first), pid > 0, head.count <= 2,
            head.dropFirst().allSatisfy({ UInt8($0) != nil })
        else { return nil }
        let tail = rest[(mark + 1)...]
        guard !tail.isEmpty else { return nil }
        reaper = pid
        original = rest[mark] == 0x2d ? ByteString(tail) : nil
        bytes = name
    }
}
