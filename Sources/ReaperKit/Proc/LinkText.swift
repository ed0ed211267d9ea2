/// What a link in `/proc/PID/fd` leads to; proc_pid_fd(5).
enum LinkText: Equatable {
    /// `socket:[12345]`.
    case socket(UInt64)
    /// `anon_inode:[io_uring]`, which may have files of its own.
    case ring
    /// Anything else.
    case other
    /// readlink(2) failed with this `errno`.
    case failed(Int32)

    /// Longer than `socket:[18446744073709551615]`; a longer text is cut, and no socket.
    static let capacity = 64

    /// Understands what readlink(2) wrote.
    init(_ text: Span<CChar>) {
        if text.starts(with: "socket:["), let inode = LinkText.inode(text, from: 8) {
            self = .socket(inode)
        } else if text.count == 21, text.starts(with: "anon_inode:[io_uring]") {
            self = .ring
        } else {
            self = .other
        }
    }

    /// The number from `start` up to the bracket that ends the text.
    private static func inode(_ text: Span<CChar>, from start: Int) -> UInt64? {
        let last = text.count - 1
        guard last > start, text[last] == CChar(UInt8(ascii: "]")) else { return nil }
        var inode: UInt64 = 0
        for index in start..<last {
            let digit = UInt8(bitPattern: text[index]) &- 0x30
            let (scaled, high) = inode.multipliedReportingOverflow(by: 10)
            let (sum, low) = scaled.addingReportingOverflow(UInt64(digit))
            guard digit < 10, !high, !low else { return nil }
            inode = sum
        }
        return inode
    }
}

extension Span<CChar> {
    fileprivate func starts(with name: StaticString) -> Bool {
        guard count >= name.utf8CodeUnitCount else { return false }
        for index in 0..<name.utf8CodeUnitCount {
            guard unsafe self[index] == CChar(bitPattern: name.utf8Start[index]) else {
                return false
            }
        }
        return true
    }
}
